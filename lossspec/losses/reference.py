"""The nine losses and their derivatives in float64 NumPy, from the mathematics.

Shapes: targets ``t`` and predictions ``y`` are ``(n, k)`` arrays of n samples with k outputs each; a value is
``(n,)``, one loss a sample, and a derivative ``(n, k)``, that of a sample's loss by each of its predictions.
Only the sparse cross-entropy takes class numbers, ``(n,)``, for targets. All logarithms are natural, so all
entropies are in nats.

Sources are given by each function: Bishop, "Pattern Recognition and Machine Learning", 2006 (PRML);
Rosasco et al., "Are Loss Functions All the Same?", Neural Computation 16, 2004; Kullback and Leibler,
"On Information and Sufficiency", Annals of Mathematical Statistics 22, 1951.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

import numpy as np
from scipy.special import xlogy

from lossspec.core.arrays import Array, ArrayLike

Function = Callable[[ArrayLike, ArrayLike], Array]


@dataclass(frozen=True)
class Reference:
    """One loss: its documented name, its value per sample and its derivative by the predictions."""

    name: str
    value: Function
    derivative: Function


def _arrays(t: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    return np.asarray(t, np.float64), np.asarray(y, np.float64)


def mean_squared_error(t: ArrayLike, y: ArrayLike) -> Array:
    """L = 1/k Σ (t - y)². PRML eq. 1.2, averaged instead of halved."""
    t, y = _arrays(t, y)
    return np.mean((t - y) ** 2, axis=-1)


def mean_squared_error_derivative(t: ArrayLike, y: ArrayLike) -> Array:
    """∂L/∂y = 2 (y - t) / k."""
    t, y = _arrays(t, y)
    return 2 * (y - t) / y.shape[-1]


def mean_absolute_error(t: ArrayLike, y: ArrayLike) -> Array:
    """L = 1/k Σ |t - y|. PRML eq. 1.91 with q = 1."""
    t, y = _arrays(t, y)
    return np.mean(np.abs(t - y), axis=-1)


def mean_absolute_error_derivative(t: ArrayLike, y: ArrayLike) -> Array:
    """∂L/∂y = sign(y - t) / k; at the corner y = t the subgradient 0."""
    t, y = _arrays(t, y)
    return np.sign(y - t) / y.shape[-1]


def mean_squared_logarithmic_error(t: ArrayLike, y: ArrayLike) -> Array:
    """L = 1/k Σ (ln(1 + t) - ln(1 + y))², for t, y > -1. The square of scikit-learn's root of the same name."""
    t, y = _arrays(t, y)
    return np.mean((np.log1p(t) - np.log1p(y)) ** 2, axis=-1)


def mean_squared_logarithmic_error_derivative(t: ArrayLike, y: ArrayLike) -> Array:
    """∂L/∂y = 2 (ln(1 + y) - ln(1 + t)) / (k (1 + y)), by the chain rule."""
    t, y = _arrays(t, y)
    return 2 * (np.log1p(y) - np.log1p(t)) / (1 + y) / y.shape[-1]


def binary_crossentropy(t: ArrayLike, y: ArrayLike) -> Array:
    """L = -1/k Σ (t ln y + (1 - t) ln(1 - y)), where 0 ln 0 = 0. PRML eq. 4.90."""
    t, y = _arrays(t, y)
    return -np.mean(xlogy(t, y) + xlogy(1 - t, 1 - y), axis=-1)


def binary_crossentropy_derivative(t: ArrayLike, y: ArrayLike) -> Array:
    """∂L/∂y = (y - t) / (k y (1 - y)): the two logarithms' derivatives over one denominator."""
    t, y = _arrays(t, y)
    return (y - t) / (y * (1 - y)) / y.shape[-1]


def hinge(t: ArrayLike, y: ArrayLike) -> Array:
    """L = 1/k Σ max(0, 1 - t y), t = ±1. Rosasco et al. 2004."""
    t, y = _arrays(t, y)
    return np.mean(np.maximum(0, 1 - t * y), axis=-1)


