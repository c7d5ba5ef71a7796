"""The formulas: worked out by hand, against central differences, scikit-learn and SciPy."""

import math

import numpy as np
import pytest
from scipy.spatial.distance import cosine as scipy_cosine_distance
from scipy.special import gammaln, rel_entr, xlogy
from scipy.stats import entropy as scipy_entropy
from scipy.stats import poisson as scipy_poisson
from sklearn import metrics

from lossspec.losses import DEFINITIONS, PER_SAMPLE, SLUGS, definition_of
from lossspec.losses.counts import POISSON
from lossspec.losses.definition import Domain
from lossspec.losses.directions import COSINE
from lossspec.losses.entropy import CCE, KL, SCCE, entropy, one_hot
from lossspec.losses.regression import HUBER, LOG_COSH

EPS = np.finfo(float).eps
LN_4 = math.log(4)

every_loss = pytest.mark.parametrize("loss", DEFINITIONS.values(), ids=SLUGS)
every_loss_of_samples = pytest.mark.parametrize(
    "loss", PER_SAMPLE.values(), ids=[loss.slug for loss in PER_SAMPLE.values()]
)


def equal_but_for_rounding(got, wanted, operations=64):
    """Assert that two float64 results of the same few dozen operations agree."""
    np.testing.assert_allclose(got, wanted, rtol=operations * EPS, atol=operations * EPS)


