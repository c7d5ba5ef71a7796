"""The tolerances: wide enough for any honest float32 result, too narrow for a small fault."""

import numpy as np
import pytest

from lossspec.losses import PER_SAMPLE, definition_of, tolerance
from lossspec.losses.entropy import CCE, KL

EPSILON = np.float32(tolerance.KERAS_EPSILON)
ONE = np.float32(1)
LN_2 = np.float32(np.log(2))


def clipped(y):
    """Probabilities moved off 0 and 1 as Keras does."""
    return np.clip(y, EPSILON, ONE - EPSILON)


def normalised(y):
    """Rows divided by their sums, then clipped, as Keras does before a cross-entropy."""
    return clipped(y / y.sum(axis=-1, keepdims=True))


def logarithm(y):
    """The logarithm of 1 more, after clipping at epsilon."""
    return np.log(np.maximum(y, EPSILON) + ONE)


def directions(rows):
    """Rows divided by their lengths."""
    return rows / np.sqrt(np.sum(np.square(rows), axis=-1, keepdims=True))


def of_bits(t, y):
    """Binary cross-entropy with epsilon added before each logarithm, as Keras 2 does."""
    of_one, of_zero = np.log(clipped(y) + EPSILON), np.log(ONE - clipped(y) + EPSILON)
    return -np.mean(t * of_one + (ONE - t) * of_zero, axis=-1)


def divergence(t, y):
    """The divergence of clipped distributions."""
    t, y = np.clip(t, EPSILON, ONE), np.clip(y, EPSILON, ONE)
    return np.sum(t * np.log(t / y), axis=-1)


def overlap(t, y):
    """Dice loss with epsilon in its divisor."""
    return ONE - 2 * np.sum(t * y, axis=-1) / (np.sum(t, axis=-1) + np.sum(y, axis=-1) + EPSILON)


def weighed_overlap(t, y):
    """Tversky loss of equal weights, its three sums by themselves."""
    half, met = np.float32(0.5), np.sum(t * y, axis=-1)
    missed, wrong = np.sum((ONE - y) * t, axis=-1), np.sum(y * (ONE - t), axis=-1)
    return ONE - met / (met + missed * half + wrong * half + EPSILON)


def focal_of_bits(t, y):
    """Binary focal cross-entropy: the factor is of the prediction as given."""
    missed = ONE - (t * y + (ONE - t) * (ONE - y))
    crossentropy = -(t * np.log(clipped(y)) + (ONE - t) * np.log(ONE - clipped(y)))
    return np.mean(np.power(missed, np.float32(2)) * crossentropy, axis=-1)


def focal_of_classes(t, y):
    """Categorical focal cross-entropy: everything is of the clipped prediction."""
    y = normalised(y)
    return np.sum(np.float32(0.25) * np.power(ONE - y, np.float32(2)) * -t * np.log(y), axis=-1)


def generalised(t, y):
    """Generalised cross-entropy, which clips nothing."""
    given = y[np.arange(len(y)), t.astype(int)]
    return (ONE - np.power(given, np.float32(0.5))) / np.float32(0.5)


# Each loss in float32 throughout, with Keras's way of clipping: an honest implementation.
IN_FLOAT32 = {
    "mse": lambda t, y: np.mean(np.square(y - t), axis=-1),
    "mae": lambda t, y: np.mean(np.abs(y - t), axis=-1),
    "mape": lambda t, y: 100 * np.mean(np.abs((t - y) / np.maximum(np.abs(t), EPSILON)), axis=-1),
    "log-cosh": lambda t, y: np.mean(y - t + np.logaddexp(0, 2 * (t - y)) - LN_2, axis=-1),
    "poisson": lambda t, y: np.mean(y - t * np.log(y + EPSILON), axis=-1),
    "cosine": lambda t, y: -np.sum(directions(t) * directions(y), axis=-1),
    "msle": lambda t, y: np.mean(np.square(logarithm(y) - logarithm(t)), axis=-1),
    "bce": of_bits,
    "hinge": lambda t, y: np.mean(np.maximum(ONE - t * y, 0), axis=-1),
    "squared-hinge": lambda t, y: np.mean(np.square(np.maximum(ONE - t * y, 0)), axis=-1),
    "cce": lambda t, y: -np.sum(t * np.log(normalised(y)), axis=-1),
    "scce": lambda t, y: -np.log(normalised(y)[np.arange(len(y)), t.astype(int)]),
    "kl": divergence,
    "dice": overlap,
    "tversky": weighed_overlap,
    "binary-focal": focal_of_bits,
    "categorical-focal": focal_of_classes,
    "gce": generalised,
    "categorical-hinge": lambda t, y: np.maximum(
        np.max((ONE - t) * y, axis=-1) - np.sum(t * y, axis=-1) + ONE, 0
    ),
}


