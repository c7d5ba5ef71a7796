"""A study along the subjects: the median of its metric on the test data, in each way to count, as a drawing."""

from __future__ import annotations

import math
from typing import Sequence

import numpy as np

from lossspec.records.record import Record
from lossspec.report import _study_words as says
from lossspec.report._across import FEET, LEFT, RIGHT, SHAPES, WIDE, Across, picture
from lossspec.report._subjects import Group, Subject
from lossspec.report._trained import Study, documented, ways

_HIGH, _TOP = 100.0, 10.0

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


def draw(name: str, study: Study, rows: Sequence[Row], ordered: Sequence[Subject], groups: Sequence[Group]) -> str:
    """The medians over the subjects, over the document's figure as a line, as an ``<svg>`` element."""
    printed = documented(study["documented"].get(f"test {study['metric']}", ""))
    values = [value for _, row in rows for value in row if value is not None]
    values += [printed.value] if printed else []
    low, high = _ends(values)
    across = Across(ordered, groups)

    def y(value: float) -> float:
        return _TOP + _HIGH * (high - value) / (high - low)

    parts = [across.rule(y(at), says.short(at)) for at in _ticks(low, high)]
    if printed:
        parts.append(f'<path class="printed" d="M{LEFT:g} {y(printed.value):.1f}H{WIDE - RIGHT:g}"/>')
    for number, (_, row) in enumerate(rows):
        dots = "".join(
            f'<path transform="translate({across.x(subject):.1f} {y(value):.1f})" d="{SHAPES[number % len(SHAPES)]}"/>'
            for subject, value in zip(ordered, row)
            if value is not None
        )
        parts.append(f'<g class="way-{number % len(SHAPES) + 1}">{dots}</g>')
    parts.append(across.feet(_TOP + _HIGH))
    label = f"{name}: the median test {study['metric']} on each subject"
    return picture("medians", _TOP + _HIGH + FEET, label, parts)


def _ends(values: Sequence[float]) -> tuple[float, float]:
    """A little more than the values, and never so little that rounding looks like a change: 2 % of the largest."""
    low, high = min(values), max(values)
    least = 0.02 * max(abs(low), abs(high)) or 0.02
    more = max(0.08 * (high - low), (least - (high - low)) / 2)
    return low - more, high + more


def _ticks(low: float, high: float) -> list[float]:
    """Two to six round numbers between two ends."""
    raw = (high - low) / 5
    power = 10 ** math.floor(math.log10(raw))
    step = next(power * each for each in (1, 2, 5, 10) if power * each >= raw)
    return [step * each for each in range(math.ceil(low / step), math.floor(high / step) + 1)]