@pytest.mark.parametrize(
    ("slug", "targets", "predictions", "value", "derivative"),
    [
        # (1² + 3²) / 2, and the differences themselves: 2 (y - t) / 2
        ("mse", [[1, 2]], [[2, -1]], 5, [[1, -3]]),
        ("mae", [[1, 2]], [[2, -1]], 2, [[0.5, -0.5]]),
        ("mae", [[1.0]], [[1.0]], 0, [[0]]),
        # 100 (1/2 + 4/4) / 2 percent, 100 / (2 |t|) each way
        ("mape", [[2, -4]], [[3, 0]], 75, [[25, 12.5]]),
        ("mape", [[0.5]], [[0.25]], 50, [[-200]]),
        ("mape", [[-1.0]], [[-1.0]], 0, [[0]]),
        # cosh ln 2 = (2 + 1/2) / 2 and tanh ln 2 = (2 - 1/2) / (2 + 1/2); far out, 50 - ln 2
        ("log-cosh", [[0]], [[math.log(2)]], math.log(1.25), [[0.6]]),
        ("log-cosh", [[1, 0]], [[1, -math.log(3)]], math.log(5 / 3) / 2, [[0, -0.4]]),
        ("log-cosh", [[50]], [[0]], 50 - math.log(2), [[-1]]),
        ("poisson", [[1]], [[1]], 1, [[0]]),
        ("poisson", [[0]], [[3]], 3, [[1]]),
        # (e - 2 · 1 + 1/2 - 3 ln 1/2) / 2, slopes (1 - 2/e) / 2 and (1 - 6) / 2
        (
            "poisson",
            [[2, 3]],
            [[math.e, 0.5]],
            (math.e - 1.5 + 3 * math.log(2)) / 2,
            [[0.5 - 1 / math.e, -2.5]],
        ),
        # Unit rows (1, 0) and (3, 4) / 5: what of the one lies across the other, (16, -12) / 25,
        # over a length of 5.
        ("cosine", [[2, 0]], [[3, 4]], -0.6, [[-16 / 125, 12 / 125]]),
        ("cosine", [[1, 2]], [[-2, -4]], 1, [[0, 0]]),
        ("cosine", [[0, 3]], [[2, 0]], 0, [[0, -0.5]]),
        # ln(1 + t) = 1 and ln(1 + y) = 0, then 3 and 1: slopes 2 (0 - 1) / 1 and 2 (1 - 3) / e
        ("msle", [[math.e - 1]], [[0]], 1, [[-2]]),
        ("msle", [[math.e**3 - 1]], [[math.e - 1]], 4, [[-4 / math.e]]),
        ("bce", [[1]], [[0.5]], math.log(2), [[-2]]),
        ("bce", [[1, 0]], [[0.25, 0.5]], math.log(8) / 2, [[-2, 1]]),
        ("bce", [[0.5]], [[0.5]], math.log(2), [[0]]),
        ("hinge", [[1]], [[0.25]], 0.75, [[-1]]),
        ("hinge", [[1, -1]], [[3, 0]], 0.5, [[0, 0.5]]),
        ("hinge", [[1]], [[1]], 0, [[0]]),
        ("squared-hinge", [[1]], [[0.25]], 0.5625, [[-1.5]]),
        ("squared-hinge", [[1, -1]], [[3, 0]], 0.5, [[0, 1]]),
        ("cce", [[0, 1, 0]], [[0.25, 0.5, 0.25]], math.log(2), [[0, -2, 0]]),
        ("cce", [[0.5, 0.5]], [[0.5, 0.5]], math.log(2), [[-1, -1]]),
        ("scce", [2], [[0.5, 0.25, 0.25]], math.log(4), [[0, 0, -4]]),
        # 1/2 ln((1/2) / (1/4)) + 1/2 ln((1/2) / (3/4))
        ("kl", [[0.5, 0.5]], [[0.25, 0.75]], 0.5 * math.log(4 / 3), [[-2, -2 / 3]]),
        ("kl", [[0, 1]], [[0.75, 0.25]], math.log(4), [[0, -4]]),
        # 2 · 1/2 of 1 + 1, then half of that missed; slopes 2 (1/2 - 2) / 4 and 2 · 1/2 / 4
        ("dice", [[1, 0]], [[0.5, 0.5]], 0.5, [[-0.75, 0.25]]),
        ("dice", [[0, 0]], [[0.5, 0.25]], 1, [[0, 0]]),
        ("dice", [[0.5]], [[0.5]], 0.5, [[-0.5]]),
        # 1/2 of 1/2 + 1/4 + 1/4
        ("tversky", [[1, 0]], [[0.5, 0.5]], 0.5, [[-0.75, 0.25]]),
        ("tversky", [[1, 1]], [[0, 1]], 1 / 3, [[-4 / 9, -4 / 9]]),
        # (3/4)² ln 4, and -(3/4)² / (1/4) - 2 (3/4) ln 4: of two outputs half of each, and the
        # second is missed by 1/2: (1/2)² ln 2, and (1/2)² / (1/2) + 2 (1/2) ln 2
        ("binary-focal", [[1]], [[0.25]], 9 / 16 * LN_4, [[-9 / 4 - 3 / 2 * LN_4]]),
        ("binary-focal", [[0]], [[0.75]], 9 / 16 * LN_4, [[9 / 4 + 3 / 2 * LN_4]]),
        (
            "binary-focal",
            [[1, 0]],
            [[0.25, 0.5]],
            (9 / 16 + 1 / 8) * LN_4 / 2,
            [[-9 / 8 - 3 / 4 * LN_4, 1 / 4 + LN_4 / 4]],
        ),
        # At a target of 1/2, p is 1/2 whatever is predicted.
        ("binary-focal", [[0.5]], [[0.5]], math.log(2) / 4, [[0]]),
        (
            "categorical-focal",
            [[0, 1, 0]],
            [[0.5, 0.25, 0.25]],
            9 / 64 * LN_4,
            [[0, -9 / 16 - 3 / 8 * LN_4, 0]],
        ),
        (
            "categorical-focal",
            [[0.5, 0.5]],
            [[0.5, 0.5]],
            math.log(2) / 16,
            [[-1 / 16 - LN_4 / 16] * 2],
        ),
        ("gce", [2], [[0.5, 0.25, 0.25]], 1, [[0, 0, -2]]),
        ("gce", [0], [[1, 0, 0]], 0, [[-1, 0, 0]]),
        ("gce", [1], [[15 / 16, 1 / 16]], 1.5, [[0, -4]]),
        # 1 + 2 - 1/2; then the best other is below 0, and counts as that; then two share 1
        ("categorical-hinge", [[1, 0, 0]], [[0.5, 2, 1]], 2.5, [[-1, 1, 0]]),
        ("categorical-hinge", [[1, 0, 0]], [[0.5, -3, -2]], 0.5, [[-1, 0, 0]]),
        ("categorical-hinge", [[0, 1, 0]], [[2, 0.5, 2]], 2.5, [[0.5, -1, 0.5]]),
        ("categorical-hinge", [[0, 1]], [[-5, 1.25]], 0, [[0, 0]]),
        ("categorical-hinge", [[0, 1]], [[-5, -4]], 5, [[0, -1]]),
    ],
)
def test_values_that_can_be_worked_out_by_hand(slug, targets, predictions, value, derivative):
    """At hand-picked points, value and derivative are what pen and paper give."""
    equal_but_for_rounding(definition_of(slug).value(targets, predictions), [value])
    equal_but_for_rounding(definition_of(slug).derivative(targets, predictions), derivative)


