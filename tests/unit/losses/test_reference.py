"""The references are referenced: closed forms, central differences, scikit-learn and SciPy."""

import math

import numpy as np
import pytest
from scipy.special import rel_entr
from scipy.stats import entropy as scipy_entropy
from sklearn import metrics

from lossspec.losses import grids, reference
from lossspec.losses.reference import REFERENCES

NAMES = sorted(REFERENCES)
DISTRIBUTIONS = (
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "kullback_leibler_divergence",
)
EPS = np.finfo(float).eps


def equal_but_for_rounding(got, wanted, operations=64):
    """Assert that two float64 results of the same few dozen operations, in whatever order, agree."""
    np.testing.assert_allclose(got, wanted, rtol=operations * EPS, atol=operations * EPS)


@pytest.mark.parametrize(
    ("name", "targets", "predictions", "value", "derivative"),
    [
        # (1² + 3²) / 2, and the differences themselves: 2 (y - t) / 2
        ("mean_squared_error", [[1, 2]], [[2, -1]], 5, [[1, -3]]),
        ("mean_absolute_error", [[1, 2]], [[2, -1]], 2, [[0.5, -0.5]]),
        ("mean_absolute_error", [[1.0]], [[1.0]], 0, [[0]]),
        # ln(1 + t) = 1 and ln(1 + y) = 0, then 3 and 1: the slope is 2 (0 - 1) / 1, and 2 (1 - 3) / e
        ("mean_squared_logarithmic_error", [[math.e - 1]], [[0]], 1, [[-2]]),
        ("mean_squared_logarithmic_error", [[math.e**3 - 1]], [[math.e - 1]], 4, [[-4 / math.e]]),
        ("binary_crossentropy", [[1]], [[0.5]], math.log(2), [[-2]]),
        ("binary_crossentropy", [[0]], [[0.75]], math.log(4), [[4]]),
        ("binary_crossentropy", [[1, 0]], [[0.25, 0.5]], math.log(8) / 2, [[-2, 1]]),
        ("binary_crossentropy", [[0.5]], [[0.5]], math.log(2), [[0]]),
        ("hinge", [[1]], [[0.25]], 0.75, [[-1]]),
        ("hinge", [[-1]], [[2]], 3, [[1]]),
        ("hinge", [[1, -1]], [[3, 0]], 0.5, [[0, 0.5]]),
        ("hinge", [[1]], [[1]], 0, [[0]]),
        ("squared_hinge", [[1]], [[0.25]], 0.5625, [[-1.5]]),
        ("squared_hinge", [[-1]], [[2]], 9, [[6]]),
        ("squared_hinge", [[1, -1]], [[3, 0]], 0.5, [[0, 1]]),
        ("categorical_crossentropy", [[0, 1, 0]], [[0.25, 0.5, 0.25]], math.log(2), [[0, -2, 0]]),
        ("categorical_crossentropy", [[0.5, 0.5]], [[0.5, 0.5]], math.log(2), [[-1, -1]]),
        ("sparse_categorical_crossentropy", [2], [[0.5, 0.25, 0.25]], math.log(4), [[0, 0, -4]]),
        # 1/2 ln((1/2) / (1/4)) + 1/2 ln((1/2) / (3/4))
        (
            "kullback_leibler_divergence",
            [[0.5, 0.5]],
            [[0.25, 0.75]],
            0.5 * math.log(4 / 3),
            [[-2, -2 / 3]],
        ),
        ("kullback_leibler_divergence", [[0, 1]], [[0.75, 0.25]], math.log(4), [[0, -4]]),
    ],
)
def test_values_that_can_be_worked_out_by_hand(name, targets, predictions, value, derivative):
    """At hand-picked points, value and derivative are what pen and paper give."""
    equal_but_for_rounding(REFERENCES[name].value(targets, predictions), [value])
    equal_but_for_rounding(REFERENCES[name].derivative(targets, predictions), derivative)


