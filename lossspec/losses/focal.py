"""Focal losses: cross-entropies in which what is predicted well counts less."""

from __future__ import annotations

import numpy as np
from scipy.special import xlogy

from lossspec.core.arrays import Array, ArrayLike
from lossspec.losses import inputs
from lossspec.losses.definition import Definition, Domain, arrays
from lossspec.losses.inputs import Batch

GAMMA, ALPHA = 2.0, 0.25
"""Keras's defaults: the exponent, and what a class weighs."""


def binary_focal_crossentropy(t: ArrayLike, y: ArrayLike, gamma: float = GAMMA) -> Array:
    """L = 1/k Σ (1 - p)² (-t ln y - (1 - t) ln(1 - y)), p = t y + (1 - t) (1 - y).

    Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017, eq. 4, with the exponent γ = 2
    that Keras has by default. The paper's targets are 0 and 1; of those between, p is as Keras
    takes it, on the straight line between the two.
    """
    t, y = arrays(t, y)
    return np.mean((1 - _true(t, y)) ** gamma * _crossentropy(t, y), axis=-1)


def binary_focal_crossentropy_derivative(t: ArrayLike, y: ArrayLike, gamma: float = GAMMA) -> Array:
    """∂L/∂y = ((1 - p)² (y - t) / (y (1 - y)) - 2 (1 - p) (2 t - 1) H) / k, H the cross-entropy.

    By the product rule.
    """
    t, y = arrays(t, y)
    missed = 1 - _true(t, y)
    of_factor = gamma * missed ** (gamma - 1) * (1 - 2 * t) * _crossentropy(t, y)
    return (missed**gamma * (y - t) / (y * (1 - y)) + of_factor) / y.shape[-1]


def categorical_focal_crossentropy(
    t: ArrayLike, y: ArrayLike, gamma: float = GAMMA, alpha: ArrayLike = ALPHA
) -> Array:
    """L = -1/4 Σ t (1 - y)² ln y for distributions t and y, where 0 ln 0 = 0.

    Lin et al. 2017, eq. 5, with the weight α = 1/4 and the exponent γ = 2 that Keras has by
    default; over classes, where the paper has two.
    """
    t, y = arrays(t, y)
    return -np.sum(xlogy(np.asarray(alpha) * t * (1 - y) ** gamma, y), axis=-1)


def categorical_focal_crossentropy_derivative(
    t: ArrayLike, y: ArrayLike, gamma: float = GAMMA, alpha: ArrayLike = ALPHA
) -> Array:
    """∂L/∂y = 1/4 t (2 (1 - y) ln y - (1 - y)² / y), of which the part along Σ y = 1 has a meaning.

    By the product rule.
    """
    t, y = arrays(t, y)
    of_factor = gamma * (1 - y) ** (gamma - 1) * np.log(y)
    return np.asarray(alpha) * t * (of_factor - (1 - y) ** gamma / y)


def _true(t: Array, y: Array) -> Array:
    """The probability given to what came true."""
    return t * y + (1 - t) * (1 - y)


def _crossentropy(t: Array, y: Array) -> Array:
    """Binary cross-entropy of each output."""
    return -(xlogy(t, y) + xlogy(1 - t, 1 - y))


BINARY_FOCAL = Definition(
    slug="binary-focal",
    name="binary_focal_crossentropy",
    title="Binary focal cross-entropy",
    caption="Cross-entropy's curve, pressed down where the prediction is nearly right.",
    keras=("BinaryFocalCrossentropy",),
    targets=Domain.PROBABILITIES,
    predictions=Domain.PROBABILITIES,
    value=binary_focal_crossentropy,
    derivative=binary_focal_crossentropy_derivative,
    batch=inputs.bits,
    line=lambda: inputs.number_line(
        1, 0, 1, "predicted probability of class 1, target 1", 2 * inputs.STEP
    ),
    extremes=lambda: Batch((inputs.SIGNS + 1) / 2, inputs.PROBABILITIES),
    perfect=inputs.BITS_MET,
    minimisers=None,
    clips_predictions=True,
)

CATEGORICAL_FOCAL = Definition(
    slug="categorical-focal",
    name="categorical_focal_crossentropy",
    title="Categorical focal cross-entropy",
    caption="A quarter of cross-entropy where the true class is given nothing, then far less.",
    keras=("CategoricalFocalCrossentropy",),
    targets=Domain.DISTRIBUTIONS,
    predictions=Domain.DISTRIBUTIONS,
    value=categorical_focal_crossentropy,
    derivative=categorical_focal_crossentropy_derivative,
    batch=inputs.one_hot,
    line=inputs.simplex_line,
    extremes=lambda: Batch(inputs.SOFT, inputs.DISTRIBUTIONS),
    perfect=inputs.ONE_HOT_MET,
    minimisers=None,
    clips_predictions=True,
)
