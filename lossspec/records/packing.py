"""A record as it is written: what all calls of a spec repeat is written once, and what goes without saying, not at all.

``unpacked(packed(record)) == record``.
"""

from __future__ import annotations

import itertools
from typing import Any, Callable, Dict, Iterator, List, Mapping

Packed = Dict[str, Any]
Cases = List[Dict[str, Any]]


def packed(record: Mapping[str, Any]) -> Packed:
    """The record with each spec's docstring in one place, ``specs``, its calls together, and without what is usual.

    What is usual is that a check passed and a case has no curves; the points of a study's second run are those of its
    first, where they are.
    """
    specs: dict[str, str] = {}

    def together(cases: Cases) -> list[dict[str, Any]]:
        groups = itertools.groupby(cases, key=lambda case: _halves(case["spec"])[0])
        return [
            {"spec": name, "calls": [_short(name, case, specs) for case in group]}
            for name, group in groups
        ]

    claims = {name: _with_cases(entry, together) for name, entry in record["claims"].items()}
    studies = {name: _points_once(study) for name, study in record["studies"].items()}
    return {**record, "specs": specs, "claims": claims, "studies": studies}


def unpacked(content: Mapping[str, Any]) -> dict[str, Any]:
    """The record that was packed, once it is known to keep its schema."""
    specs = content["specs"]

    def apart(groups: Cases) -> Cases:
        return [_full(group["spec"], call, specs) for group in groups for call in group["calls"]]

    claims = {name: _with_cases(entry, apart) for name, entry in content["claims"].items()}
    studies = {name: _points_twice(study) for name, study in content["studies"].items()}
    left = {key: value for key, value in content.items() if key != "specs"}
    return {**left, "claims": claims, "studies": studies}


def cases_of(entry: Mapping[str, Any], part: str) -> Cases:
    """The cases of a packed claim's evidence, or of what happens instead, without what they say."""
    return [_full(group["spec"], call, {}) for group in entry[part] for call in group["calls"]]


def _halves(spec: str) -> tuple[str, str]:
    """A spec's name, and what tells its calls apart: ``test_a.py::test_a`` and ``[xla-hinge]``."""
    name, bracket, call = spec.partition("[")
    return name, bracket + call


def _short(name: str, case: Mapping[str, Any], specs: dict[str, str]) -> dict[str, Any]:
    call = _halves(case["spec"])[1]
    short = {
        **({"call": call} if call else {}),
        **{key: value for key, value in case.items() if key != "spec"},
    }
    if specs.setdefault(name, case["says"]) == case["says"]:
        del short["says"]
    if not case["curves"]:
        del short["curves"]
    short["figures"] = [
        {key: value for key, value in figure.items() if (key, value) != ("ok", True)}
        for figure in case["figures"]
    ]
    return short


def _full(name: str, short: Mapping[str, Any], specs: Mapping[str, str]) -> dict[str, Any]:
    said = {key: value for key, value in short.items() if key != "call"}
    full = {"spec": name + short.get("call", ""), "says": specs.get(name, ""), "curves": [], **said}
    full["figures"] = [{"ok": True, **figure} for figure in short["figures"]]
    return full


def _with_cases(entry: Mapping[str, Any], each: Callable[[Cases], Cases]) -> dict[str, Any]:
    return {**entry, **{part: each(entry[part]) for part in _parts(entry)}}


def _parts(entry: Mapping[str, Any]) -> Iterator[str]:
    return (part for part in ("evidence", "instead") if part in entry)


def _points_once(study: Mapping[str, Any]) -> dict[str, Any]:
    """The study, the worst run without the points that it has in common with the median one."""
    runs = study["runs"]
    median, worst = (runs.get(name, {}).get("points") for name in ("median", "worst"))
    if not median or not worst or "at" not in median or median.get("at") != worst.get("at"):
        return dict(study)
    without = {
        **runs["worst"],
        "points": {key: value for key, value in worst.items() if key != "at"},
    }
    return {**study, "runs": {**runs, "worst": without}}


def _points_twice(study: Mapping[str, Any]) -> dict[str, Any]:
    runs = study["runs"]
    median, worst = (runs.get(name, {}).get("points") for name in ("median", "worst"))
    if not median or not worst or "at" not in median or "at" in worst:
        return dict(study)
    full = {**runs["worst"], "points": {"at": median["at"], **worst}}
    return {**study, "runs": {**runs, "worst": full}}
