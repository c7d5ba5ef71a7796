"""The fixed inputs on which losses are measured.

Every number is a multiple of 1/128, so float32 holds it exactly and no error comes from the input itself.
"""

from __future__ import annotations

from dataclasses import dataclass

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
    steps = np.random.RandomState(seed).randint(
        round(low / STEP), round(high / STEP) + 1, (SAMPLES, columns)
    )
    return np.asarray(steps * STEP, np.float64)


def _rows_of_distributions(seed: int, columns: int = 3) -> Array:
    """Rows of positive probabilities in 64ths that sum to exactly 1."""
    cuts = np.random.RandomState(seed)
    rows = [
        np.sort(cuts.choice(np.arange(1, 64), columns - 1, replace=False)) for _ in range(SAMPLES)
    ]
    return (
        np.diff(np.hstack([np.zeros((SAMPLES, 1)), np.array(rows), np.full((SAMPLES, 1), 64)]))
        * STEP
    )


def _row_of_classes(seed: int) -> Array:
    return np.random.RandomState(seed).randint(0, 3, SAMPLES).astype(float)


def _off_kink(signs: Array, predictions: Array) -> Array:
    """Predictions moved by half a step where they would sit on a kink: at the margin, or on the target."""
    return np.where(signs * predictions == 1, predictions + STEP / 2, predictions)


def numbers(low: float) -> Batch:
    """Draw numbers from a least one to 4, no prediction on its target."""
    targets, predictions = _dyadic(low, 4, 1), _dyadic(low, 4, 2)
    return Batch(targets, np.where(targets == predictions, predictions + STEP / 2, predictions))


def signs() -> Batch:
    """Draw targets of -1 and +1, and predictions off the margin."""
    targets = np.sign(_dyadic(0, 1, 3) - 0.5 + STEP / 2)
    return Batch(targets, _off_kink(targets, _dyadic(-3, 3, 4)))


def bits() -> Batch:
    """Draw targets of 0 and 1, and probabilities."""
    return Batch((_dyadic(0, 1, 3) > 0.5).astype(float), _dyadic(STEP, 1 - STEP, 5))


def one_hot() -> Batch:
    """Draw rows with a single 1, and distributions."""
    return Batch(np.eye(3)[_row_of_classes(6).astype(int)], _rows_of_distributions(7))


def classes() -> Batch:
    """Draw class numbers, and distributions."""
    return Batch(_row_of_classes(6), _rows_of_distributions(7))


def distributions() -> Batch:
    """Draw distributions, for targets too."""
    return Batch(_rows_of_distributions(8), _rows_of_distributions(7))


def number_line(target: float, low: float, high: float, label: str, step: float = 4 * STEP) -> Line:
    """Move one prediction from low to high, the target staying."""
    # Half of 1/64 aside, so that no point of the line sits on a kink or at an end of (0, 1).
    x = np.arange(low, high, step) + STEP / 2
    column = x[:, None]
    return Line(x, np.full_like(column, target), column, np.ones(1), label)


def simplex_line(sparse: bool = False) -> Line:
    """Move the probability of the true class of three, the others sharing the rest."""
    x = np.arange(2 * STEP, 1, 2 * STEP)
    predictions = np.stack([x, (1 - x) / 2, (1 - x) / 2], axis=1)
    targets = np.zeros(len(x)) if sparse else np.tile([1.0, 0.0, 0.0], (len(x), 1))
    return Line(
        x, targets, predictions, np.array([1, -0.5, -0.5]), "probability given to the true class"
    )


# The ends of each domain, for fingerprints: exact in float32; in less, they are rounded before the loss sees them.
_ROWS, _OUTPUTS = 8, 5
_TINY = 2.0**-24
NUMBERS = np.array(
    [
        # On the margins and around them; zero; sure and wrong, and sure and right.
        [-1, 1, 1 - 2.0**-7, 1 + 2.0**-7, -1 - 2.0**-7],
        [0, -0.0, _TINY, -_TINY, 2.0**-10],
        [100, -100, 1024, -1024, 10],
        [0.5, -0.5, 0.75, -0.75, 0.25],
        [2, -2, 3, -3, 1.5],
        [0.1875, 0.3125, -0.6875, 0.9375, -0.0625],
        [1.25, -1.75, 2.625, -0.375, 7.5],
        [0.015625, -0.03125, 5, -6, 12.5],
    ]
)
PROBABILITIES = np.array(
    [
        # Sure and right, then sure and wrong: 0, 1, and as near as Keras clips, at 1e-7, a little less than 2⁻²³.
        [0, 1, 2.0**-23, 1 - 2.0**-23, _TINY],
        [0, 1, _TINY, 1 - _TINY, 2.0**-22],
        [0.5, 0.25, 0.75, 0.125, 0.875],
        [0.5, 0.25, 0.75, 0.125, 0.875],
        [0.0625, 0.9375, 0.1875, 0.8125, 0.3125],
        [0.0625, 0.9375, 0.1875, 0.8125, 0.3125],
        [0.6875, 0.4375, 0.5625, 0.03125, 0.96875],
        [0.015625, 0.984375, 0.375, 0.625, 2.0**-14],
    ]
)
DISTRIBUTIONS = np.array(
    [
        # Sure and right, sure and wrong, nearly so, and two that don't add up to 1.
        [1, 0, 0, 0, 0],
        [1, 0, 0, 0, 0],
        [2.0**-23, 1 - 2.0**-21, 2.0**-23, 2.0**-23, 2.0**-23],
        [0.25, 0.25, 0.25, 0.125, 0.125],
        [0.5, 0.25, 0.125, 0.0625, 0.0625],
        [0.03125, 0.0625, 0.125, 0.28125, 0.5],
        [0.5, 0.5, 0.5, 0.5, 0.5],
        [0.125, 0.0625, 0.0625, 0.125, 0.25],
    ]
)
CLASSES = np.array([0, 1, 0, 3, 0, 0, 2, 4])
SIGNS = np.where(np.arange(_ROWS * _OUTPUTS).reshape(_ROWS, _OUTPUTS) % 2 == 0, -1.0, 1.0)
SOFT = np.vstack([np.eye(_OUTPUTS)[CLASSES[:4]], DISTRIBUTIONS[[3, 4, 5, 4]]])