@pytest.mark.parametrize("of", ["batch", "line"])
@pytest.mark.parametrize("slug", IN_FLOAT32)
def test_float32_lies_within_the_tolerance_and_a_small_fault_outside(slug, of):
    """A loss that is wrong by a thousandth fails at nearly every point where it isn't nearly 0."""
    loss = definition_of(slug)
    inputs = getattr(loss, of)()
    t, y = inputs.targets, inputs.predictions
    got, wanted = IN_FLOAT32[slug](np.float32(t), np.float32(y)), loss.value(t, y)
    bound, counts = tolerance.of_loss(loss.name, loss.value, t, y), np.abs(wanted) > 0.01

    assert got.dtype == np.float32
    assert np.all(np.abs(np.float64(got) - wanted) <= bound)
    for fault in (0.999, 1.001):
        assert np.mean((np.abs(np.float64(got) * fault - wanted) > bound)[counts]) > 0.9


@pytest.mark.parametrize("loss", PER_SAMPLE.values(), ids=lambda loss: loss.slug)
def test_a_fault_in_the_slope_lies_outside_its_tolerance(loss):
    """A slope that is wrong by a thousandth fails at nearly every point likewise."""
    t, y = loss.batch().targets, loss.batch().predictions
    slope = loss.derivative(t, y)
    bound, counts = tolerance.of_loss(loss.name, loss.derivative, t, y), np.abs(slope) > 0.01

    assert bound.shape == slope.shape
    assert np.mean((1e-3 * np.abs(slope) > bound)[counts]) > 0.9


@pytest.mark.parametrize(("slug", "clips"), [("hinge", 0), ("bce", 2 * tolerance.KERAS_EPSILON)])
def test_a_tolerance_follows_the_slope(slug, clips):
    """Of a linear function, each prediction's shift and the result's rounding add up."""
    y = np.array([[0.5, -3.0]])
    name, unit = definition_of(slug).name, tolerance.OPERATIONS * tolerance.UNIT_ROUNDOFF
    got = tolerance.of_loss(name, lambda _, y: y @ np.array([2.0, -1.0]), [[1.0, 1.0]], y)

    wanted = unit * (abs(2 * 0.5 + 3) + 2 * 1.5 + 1 * 4) + 3 * clips
    np.testing.assert_allclose(got, wanted, rtol=1e-9)


def test_a_clipped_target_widens_the_tolerance():
    """Where Keras clips targets, they are moved by its epsilon, and nobody's own numbers are."""
    t, y = np.array([[1.0]]), np.array([[0.5]])
    got = tolerance.of_loss(KL.name, lambda t, _: 0 * t[:, 0] + 100 * (t[:, 0] - 1), t, y)

    np.testing.assert_allclose(got, 100 * tolerance.KERAS_EPSILON, rtol=1e-6)
    assert (t, y) == (1, 0.5)


@pytest.mark.parametrize(
    ("scale", "operations", "error"),
    [(1, 1, 2**-24), (-4.0, 2, 2**-21), (0, 16, 0), ([1, 2], 4, [2**-22, 2**-21])],
)
def test_rounding_grows_with_size_and_operations(scale, operations, error):
    """Each operation adds one unit roundoff of numbers of that size, whatever their sign."""
    np.testing.assert_array_equal(tolerance.rounding(scale, operations), error)


@pytest.mark.parametrize("outputs", [1, 2, 3, 10])
@pytest.mark.parametrize("clip", [clipped, normalised, lambda y: normalised(clipped(y))])
def test_a_perfect_prediction_costs_no_more_than_allowed(outputs, clip):
    """In float32, the true class of a certain prediction costs within the bound."""
    certain = np.eye(max(outputs, 2), dtype=np.float32)[:1]
    cost = -np.log(np.float64(clip(certain)[0, 0]))

    assert 0 < cost <= tolerance.of_zero(CCE.name, outputs) < 1e-5
    assert tolerance.of_zero(KL.name, outputs) == 0