# The error of a central difference D(h) is h²/6 L''' and higher powers of h; D(2h) - D(h) is three times that and is
# added on again below, so what is left is of order h⁴. Rounding leaves at most a few units in the last place of L,
# divided by h. With h = 2^-17 the two together stay below 1e-6 of the slope everywhere on grids and lines, whose
# points lie at least 2^-7 away from any kink and from the ends of (0, 1).
H = 2.0**-17


def central_difference(value, targets, predictions, direction):
    """The slope of a loss along a direction, and how far it may be off."""

    def difference(h):
        step = h * direction
        return (value(targets, predictions + step) - value(targets, predictions - step)) / (2 * h)

    curved = difference(2 * H) - difference(H)
    rounded = 16 * EPS * (1 + np.abs(value(targets, predictions))) / H
    return difference(H) - curved / 3, np.abs(curved) + rounded


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("column", range(3))
def test_the_derivative_is_that_of_the_value_by_each_prediction(name, column):
    """On the batch, each column of the derivative is the slope of the value as that prediction moves."""
    batch, formula = grids.batch(name), REFERENCES[name]
    slope, bound = central_difference(
        formula.value, batch.targets, batch.predictions, np.eye(3)[column]
    )
    off = np.abs(slope - formula.derivative(batch.targets, batch.predictions)[:, column])

    assert np.all(off <= bound)
    assert np.all(bound <= 1e-6 * (1 + np.abs(slope)))


@pytest.mark.parametrize("name", NAMES)
def test_the_derivative_along_a_line_is_the_slope_of_its_drawing(name):
    """On the line, the derivative times the direction is the slope of the value by the position."""
    line, formula = grids.line(name), REFERENCES[name]
    slope, bound = central_difference(formula.value, line.targets, line.predictions, line.direction)
    off = np.abs(slope - formula.derivative(line.targets, line.predictions) @ line.direction)

    assert np.all(off <= bound)
    assert np.all(bound <= 1e-6 * (1 + np.abs(slope)))


# scikit-learn averages over samples and keeps outputs apart where asked to; turned round, it averages over outputs.
BY_SCIKIT_LEARN = {
    "mean_squared_error": lambda t, y: metrics.mean_squared_error(
        t.T, y.T, multioutput="raw_values"
    ),
    "mean_absolute_error": lambda t, y: metrics.mean_absolute_error(
        t.T, y.T, multioutput="raw_values"
    ),
    "mean_squared_logarithmic_error": lambda t, y: metrics.mean_squared_log_error(
        t.T, y.T, multioutput="raw_values"
    ),
    "binary_crossentropy": lambda t, y: [
        metrics.log_loss(*row, labels=[0, 1]) for row in zip(t, y)
    ],
    # It has to see both targets; two outputs on their targets add nothing to the sum that is averaged.
    "hinge": lambda t, y: [
        metrics.hinge_loss([*t, 1, -1], [*y, 1, -1]) * 5 / 3 for t, y in zip(t, y)
    ],
    "categorical_crossentropy": lambda t, y: [
        metrics.log_loss([row.argmax()], [probabilities], labels=[0, 1, 2])
        for row, probabilities in zip(t, y)
    ],
    "sparse_categorical_crossentropy": lambda t, y: [
        metrics.log_loss([row], [probabilities], labels=[0, 1, 2])
        for row, probabilities in zip(t, y)
    ],
}


@pytest.mark.parametrize("name", BY_SCIKIT_LEARN)
def test_scikit_learn_agrees(name):
    """On the batch, the value is scikit-learn's."""
    batch = grids.batch(name)
    of = batch.targets, batch.predictions

    equal_but_for_rounding(REFERENCES[name].value(*of), BY_SCIKIT_LEARN[name](*of))


def test_scipy_agrees_on_divergence_and_entropy():
    """On the batch, divergence and entropy are SciPy's, in nats."""
    batch = grids.batch("kullback_leibler_divergence")
    divergence = reference.kullback_leibler_divergence(batch.targets, batch.predictions)

    equal_but_for_rounding(divergence, scipy_entropy(batch.targets, batch.predictions, axis=1))
    equal_but_for_rounding(divergence, rel_entr(batch.targets, batch.predictions).sum(axis=1))
    equal_but_for_rounding(reference.entropy(batch.targets), scipy_entropy(batch.targets, axis=1))


