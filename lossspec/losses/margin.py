"""Losses of margins: hinge, its square, and that of several classes."""

from __future__ import annotations

import numpy as np

from lossspec.core.arrays import AnyArray, Array, ArrayLike
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


def categorical_hinge(t: ArrayLike, y: ArrayLike) -> Array:
    """L = max(0, 1 + max((1 - t) y) - Σ t y), t a one-hot row.

    Crammer and Singer, "On the Algorithmic Implementation of Multiclass Kernel-based Vector
    Machines", JMLR 2, 2001, section 3, but that the true class stands among the others with a score
    of 0, as Keras has it.
    """
    t, y = arrays(t, y)
    return np.maximum(0, _short_of_margin(t, y)[:, 0])


def categorical_hinge_derivative(t: ArrayLike, y: ArrayLike) -> Array:
    """∂L/∂y = -1 for the class and 1 for the best other, if above 0, where L > 0; else 0.

    Where several are best, 1 is shared between them; the margin counts as L > 0.
    """
    t, y = arrays(t, y)
    others = (1 - t) * y
    best = others == others.max(axis=-1, keepdims=True)
    slopes = (1 - t) * best / best.sum(axis=-1, keepdims=True) - t
    return np.where(_short_of_margin(t, y) >= 0, slopes, 0.0)


def categorical_hinge_kink(t: Array, y: Array) -> AnyArray:
    """The class at the margin; or the first of several best others, 0 being one of them."""
    others = (1 - t) * y
    best = others == others.max(axis=-1, keepdims=True)
    wrong = best & (t == 0)
    ties = best.sum(axis=-1, keepdims=True) > 1
    at_margin = (t == 1) & (_short_of_margin(t, y) == 0)
    return np.where(ties, wrong & (wrong.cumsum(axis=-1) == 1), at_margin)


def _short_of_margin(t: Array, y: Array) -> Array:
    """By how much the class's score falls short of the margin, ``(n, 1)``."""
    best = ((1 - t) * y).max(axis=-1, keepdims=True)
    return np.asarray(1 + best - np.sum(t * y, axis=-1, keepdims=True))


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

CATEGORICAL_HINGE = Definition(
    slug="categorical-hinge",
    name="categorical_hinge",
    title="Categorical hinge",
    caption="Nothing to pay from 1 above the best other score on; before, a slope of −1.",
    keras=("CategoricalHinge",),
    targets=Domain.ONE_HOT,
    predictions=Domain.NUMBERS,
    value=categorical_hinge,
    derivative=categorical_hinge_derivative,
    batch=inputs.scores,
    line=inputs.score_line,
    extremes=lambda: Batch(np.eye(5)[inputs.CLASSES], inputs.NUMBERS),
    perfect=inputs.ONE_HOT_MET,
    minimisers=None,
    kink=categorical_hinge_kink,
)
