"""The tolerances: wide enough for any honest float32 result, too narrow for a fault in the fourth digit."""

import numpy as np
import pytest

from lossspec.losses import grids, tolerance
from lossspec.losses.reference import REFERENCES

NAMES = sorted(REFERENCES)
EPSILON = np.float32(tolerance.KERAS_EPSILON)
ONE = np.float32(1)


def clipped(y):
    """Probabilities moved off 0 and 1 as Keras does."""
    return np.clip(y, EPSILON, ONE - EPSILON)


def normalised(y):
    """Rows divided by their sums, then clipped, as Keras does before a cross-entropy."""
    return clipped(y / y.sum(axis=-1, keepdims=True))


def at(classes, y):
    """The probability of each row's class."""
    return y[np.arange(len(y)), classes.astype(int)]


# Each loss in float32 throughout, with Keras's way of clipping: what an honest implementation computes.
IN_FLOAT32 = {
    "mean_squared_error": lambda t, y: np.mean(np.square(y - t), axis=-1),
    "mean_absolute_error": lambda t, y: np.mean(np.abs(y - t), axis=-1),
    "mean_squared_logarithmic_error": lambda t, y: np.mean(
        np.square(np.log(np.maximum(y, EPSILON) + ONE) - np.log(np.maximum(t, EPSILON) + ONE)),
        axis=-1,
    ),
    "binary_crossentropy": lambda t, y: (
        -np.mean(
            t * np.log(clipped(y) + EPSILON) + (ONE - t) * np.log(ONE - clipped(y) + EPSILON),
            axis=-1,
        )
    ),
    "hinge": lambda t, y: np.mean(np.maximum(ONE - t * y, 0), axis=-1),
    "squared_hinge": lambda t, y: np.mean(np.square(np.maximum(ONE - t * y, 0)), axis=-1),
    "categorical_crossentropy": lambda t, y: -np.sum(t * np.log(normalised(y)), axis=-1),
    "sparse_categorical_crossentropy": lambda t, y: -np.log(at(t, normalised(y))),
    "kullback_leibler_divergence": lambda t, y: np.sum(
        np.clip(t, EPSILON, ONE) * np.log(np.clip(t, EPSILON, ONE) / np.clip(y, EPSILON, ONE)),
        axis=-1,
    ),
}
GRIDS = [
    pytest.param(of(name), name, id=f"{of.__name__}-{name}")
    for of in (grids.batch, grids.line)
    for name in NAMES
]


def measured(name, grid):
    """What float32 gives, what it should give, and the tolerance."""
    formula = REFERENCES[name].value
    got = IN_FLOAT32[name](np.float32(grid.targets), np.float32(grid.predictions))
    assert got.dtype == np.float32
    bound = tolerance.of_loss(name, formula, grid.targets, grid.predictions)
    return np.float64(got), formula(grid.targets, grid.predictions), bound


@pytest.mark.parametrize(("grid", "name"), GRIDS)
def test_float32_lies_within_the_tolerance(grid, name):
    """A loss computed in float32 is never further off than allowed."""
    got, wanted, bound = measured(name, grid)

    assert np.all(np.abs(got - wanted) <= bound)


@pytest.mark.parametrize(("grid", "name"), GRIDS)
def test_a_fault_of_a_thousandth_lies_outside(grid, name):
    """A loss that is wrong by a thousandth fails at nearly every point where it isn't nearly zero."""
    got, wanted, bound = measured(name, grid)
    counts = np.abs(wanted) > 0.01

    assert np.mean((np.abs(got * 1.001 - wanted) > bound)[counts]) > 0.9
    assert np.mean((np.abs(got * 0.999 - wanted) > bound)[counts]) > 0.9


@pytest.mark.parametrize(("grid", "name"), GRIDS)
def test_a_fault_in_the_slope_lies_outside_its_tolerance(grid, name):
    """A slope that is wrong by a thousandth fails at nearly every point where it isn't nearly zero."""
    derivative = REFERENCES[name].derivative
    slope = derivative(grid.targets, grid.predictions)
    bound = tolerance.of_loss(name, derivative, grid.targets, grid.predictions)
    counts = np.abs(slope) > 0.01

    assert bound.shape == slope.shape
    assert np.mean((1e-3 * np.abs(slope) > bound)[counts]) > 0.9


