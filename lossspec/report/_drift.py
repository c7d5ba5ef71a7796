"""Drift: how far each loss's fingerprints lie from those of the subject before, in units in the last place (ULPs)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import Any, Iterator, Mapping, Sequence

from markupsafe import Markup

from lossspec.compare.drift import distance
from lossspec.losses.fingerprints import PRECISIONS
from lossspec.records.record import Record
from lossspec.report._subjects import Group, Subject, before

PARTS = ("values", "gradients")
_LEFT, _CELL, _HIGH, _GAP, _TOP = 244.0, 17.0, 15.0, 7.0, 48.0
_STEPS = (1, 10, 100, 10_000)
MEANINGS = (
    "1 to 9",
    "10 to 99",
    "100 to 9,999",
    "10,000 and more",
    "in one of them no finite number",
)
"""What each colour and digit stands for, in ULPs: 1 to 4, and ∞."""

Key = tuple[str, str, str]
"""A loss, a mode and a precision."""


@dataclass(frozen=True)
class Fingerprints:
    """One loss in one mode and precision along the subjects.

    Attributes:
        key: which.
        states: of each subject, which of the different fingerprints it has; None where it has none that compares.
        apart: of each two states, ``(a, b)`` with a < b, how far they lie apart at most, and how many numbers differ.
        numbers: how many there are.
    """

    key: Key
    states: list[int | None]
    apart: dict[tuple[int, int], tuple[float, int]]
    numbers: int


@dataclass(frozen=True)
class Heat:
    """One precision's heat map, and what it says in words."""

    precision: str
    svg: Markup
    words: str


def fingerprints(records: Sequence[Record]) -> list[Fingerprints]:
    """Every fingerprint of any record, what differs between the subjects counted once for each two states of it."""
    flat = [dict(_flat(record["fingerprints"])) for record in records]
    keys = dict.fromkeys(key for known in reversed(flat) for key in known)
    return [_along(key, [known.get(key) for known in flat]) for key in keys]


def _flat(known: Any) -> Iterator[tuple[Key, Mapping[str, Any]]]:
    for loss, modes in known.items():
        for mode, precisions in modes.items():
            for precision, each in precisions.items():
                yield (loss, mode, precision), each


def _along(key: Key, row: Sequence[Mapping[str, Any] | None]) -> Fingerprints:
    """States are numbered as they come; what was taken on other inputs than the newest's is none."""
    grid = next(each["grid"] for each in reversed(row) if each)
    known: dict[tuple[str, ...], int] = {}
    states: list[int | None] = []
    for each in row:
        fits = each is not None and each["grid"] == grid
        states.append(
            known.setdefault(tuple(each[part] for part in PARTS), len(known))
            if each and fits
            else None
        )
    texts = list(known)
    apart: dict[tuple[int, int], tuple[float, int]] = {}
    for new in range(len(texts)):
        for old in range(new):
            found = _apart(texts[old], texts[new])
            if found is not None:
                apart[old, new] = found
    return Fingerprints(key, states, apart, _numbers(texts))


def _apart(old: Sequence[str], new: Sequence[str]) -> tuple[float, int] | None:
    """The largest distance of values and slopes, and how many numbers differ; None for what can't be compared."""
    try:
        found = [distance(one, other) for one, other in zip(old, new)]
    except ValueError:
        return None
    return max(each.ulps for each in found), sum(each.differ for each in found)


def _numbers(texts: Sequence[Sequence[str]]) -> int:
    try:
        return sum(distance(part, part).of for part in texts[-1])
    except (ValueError, IndexError):
        return 0


def heats(
    known: Sequence[Fingerprints], ordered: Sequence[Subject], groups: Sequence[Group]
) -> list[Heat]:
    """A heat map for each precision in which any fingerprint drifted, float32 first; none of a single subject."""
    order = ["float32", *(each for each in PRECISIONS if each != "float32")]
    found = []
    for precision in order if len(ordered) > 1 else []:
        rows = [each for each in known if each.key[2] == precision]
        steps = {row.key: _steps(row, ordered) for row in rows}
        if any(steps.values()):
            label = f"How far {precision} losses lie from the subject before, in units in the last place"
            found.append(
                Heat(precision, Markup(_draw(rows, steps, ordered, groups, label)), _words(steps))
            )
    return found


