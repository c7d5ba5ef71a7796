"""A study as a record holds it, read with care: what is missing or misshapen is left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping, Sequence

import numpy as np

from lossspec.core.arrays import Array
from lossspec.experiments.curves import PERCENTS
from lossspec.experiments.printed_figures import Printed

Study = Mapping[str, Any]
"""A study of a record, valid by its schema, or what `lossspec.experiments.study_summary.of_study` makes."""

_LARGEST = float(np.finfo(np.float32).max)
_COUNTED = {"": "as compiled", "class": "by the right class", "rounding": "by rounding"}


@dataclass(frozen=True)
class Band:
    """Quantiles by epoch: epochs ``(k,)``, and a row ``(k,)`` for each of `PERCENTS`."""

    epochs: Array
    rows: Array


@dataclass(frozen=True)
class Documented:
    """A document's figure: as printed, as a number, and half a unit of its last digit."""

    text: str
    value: float
    half_unit: float

    @property
    def short(self) -> str:
        """As printed, or three digits of it where many are."""
        return self.text if len(self.text) <= 8 else f"{self.value:.3g}"


@dataclass(frozen=True)
class End:
    """A measure on one part of the data at the end, counted in one way, or in ways that agree.

    Attributes:
        name: the measure's name in the record, of ways that agree the first.
        part: ``train`` or ``test``.
        counted: how the measure is counted; empty where there is one way.
        values: each run's figure, ``(n,)``.
        documented: the document's figure.
    """

    name: str
    part: str
    counted: str
    values: Array
    documented: Documented | None

    @property
    def finite(self) -> Array:
        """The figures that are finite numbers."""
        return np.asarray(self.values[np.isfinite(self.values)])

    @property
    def place(self) -> str:
        """How many runs end below the document's figure, and at it as far as it is printed."""
        if self.documented is None or not self.finite.size:
            return ""
        off, unit = self.finite - self.documented.value, self.documented.half_unit * (1 + 1e-9)
        below, at = int(np.sum(off < -unit)), int(np.sum(np.abs(off) <= unit))
        return f"{below} of {len(off)} runs below it{f', {at} at it' if at else ''}"


def numbers(values: Any) -> Array:
    """A record's numbers; empty when any is none, infinite where no float32 holds it."""
    try:
        array = np.array([float(value) for value in values], np.float64)
    except (TypeError, ValueError, OverflowError):
        return np.array([])
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(np.abs(array) > _LARGEST, np.copysign(np.inf, array), array))


def documented(text: str) -> Documented | None:
    """A printed figure read as a number; None for a text that is none."""
    printed = Printed(text)
    try:
        value, half_unit = float(printed), printed.half_unit
    except (ValueError, ArithmeticError):
        return None
    return Documented(text, value, half_unit) if abs(value) <= _LARGEST else None


def median(study: Study | None, part: str, name: str) -> float | None:
    """The median of a measure's finite figures at the end; None where there is none."""
    found = numbers(study["final"].get(part, {}).get(name, ())) if study else np.array([])
    found = found[np.isfinite(found)]
    return float(np.median(found)) if found.size else None


def measures(study: Study) -> list[str]:
    """The recipe's metric, and what else its document prints at the end."""
    printed = [key.partition(" ")[2] for key in study["documented"]]
    return list(dict.fromkeys([study["metric"], *(measure for measure in printed if measure)]))


def ends(study: Study, measure: str) -> list[End]:
    """A measure at the end, by part of the data and way to count it."""
    by_name: dict[str, dict[str, Array]] = {}
    for part, figures in study["final"].items():
        for name, values in figures.items():
            array = numbers(values)
            if name.partition(" by ")[0] == measure and array.size:
                by_name.setdefault(name, {})[part] = array
    ways: list[tuple[list[str], dict[str, Array]]] = []
    for name, parts in by_name.items():
        same = next((names for names, known in ways if _agree(known, parts)), None)
        if same is None:
            ways.append(([name], parts))
        else:
            same.append(name)
    return [
        End(
            name=names[0],
            part=part,
            counted=_counted(names) if len(ways) > 1 else "",
            values=parts[part],
            documented=documented(study["documented"].get(f"{part} {measure}", "")),
        )
        for part in study["final"]
        for names, parts in ways
        if part in parts
    ]


def _agree(one: Mapping[str, Array], other: Mapping[str, Array]) -> bool:
    """Whether two ways to count give every run the same figures."""
    return one.keys() == other.keys() and all(
        np.array_equal(one[part], other[part], equal_nan=True) for part in one
    )


def _counted(names: Sequence[str]) -> str:
    """``as compiled, by the right class``."""
    ways = [name.partition(" by ")[2] for name in names]
    return ", ".join(_COUNTED.get(way, f"by {way}") for way in ways)


def band(study: Study, measure: str) -> Band | None:
    """The quantiles of a measure by epoch, where the record has all five at every epoch."""
    curves = study["curves"]
    epochs = numbers(curves["epochs"])
    rows = dict(zip(numbers(curves["percents"]).tolist(), curves["measures"].get(measure, ())))
    wanted = [numbers(rows.get(percent)) for percent in PERCENTS]
    fits = epochs.size and np.all((epochs >= 1) & (epochs <= study["epochs"]))
    if not fits or any(len(row) != len(epochs) for row in wanted):
        return None
    return Band(epochs, np.stack(wanted))


def log(study: Study, measure: str) -> Array:
    """The document's figure of every epoch; empty where it prints none, or not of every one."""
    read = [documented(text) for text in study["log"].get(measure, ())]
    values = numbers([figure.value for figure in read if figure is not None])
    return values if len(values) == len(read) == study["epochs"] else np.array([])
