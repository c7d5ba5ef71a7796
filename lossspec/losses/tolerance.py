"""How far a float32 result may lie from the float64 reference: derived, never tuned.

The argument is backward error (Higham, "Accuracy and Stability of Numerical Algorithms", 2002, sections 1.5
and 1.6): a result is as good as float32 allows when it is the exact value for inputs that are nearly the
given ones. So a tolerance is how much the reference itself moves when its predictions move that little, plus
the roundings of the result.
"""

from __future__ import annotations

from typing import Callable

import numpy as np

from lossspec.core.arrays import Array, ArrayLike
from lossspec.losses import DEFINITIONS

UNIT_ROUNDOFF = 2.0**-24
"""Largest relative error of one correctly rounded float32 operation."""

KERAS_EPSILON = 1e-7
"""``keras.backend.epsilon()``: how far Keras moves a probability or logarithm's argument away from 0 and 1."""

OPERATIONS = 16
"""Roundings on the way from a prediction to its loss: at most 8 operations in any of the nine formulas (clip,
normalise, add, logarithm, multiply, subtract, square, average), each of up to 2 units in the last place, which
is what the vectorised logarithms and hyperbolic tangents of Eigen and XLA promise."""

USES_EPSILON = frozenset(each.name for each in DEFINITIONS.values() if each.clips_predictions)
"""The losses with a logarithm in them, before which Keras clips by its epsilon."""

CLIPS_TARGETS = frozenset(each.name for each in DEFINITIONS.values() if each.clips_targets)
"""The losses that take the logarithm of the target as well."""

UNITS = {"float64": 2.0**-53, "float32": UNIT_ROUNDOFF, "float16": 2.0**-11, "bfloat16": 2.0**-8}
"""The same of each precision: half the spacing of its numbers at 1."""


def rounding(scale: ArrayLike, operations: int = OPERATIONS, unit: float = UNIT_ROUNDOFF) -> Array:
    """The error that many operations, of float32 unless told, can leave in a result made from numbers of that size."""
    return operations * unit * np.abs(np.asarray(scale, np.float64))


def of_loss(
    name: str,
    function: Callable[[Array, Array], Array],
    t: ArrayLike,
    y: ArrayLike,
    unit: float = UNIT_ROUNDOFF,
    *,
    targets_round: bool = False,
) -> Array:
    """The tolerance of a loss (or its derivative) at predictions ``y``, shape as the function's result.

    Each prediction is moved by the roundings of numbers as large as ``1 + |y|`` (the largest intermediate of
    all nine formulas) and, in losses that use it, by Keras's epsilon twice (once clipped, once added); where
    Keras clips the targets too, they are moved by it as well. What the reference moves is added up.

    Args:
        name: the loss's documented name.
        function: its reference value or derivative.
        t: targets, as the function takes them.
        y: predictions ``(n, k)``, away from kinks and, where they are probabilities, farther inside (0, 1) than they
            are moved: ``2.2e-6`` in float32.
        unit: unit roundoff of what the loss is computed in.
        targets_round: whether that precision doesn't hold the targets ``(n, k)`` exactly; then they are moved too.
    """
    t, y = np.asarray(t, np.float64), np.asarray(y, np.float64)
    at_y = function(t, y)
    tolerance = rounding(at_y, unit=unit)
    shift = rounding(1 + np.abs(y), unit=unit) + (
        2 * KERAS_EPSILON if name in USES_EPSILON else 0.0
    )
    for column in range(y.shape[-1]):
        step = np.zeros_like(y)
        step[:, column] = shift[:, column]
        tolerance += np.maximum(*(np.abs(function(t, y + way * step) - at_y) for way in (-1, 1)))
        if name in CLIPS_TARGETS or targets_round:
            moved = t.copy()
            moved[:, column] += KERAS_EPSILON if name in CLIPS_TARGETS else 0.0
            moved[:, column] += rounding(t[:, column], unit=unit) if targets_round else 0.0
            tolerance += np.abs(function(moved, y) - at_y)
    return tolerance


def of_zero(name: str, outputs: int) -> float:
    """How far a loss of perfect predictions may lie from 0: exactly 0 but where Keras clips probabilities.

    A probability of 1 is clipped to ``1 - epsilon`` and the others from 0 to epsilon; if then divided by their
    sum, the true class keeps at least ``1 - outputs (epsilon + rounding)``, of which the logarithm is taken.
    """
    clips = name in USES_EPSILON - CLIPS_TARGETS
    return float(-np.log1p(-max(outputs, 2) * (KERAS_EPSILON + UNIT_ROUNDOFF))) if clips else 0.0
