"""Losses of overlap: Dice and Tversky.

Keras gives one number for a whole batch, unless it is told over which axis to add up: here the last
one, so that each sample has a loss of its own. Where neither target nor prediction holds anything,
the quotients are 0/0: Keras adds its epsilon to the divisor, and such a sample costs 1.
"""

from __future__ import annotations

import numpy as np

from lossspec.core.arrays import Array, ArrayLike
from lossspec.losses import inputs
from lossspec.losses.definition import Definition, Domain, arrays
from lossspec.losses.inputs import Batch


def dice(t: ArrayLike, y: ArrayLike) -> Array:
    """L = 1 - 2 Σ t y / (Σ t + Σ y), where that sum is above 0.

    Dice, "Measures of the Amount of Ecologic Association Between Species", Ecology 26, 1945, with
    sums of products for sizes of intersections.
    """
    t, y = arrays(t, y)
    return 1 - 2 * np.sum(t * y, axis=-1) / np.sum(t + y, axis=-1)


def dice_derivative(t: ArrayLike, y: ArrayLike) -> Array:
    """∂L/∂y = 2 (Σ t y - t S) / S², S = Σ t + Σ y: that of a quotient."""
    t, y = arrays(t, y)
    both, sizes = (np.sum(each, axis=-1, keepdims=True) for each in (t * y, t + y))
    return 2 * (both - t * sizes) / sizes**2


def tversky_divisor(t: ArrayLike, y: ArrayLike, alpha: float, beta: float) -> Array:
    """Σ t y + α Σ (1 - t) y + β Σ t (1 - y), ``(n, 1)``: met, wrongly predicted and missed."""
    t, y = arrays(t, y)
    return np.sum(t * y + alpha * (1 - t) * y + beta * t * (1 - y), axis=-1, keepdims=True)


def tversky(t: ArrayLike, y: ArrayLike, alpha: float = 0.5, beta: float = 0.5) -> Array:
    """L = 1 - Σ t y / (Σ t y + α Σ (1 - t) y + β Σ t (1 - y)), α = β = 1/2.

    Tversky, "Features of Similarity", Psychological Review 84, 1977; as a loss, with ``alpha`` for
    false positives and ``beta`` for false negatives: Salehi et al., "Tversky Loss Function for
    Image Segmentation Using 3D Fully Convolutional Deep Networks", MLMI 2017.
    """
    t, y = arrays(t, y)
    return 1 - np.sum(t * y, axis=-1) / tversky_divisor(t, y, alpha, beta)[..., 0]


def tversky_derivative(t: ArrayLike, y: ArrayLike, alpha: float = 0.5, beta: float = 0.5) -> Array:
    """∂L/∂y = (D' Σ t y - t D) / D², D the divisor, D' = t + α (1 - t) - β t."""
    t, y = arrays(t, y)
    both, divisor = np.sum(t * y, axis=-1, keepdims=True), tversky_divisor(t, y, alpha, beta)
    return ((t + alpha * (1 - t) - beta * t) * both - t * divisor) / divisor**2


DICE = Definition(
    slug="dice",
    name="dice",
    title="Dice",
    caption="What overlaps, as a share of all: steep where nothing is met, flatter towards 1.",
    keras=("Dice",),
    targets=Domain.PROBABILITIES,
    predictions=Domain.PROBABILITIES,
    value=dice,
    derivative=dice_derivative,
    batch=inputs.bits,
    line=lambda: inputs.number_line(1, 0, 1, "prediction, target 1", 2 * inputs.STEP),
    extremes=lambda: Batch((inputs.SIGNS + 1) / 2, inputs.PROBABILITIES),
    perfect=inputs.OVERLAP_MET,
    minimisers=None,
    arguments={"axis": -1},
)

TVERSKY = Definition(
    slug="tversky",
    name="tversky",
    title="Tversky",
    caption="With both weights at 1/2, as by default, the curve of Dice loss.",
    keras=("Tversky",),
    targets=Domain.PROBABILITIES,
    predictions=Domain.PROBABILITIES,
    value=tversky,
    derivative=tversky_derivative,
    batch=inputs.bits,
    line=lambda: inputs.number_line(1, 0, 1, "prediction, target 1", 2 * inputs.STEP),
    extremes=lambda: Batch((inputs.SIGNS + 1) / 2, inputs.PROBABILITIES),
    perfect=inputs.OVERLAP_MET,
    minimisers=None,
    arguments={"axis": -1},
)
