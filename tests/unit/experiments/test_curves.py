"""What documents see in curves, in numbers, on curves whose numbers are known."""

import math

import numpy as np
import pytest

from lossspec.experiments.curves import (
    PERCENTS,
    bumpiness,
    goes_and_rests,
    mean_step,
    not_finite,
    quantiles,
)

NAN, INF = math.nan, math.inf
pytestmark = pytest.mark.filterwarnings("error")  # diverged replicates are nothing to warn of


def test_quantiles_are_over_the_replicates():
    """Of 0 to 100 each percentage is itself, epoch by epoch."""
    values = np.tile(np.arange(101.0), (3, 1))
    expected = np.tile(np.array(PERCENTS)[:, None], (1, 3))

    np.testing.assert_allclose(quantiles(values), expected, rtol=1e-15)


@pytest.mark.parametrize("other", [NAN, INF, -INF])
def test_quantiles_are_of_what_is_finite(other):
    """A replicate that is not finite has no part in them, and is counted apart."""
    values = np.array([[1.0, 2.0, 3.0, other, other], [other] * 5])

    np.testing.assert_array_equal(quantiles(values, (0, 50, 100)), [[1, NAN], [2, NAN], [3, NAN]])
    np.testing.assert_array_equal(not_finite(values), [2, 5])


@pytest.mark.parametrize(
    ("curve", "expected"),
    [
        ([4, 3, 2, 1, 0], 0.0),
        ([0, 1, 2, 3, 4], 1.0),
        ([1, 0, 1, 0, 1], 0.5),
        ([4, 1, 2, 0], 1 / 6),  # down 3, up 1, down 2
        ([2, 2, 2], NAN),
        ([2, NAN, 1], NAN),
        ([2, INF, 1], NAN),
    ],
)
def test_bumpiness_is_the_share_of_the_way_that_is_up(curve, expected):
    """Steps upwards count against all steps; upside down they are right, and the others wrong."""
    column = np.array(curve, float)[:, None]

    assert bumpiness(column) == pytest.approx([expected], rel=1e-15, nan_ok=True)
    assert bumpiness(column, towards=1) == pytest.approx([1 - expected], rel=1e-15, nan_ok=True)


@pytest.mark.parametrize(
    ("curve", "expected"),
    [
        ([4.0, *[1.0] * 29], True),
        ([1.0] * 30, False),  # at rest where it began
        ([1.0, *[0.8] * 29], False),  # fell by less than a quarter
        ([1.0, *[4.0] * 29], False),  # rose
        ([4.0, *[1.0] * 26, *[1.2] * 3], False),  # moves by 0.2 of a way of 2.8
        ([4.0, *[1.0] * 26, *[1.1] * 3], True),  # by 0.1 of 2.9
        ([*[4.0] * 24, *[1.0] * 4, 9.0, 1.0], True),  # medians don't see one epoch that is off
        ([4.0] + [NAN] * 29, False),
    ],
)
def test_a_loss_has_to_fall_before_it_rests(curve, expected):
    """By a quarter at least; an accuracy has to end higher than it began."""
    column = np.array(curve)[:, None]

    assert goes_and_rests(column).tolist() == [expected]
    assert goes_and_rests(5 - column, rising=True).tolist() == [expected or curve[1] == 0.8]


@pytest.mark.parametrize(
    ("curve", "expected"),
    [([9, 9, 2, 2, 2], 0.0), ([9, 9, 2, 3, 2], 0.5), ([0, 0, 0, 0], NAN), ([1, 1, NAN, 2], NAN)],
)
def test_a_mean_step_is_of_the_second_half(curve, expected):
    """Over the last value."""
    assert mean_step(np.array(curve, float)[:, None]) == pytest.approx([expected], nan_ok=True)