@pytest.mark.parametrize(
    ("name", "clipped_by"), [("hinge", 0), ("binary_crossentropy", 2 * tolerance.KERAS_EPSILON)]
)
def test_a_tolerance_follows_the_slope(name, clipped_by):
    """Of a linear function, each prediction's shift and the result's rounding add up, and nothing else."""
    y = np.array([[0.5, -3.0]])
    got = tolerance.of_loss(name, lambda _, y: y @ np.array([2.0, -1.0]), [[1.0, 1.0]], y)
    unit = tolerance.OPERATIONS * tolerance.UNIT_ROUNDOFF

    np.testing.assert_allclose(
        got, unit * (abs(2 * 0.5 + 3) + 2 * 1.5 + 1 * 4) + 3 * clipped_by, rtol=1e-9
    )


@pytest.mark.parametrize("name", sorted(tolerance.CLIPS_TARGETS))
def test_a_clipped_target_widens_the_tolerance(name):
    """Where Keras clips targets, a function that minds only them has a tolerance of its epsilon."""
    got = tolerance.of_loss(name, lambda t, _: 0 * t[:, 0] + 100 * (t[:, 0] - 1), [[1.0]], [[0.5]])

    np.testing.assert_allclose(got, 100 * tolerance.KERAS_EPSILON, rtol=1e-6)


def test_targets_are_left_as_they_were():
    """Working out a tolerance moves nobody's numbers."""
    grid = grids.batch("kullback_leibler_divergence")
    before = grid.targets.copy(), grid.predictions.copy()

    tolerance.of_loss(
        "kullback_leibler_divergence", REFERENCES["kullback_leibler_divergence"].value, *before
    )
    grid_after = grid.targets, grid.predictions

    np.testing.assert_array_equal(before, grid_after)


@pytest.mark.parametrize(
    ("scale", "operations", "error"),
    [(1, 1, 2**-24), (-4.0, 2, 2**-21), (0, 16, 0), ([1, 2], 4, [2**-22, 2**-21])],
)
def test_rounding_grows_with_size_and_operations(scale, operations, error):
    """Each operation adds one unit roundoff of numbers of that size, whatever their sign."""
    np.testing.assert_array_equal(tolerance.rounding(scale, operations), error)


def test_the_unit_roundoff_is_float32s():
    """Half the distance from 1 to the next float32."""
    assert np.finfo(np.float32).eps / 2 == tolerance.UNIT_ROUNDOFF


@pytest.mark.parametrize("name", NAMES)
def test_only_clipped_probabilities_cost_something_when_perfect(name):
    """The cross-entropies may be off zero by Keras's clipping, the others not at all."""
    assert (tolerance.of_zero(name, 3) > 0) is name.endswith("crossentropy")


@pytest.mark.parametrize("outputs", [1, 2, 3, 10])
@pytest.mark.parametrize("clip", [clipped, normalised, lambda y: normalised(clipped(y))])
def test_a_perfect_prediction_costs_no_more_than_allowed(outputs, clip):
    """In float32, the true class of a certain prediction costs within the bound, however it was clipped."""
    certain = np.eye(max(outputs, 2), dtype=np.float32)[:1]

    cost = -np.log(np.float64(clip(certain)[0, 0]))

    assert 0 < cost <= tolerance.of_zero("categorical_crossentropy", outputs)
    assert tolerance.of_zero("categorical_crossentropy", outputs) < 1e-5


def test_every_loss_with_a_logarithm_minds_the_epsilon():
    """The losses that clip targets are among those that use the epsilon, and those are the ones with logarithms."""
    with_logarithm = {
        name for name in NAMES if "log" in name or "crossentropy" in name or "divergence" in name
    }

    assert tolerance.CLIPS_TARGETS < tolerance.USES_EPSILON == with_logarithm
