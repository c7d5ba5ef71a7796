"""Step times along the subjects, in each mode."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import Mapping, NamedTuple, Sequence

import numpy as np
from markupsafe import Markup

from lossspec.backends.training import PARTS
from lossspec.compare.parts import along, flat
from lossspec.core.console import short
from lossspec.records.record_types import Record
from lossspec.report import words
from lossspec.report.across import GAP, Across
from lossspec.report.subjects import Group, Subject, before, origin

_WIDE, _LEFT, _RIGHT = 640.0, 60.0, 8.0
_HIGH, _TOP = 142.0, 8.0
_ASIDE = 0.28  # of a subject's width, from one mode's mark to the next
_SHAPES = (
    "M-3.4 0a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0-6.8 0z",
    "M-3-3h6v6h-6z",
    "M0-3.8 3.6 2.6h-7.2z",
)
"""Marks of the modes, told apart without their colour."""


class Key(NamedTuple):
    """What was timed."""

    loss: str
    part: str
    mode: str


class Step(NamedTuple):
    """A step's times along subjects, in multiples of zlib's."""

    key: Key
    multiples: Sequence[float | None]


class Extent(NamedTuple):
    """The least, median and most of losses, in seconds."""

    least: float
    median: float
    most: float


@dataclass(frozen=True)
class Panel:
    """One part, drawn and in words."""

    part: str
    title: str
    svg: Markup
    modes: Sequence[str]
    words: str


def steps(records: Sequence[Record]) -> list[Step]:
    """Every step that any record timed."""
    rows = along(flat(record["timings"].get("steps", {})) for record in records)
    return [Step(Key(*key), [t and float(t["zlib"]) for t in row]) for key, row in rows.items()]


def panels(
    every: Sequence[Step],
    records: Sequence[Record],
    ordered: Sequence[Subject],
    groups: Sequence[Group],
) -> list[Panel]:
    """A panel for each part that was timed, over the steps that all timed records have."""
    timed = [place for place, record in enumerate(records) if record["timings"]]
    if not timed:
        return []
    timings = [records[place]["timings"] for place in timed]
    # Else a median would jump where a record of more losses follows.
    common = [step for step in every if None not in [step.multiples[place] for place in timed]]
    # With the median of zlib's times, multiples of them read as the times of one machine.
    zlib = float(np.median([timing["yardsticks"]["zlib"]["seconds"] for timing in timings]))
    gaps = GAP * (len(groups) - 1)
    across = Across(ordered, groups, _LEFT, (_WIDE - _LEFT - _RIGHT - gaps) / len(ordered))
    found: list[Panel] = []
    for part, title in PARTS.items():
        rows: dict[str, list[Step]] = {}
        for step in common:
            if step.key.part == part:
                rows.setdefault(step.key.mode, []).append(step)
        if rows:
            extents = {mode: _extents(of_mode, zlib) for mode, of_mode in rows.items()}
            said = _words(rows, extents, ordered)
            svg = _draw(part, extents, across, shapes=not found)
            found.append(Panel(part, title, svg, list(rows), said))
    return found


def _extents(rows: Sequence[Step], zlib: float) -> list[Extent | None]:
    found: list[Extent | None] = []
    for multiples in zip(*(row.multiples for row in rows)):
        known = [value * zlib for value in multiples if value is not None]
        found.append(Extent(min(known), float(np.median(known)), max(known)) if known else None)
    return found


def _words(
    rows: Mapping[str, Sequence[Step]],
    extents: Mapping[str, Sequence[Extent | None]],
    ordered: Sequence[Subject],
) -> str:
    """The newest subject's times, against one upgraded from."""
    newest = ordered[-1].place
    now = {mode: row[newest] for mode, row in extents.items()}
    timed = [place for place in range(newest) if any(row[place] for row in extents.values())]
    then = next(filter(timed.__contains__, (origin(ordered), before(ordered, newest))), None)
    told = [
        f"{mode} {short(extent.median)}{_times(rows[mode], newest, then)}"
        for mode, extent in now.items()
        if extent
    ]
    if not told:
        return ""
    text = f"The median loss on {ordered[newest].name}: {', '.join(told)}"
    if then is None:
        return f"{text}."
    return (
        f"{text}; × is how many times as long as on {ordered[then].name}, "
        "in the median of the losses."
    )


def _times(rows: Sequence[Step], newest: int, then: int | None) -> str:
    """The median of each loss's own change."""
    pairs = [] if then is None else [(row.multiples[newest], row.multiples[then]) for row in rows]
    changes = [now / since for now, since in pairs if now is not None and since is not None]
    return f" (× {np.median(changes):.2g})" if changes else ""


def _draw(
    part: str, extents: Mapping[str, Sequence[Extent | None]], across: Across, *, shapes: bool
) -> Markup:
    """Draw medians and ranges on a logarithmic scale; the first drawing has all ``shapes``."""
    values = [value for row in extents.values() for extent in row if extent for value in extent]
    low, high = math.log10(min(values)) - 0.08, math.log10(max(values)) + 0.08

    def y(seconds: float) -> float:
        return _TOP + _HIGH * (high - math.log10(seconds)) / (high - low)

    marks = (f'<path id="mark:{place}" d="{shape}"/>' for place, shape in enumerate(_SHAPES))
    parts = [f"<defs>{''.join(marks)}</defs>"] if shapes else []
    for tick in _ticks(low, high):
        parts.append(f'<path class="rule" d="M{_LEFT:g} {y(tick):.1f}H{_WIDE - _RIGHT:g}"/>')
        parts.append(across.label(y(tick) + 3.5, short(tick)))
    for number, (mode, row) in enumerate(extents.items()):
        aside = (number - (len(extents) - 1) / 2) * _ASIDE * across.step
        shape = number % len(_SHAPES)
        parts.append(f'<g class="way-{shape + 1}">')
        for subject, extent in zip(across.ordered, row):
            if extent:
                x, (least, median, most) = across.x(subject) + aside, map(y, extent)
                about = escape(f"{subject.name}, {mode}: {short(extent.median)}")
                parts.append(
                    f"<g><title>{about}</title>"
                    f'<path class="range" d="M{x:.1f} {least:.1f}V{most:.1f}"/>'
                    f'<use href="#mark:{shape}" x="{x:.1f}" y="{median:.1f}"/></g>'
                )
        parts.append("</g>")
    label = f"What {part} takes on each subject: the median loss in each mode, with the extremes"
    return across.picture("medians steps", _TOP + _HIGH, label, parts)


def _ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 of each power of ten; powers alone if many."""
    heads = (1, 2, 5) if high - low < 2 else (1,)
    powers = range(math.floor(low), math.ceil(high) + 1)
    ticks = [head * 10.0**power for power in powers for head in heads]
    return [tick for tick in ticks if low <= math.log10(tick) <= high]


def timed_on(records: Sequence[Record]) -> str:
    """Where and when the steps were timed."""
    timings = [record["timings"] for record in records if record["timings"]]
    processors = ", ".join(dict.fromkeys(timing["processor"] for timing in timings))
    dates = sorted(timing["date"] for timing in timings)
    days = dict.fromkeys(words.date(date) for date in (dates[0], dates[-1])) if dates else ()
    return f"{processors}, {' to '.join(days)}"
