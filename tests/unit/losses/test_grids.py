"""The fixed inputs: exact in float32, in the domain of their loss, off its kinks, the same in every run."""

import numpy as np
import pytest

from lossspec.losses import grids
from lossspec.losses.reference import REFERENCES, one_hot

NAMES = sorted(REFERENCES)
SPARSE = "sparse_categorical_crossentropy"
SIMPLEX = ("categorical_crossentropy", SPARSE, "kullback_leibler_divergence")
SIGNED = ("hinge", "squared_hinge")
GRIDS = [
    pytest.param(of(name), name, id=f"{of.__name__}-{name}")
    for of in (grids.batch, grids.line)
    for name in NAMES
]


@pytest.mark.parametrize("of", [grids.batch, grids.line])
@pytest.mark.parametrize("name", NAMES)
def test_float32_holds_every_number_exactly(of, name):
    """No number changes on its way through float32, and all are multiples of half a step."""
    for numbers in (of(name).targets, of(name).predictions):
        np.testing.assert_array_equal(np.float64(np.float32(numbers)), numbers)
        np.testing.assert_array_equal(numbers * 128, np.round(numbers * 128))
        assert numbers.dtype == np.float64


@pytest.mark.parametrize(("grid", "name"), GRIDS)
def test_shapes_are_those_the_losses_take(grid, name):
    """Predictions are (n, k), targets too, but for the sparse loss's class numbers (n,)."""
    assert grid.predictions.ndim == 2
    assert grid.targets.shape == (
        grid.predictions.shape[:1] if name == SPARSE else grid.predictions.shape
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_has_as_many_samples_as_it_says(name):
    """A batch is 24 samples of three outputs, hardly two of them alike."""
    predictions = grids.batch(name).predictions

    assert predictions.shape == (grids.SAMPLES, 3) == (24, 3)
    assert len(np.unique(predictions, axis=0)) > 20


@pytest.mark.parametrize("of", [grids.batch, grids.line])
@pytest.mark.parametrize("name", NAMES)
def test_a_grid_is_the_same_each_time(of, name):
    """Nothing in a grid depends on when it is made, or on NumPy's global generator."""
    first = of(name)
    np.random.seed(0)  # the global generator on purpose
    again = of(name)

    np.testing.assert_array_equal(first.targets, again.targets)
    np.testing.assert_array_equal(first.predictions, again.predictions)


@pytest.mark.parametrize("name", SIMPLEX)
@pytest.mark.parametrize("of", [grids.batch, grids.line])
def test_distributions_sum_to_exactly_one(of, name):
    """Every predicted distribution, and every target that is one, is positive and sums to 1 without rounding."""
    grid = of(name)

    assert np.all(grid.predictions > 0)
    np.testing.assert_array_equal(grid.predictions.sum(axis=1), 1)
    if name != SPARSE:
        assert np.all(grid.targets >= 0)
        np.testing.assert_array_equal(grid.targets.sum(axis=1), 1)


@pytest.mark.parametrize("of", [grids.batch, grids.line])
def test_binary_probabilities_stay_off_the_ends(of):
    """Binary targets are 0 or 1, and each predicted probability is at least half a step away from both."""
    grid = of("binary_crossentropy")

    assert set(np.unique(grid.targets)) <= {0, 1}
    assert grids.STEP / 2 <= grid.predictions.min() <= grid.predictions.max() <= 1 - grids.STEP / 2


@pytest.mark.parametrize("name", SIGNED)
@pytest.mark.parametrize("of", [grids.batch, grids.line])
def test_margins_are_never_met(of, name):
    """Hinge targets are -1 or +1, and no prediction sits where t y = 1, though some do on either side."""
    grid = of(name)
    margin = grid.targets * grid.predictions

    assert set(np.unique(grid.targets)) <= {-1, 1}
    assert np.abs(margin - 1).min() >= grids.STEP / 2
    assert margin.min() < 1 < margin.max()


@pytest.mark.parametrize("of", [grids.batch, grids.line])
def test_absolute_errors_are_never_zero(of):
    """No prediction of the mean absolute error sits on its target, though some do on either side."""
    grid = of("mean_absolute_error")
    error = grid.predictions - grid.targets

    assert np.abs(error).min() >= grids.STEP / 2
    assert error.min() < 0 < error.max()


@pytest.mark.parametrize("of", [grids.batch, grids.line])
def test_logarithmic_errors_have_their_logarithms(of):
    """Targets and predictions of the logarithmic error are not negative, where Keras clips."""
    grid = of("mean_squared_logarithmic_error")

    assert grid.predictions.min() > 0
    assert grid.targets.min() > 0


@pytest.mark.parametrize(
    ("name", "targets"),
    [
        ("binary_crossentropy", {0, 1}),
        ("hinge", {-1, 1}),
        ("squared_hinge", {-1, 1}),
        (SPARSE, {0, 1, 2}),
    ],
)
def test_every_class_occurs(name, targets):
    """A batch has targets of each class."""
    assert set(np.unique(grids.batch(name).targets)) == targets


def test_dense_and_sparse_targets_are_the_same_classes():
    """Both cross-entropies of classes are measured on the same samples."""
    dense, sparse = grids.batch("categorical_crossentropy"), grids.batch(SPARSE)

    np.testing.assert_array_equal(dense.targets, one_hot(sparse.targets, 3))
    np.testing.assert_array_equal(dense.predictions, sparse.predictions)


@pytest.mark.parametrize("name", NAMES)
def test_a_line_is_straight(name):
    """Along a line, predictions move by the direction times the position, in equal steps, the target staying."""
    line = grids.line(name)
    x = line.x[:, None]

    np.testing.assert_array_equal(np.diff(line.x), line.x[1] - line.x[0])
    np.testing.assert_array_equal(
        line.predictions - line.predictions[0], (x - x[0]) * line.direction
    )
    assert len(np.unique(line.targets, axis=0)) == 1
    assert line.x[1] > line.x[0]
    assert len(line.x) >= 16
    assert line.label


@pytest.mark.parametrize("name", NAMES)
def test_a_lines_direction_keeps_to_where_the_loss_is_defined(name):
    """A direction moves its first prediction as fast as the position; on the simplex its parts cancel."""
    direction = grids.line(name).direction

    assert direction[0] == 1
    assert direction.sum() == (0 if name in SIMPLEX else 1)