def hinge_derivative(t: ArrayLike, y: ArrayLike) -> Array:
    """∂L/∂y = -t / k where t y < 1, else 0; at the kink t y = 1 the subgradient 0."""
    t, y = _arrays(t, y)
    return np.where(t * y < 1, -t, 0.0) / y.shape[-1]


def squared_hinge(t: ArrayLike, y: ArrayLike) -> Array:
    """L = 1/k Σ max(0, 1 - t y)², t = ±1. Rosasco et al. 2004."""
    t, y = _arrays(t, y)
    return np.mean(np.maximum(0, 1 - t * y) ** 2, axis=-1)


def squared_hinge_derivative(t: ArrayLike, y: ArrayLike) -> Array:
    """∂L/∂y = -2 t max(0, 1 - t y) / k, continuous everywhere."""
    t, y = _arrays(t, y)
    return -2 * t * np.maximum(0, 1 - t * y) / y.shape[-1]


def categorical_crossentropy(t: ArrayLike, y: ArrayLike) -> Array:
    """L = -Σ t ln y for distributions t and y, where 0 ln 0 = 0. PRML eq. 4.108."""
    t, y = _arrays(t, y)
    return -np.sum(xlogy(t, y), axis=-1)


def categorical_crossentropy_derivative(t: ArrayLike, y: ArrayLike) -> Array:
    """∂L/∂y = -t / y, of which only the part along the simplex Σ y = 1 has a meaning."""
    t, y = _arrays(t, y)
    return -t / y


def one_hot(classes: ArrayLike, k: int) -> Array:
    """Class numbers ``(n,)`` as rows ``(n, k)`` with a 1 in the place of the class and 0 elsewhere."""
    return np.eye(k)[np.asarray(classes, int)]


def sparse_categorical_crossentropy(classes: ArrayLike, y: ArrayLike) -> Array:
    """L = -ln y[class]: the cross-entropy of the one-hot target."""
    y = np.asarray(y, np.float64)
    return -np.log(np.take_along_axis(y, np.asarray(classes, int)[:, None], axis=-1)[:, 0])


def sparse_categorical_crossentropy_derivative(classes: ArrayLike, y: ArrayLike) -> Array:
    """∂L/∂y = -1 / y at the class, 0 elsewhere."""
    y = np.asarray(y, np.float64)
    return -one_hot(classes, y.shape[-1]) / y


def entropy(t: ArrayLike) -> Array:
    """H(t) = -Σ t ln t, in nats, where 0 ln 0 = 0. PRML eq. 1.98."""
    t = np.asarray(t, np.float64)
    return -np.sum(xlogy(t, t), axis=-1)


def kullback_leibler_divergence(t: ArrayLike, y: ArrayLike) -> Array:
    """L = Σ t ln(t / y) = cross-entropy less H(t), in nats. Kullback and Leibler 1951, section 2."""
    return categorical_crossentropy(t, y) - entropy(t)


def kullback_leibler_divergence_derivative(t: ArrayLike, y: ArrayLike) -> Array:
    """∂L/∂y = -t / y: the entropy of the target does not depend on the prediction."""
    return categorical_crossentropy_derivative(t, y)


REFERENCES: dict[str, Reference] = {
    value.__name__: Reference(value.__name__, value, derivative)
    for value, derivative in (
        (mean_squared_error, mean_squared_error_derivative),
        (mean_squared_logarithmic_error, mean_squared_logarithmic_error_derivative),
        (mean_absolute_error, mean_absolute_error_derivative),
        (binary_crossentropy, binary_crossentropy_derivative),
        (hinge, hinge_derivative),
        (squared_hinge, squared_hinge_derivative),
        (categorical_crossentropy, categorical_crossentropy_derivative),
        (sparse_categorical_crossentropy, sparse_categorical_crossentropy_derivative),
        (kullback_leibler_divergence, kullback_leibler_divergence_derivative),
    )
}
