"""Losses of counts: Poisson's."""

from __future__ import annotations

import numpy as np
from scipy.special import xlogy

from lossspec.core.arrays import Array, ArrayLike
from lossspec.losses import inputs
from lossspec.losses.definition import Definition, Domain, arrays
from lossspec.losses.inputs import Batch


def poisson(t: ArrayLike, y: ArrayLike) -> Array:
    """L = 1/k Σ (y - t ln y), y > 0, where 0 ln y = 0.

    What -ln of Poisson's probability of a count t depends on its mean y for: the rest, ln t!, is
    left out. McCullagh and Nelder, "Generalized Linear Models", 1989, section 6.2.
    """
    t, y = arrays(t, y)
    return np.mean(y - xlogy(t, y), axis=-1)


def poisson_derivative(t: ArrayLike, y: ArrayLike) -> Array:
    """∂L/∂y = (1 - t / y) / k: 0 where the prediction is the target."""
    t, y = arrays(t, y)
    return (1 - t / y) / y.shape[-1]


def terms_of_poisson(t: ArrayLike, y: ArrayLike) -> Array:
    """Y + |t ln y| on average: both terms, as if they added up."""
    t, y = arrays(t, y)
    return np.mean(y + np.abs(xlogy(t, y)), axis=-1)


POISSON = Definition(
    slug="poisson",
    name="poisson",
    title="Poisson",
    caption="Steep below the target and flat above it; the least cost is at the target, and not 0.",
    keras=("Poisson",),
    targets=Domain.NOT_NEGATIVE,
    predictions=Domain.POSITIVE,
    value=poisson,
    derivative=poisson_derivative,
    batch=inputs.counts,
    line=lambda: inputs.number_line(2, 1 / 8, 6, "prediction, target 2"),
    extremes=lambda: Batch(np.abs(inputs.NUMBERS[::-1]), np.abs(inputs.NUMBERS)),
    perfect=None,
    clips_predictions=True,
    cancels=terms_of_poisson,
)