# The error of a central difference D(h) is h²/6 L''' and higher powers of h; D(2h) - D(h) is three
# times that and is added on again below, so what is left is of order h⁴. Rounding leaves at most a
# few units in the last place of L, divided by h. With h = 2^-17 the two together stay below 1e-6 of
# the slope everywhere on batches and lines, whose points lie at least 2^-7 away from any kink and
# from the ends of (0, 1).
H = 2.0**-17


def central_difference(value, targets, predictions, direction):
    """The slope of a loss along a direction, and how far it may be off."""

    def difference(h):
        step = h * direction
        return (value(targets, predictions + step) - value(targets, predictions - step)) / (2 * h)

    curved = difference(2 * H) - difference(H)
    rounded = 16 * EPS * (1 + np.abs(value(targets, predictions))) / H
    return difference(H) - curved / 3, np.abs(curved) + rounded


@every_loss_of_samples
@pytest.mark.parametrize("along", [0, 1, 2, "line"])
def test_the_derivative_is_that_of_the_value(loss, along):
    """By each prediction of the batch, and along the line that is drawn."""
    inputs = loss.line() if along == "line" else loss.batch()
    direction = inputs.direction if along == "line" else np.eye(3)[along]
    of = inputs.targets, inputs.predictions
    slope, bound = central_difference(loss.value, *of, direction)
    off = np.abs(slope - loss.derivative(*of) @ direction)

    assert np.all(off <= bound)
    assert np.all(bound <= 1e-6 * (1 + np.abs(slope)))


def of_outputs(metric):
    """A metric of scikit-learn, which averages over samples: turned round, over outputs."""
    return lambda t, y: metric(t.T, y.T, multioutput="raw_values")


def of_outputs_one_by_one(metric):
    """Likewise of a metric that takes one output at a time."""
    return lambda t, y: np.array([metric(*row) for row in zip(t, y)])


def of_classes(t, y):
    """scikit-learn's cross-entropy of each sample of three classes."""
    return [metrics.log_loss([row], [given], labels=[0, 1, 2]) for row, given in zip(t, y)]


BY_SCIKIT_LEARN = {
    "mse": of_outputs(metrics.mean_squared_error),
    "mae": of_outputs(metrics.mean_absolute_error),
    "mape": lambda t, y: 100 * of_outputs(metrics.mean_absolute_percentage_error)(t, y),
    "msle": of_outputs(metrics.mean_squared_log_error),
    # Half the deviance is what the loss costs beyond its least, at the target.
    "poisson": lambda t, y: (
        of_outputs_one_by_one(metrics.mean_poisson_deviance)(t, y) / 2
        + np.mean(t - xlogy(t, t), axis=1)
    ),
    "cosine": lambda t, y: metrics.pairwise.paired_cosine_distances(t, y) - 1,
    "bce": lambda t, y: [metrics.log_loss(*row, labels=[0, 1]) for row in zip(t, y)],
    # It has to see both targets; two outputs on their targets add nothing to the sum.
    "hinge": lambda t, y: [
        metrics.hinge_loss([*t, 1, -1], [*y, 1, -1]) * 5 / 3 for t, y in zip(t, y)
    ],
    "cce": lambda t, y: of_classes(t.argmax(axis=1), y),
    "scce": of_classes,
}


