"""The nine losses as one writes them in plain operations, for whichever library brings these.

Each is the mean over a batch as a function of what the last layer gives before its activation, so that activation and
loss can be one: a softmax and its logarithm, a sigmoid and its logarithm. Keras's epsilon stands where leaving it out
would change the loss by more than rounding: in front of MSLE's logarithms, which the documented network gives negative
numbers, and in front of those of KL divergence, which is given targets of 0.
"""

from __future__ import annotations

from typing import Any, Callable, Mapping

from lossspec.losses.tolerance import KERAS_EPSILON
from tools.benchmarks.operations import Operations

Formula = Callable[[Operations, Any, Any], Any]
"""From a library's operations, targets and the last linear part ``(n, k)`` to the mean loss."""


def mean_squared_error(by: Operations, t: Any, z: Any) -> Any:
    """The mean of (t - z)²."""
    return by.mean(by.square(t - z))


def mean_squared_logarithmic_error(by: Operations, t: Any, z: Any) -> Any:
    """The mean of (ln(1 + t) - ln(1 + z))², both cut off at epsilon as Keras does."""
    logarithms = [by.logarithm(by.at_least(each, KERAS_EPSILON) + 1.0) for each in (t, z)]
    return by.mean(by.square(logarithms[0] - logarithms[1]))


def mean_absolute_error(by: Operations, t: Any, z: Any) -> Any:
    """The mean of |t - z|."""
    return by.mean(by.absolute(t - z))


def binary_crossentropy(by: Operations, t: Any, z: Any) -> Any:
    """With y = σ(z): -t ln y - (1 - t) ln(1 - y) = ln(1 + e^z) - t z."""
    return by.mean(by.softplus(z) - t * z)


def hinge(by: Operations, t: Any, z: Any) -> Any:
    """The mean of max(0, 1 - t tanh z), t = ±1."""
    return by.mean(by.at_least(1.0 - t * by.tanh(z), 0.0))


def squared_hinge(by: Operations, t: Any, z: Any) -> Any:
    """The mean of max(0, 1 - t tanh z)², t = ±1."""
    return by.mean(by.square(by.at_least(1.0 - t * by.tanh(z), 0.0)))


def categorical_crossentropy(by: Operations, t: Any, z: Any) -> Any:
    """The mean of -Σ t ln softmax(z)."""
    return -by.mean(by.sum_last(t * by.log_softmax(z)))


def sparse_categorical_crossentropy(by: Operations, t: Any, z: Any) -> Any:
    """The mean of -ln softmax(z) at the class."""
    return -by.mean(by.chosen(by.log_softmax(z), t))


def kullback_leibler_divergence(by: Operations, t: Any, z: Any) -> Any:
    """The mean of Σ t ln(t / softmax(z)), both cut off at epsilon as Keras does."""
    given = by.at_least(t, KERAS_EPSILON)
    predicted = by.at_least(by.exponential(by.log_softmax(z)), KERAS_EPSILON)
    return by.mean(by.sum_last(given * (by.logarithm(given) - by.logarithm(predicted))))


FORMULAS: Mapping[str, Formula] = {
    each.__name__: each
    for each in (
        mean_squared_error,
        mean_squared_logarithmic_error,
        mean_absolute_error,
        binary_crossentropy,
        hinge,
        squared_hinge,
        categorical_crossentropy,
        sparse_categorical_crossentropy,
        kullback_leibler_divergence,
    )
}
