"""What documents see in curves, in numbers, on curves whose numbers are known."""

import math
import warnings

import numpy as np
import pytest

from lossspec.experiments.curves import (
    PERCENTS,
    bumpiness,
    change_at_the_end,
    not_finite,
    quantiles,
)

NAN, INF = math.nan, math.inf


@pytest.fixture(autouse=True)
def _no_warnings():
    """Curves of diverged replicates are nothing to warn of."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_quantiles_are_over_the_replicates():
    """Of 0 to 100 each percentage is itself, epoch by epoch."""
    values = np.tile(np.arange(101.0), (3, 1))

    np.testing.assert_allclose(
        quantiles(values), np.tile(np.array(PERCENTS)[:, None], (1, 3)), rtol=1e-15
    )


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
    """Steps upwards count against all steps; a curve that doesn't move, or isn't finite, has none."""
    assert bumpiness(np.array(curve, float)[:, None]) == pytest.approx(
        [expected], rel=1e-15, nan_ok=True
    )


def test_bumpiness_of_what_should_rise_is_the_share_that_is_down():
    """Turned upside down, a curve is as bumpy towards the other side."""
    curves = np.random.RandomState(0).standard_normal((20, 7))

    np.testing.assert_array_equal(bumpiness(curves, towards=1), bumpiness(-curves))
    np.testing.assert_allclose(bumpiness(curves, towards=1) + bumpiness(curves), 1, rtol=1e-12)


@pytest.mark.parametrize("epochs", [2, 10, 19, 20, 30, 100, 200])
def test_a_steady_fall_moves_by_a_tenth_of_its_way_in_a_tenth_of_its_epochs(epochs):
    """On a straight line the medians of two neighbouring tenths are a tenth of the epochs apart."""
    line = np.linspace(1, 0, epochs)[:, None]

    assert change_at_the_end(line) == pytest.approx([max(1, epochs // 10) / (epochs - 1)], rel=1e-9)


def test_one_bump_at_the_end_is_no_change():
    """The medians of a tenth don't see one epoch that is off."""
    curve = np.concatenate([np.linspace(1, 0, 50), np.zeros(50)])
    bumpy = curve.copy()
    bumpy[-5] = 0.9

    assert change_at_the_end(np.stack([curve, bumpy], axis=1)).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("curve", "expected"),
    [
        ([1.0] * 30, NAN),  # no way and no change
        ([*[0.0] * 27, 1.0, 1.0, 0.0], INF),  # ends where it began, but not at rest
        (
            [*[4.0] * 24, *[1.0] * 3, *[2.0] * 3],
            0.5,
        ),  # of a way of 2, the last three epochs are 1 above those before
        ([1.0] * 29 + [NAN], NAN),
    ],
)
def test_a_change_is_a_share_of_the_whole_way(curve, expected):
    """How far the last tenth is from the tenth before it, against the way from the first epoch to the last."""
    assert change_at_the_end(np.array(curve)[:, None]) == pytest.approx([expected], nan_ok=True)
