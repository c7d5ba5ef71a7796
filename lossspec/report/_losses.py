"""The losses as the gallery shows them: their formulas, and what was measured of them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, Mapping, Sequence

import numpy as np

from lossspec.core.arrays import Array
from lossspec.losses import Definition, definition_of

CURVES = ("loss", "slope")


@dataclass(frozen=True)
class Measured:
    """One measured curve: what (``loss`` or ``slope``), in which mode, and its points, ``(n,)`` each."""

    what: str
    mode: str
    x: Array
    y: Array


def formulas(loss: Definition) -> list[str]:
    """Give the formulas of value and derivative, from their own docstrings."""
    documented = [function.__doc__ or "" for function in (loss.value, loss.derivative)]
    return [_formula(text) for text in documented if text]


def measured(entry: Mapping[str, Any]) -> list[Measured]:
    """The curves that a claim's cases measured for a drawing; numbers that JSON has no sign for are read back."""
    return [
        _measured(curve, case["mode"] or "")
        for case in entry["evidence"]
        for curve in case["curves"]
        if curve["what"] in CURVES
    ]


def reference_at(name: str, what: str, x: Array) -> Array:
    """The reference's loss, or slope, in float64 at positions ``x`` of that loss's line.

    Args:
        name: the loss's documented name.
        what: ``loss`` or ``slope``, the derivative along the line.
        x: positions, ``(n,)``; outside the loss's domain the result is NaN.
    """
    reference = definition_of(name)
    line = reference.line()
    predictions = line.predictions[0] + np.outer(x - line.x[0], line.direction)
    targets = np.repeat(line.targets[:1], len(x), axis=0)
    with np.errstate(all="ignore"):
        if what == "loss":
            return np.asarray(reference.value(targets, predictions))
        return np.asarray(reference.derivative(targets, predictions) @ line.direction)


def deviation(name: str, what: str, curves: Sequence[Measured]) -> float:
    """The farthest that any measured point lies from the reference; infinite where one is no number.

    NaN when there is no point at all.
    """
    offs = [
        np.abs(_as_stored(each.y) - _as_stored(reference_at(name, what, each.x)))
        for each in curves
        if each.what == what
    ]
    together = np.concatenate(offs) if offs else np.array([])
    if together.size == 0:
        return math.nan
    return float(np.max(np.where(np.isnan(together), np.inf, together)))


def points(curves: Sequence[Measured]) -> dict[str, int]:
    """How many points of the loss each mode measured."""
    return {each.mode: len(each.x) for each in curves if each.what == "loss"}


def _as_stored(values: Array) -> Array:
    """Rounded to the digits that a record keeps, so that its rounding doesn't pass for the subject's."""
    return np.array([float(f"{value:.9g}") for value in values])


def _measured(curve: Mapping[str, Any], mode: str) -> Measured:
    pairs = list(zip(curve["x"], curve["y"]))
    x, y = (np.array([float(pair[axis]) for pair in pairs], np.float64) for axis in (0, 1))
    return Measured(curve["what"], mode, x, y)


def _formula(documented: str) -> str:
    """A docstring's formula: up to its first full stop or comment, with the minus sign of print."""
    formula = re.split(r"\.\s|\.$|[:;]\s", documented.strip(), maxsplit=1)[0]
    return re.sub(r"(?<![a-z])-|-(?![a-z])", "−", formula)
