"""How many faults, put into Keras on purpose, the specification notices: from the file of what was found."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Mapping, Sequence

from markupsafe import Markup

from lossspec.core.errors import UsageProblem

_SAID = {
    "by-hand": "Faults of the kind that people make: {noticed} of {real} caught{rest}.",
    "mechanical": "Mechanical edits of the losses: {noticed} of {real} that change anything caught{rest}.",
    "benign": "Rewrites that change nothing: {noticed} of {real} flagged.",
}
_WORDS = {
    "caught": "caught",
    "missed": "missed",
    "equal": "changes nothing",
    "quiet": "not flagged",
    "flagged": "flagged",
}
_CLASSES = {"caught": "holds", "quiet": "holds", "missed": "refuted", "flagged": "refuted", "equal": "equal"}
_SIGNS = {"missed": "✗", "flagged": "✗", "equal": "="}
_SIDE, _UNIT, _ROW = 15, 18, 46


@dataclass(frozen=True)
class Kind:
    """One kind of faults: how many were noticed, in a sentence too, each as a square, and what is wrong with some."""

    name: str
    of: int
    noticed: int
    equal: int
    sentence: str
    svg: Markup
    wrong: Sequence[str]


@dataclass(frozen=True)
class Faults:
    """What became of faults of each kind that has been run, and how many of all are still to be run."""

    kinds: Sequence[Kind]
    left: int


def faults(path: Path) -> Faults:
    """What the file says.

    Raises:
        UsageProblem: when it can't be read as what it should be.
    """
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        entries = [{key: str(value) for key, value in entry.items()} for entry in content["faults"]]
        of_kind = {kind: [each for each in entries if each["kind"] == kind] for kind in _SAID}
        return Faults([_kind(kind, found) for kind, found in of_kind.items() if found], int(content.get("not run", 0)))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageProblem(
            f"{path} can't be read: {error}",
            expected="what 'tox -e faults' writes: a list of faults with kind, id, how and argument",
            do="write it anew",
        ) from error


def _kind(kind: str, entries: Sequence[Mapping[str, str]]) -> Kind:
    became = [(entry, _became(kind, entry)) for entry in entries]
    equal = sum(what == "equal" for _, what in became)
    noticed = sum(bool(entry["how"]) for entry in entries)
    rest = f"; {equal} more were found to change nothing" if equal else ""
    sentence = _SAID[kind].format(real=len(entries) - equal, noticed=noticed, rest=rest)
    wrong = [_about(entry, what) for entry, what in became if what in ("missed", "flagged")]
    svg = Markup(_squares(became, sentence))  # noqa: S704 # escaped where it is made
    return Kind(kind, len(entries) - equal, noticed, equal, sentence, svg, wrong)


def as_data(found: Faults) -> dict[str, Any]:
    """What `docs/page.md` says of ``faults``."""
    kinds = {
        each.name: {"of": each.of, "noticed": each.noticed, "equal": each.equal, "wrong": each.wrong}
        for each in found.kinds
    }
    return {"left": found.left, "kinds": kinds}


def _became(kind: str, entry: Mapping[str, str]) -> str:
    if kind == "benign":
        return "flagged" if entry["how"] else "quiet"
    return "caught" if entry["how"] else "equal" if entry["argument"] else "missed"


def _about(entry: Mapping[str, str], what: str) -> str:
    named = entry["id"] if entry["kind"] == "mechanical" else entry.get("says") or entry["id"]
    return f"{named} ({_WORDS[what]})"


def _squares(became: Sequence[tuple[Mapping[str, str], str]], label: str) -> str:
    """A square for each fault, in the file's order, which is that of the functions."""
    parts = []
    for number, (entry, what) in enumerate(became):
        x, y = _UNIT * (number % _ROW), _UNIT * (number // _ROW)
        sign = f'<text x="{x + 7.5:g}" y="{y + 12}">{_SIGNS[what]}</text>' if what in _SIGNS else ""
        parts.append(
            f'<g class="{_CLASSES[what]}"><title>{escape(_about(entry, what))}</title>'
            f'<rect x="{x}" y="{y}" width="{_SIDE}" height="{_SIDE}" rx="2"/>{sign}</g>'
        )
    high = _UNIT * -(-len(became) // _ROW) - 3
    box = f'viewBox="0 0 {_UNIT * _ROW - 3} {high}"'
    return f'<svg role="img" class="squares caught" {box} aria-label="{escape(label)}">{"".join(parts)}</svg>'
