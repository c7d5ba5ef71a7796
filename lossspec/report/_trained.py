"""A study as a record holds it, read with care: what is missing or misshapen is None, and the page says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable, Mapping, Sequence
from urllib.parse import quote

import numpy as np

from lossspec.core.arrays import Array
from lossspec.experiments.printed_figures import Printed
from lossspec.report import _words

Study = Mapping[str, Any]
"""A study of a record, valid by its schema."""

PERCENTS = (2.5, 25.0, 50.0, 75.0, 97.5)
_LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class Band:
    """Quantiles by epoch: epochs ``(k,)``, and a row ``(k,)`` for each of `PERCENTS`."""

    epochs: Array
    rows: Array

    @property
    def median(self) -> Array:
        """The median of each epoch."""
        return np.asarray(self.rows[2])


@dataclass(frozen=True)
class Documented:
    """A document's figure: as printed, as a number, and half a unit of its last digit."""

    text: str
    value: float
    half_unit: float

    @property
    def short(self) -> str:
        """As printed, or three digits of it where many are."""
        return self.text if len(self.text) <= 8 else _words.number(self.value, digits=3)


@dataclass(frozen=True)
class End:
    """One part of the data at the end: each replicate's figure ``(n,)``, and the document's."""

    part: str
    values: Array
    documented: Documented | None

    @property
    def finite(self) -> Array:
        """The figures that are finite numbers."""
        return np.asarray(self.values[np.isfinite(self.values)])


@dataclass(frozen=True)
class Way:
    """One way to count the metric, or several that agree in every replicate."""

    measures: tuple[str, ...]
    ends: tuple[End, ...]

    def of(self, part: str) -> End | None:
        """Its figures for a part of the data."""
        return next((end for end in self.ends if end.part == part), None)


def anchor(name: str) -> str:
    """A recipe's place in the page; different for each name, and safe both as an id and behind a ``#``."""
    return "study-" + quote(name, safe="")


def numbers(values: Any) -> Array:
    """A record's numbers as an array; empty when any is none. What no float32 can hold is infinite."""
    try:
        array = np.array([float(each) for each in values], np.float64)
    except (TypeError, ValueError, OverflowError):
        return np.array([])
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(np.abs(array) > _LARGEST, np.copysign(np.inf, array), array))


def band(study: Study, measure: str) -> Band | None:
    """The quantiles of a measure by epoch, where the record has all five at every epoch."""
    curves = study["curves"]
    rows = dict(zip(numbers(curves["percents"]).tolist(), curves["measures"].get(measure, ())))
    epochs, wanted = numbers(curves["epochs"]), [numbers(rows.get(percent)) for percent in PERCENTS]
    if (
        not epochs.size
        or not np.all((epochs >= 1) & (epochs <= study["epochs"]))
        or any(len(row) != len(epochs) for row in wanted)
    ):
        return None
    return Band(epochs, np.stack(wanted))


def documented(text: str) -> Documented | None:
    """A printed figure read as a number; None for a text that is none."""
    printed = Printed(text)
    try:
        value, half_unit = float(printed), printed.half_unit
    except (ValueError, ArithmeticError):
        return None
    return Documented(text, value, half_unit) if abs(value) <= _LARGEST else None


def base(measure: str) -> str:
    """What a measure measures, however it counts: ``accuracy`` for ``accuracy by class``."""
    return measure.partition(" by ")[0]


def ways(study: Study, measure: str) -> list[Way]:
    """The ways in which the replicates' ``measure`` was counted at the end; those that never differ are one."""
    named: dict[str, list[End]] = {}
    for part, measures in study["final"].items():
        for name, values in measures.items():
            array = numbers(values)
            if base(name) == measure and array.size:
                printed = study["documented"].get(f"{part} {measure}")
                named.setdefault(name, []).append(End(part, array, documented(printed) if printed else None))
    gathered: list[Way] = []
    for name, ends in named.items():
        same = next((way for way in gathered if _agree(way.ends, ends)), None)
        if same is not None:
            gathered[gathered.index(same)] = Way((*same.measures, name), same.ends)
        else:
            gathered.append(Way((name,), tuple(ends)))
    return gathered


def _agree(one: Sequence[End], other: Sequence[End]) -> bool:
    """Whether two ways give every replicate the same figures."""
    return [end.part for end in one] == [end.part for end in other] and all(
        np.array_equal(a.values, b.values, equal_nan=True) for a, b in zip(one, other)
    )


def history(study: Study, which: str, measure: str) -> Array:
    """What one replicate's ``fit`` reported, by epoch; empty where the record has none, or not of every epoch."""
    values = numbers(study["runs"].get(which, {}).get("history", {}).get(measure, ()))
    return values if len(values) == study["epochs"] else np.array([])


def log(study: Study, measure: str) -> Array:
    """The document's own figure of every epoch; empty where it prints none, or not of every epoch."""
    read = [documented(text) for text in study["log"].get(measure, ())]
    values = numbers([each.value for each in read if each is not None])
    return values if len(values) == len(read) == study["epochs"] else np.array([])


def at_seed(study: Study, seed: int, part: str, measure: str) -> float | None:
    """One replicate's figure at the end, where the record tells which is which."""
    values = numbers(study["final"].get(part, {}).get(measure, ()))
    first, last = (min(study["seeds"], default=0), max(study["seeds"], default=-1))
    if not len(values) == study["n"] == last - first + 1 or not first <= seed <= last:
        return None
    return float(values[seed - first])


def parts(ways_to_count: Iterable[Way]) -> list[str]:
    """The parts of the data that any way has figures of, in their order."""
    return list(dict.fromkeys(end.part for way in ways_to_count for end in way.ends))
