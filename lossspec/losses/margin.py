"""Losses of signs: hinge and its square."""

from __future__ import annotations

import numpy as np

from lossspec.core.arrays import Array, ArrayLike
from lossspec.losses import inputs
from lossspec.losses.definition import Definition, Domain, arrays
from lossspec.losses.inputs import Batch


def hinge(t: ArrayLike, y: ArrayLike) -> Array:
    """L = 1/k Σ max(0, 1 - t y), t = ±1. Rosasco et al. 2004."""
    t, y = arrays(t, y)
    return np.mean(np.maximum(0, 1 - t * y), axis=-1)


def hinge_derivative(t: ArrayLike, y: ArrayLike) -> Array:
    """∂L/∂y = -t / k where t y < 1, else 0; at the kink t y = 1 the subgradient 0."""
    t, y = arrays(t, y)
    return np.where(t * y < 1, -t, 0.0) / y.shape[-1]


def squared_hinge(t: ArrayLike, y: ArrayLike) -> Array:
    """L = 1/k Σ max(0, 1 - t y)², t = ±1. Rosasco et al. 2004."""
    t, y = arrays(t, y)
    return np.mean(np.maximum(0, 1 - t * y) ** 2, axis=-1)


def squared_hinge_derivative(t: ArrayLike, y: ArrayLike) -> Array:
    """∂L/∂y = -2 t max(0, 1 - t y) / k, continuous everywhere."""
    t, y = arrays(t, y)
    return -2 * t * np.maximum(0, 1 - t * y) / y.shape[-1]


def at_majority(t: Array) -> tuple[Array, Array]:
    """The majority sign of each output; both in a tie."""
    sign = np.sign(t.sum(axis=0))
    return np.where(sign == 0, -1, sign), np.where(sign == 0, 1, sign)


HINGE = Definition(
    slug="hinge",
    name="hinge",
    title="Hinge",
    caption="Nothing to pay from the margin at 1 on; the slope jumps there from −1 to 0.",
    keras=("Hinge",),
    targets=Domain.SIGNS,
    predictions=Domain.NUMBERS,
    value=hinge,
    derivative=hinge_derivative,
    batch=inputs.signs,
    line=lambda: inputs.number_line(1, -2, 3, "prediction, target +1"),
    extremes=lambda: Batch(inputs.SIGNS, inputs.NUMBERS),
    perfect=inputs.SIGNS_MET,
    minimisers=at_majority,
    kink=lambda t, y: t * y == 1,
)

SQUARED_HINGE = Definition(
    slug="squared-hinge",
    name="squared_hinge",
    title="Squared hinge",
    caption="Nothing to pay from the margin at 1 on, but the slope comes to 0 without a jump.",
    keras=("SquaredHinge",),
    targets=Domain.SIGNS,
    predictions=Domain.NUMBERS,
    value=squared_hinge,
    derivative=squared_hinge_derivative,
    batch=inputs.signs,
    line=lambda: inputs.number_line(1, -2, 3, "prediction, target +1"),
    extremes=lambda: Batch(inputs.SIGNS, inputs.NUMBERS),
    perfect=inputs.SIGNS_MET,
)
