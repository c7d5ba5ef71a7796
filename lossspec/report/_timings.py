"""Step times along the subjects: what a part of a training step takes with the nine losses, in each mode."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import Any, Callable, Iterator, Mapping, Sequence, Tuple

import numpy as np
from markupsafe import Markup

from lossspec.backends.training import PARTS
from lossspec.core.console import short
from lossspec.records.record import Record
from lossspec.report import _words
from lossspec.report._across import FEET, SHAPES, Across, picture
from lossspec.report._subjects import Subject, before, origin

_HIGH, _TOP = 142.0, 8.0
_ASIDE = 0.28  # of a subject's width, from one mode's mark to the next

Key = tuple[str, str, str]
"""A loss, a part and a mode."""

Extent = Tuple[float, float, float]
"""The least, the median and the most of the losses."""


@dataclass(frozen=True)
class Step:
    """One step along the subjects: how many times zlib's it takes; None of a subject that wasn't timed."""

    key: Key
    multiples: Sequence[float | None]


@dataclass(frozen=True)
class Panel:
    """One part: its name, its drawing, what the shapes are, and what to see."""

    part: str
    title: str
    svg: Markup
    keys: Sequence[tuple[str, str]]
    words: str


@dataclass(frozen=True)
class Row:
    """A loss on the newest subject: of each part and mode its time, and how many times the subject before's."""

    loss: str
    cells: Sequence[tuple[str, str]]


def steps(records: Sequence[Record]) -> list[Step]:
    """Every step that any record timed."""
    flat = [dict(_flat(record["timings"])) for record in records]
    keys = dict.fromkeys(key for known in reversed(flat) for key in known)
    return [Step(key, [known.get(key) for known in flat]) for key in keys]


def _flat(timings: Mapping[str, Any]) -> Iterator[tuple[Key, float]]:
    for loss, parts in timings.get("steps", {}).items():
        for part, modes in parts.items():
            for mode, entry in modes.items():
                yield (loss, part, mode), entry["zlib"]


def unit(records: Sequence[Record]) -> float:
    """What zlib takes, in seconds: the median of the records, so that multiples of it read as times of one machine."""
    return float(
        np.median(
            [
                each["timings"]["yardsticks"]["zlib"]["seconds"]
                for each in records
                if each["timings"]
            ]
        )
    )


def panels(every: Sequence[Step], records: Sequence[Record], across: Across) -> list[Panel]:
    """A panel for each part that was timed on any subject; none where nothing was."""
    found = []
    for part, title in PARTS.items():
        modes = list(dict.fromkeys(step.key[2] for step in every if step.key[1] == part))
        if modes:
            scale = unit(records)
            rows = {
                mode: [step for step in every if step.key[1:] == (part, mode)] for mode in modes
            }
            svg = Markup(_draw(part, rows, scale, across))  # noqa: S704 # escaped where it is made
            keys = [(f"way-{number % len(SHAPES) + 1}", mode) for number, mode in enumerate(modes)]
            found.append(Panel(part, title, svg, keys, _said(rows, scale, across.ordered)))
    return found


def _extent(rows: Sequence[Step], place: int) -> Extent | None:
    """The least, the median and the most of the losses on a subject."""
    known = [value for row in rows for value in [row.multiples[place]] if value is not None]
    return (min(known), float(np.median(known)), max(known)) if known else None


def _said(rows: Mapping[str, Sequence[Step]], scale: float, ordered: Sequence[Subject]) -> str:
    """What the newest subject takes with the median loss, and how many times as long as on another losses take."""
    newest = ordered[-1]
    then = _then(rows, ordered)
    said = []
    for mode, of_mode in rows.items():
        now, times = _extent(of_mode, newest.place), _times(of_mode, newest, then) if then else ""
        if now is not None:
            said.append(f"{mode} {short(now[1] * scale)}{times}")
    beside = (
        f"; × is how many times as long as on {then.name}, in the median of the losses"
        if then
        else ""
    )
    return f"The median loss on {newest.name}: {', '.join(said)}{beside}." if said else ""


def _times(rows: Sequence[Step], newest: Subject, then: Subject) -> str:
    """The median of each loss's own change: the loss that is in the middle may be another one on each subject."""
    pairs = [(row.multiples[newest.place], row.multiples[then.place]) for row in rows]
    changes = [now / since for now, since in pairs if now is not None and since is not None]
    return f" (× {np.median(changes):.2g})" if changes else ""


def _then(rows: Mapping[str, Sequence[Step]], ordered: Sequence[Subject]) -> Subject | None:
    """What the newest is set beside: where an upgrade to it comes from, else the one before it, if that was timed."""
    for place in (origin(ordered), before(ordered, ordered[-1].place)):
        if place is not None and any(_extent(of_mode, place) for of_mode in rows.values()):
            return ordered[place]
    return None