def _steps(row: Fingerprints, ordered: Sequence[Subject]) -> dict[int, float]:
    """Of each subject that differs from the one before, how far."""
    found = {}
    for subject in ordered:
        since = before(ordered, subject.place)
        states = (
            (row.states[since], row.states[subject.place]) if since is not None else (None, None)
        )
        if None not in states and states[0] != states[1]:
            old, new = sorted(states)  # type: ignore[type-var] # no None among them
            ulps = row.apart.get((old, new), (0.0, 0))[0]  # type: ignore[arg-type]
            if ulps:
                found[subject.place] = ulps
    return found


def level(ulps: float) -> int:
    """Which colour a distance has: 1 to 4, 5 for one that is infinite."""
    return 5 if math.isinf(ulps) else sum(ulps >= least for least in _STEPS)


def _words(steps: Mapping[Key, Mapping[int, float]]) -> str:
    """How many of the rows ever drift, and which drifts most often."""
    moved = {key: row for key, row in steps.items() if row}
    most = max(moved, key=lambda key: len(moved[key]))
    return (
        f"{len(moved)} of {len(steps)} fingerprints change at all; most often {most[0].replace('_', ' ')} in "
        f"{most[1]} mode, at {len(moved[most])} of the subjects"
    )


def _draw(
    rows: Sequence[Fingerprints],
    steps: Mapping[Key, Mapping[int, float]],
    ordered: Sequence[Subject],
    groups: Sequence[Group],
    label: str,
) -> str:
    wide = _LEFT + _CELL * len(ordered) + _GAP * ordered[-1].group
    high = _TOP + _HIGH * len(rows) + _GAP * len({row.key[0] for row in rows})
    parts = [_heads(ordered, groups)]
    y, last = _TOP, ""
    for row in rows:
        loss, mode, _ = row.key
        if loss != last:
            y += _GAP if last else 0
            parts.append(f'<text x="0" y="{y + 11:g}">{escape(loss.replace("_", " "))}</text>')
        parts.append(f'<text class="mode" x="{_LEFT - 6:g}" y="{y + 11:g}">{escape(mode)}</text>')
        parts += _line(y, steps[row.key], ordered)
        y, last = y + _HIGH, loss
    return (
        f'<svg role="img" class="heat" viewBox="0 0 {wide:g} {high:g}" aria-label="{escape(label)}">'
        f"{''.join(parts)}</svg>"
    )


def _x(subject: Subject) -> float:
    return _LEFT + _CELL * subject.place + _GAP * subject.group


def _heads(ordered: Sequence[Subject], groups: Sequence[Group]) -> str:
    """The groups, and below them the versions, written upwards."""
    names = "".join(
        f'<text class="group" x="{_x(ordered[group.start]):g}" y="9">{escape(group.about)}</text>'
        for group in groups
    )
    return names + "".join(
        f'<text class="version" transform="translate({_x(each) + 11.5:g} {_TOP - 4:g}) rotate(-90)">'
        f"{escape(each.short)}</text>"
        for each in ordered
    )


def _line(y: float, steps: Mapping[int, float], ordered: Sequence[Subject]) -> Iterator[str]:
    """A rule for each group of subjects, and on it what drifted, as a coloured square with a digit."""
    for group in dict.fromkeys(each.group for each in ordered):
        own = [each for each in ordered if each.group == group]
        yield f'<path class="rule" d="M{_x(own[0]):g} {y + 7:g}H{_x(own[-1]) + _CELL:g}"/>'
    for place, ulps in steps.items():
        subject, which = ordered[place], level(ulps)
        far = "no finite number in one of them" if which == 5 else f"{ulps:,.0f} ULP"
        yield (
            f'<g class="l{which}"><title>{escape(subject.name)}: {far}</title>'
            f'<rect x="{_x(subject) + 1:g}" y="{y + 0.5:g}" width="15" height="14"/>'
            f'<text x="{_x(subject) + 8.5:g}" y="{y + 11.5:g}">{"∞" if which == 5 else which}</text></g>'
        )
