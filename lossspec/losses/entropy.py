"""Losses of probabilities: cross-entropies and the Kullback-Leibler divergence."""

from __future__ import annotations

import numpy as np
from scipy.special import xlogy

from lossspec.core.arrays import Array, ArrayLike
from lossspec.losses import inputs
from lossspec.losses.definition import Definition, Domain, arrays
from lossspec.losses.inputs import Batch


def binary_crossentropy(t: ArrayLike, y: ArrayLike) -> Array:
    """L = -1/k Σ (t ln y + (1 - t) ln(1 - y)), where 0 ln 0 = 0. PRML eq. 4.90."""
    t, y = arrays(t, y)
    return -np.mean(xlogy(t, y) + xlogy(1 - t, 1 - y), axis=-1)


def binary_crossentropy_derivative(t: ArrayLike, y: ArrayLike) -> Array:
    """∂L/∂y = (y - t) / (k y (1 - y)): the two logarithms' derivatives over one denominator."""
    t, y = arrays(t, y)
    return (y - t) / (y * (1 - y)) / y.shape[-1]


def categorical_crossentropy(t: ArrayLike, y: ArrayLike) -> Array:
    """L = -Σ t ln y for distributions t and y, where 0 ln 0 = 0. PRML eq. 4.108."""
    t, y = arrays(t, y)
    return -np.sum(xlogy(t, y), axis=-1)


def categorical_crossentropy_derivative(t: ArrayLike, y: ArrayLike) -> Array:
    """∂L/∂y = -t / y, of which only the part along the simplex Σ y = 1 has a meaning."""
    t, y = arrays(t, y)
    return -t / y


def one_hot(classes: ArrayLike, k: int) -> Array:
    """Class numbers ``(n,)`` as one-hot rows ``(n, k)``."""
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
    """L = Σ t ln(t / y) = cross-entropy less H(t). Kullback and Leibler 1951, section 2."""
    return categorical_crossentropy(t, y) - entropy(t)


def kullback_leibler_divergence_derivative(t: ArrayLike, y: ArrayLike) -> Array:
    """∂L/∂y = -t / y: the entropy of the target does not depend on the prediction."""
    return categorical_crossentropy_derivative(t, y)


Q = 0.5
"""The exponent of generalised cross-entropy that Keras's class has by default."""


def generalised_crossentropy(classes: ArrayLike, y: ArrayLike, q: float = Q) -> Array:
    """L = (1 - √p) / (1/2), p = y[class].

    Zhang and Sabuncu, "Generalized Cross Entropy Loss for Training Deep Neural Networks with Noisy
    Labels", NeurIPS 2018, eq. 6: (1 - p^q) / q, with the q = 1/2 that Keras has by default.
    """
    y = np.asarray(y, np.float64)
    given = np.take_along_axis(y, np.asarray(classes, int)[:, None], axis=-1)[:, 0]
    return (1 - given**q) / q


def generalised_crossentropy_derivative(classes: ArrayLike, y: ArrayLike, q: float = Q) -> Array:
    """∂L/∂y = -1 / √y at the class, 0 elsewhere: cross-entropy's, times y^q. Zhang and Sabuncu."""
    y = np.asarray(y, np.float64)
    rows = one_hot(classes, y.shape[-1])
    return -rows * np.where(rows == 1, y, 1) ** (q - 1)


def at_squared_shares(rows: Array) -> tuple[Array, Array]:
    """The squares of the classes' shares, over their sum: by Lagrange, m y^(q - 1) is the same."""
    squares = rows.mean(axis=0) ** (1 / (1 - Q))
    return squares / squares.sum(), squares / squares.sum()


BCE = Definition(
    slug="bce",
    name="binary_crossentropy",
    title="Binary cross-entropy",
    caption="Being surely wrong costs without bound, and so does the slope there.",
    keras=("BinaryCrossentropy",),
    targets=Domain.PROBABILITIES,
    predictions=Domain.PROBABILITIES,
    value=binary_crossentropy,
    derivative=binary_crossentropy_derivative,
    batch=inputs.bits,
    line=lambda: inputs.number_line(
        1, 0, 1, "predicted probability of class 1, target 1", 2 * inputs.STEP
    ),
    extremes=lambda: Batch((inputs.SIGNS + 1) / 2, inputs.PROBABILITIES),
    perfect=inputs.BITS_MET,
    clips_predictions=True,
)

CCE = Definition(
    slug="cce",
    name="categorical_crossentropy",
    title="Categorical cross-entropy",
    caption="Only the probability of the true class counts; the lower, the steeper the way up.",
    keras=("CategoricalCrossentropy",),
    targets=Domain.DISTRIBUTIONS,
    predictions=Domain.DISTRIBUTIONS,
    value=categorical_crossentropy,
    derivative=categorical_crossentropy_derivative,
    batch=inputs.one_hot,
    line=inputs.simplex_line,
    extremes=lambda: Batch(inputs.SOFT, inputs.DISTRIBUTIONS),
    perfect=inputs.ONE_HOT_MET,
    clips_predictions=True,
)

SCCE = Definition(
    slug="scce",
    name="sparse_categorical_crossentropy",
    title="Sparse categorical cross-entropy",
    caption="The curve of categorical cross-entropy, with a class number for a target.",
    keras=("SparseCategoricalCrossentropy",),
    targets=Domain.CLASSES,
    predictions=Domain.DISTRIBUTIONS,
    value=sparse_categorical_crossentropy,
    derivative=sparse_categorical_crossentropy_derivative,
    batch=inputs.classes,
    line=lambda: inputs.simplex_line(sparse=True),
    extremes=lambda: Batch(inputs.CLASSES.astype(float), inputs.DISTRIBUTIONS),
    perfect=inputs.CLASSES_MET,
    clips_predictions=True,
)

KL = Definition(
    slug="kl",
    name="kullback_leibler_divergence",
    title="Kullback-Leibler divergence",
    caption="For this one-hot target, the curve of categorical cross-entropy.",
    keras=("KLDivergence", "kl_divergence"),
    targets=Domain.DISTRIBUTIONS,
    predictions=Domain.DISTRIBUTIONS,
    value=kullback_leibler_divergence,
    derivative=kullback_leibler_divergence_derivative,
    batch=inputs.distributions,
    line=inputs.simplex_line,
    extremes=lambda: Batch(inputs.SOFT, inputs.DISTRIBUTIONS),
    perfect=inputs.DISTRIBUTIONS_MET,
    clips_predictions=True,
    clips_targets=True,
)

GCE = Definition(
    slug="gce",
    name="categorical_generalized_cross_entropy",
    title="Generalised cross-entropy",
    caption="No more than 2 to pay, and at its steepest where the true class is given nothing.",
    keras=("CategoricalGeneralizedCrossEntropy",),
    targets=Domain.CLASSES,
    predictions=Domain.DISTRIBUTIONS,
    value=generalised_crossentropy,
    derivative=generalised_crossentropy_derivative,
    batch=inputs.classes,
    line=lambda: inputs.simplex_line(sparse=True),
    extremes=lambda: Batch(inputs.CLASSES.astype(float), inputs.DISTRIBUTIONS),
    perfect=inputs.CLASSES_MET,
    minimisers=at_squared_shares,
    arguments={"q": Q},
)
