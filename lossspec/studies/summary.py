"""A study as a record holds it, read with care."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Sequence

import numpy as np

from lossspec.core.arrays import Array
from lossspec.experiments.curves import PERCENTS
from lossspec.records.record_types import Number, Study

_COUNTED = {"": "as compiled", "class": "by the right class", "rounding": "by rounding"}


class Band(NamedTuple):
    """Quantiles by epoch: epochs ``(k,)``, rows ``(k,)`` by `PERCENTS`."""

    epochs: Array
    rows: Array


class Documented(NamedTuple):
    """A document's figure, as printed and as number."""

    text: str
    value: float

    @property
    def short(self) -> str:
        """As printed, or three digits where many are."""
        return self.text if len(self.text) <= 8 else f"{self.value:.3g}"


@dataclass(frozen=True)
class End:
    """A measure on one part at the end, counted in one way.

    Of ways that agree, ``name`` is the first; ``counted`` is empty where there is one way;
    ``values`` are each run's, ``(n,)``.
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


def numbers(values: Sequence[Number]) -> Array:
    """A record's numbers as an array."""
    return np.array([float(value) for value in values], np.float64)


def documented(text: str) -> Documented | None:
    """Read a printed figure; None if it is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return Documented(text, value) if np.isfinite(value) else None


def median(study: Study | None, part: str, name: str) -> float | None:
    """The median of finite final figures, if any."""
    values = numbers(study["final"].get(part, {}).get(name, ())) if study else np.array([])
    values = values[np.isfinite(values)]
    return float(np.median(values)) if values.size else None


def measures(study: Study) -> list[str]:
    """The measures at the end: the metric, and others printed."""
    printed = [key.partition(" ")[2] for key in study["documented"]]
    return list(dict.fromkeys([study["metric"], *(measure for measure in printed if measure)]))


def ends(study: Study, measure: str) -> list[End]:
    """A measure's ends, by part and way to count."""
    by_name: dict[str, dict[str, Array]] = {}
    for part, figures in study["final"].items():
        for name, values in figures.items():
            if name.partition(" by ")[0] == measure and values:
                by_name.setdefault(name, {})[part] = numbers(values)
    ways: dict[str, list[str]] = {}
    for name, parts in by_name.items():
        same = next((first for first in ways if _agree(by_name[first], parts)), name)
        ways.setdefault(same, []).append(name)
    return [
        End(
            name=first,
            part=part,
            counted=_counted(names) if len(ways) > 1 else "",
            values=by_name[first][part],
            documented=documented(study["documented"].get(f"{part} {measure}", "")),
        )
        for part in study["final"]
        for first, names in ways.items()
        if part in by_name[first]
    ]


def _agree(one: dict[str, Array], other: dict[str, Array]) -> bool:
    return one.keys() == other.keys() and all(
        np.array_equal(one[part], other[part], equal_nan=True) for part in one
    )


def _counted(names: Sequence[str]) -> str:
    """``as compiled, by the right class``."""
    ways = [name.partition(" by ")[2] for name in names]
    return ", ".join(_COUNTED.get(way, f"by {way}") for way in ways)


def band(study: Study, measure: str) -> Band | None:
    """A measure's quantiles by epoch, where all are there."""
    curves = study["curves"]
    epochs = numbers(curves["epochs"])
    rows = dict(zip(numbers(curves["percents"]).tolist(), curves["measures"].get(measure, ())))
    wanted = [numbers(rows.get(percent, ())) for percent in PERCENTS]
    if not epochs.size or any(len(row) != len(epochs) for row in wanted):
        return None
    quantiles = np.stack(wanted)
    return Band(epochs, np.where(np.isfinite(quantiles), quantiles, np.nan))


def log(study: Study, measure: str) -> Array:
    """The document's figures by epoch; empty unless complete."""
    read = [documented(text) for text in study["log"].get(measure, ())]
    values = [figure.value for figure in read if figure is not None]
    return np.array(values if len(values) == len(read) == study["epochs"] else [])
