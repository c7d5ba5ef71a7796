"""A study along the subjects: the median of its metric on the test data, in each way to count, as a drawing."""

from __future__ import annotations

import math
from html import escape
from typing import Sequence

import numpy as np

from lossspec.record import Record
from lossspec.report import _study_words as says
from lossspec.report._subjects import Subject
from lossspec.report._trained import Study, documented, ways

_WIDE, _HIGH, _LEFT, _RIGHT, _TOP, _BOTTOM = 640.0, 150.0, 52.0, 8.0, 10.0, 40.0
_GAP = 7.0
SHAPES = ("M-3.4 0a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0-6.8 0z", "M-3-3h6v6h-6z", "M0-3.8 3.6 2.6h-7.2z")
SHAPE_NAMES = ("dot", "square", "triangle")
"""Marks of up to three rows, told apart without their colour."""

Row = tuple[str, list[float | None]]
"""A way to count, and the median of each subject; None for one without the study."""


def medians(name: str, records: Sequence[Record]) -> list[Row]:
    """The median of the metric on the test data, of every way to count that the newest study tells apart."""
    having = [record["studies"][name] for record in records if name in record["studies"]]
    counted = ways(having[-1], having[-1]["metric"])
    rows = []
    for way in counted if len(having) > 1 else []:
        values = [_median(record["studies"].get(name), way.measures[0]) for record in records]
        if any(value is not None for value in values):
            rows.append((says.counted(way) if len(counted) > 1 else "", values))
    return rows


def _median(study: Study | None, measure: str) -> float | None:
    """The median of the finite figures; None where there is none."""
    if study is None:
        return None
    for way in ways(study, measure.partition(" by ")[0]):
        end = way.of("test") if measure in way.measures else None
        if end is not None and end.finite.size:
            return float(np.median(end.finite))
    return None


def draw(name: str, study: Study, rows: Sequence[Row], ordered: Sequence[Subject]) -> str:
    """The medians over the subjects, over the document's figure as a line, as an ``<svg>`` element."""
    printed = documented(study["documented"].get(f"test {study['metric']}", ""))
    values = [value for _, row in rows for value in row if value is not None]
    values += [printed.value] if printed else []
    low, high = _ends(values)
    step = (_WIDE - _LEFT - _RIGHT - _GAP * ordered[-1].group) / len(ordered)

    def x(subject: Subject) -> float:
        return _LEFT + step * (subject.place + 0.5) + _GAP * subject.group

    def y(value: float) -> float:
        return _TOP + (_HIGH - _TOP - _BOTTOM) * (high - value) / (high - low)

    parts = [
        f'<path class="rule" d="M{_LEFT:g} {y(at):.1f}H{_WIDE - _RIGHT:g}"/>'
        f'<text class="value" x="{_LEFT - 6:g}" y="{y(at) + 3.5:.1f}">{says.short(at)}</text>'
        for at in _ticks(low, high)
    ]
    if printed:
        parts.append(f'<path class="printed" d="M{_LEFT:g} {y(printed.value):.1f}H{_WIDE - _RIGHT:g}"/>')
    for number, (_, row) in enumerate(rows):
        shape = SHAPES[number % len(SHAPES)]
        dots = "".join(
            f'<path transform="translate({x(subject):.1f} {y(value):.1f})" d="{shape}"/>'
            for subject, value in zip(ordered, row)
            if value is not None
        )
        parts.append(f'<g class="way-{number % len(SHAPES) + 1}">{dots}</g>')
    parts += [
        f'<text class="version" transform="translate({x(each) + 3.5:.1f} {_HIGH - _BOTTOM + 30:g}) rotate(-90)">'
        f"{escape(each.short)}</text>"
        for each in ordered
    ]
    label = escape(f"{name}: the median test {study['metric']} on each subject")
    opening = f'<svg role="img" class="medians" viewBox="0 0 {_WIDE:g} {_HIGH:g}" aria-label="{label}">'
    return f"{opening}{''.join(parts)}</svg>"


def _ends(values: Sequence[float]) -> tuple[float, float]:
    """A little more than the values, and never so little that rounding looks like a change: 2 % of the largest."""
    low, high = min(values), max(values)
    least = 0.02 * max(abs(low), abs(high)) or 0.02
    more = max(0.08 * (high - low), (least - (high - low)) / 2)
    return low - more, high + more


def _ticks(low: float, high: float) -> list[float]:
    """Two to six round numbers between two ends."""
    raw = (high - low) / 3
    power = 10 ** math.floor(math.log10(raw))
    step = next(power * each for each in (1, 2, 5, 10) if power * each >= raw)
    return [step * each for each in range(math.ceil(low / step), math.floor(high / step) + 1)]