def _draw(part: str, rows: Mapping[str, Sequence[Step]], scale: float, across: Across) -> str:
    """Of each subject and mode the median of the losses, and a line from the least to the most, over a log scale."""
    extents = {
        mode: [_extent(of_mode, each.place) for each in across.ordered]
        for mode, of_mode in rows.items()
    }
    values = [
        value * scale for row in extents.values() for extent in row if extent for value in extent
    ]
    low, high = math.log10(min(values)) - 0.08, math.log10(max(values)) + 0.08

    def y(multiple: float) -> float:
        return _TOP + _HIGH * (high - math.log10(multiple * scale)) / (high - low)

    parts = [across.rule(y(at / scale), short(at)) for at in _ticks(low, high)]
    for number, (mode, row) in enumerate(extents.items()):
        aside = (number - (len(extents) - 1) / 2) * _ASIDE * across.step
        marks = [
            _mark(
                f"{each.name}, {mode}: {short(extent[1] * scale)}",
                across.x(each) + aside,
                extent,
                y,
                number,
            )
            for each, extent in zip(across.ordered, row)
            if extent
        ]
        parts.append(f'<g class="way-{number % len(SHAPES) + 1}">{"".join(marks)}</g>')
    parts.append(across.feet(_TOP + _HIGH))
    label = f"What {part} takes on each subject: the median loss in each mode, and the quickest and slowest"
    return picture("medians steps", _TOP + _HIGH + FEET, label, parts)


def _mark(about: str, x: float, extent: Extent, y: Callable[[float], float], number: int) -> str:
    least, median, most = map(y, extent)
    return (
        f'<g><title>{escape(about)}</title><path class="range" d="M{x:.1f} {least:.1f}V{most:.1f}"/>'
        f'<path transform="translate({x:.1f} {median:.1f})" d="{SHAPES[number % len(SHAPES)]}"/></g>'
    )


def _ticks(low: float, high: float) -> list[float]:
    """Round times between two powers of ten: 1, 2 and 5 of each, or the powers alone where these are many."""
    heads = (1, 2, 5) if high - low < 2 else (1,)
    powers = range(math.floor(low), math.ceil(high) + 1)
    return [
        head * 10.0**power
        for power in powers
        for head in heads
        if low <= math.log10(head) + power <= high
    ]


def table(
    every: Sequence[Step], records: Sequence[Record], ordered: Sequence[Subject]
) -> tuple[list[str], list[Row]]:
    """The newest subject's steps: a heading for each part and mode, and a row for each loss."""
    place = ordered[-1].place
    timed = {step.key: step for step in every if step.multiples[place] is not None}
    columns = list(dict.fromkeys(key[1:] for key in timed))
    since, scale = before(ordered, place), unit(records) if timed else 0.0
    rows = []
    for loss in dict.fromkeys(key[0] for key in timed):
        of_loss = (timed.get((loss, *column)) for column in columns)
        rows.append(
            Row(loss.replace("_", " "), [_cell(step, place, since, scale) for step in of_loss])
        )
    return [", ".join(column) for column in columns], rows


def _cell(step: Step | None, place: int, since: int | None, scale: float) -> tuple[str, str]:
    now = step.multiples[place] if step else None
    if step is None or now is None:
        return "", ""
    then = None if since is None else step.multiples[since]
    return short(now * scale), f"× {now / then:.2g}" if then else ""


@dataclass(frozen=True)
class Timed:
    """The section: where the steps were timed, a panel for each part, and the newest subject's table."""

    on: str
    panels: Sequence[Panel]
    columns: Sequence[str]
    rows: Sequence[Row]
    since: str


def timed(every: Sequence[Step], records: Sequence[Record], across: Across) -> Timed | None:
    """The section; None where no record holds step times."""
    if not every:
        return None
    ordered = across.ordered
    columns, rows = table(every, records, ordered)
    since = before(ordered, ordered[-1].place)
    there = since is not None and any(ratio for row in rows for _, ratio in row.cells)
    return Timed(
        timed_on(records),
        panels(every, records, across),
        columns,
        rows,
        ordered[since or 0].name if there else "",
    )


def timed_on(records: Sequence[Record]) -> str:
    """Where and when the steps were timed: processors and dates."""
    timings = [record["timings"] for record in records if record["timings"]]
    processors = ", ".join(dict.fromkeys(each["processor"] for each in timings))
    dates = sorted(each["date"] for each in timings)
    days = dict.fromkeys(_words.date(each) for each in (dates[0], dates[-1]))
    return f"{processors}, {' to '.join(days)}"
