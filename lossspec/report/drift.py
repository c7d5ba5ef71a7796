"""How far fingerprints lie from the subject before, in ULPs."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from html import escape
from typing import Iterator, Mapping, NamedTuple, Sequence

from markupsafe import Markup

from lossspec.compare.drift import distance
from lossspec.compare.parts import along, flat
from lossspec.losses.fingerprints import PRECISIONS
from lossspec.records.record_types import Fingerprint, Record
from lossspec.report.across import Across
from lossspec.report.subjects import Group, Subject, before

_LEFT, _CELL, _HIGH, _GAP = 280.0, 17.0, 15.0, 7.0
_STEPS = (1, 10, 100, 10_000)
MEANINGS = (
    "1 to 9",
    "10 to 99",
    "100 to 9,999",
    "10,000 and more",
    "in one of them no finite number",
)
"""What each colour and digit stands for, in ULPs: 1 to 4, and ∞."""


class Key(NamedTuple):
    """What a fingerprint is of."""

    loss: str
    mode: str
    precision: str


@dataclass(frozen=True)
class Fingerprints:
    """One loss, mode and precision along the subjects.

    ``states`` is which of the different fingerprints each subject has, None for none that
    compares; ``apart`` how far states a < b lie apart at most, and how many of ``numbers`` differ.
    """

    key: Key
    states: list[int | None]
    apart: dict[tuple[int, int], tuple[float, int]]
    numbers: int

    def steps(self, ordered: Sequence[Subject]) -> dict[int, float]:
        """The distances from the subject before, by place."""
        found = {}
        for subject in ordered:
            since = before(ordered, subject.place)
            old = None if since is None else self.states[since]
            new = self.states[subject.place]
            if old is not None and new is not None and old != new:
                ulps, _ = self.apart.get((min(old, new), max(old, new)), (0.0, 0))
                found.update({subject.place: ulps} if ulps else {})
        return found


@dataclass(frozen=True)
class Heat:
    """One precision's heat map, with words."""

    precision: str
    svg: Markup
    words: str


def fingerprints(records: Sequence[Record]) -> list[Fingerprints]:
    """Every record's fingerprints, different states compared once."""
    rows = along(flat(record["fingerprints"]) for record in records)
    return [_along(Key(*key), row) for key, row in rows.items()]


def _along(key: Key, row: Sequence[Fingerprint | None]) -> Fingerprints:
    """Number states; one of other inputs than the newest's is None."""
    grid = next(fingerprint["grid"] for fingerprint in reversed(row) if fingerprint)
    known: dict[tuple[str, str], int] = {}
    states = [
        known.setdefault((fingerprint["values"], fingerprint["gradients"]), len(known))
        if fingerprint and fingerprint["grid"] == grid
        else None
        for fingerprint in row
    ]
    pairs = itertools.combinations(enumerate(known), 2)
    apart = {(a, b): found for (a, old), (b, new) in pairs if (found := _apart(old, new))}
    newest = list(known)[-1]
    numbers = sum(distance(part, part).of for part in newest) if _apart(newest, newest) else 0
    return Fingerprints(key, states, apart, numbers)


def _apart(old: tuple[str, str], new: tuple[str, str]) -> tuple[float, int] | None:
    """The largest distance, and how many differ, if decodable."""
    try:
        found = [distance(*pair) for pair in zip(old, new)]
    except ValueError:
        return None
    return max(part.ulps for part in found), sum(part.differ for part in found)


def heats(
    known: Sequence[Fingerprints], ordered: Sequence[Subject], groups: Sequence[Group]
) -> list[Heat]:
    """A heat map for each precision that drifted, float32 first."""
    order = ["float32", *(precision for precision in PRECISIONS if precision != "float32")]
    found = []
    for precision in order:
        rows = {row.key: row.steps(ordered) for row in known if row.key.precision == precision}
        if any(rows.values()):
            svg = _draw(precision, rows, Across(ordered, groups, _LEFT, _CELL))
            found.append(Heat(precision, svg, _words(rows)))
    return found


def level(ulps: float) -> int:
    """A distance's colour: 1 to 4, 5 if infinite."""
    return 5 if math.isinf(ulps) else sum(ulps >= least for least in _STEPS)


def _words(rows: Mapping[Key, Mapping[int, float]]) -> str:
    """How many rows drift, and which most often."""
    most = max(rows, key=lambda key: len(rows[key]))
    return (
        f"{sum(map(bool, rows.values()))} of {len(rows)} fingerprints change at all; most often "
        f"{most.loss.replace('_', ' ')} in {most.mode} mode, at {len(rows[most])} of the subjects"
    )


def _draw(precision: str, rows: Mapping[Key, Mapping[int, float]], across: Across) -> Markup:
    y, last, parts = 0.0, "", []
    for key, steps in rows.items():
        if key.loss != last:
            y += _GAP if last else 0
            loss = escape(key.loss.replace("_", " "))
            parts.append(f'<text x="0" y="{y + 11:g}">{loss}</text>')
        parts += [across.label(y + 11, key.mode, "mode"), across.rules(y + 7)]
        parts += _squares(y, steps, across)
        y, last = y + _HIGH, key.loss
    label = f"How far {precision} losses lie from the subject before, in units in the last place"
    return across.picture("heat", y, label, parts)


def _squares(y: float, steps: Mapping[int, float], across: Across) -> Iterator[str]:
    """Draw drifts as coloured squares with a digit."""
    for place, ulps in steps.items():
        subject, which = across.ordered[place], level(ulps)
        far, sign = f"{ulps:,.0f} ULP", str(which)
        if which == 5:
            far, sign = "no finite number in one of them", "∞"
        x = across.x(subject)
        yield (
            f'<g class="l{which}"><title>{escape(subject.name)}: {far}</title>'
            f'<rect x="{x - 7.5:g}" y="{y + 0.5:g}"/>'
            f'<text x="{x:g}" y="{y + 11.5:g}">{sign}</text></g>'
        )