def test_divergence_is_crossentropy_less_entropy():
    """Divergence, cross-entropy and entropy agree on the batch, and divergence has the cross-entropy's slope."""
    batch = grids.batch("kullback_leibler_divergence")
    of = batch.targets, batch.predictions

    equal_but_for_rounding(
        reference.kullback_leibler_divergence(*of) + reference.entropy(batch.targets),
        REFERENCES["categorical_crossentropy"].value(*of),
    )
    np.testing.assert_array_equal(
        *(
            REFERENCES[name].derivative(*of)
            for name in ("kullback_leibler_divergence", "categorical_crossentropy")
        )
    )


@pytest.mark.parametrize("part", ["value", "derivative"])
def test_sparse_is_the_crossentropy_of_one_hot_targets(part):
    """Class numbers and their one-hot rows give the same."""
    batch = grids.batch("sparse_categorical_crossentropy")
    sparse, dense = (
        getattr(REFERENCES[f"{kind}categorical_crossentropy"], part) for kind in ("sparse_", "")
    )

    equal_but_for_rounding(
        sparse(batch.targets, batch.predictions),
        dense(reference.one_hot(batch.targets, 3), batch.predictions),
    )


def test_one_hot_rows():
    """A class number puts a 1 in its place."""
    np.testing.assert_array_equal(reference.one_hot([2, 0], 3), [[0, 0, 1], [1, 0, 0]])


@pytest.mark.parametrize(
    ("name", "targets", "predictions"),
    [
        *(
            (name, [[0.5, 2], [0, 3]], [[0.5, 2], [0, 3]])
            for name in NAMES
            if name.startswith("mean_")
        ),
        ("binary_crossentropy", [[0, 1], [1, 1]], [[0, 1], [1, 1]]),
        *((name, [[1, -1], [-1, -1]], [[1, -1], [-2, -1]]) for name in ("hinge", "squared_hinge")),
        ("categorical_crossentropy", np.eye(2), np.eye(2)),
        ("sparse_categorical_crossentropy", [0, 1], np.eye(2)),
        ("kullback_leibler_divergence", [[0.25, 0.75], [0, 1]], [[0.25, 0.75], [0, 1]]),
    ],
)
def test_perfect_predictions_cost_exactly_nothing(name, targets, predictions):
    """A perfect prediction costs 0 to the last bit: 0 ln 0 counts as 0, with no warning and no NaN."""
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(REFERENCES[name].value(targets, predictions), [0, 0])


def test_entropy_of_certainty_and_of_ignorance():
    """A sure distribution has entropy 0, a uniform one the logarithm of its size."""
    equal_but_for_rounding(
        reference.entropy([[1, 0, 0, 0], [0.25, 0.25, 0.25, 0.25]]), [0, math.log(4)]
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("columns", [2, 5])
def test_one_value_a_sample_and_one_derivative_a_prediction(name, columns):
    """For n samples of k outputs the value is (n,), the derivative (n, k), both float64 whatever was given."""
    predictions = np.full((4, columns), 1 / columns, np.float32)
    targets = np.zeros(4, int) if name.startswith("sparse") else np.ones((4, columns), int)

    value, derivative = (
        call(targets, predictions) for call in (REFERENCES[name].value, REFERENCES[name].derivative)
    )

    assert (value.shape, value.dtype) == ((4,), np.float64)
    assert (derivative.shape, derivative.dtype) == ((4, columns), np.float64)


def test_the_nine_losses_go_by_their_documented_names():
    """The table holds nine losses, each under the name of its value's function and beside its own derivative."""
    assert len(REFERENCES) == 9
    for name, each in REFERENCES.items():
        assert each.name == name == each.value.__name__
        assert each.derivative.__name__ == f"{name}_derivative"
