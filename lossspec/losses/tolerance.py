"""How far a float32 result may lie from the reference.

The argument is backward error (Higham, "Accuracy and Stability of Numerical Algorithms", 2002,
sections 1.5 and 1.6): a result is as good as float32 allows when it is the exact value for inputs
that are nearly the given ones. So a tolerance is how much the reference itself moves when its
predictions move that little, plus the roundings of the result.
"""

from __future__ import annotations

from typing import Callable

import numpy as np

from lossspec.core.arrays import Array, ArrayLike
from lossspec.losses import definition_of

UNIT_ROUNDOFF = 2.0**-24
"""Largest relative error of one correctly rounded float32 operation."""

KERAS_EPSILON = 1e-7
"""``keras.backend.epsilon()``: how far Keras clips away from 0 and 1, before a logarithm."""

OPERATIONS = 16
"""Roundings on the way from a prediction to its loss: at most 8 operations in any formula (clip,
normalise, add, logarithm, multiply, subtract, square, average), each of up to 2 units in the last
place, which is what the vectorised logarithms and hyperbolic tangents of Eigen and XLA promise."""

UNITS = {"float64": 2.0**-53, "float32": UNIT_ROUNDOFF, "float16": 2.0**-11, "bfloat16": 2.0**-8}
"""The unit roundoff of each precision: half the spacing of its numbers at 1."""


def rounding(scale: ArrayLike, operations: int = OPERATIONS, unit: float = UNIT_ROUNDOFF) -> Array:
    """The error that rounded operations leave in numbers."""
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
    """The tolerance of a loss or derivative, shaped alike.

    Each prediction is moved by the roundings of numbers as large as ``1 + |y|`` (the largest
    intermediate of all formulas) and, in losses that clip them, by Keras's epsilon twice (once
    clipped, once added); where Keras clips the targets too, they are moved by it as well. What the
    reference moves is added up. Of a loss that is what is left of larger terms, those round, too.

    Args:
        name: of the loss.
        function: its reference value or derivative.
        t: targets, as the function takes them.
        y: predictions ``(n, k)``, away from kinks and, where they are probabilities, farther inside
            (0, 1) than they are moved: ``2.2e-6`` in float32.
        unit: unit roundoff of what the loss is computed in.
        targets_round: whether that precision doesn't hold the targets ``(n, k)`` exactly; then they
            are moved too.
    """
    definition = definition_of(name)
    t, y = np.asarray(t, np.float64), np.asarray(y, np.float64)
    at_y = function(t, y)
    tolerance = rounding(at_y, unit=unit)
    if definition.cancels and function is definition.value:
        tolerance += rounding(definition.cancels(t, y), unit=unit)
    shift = rounding(1 + np.abs(y), unit=unit) + 2 * KERAS_EPSILON * definition.clips_predictions
    for column in range(y.shape[-1]):
        step = np.zeros_like(y)
        step[:, column] = shift[:, column]
        tolerance += np.maximum(*(np.abs(function(t, y + way * step) - at_y) for way in (-1, 1)))
        if definition.clips_targets or targets_round:
            moved = t.copy()
            moved[:, column] += KERAS_EPSILON * definition.clips_targets
            moved[:, column] += rounding(t[:, column], unit=unit) * targets_round
            tolerance += np.abs(function(moved, y) - at_y)
    return tolerance


def of_zero(name: str, outputs: int) -> float:
    """How far a loss of perfect predictions may lie from 0.

    A probability of 1 is clipped to ``1 - epsilon`` and the others from 0 to epsilon; if then
    divided by their sum, the true class keeps at least ``1 - outputs (epsilon + rounding)``, of
    which the logarithm is taken. Where the target is clipped as well, what is left cancels.
    """
    definition = definition_of(name)
    clips = definition.clips_predictions and not definition.clips_targets
    return float(-np.log1p(-max(outputs, 2) * (KERAS_EPSILON + UNIT_ROUNDOFF))) if clips else 0.0
