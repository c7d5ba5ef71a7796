"""The fixed inputs on which losses are measured.

Every number is a multiple of 1/128, so float32 holds it exactly and no error comes from the input itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

import numpy as np

from lossspec.core.arrays import Array

SAMPLES = 24
STEP = 1 / 64


@dataclass(frozen=True)
class Batch:
    """Targets ``(n, k)`` (class numbers ``(n,)`` for the sparse loss) and predictions ``(n, k)``."""

    targets: Array
    predictions: Array


@dataclass(frozen=True)
class Line:
    """Predictions along a straight line, one target throughout: what a drawing of a loss shows.

    Attributes:
        x: position on the line, ``(n,)``: the prediction itself, or the probability given to the true class.
        targets: ``(n, k)``, or class numbers ``(n,)``.
        predictions: ``(n, k)``.
        direction: ``(k,)``: how the predictions move with ``x``. Along it, a derivative by ``x`` is
            ``gradient @ direction``; for probabilities it stays on the simplex, where alone the cross-entropies
            are defined.
        label: what ``x`` is, for the axis.
    """

    x: Array
    targets: Array
    predictions: Array
    direction: Array
    label: str


def _dyadic(low: float, high: float, seed: int, columns: int = 3) -> Array:
    steps = np.random.RandomState(seed).randint(round(low / STEP), round(high / STEP) + 1, (SAMPLES, columns))
    return np.asarray(steps * STEP, np.float64)


def _distributions(seed: int, columns: int = 3) -> Array:
    """Rows of positive probabilities in 64ths that sum to exactly 1."""
    cuts = np.random.RandomState(seed)
    rows = [np.sort(cuts.choice(np.arange(1, 64), columns - 1, replace=False)) for _ in range(SAMPLES)]
    return np.diff(np.hstack([np.zeros((SAMPLES, 1)), np.array(rows), np.full((SAMPLES, 1), 64)])) * STEP


def _classes(seed: int) -> Array:
    return np.random.RandomState(seed).randint(0, 3, SAMPLES).astype(float)


def _off_kink(signs: Array, predictions: Array) -> Array:
    """Predictions moved by half a step where they would sit on a kink: at the margin, or on the target."""
    return np.where(signs * predictions == 1, predictions + STEP / 2, predictions)


def _real(low: float) -> Batch:
    targets, predictions = _dyadic(low, 4, 1), _dyadic(low, 4, 2)
    return Batch(targets, np.where(targets == predictions, predictions + STEP / 2, predictions))


def _signs() -> Batch:
    targets = np.sign(_dyadic(0, 1, 3) - 0.5 + STEP / 2)
    return Batch(targets, _off_kink(targets, _dyadic(-3, 3, 4)))


def _binary() -> Batch:
    return Batch((_dyadic(0, 1, 3) > 0.5).astype(float), _dyadic(STEP, 1 - STEP, 5))


_BATCHES: dict[str, Callable[[], Batch]] = {
    "mean_squared_error": lambda: _real(-4),
    "mean_squared_logarithmic_error": lambda: _real(STEP),
    "mean_absolute_error": lambda: _real(-4),
    "binary_crossentropy": _binary,
    "hinge": _signs,
    "squared_hinge": _signs,
    "categorical_crossentropy": lambda: Batch(np.eye(3)[_classes(6).astype(int)], _distributions(7)),
    "sparse_categorical_crossentropy": lambda: Batch(_classes(6), _distributions(7)),
    "kullback_leibler_divergence": lambda: Batch(_distributions(8), _distributions(7)),
}


def batch(name: str) -> Batch:
    """A batch in the domain of the loss of that documented name, kinks and the ends of (0, 1) left out."""
    return _BATCHES[name]()


def _scalar_line(target: float, low: float, high: float, label: str, step: float = 4 * STEP) -> Line:
    # Half of 1/64 aside, so that no point of the line sits on a kink or at an end of (0, 1).
    x = np.arange(low, high, step) + STEP / 2
    column = x[:, None]
    return Line(x, np.full_like(column, target), column, np.ones(1), label)


def _simplex_line(sparse: bool) -> Line:
    x = np.arange(2 * STEP, 1, 2 * STEP)
    predictions = np.stack([x, (1 - x) / 2, (1 - x) / 2], axis=1)
    targets = np.zeros(len(x)) if sparse else np.tile([1.0, 0.0, 0.0], (len(x), 1))
    return Line(x, targets, predictions, np.array([1, -0.5, -0.5]), "probability given to the true class")


_LINES: dict[str, Callable[[], Line]] = {
    "mean_squared_error": lambda: _scalar_line(0, -3, 3, "prediction, target 0"),
    "mean_squared_logarithmic_error": lambda: _scalar_line(1, 0, 6, "prediction, target 1"),
    "mean_absolute_error": lambda: _scalar_line(0, -3, 3, "prediction, target 0"),
    "binary_crossentropy": lambda: _scalar_line(1, 0, 1, "predicted probability of class 1, target 1", 2 * STEP),
    "hinge": lambda: _scalar_line(1, -2, 3, "prediction, target +1"),
    "squared_hinge": lambda: _scalar_line(1, -2, 3, "prediction, target +1"),
    "categorical_crossentropy": lambda: _simplex_line(sparse=False),
    "sparse_categorical_crossentropy": lambda: _simplex_line(sparse=True),
    "kullback_leibler_divergence": lambda: _simplex_line(sparse=False),
}


def line(name: str) -> Line:
    """The line along which the loss of that documented name is measured and drawn."""
    return _LINES[name]()