@pytest.mark.parametrize("slug", BY_SCIKIT_LEARN)
def test_scikit_learn_agrees(slug):
    """On the batch, the value is scikit-learn's."""
    batch = definition_of(slug).batch()
    of = batch.targets, batch.predictions

    equal_but_for_rounding(definition_of(slug).value(*of), BY_SCIKIT_LEARN[slug](*of))


def test_scipy_agrees_on_divergence_and_entropy():
    """Both are SciPy's, in nats; with the cross-entropy they add up, and slopes are the same."""
    t, y = KL.batch().targets, KL.batch().predictions
    divergence = KL.value(t, y)

    equal_but_for_rounding(divergence, scipy_entropy(t, y, axis=1))
    equal_but_for_rounding(divergence, rel_entr(t, y).sum(axis=1))
    equal_but_for_rounding(entropy(t), scipy_entropy(t, axis=1))
    equal_but_for_rounding(divergence + entropy(t), CCE.value(t, y))
    np.testing.assert_array_equal(KL.derivative(t, y), CCE.derivative(t, y))


def test_scipy_agrees_on_counts_and_angles():
    """Poisson's loss is -ln of the probability and ln t!, cosine its distance less 1."""
    t, y = POISSON.batch().targets, POISSON.batch().predictions
    equal_but_for_rounding(
        POISSON.value(t, y), -np.mean(scipy_poisson.logpmf(t, y) + gammaln(t + 1), axis=1)
    )

    t, y = COSINE.batch().targets, COSINE.batch().predictions
    distances = [scipy_cosine_distance(*row) for row in zip(t, y)]
    equal_but_for_rounding(COSINE.value(t, y), np.array(distances) - 1)


def test_log_cosh_is_right_near_and_far():
    """As NumPy's logarithm of a cosine, half the square of what is tiny, finite far out."""
    errors = np.array([[0.0], [1e-9], [1e-3], [0.999], [1.0], [-20.0], [700.0], [1e150]])
    costs, middle = LOG_COSH.value(np.zeros_like(errors), errors), slice(3, 7)

    equal_but_for_rounding(costs[middle], np.log(np.cosh(errors[middle, 0])))
    np.testing.assert_allclose(costs[:3], [0, 5e-19, 5e-7 - 1e-12 / 12], rtol=1e-12)
    assert costs[-1] == 1e150
    assert np.all(costs <= HUBER.value(np.zeros_like(errors), errors))


def test_a_percentage_is_least_at_the_median_that_small_targets_pull():
    """Of targets 1, 2 and 10 the constant 1: it weighs as much as 1 + 1/2 + 1/10 do by half."""
    lowest, highest = definition_of("mape").minimisers(np.array([[1.0], [2.0], [10.0]]))
    assert (lowest, highest) == (1, 1)

    # 1 weighs 1, and two of 2 weigh 1: a tie.
    lowest, highest = definition_of("mape").minimisers(np.array([[2.0], [1.0], [2.0]]))
    assert (lowest, highest) == (1, 2)


def test_sparse_is_the_crossentropy_of_one_hot_targets():
    """Class numbers and their one-hot rows give the same."""
    classes, y = SCCE.batch().targets, SCCE.batch().predictions
    rows = one_hot(classes, 3)

    equal_but_for_rounding(SCCE.value(classes, y), CCE.value(rows, y))
    equal_but_for_rounding(SCCE.derivative(classes, y), CCE.derivative(rows, y))
    np.testing.assert_array_equal(one_hot([2, 0], 3), [[0, 0, 1], [1, 0, 0]])


@every_loss
def test_one_value_a_sample_and_one_derivative_a_prediction(loss):
    """For n samples of k outputs (n,) and (n, k), in float64 whatever was given."""
    predictions = np.full((4, 5), 1 / 5, np.float32)
    targets = np.zeros(4, int) if loss.targets is Domain.CLASSES else np.ones((4, 5), int)
    value, derivative = loss.value(targets, predictions), loss.derivative(targets, predictions)

    assert (value.shape, value.dtype) == ((4,), np.float64)
    assert (derivative.shape, derivative.dtype) == ((4, 5), np.float64)
