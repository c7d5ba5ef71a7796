"""A record as it is written: what all calls of a spec repeat is written once, and what goes without saying, not at all.

``unpacked(packed(record)) == record``.
"""

from __future__ import annotations

from typing import Any, Dict, Iterator, Mapping

Packed = Dict[str, Any]


def packed(record: Mapping[str, Any]) -> Packed:
    """The record with each spec's docstring in one place, ``specs``, and without empty lists and checks passed."""
    specs: dict[str, str] = {}

    def case(full: Mapping[str, Any]) -> dict[str, Any]:
        short = dict(full)
        if specs.setdefault(_name_of(full), full["says"]) == full["says"]:
            del short["says"]
        if not short["curves"]:
            del short["curves"]
        short["figures"] = [
            {key: value for key, value in figure.items() if (key, value) != ("ok", True)} for figure in full["figures"]
        ]
        return short

    claims = {name: {**entry, **_cases(entry, case)} for name, entry in record["claims"].items()}
    return {**record, "specs": specs, "claims": claims}


def unpacked(content: Mapping[str, Any]) -> dict[str, Any]:
    """The record that was packed, once it is known to keep its schema."""
    specs = content["specs"]

    def case(short: Mapping[str, Any]) -> dict[str, Any]:
        full = {"says": specs.get(_name_of(short), ""), "curves": [], **short}
        full["figures"] = [{"ok": True, **figure} for figure in short["figures"]]
        return full

    claims = {name: {**entry, **_cases(entry, case)} for name, entry in content["claims"].items()}
    return {**{key: value for key, value in content.items() if key != "specs"}, "claims": claims}


def _name_of(case: Mapping[str, Any]) -> str:
    return str(case["spec"]).partition("[")[0]


def _cases(entry: Mapping[str, Any], each: Any) -> dict[str, list[Any]]:
    return {part: [each(case) for case in entry[part]] for part in _parts(entry)}


def _parts(entry: Mapping[str, Any]) -> Iterator[str]:
    return (part for part in ("evidence", "instead") if part in entry)
