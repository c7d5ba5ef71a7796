"""How far a loss of a narrow precision may lie from its definition: its roundings, one by one.

A sum of what k outputs cost takes k - 1 roundings, and its mean one more; each is relative to the
sum of sizes. What rounds before a logarithm moves it by as much, absolutely; the logarithm itself
is rounded once, being computed in float32 (Eigen, XLA). Fewer roundings, as where all is computed
in float32 and the result alone is rounded, stay within. Second orders are covered by one more.
"""

import numpy as np

from lossspec.losses import tolerance
from lossspec.losses.definition import Domain
from lossspec.losses.entropy import one_hot

DIGITS = {"float16": 11, "bfloat16": 8}


def held(numbers, dtype):
    """Numbers of ordinary size as a narrow precision holds them: rounded, half to even."""
    mantissa, exponent = np.frexp(np.asarray(numbers, np.float64))
    digits = DIGITS[dtype]
    return np.ldexp(np.round(np.ldexp(mantissa, digits)), exponent - digits)


def _mean_of_squares(errors, moved):
    """The bound of a mean of squares, in units: the errors' own bounds, squares, and their mean."""
    roundings = errors.shape[1] + 2
    return np.mean(2 * np.abs(errors) * moved + roundings * errors**2, axis=1)


def _squared(t, y):
    return _mean_of_squares(t - y, np.abs(t - y))


def _absolute(t, y):
    return np.mean((1 + y.shape[1] + 1) * np.abs(t - y), axis=1)


def _logarithmic(t, y):
    one, other = np.log1p(t), np.log1p(y)
    return _mean_of_squares(one - other, 2 + one + other + np.abs(one - other))


def _hinge(t, y):
    return np.mean((2 + y.shape[1] + 1) * np.maximum(1 - t * y, 0), axis=1)


def _squared_hinge(t, y):
    margins = np.maximum(1 - t * y, 0)
    return _mean_of_squares(margins, 2 * margins)


def _binary(t, y):
    # 1 - y is rounded, then its logarithm, their products with targets, their sum and the mean.
    sizes = t * np.abs(np.log(y)) + (1 - t) * np.abs(np.log(1 - y))
    return np.mean((1 - t) + (4 + y.shape[1] + 1) * sizes, axis=1)


def _categorical(t, y):
    # The sum of predictions and the division by it, the logarithm, the product and the sum.
    k = y.shape[1]
    return np.sum(t * (k + (3 + k) * np.abs(np.log(y))), axis=1)


def _sparse(t, y):
    # Logarithms are taken for scores; of them the largest is taken off, and their softmax made.
    k, sizes = y.shape[1], np.abs(np.log(y))
    true = (one_hot(t, k) * sizes).sum(axis=1)
    return 4 * true + np.sum(y * (3 * sizes + 1), axis=1) + k + 1


def _divergence(t, y):
    # The quotient, its logarithm, their product and the sum, whose terms have either sign.
    return np.sum(t * (1 + (3 + y.shape[1]) * np.abs(np.log(t / y))), axis=1)


_IN_UNITS = {
    "mean_squared_error": _squared,
    "mean_absolute_error": _absolute,
    "mean_squared_logarithmic_error": _logarithmic,
    "hinge": _hinge,
    "squared_hinge": _squared_hinge,
    "binary_crossentropy": _binary,
    "categorical_crossentropy": _categorical,
    "sparse_categorical_crossentropy": _sparse,
    "kullback_leibler_divergence": _divergence,
}


def held_batch(definition, batch, dtype):
    """Targets and predictions of a batch as the precision holds them."""
    of_classes = definition.targets is Domain.CLASSES
    targets = batch.targets if of_classes else held(batch.targets, dtype)
    return targets, held(batch.predictions, dtype)


def bound_of(definition, t, y, dtype):
    """The tolerance of each sample's loss, for inputs that the precision holds.

    Args:
        definition: of one of the documents' losses.
        t: targets above 0 where the loss takes their logarithm.
        y: predictions inside the domain, farther from its ends than Keras's epsilon by far.
        dtype: float16 or bfloat16.
    """
    bound = tolerance.UNITS[dtype] * _IN_UNITS[definition.name](t, y)
    # Epsilon is clipped at, or added, or both, in predictions and in targets: by slopes of 1 / y.
    moved = 4 * tolerance.KERAS_EPSILON / y.min() if definition.clips_predictions else 0
    return bound + moved
