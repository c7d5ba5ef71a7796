"""What happens instead of pitfalls where an early Keras 3 computes with JAX, torch or NumPy."""

import numpy as np
import pytest

from lossspec.losses import tolerance
from lossspec.losses.counts import POISSON
from lossspec.losses.directions import COSINE
from lossspec.losses.entropy import SCCE
from lossspec.losses.regression import MAPE

EPSILON = tolerance.KERAS_EPSILON


@pytest.mark.instead("beside.integer-predictions-refused")
@pytest.mark.parametrize("name", ["hinge", "squared_hinge"])
def test_on_numpy_the_hinges_of_integers_are_of_float64(name, subject, evidence):
    """Integer predictions cost what floats cost, and it is float64."""
    integers = subject.loss(name, dtype="int32", targets_in="float32")
    given = [[-1.0], [1.0], [1.0]], [[1], [1], [-2]]

    costs = integers.per_sample(*given)
    evidence.exactly("loss of integers", costs, subject.loss(name).per_sample(*given))
    evidence.exactly("bits of a loss", integers.bits(*given), 64)


@pytest.mark.instead("beside.mape-zero-target-float16")
def test_elsewhere_a_target_of_zero_costs_1e9_in_float16(subject, evidence):
    """Given float16 the loss of target 0 and prediction 1 is 1e9, and of float32."""
    of_loss, given = subject.loss(MAPE.name, dtype="float16"), ([[0.0]], [[1.0]])
    wanted = 100 / EPSILON

    # Quotient and product round, and epsilon does.
    within = tolerance.rounding(wanted, operations=3)
    evidence.close("loss", of_loss.per_sample(*given), wanted, within=within)
    evidence.exactly("bits of a loss", of_loss.bits(*given), 32)


@pytest.mark.instead("beside.poisson-float16-slope")
def test_on_numpy_small_counts_of_float16_cost_what_float32_does(subject, evidence):
    """Given float16, predictions of 0, 2**-24 and 2**-20 cost what they cost in float32."""
    small = np.array([[0.0], [2.0**-24], [2.0**-20]])
    given = np.ones_like(small), small
    of_loss = subject.loss(POISSON.name, dtype="float16")

    evidence.exactly("bits of a loss", of_loss.bits(*given), 32)
    wanted = small[:, 0] - np.log(small[:, 0] + EPSILON)
    # The sum that the logarithm is of rounds, epsilon in it, and so do logarithm and difference.
    within = tolerance.rounding(1 + np.abs(wanted), operations=4)
    evidence.close("loss", of_loss.per_sample(*given), wanted, within=within)


@pytest.mark.instead("beside.cosine-long-rows-float16")
def test_on_torch_long_rows_of_float16_cost_what_their_direction_does(subject, evidence):
    """In float16 a prediction of length 500 along the target costs -1, and it is float16."""
    of_loss, row = subject.loss(COSINE.name, dtype="float16"), np.array([[3.0, 4.0]])

    within = tolerance.rounding(1, operations=10, unit=tolerance.UNITS["float16"])
    evidence.close("loss", of_loss.per_sample(row, 100 * row), -1, within=within)
    evidence.exactly("bits of a loss", of_loss.bits(row, 100 * row), 16)


@pytest.mark.instead("beside.ignore-class-predicted")
@pytest.mark.parametrize("there", [1e20, np.inf, -np.inf, np.nan])
def test_elsewhere_what_is_predicted_of_an_ignored_step_leaks(there, subject, evidence):
    """In eager mode an ignored step costs 0 whatever is predicted of it, and its slope is NaN."""
    judged = subject.loss_through("linear", SCCE.name, ignore_class=-1)
    classes, rows = np.array([[0, -1]]), np.full((1, 2, 3), 1 / 3)
    rows[0, 1] = there
    losses, slopes = judged.per_sample(classes, rows), judged.gradient(classes, rows)

    evidence.close("loss of the other", losses[0, 0], np.log(3), within=tolerance.rounding(2))
    evidence.exactly("loss of an ignored step", losses[0, 1], 0)
    evidence.exactly("whether its slope is NaN", np.isnan(slopes[0, 1]), 1)
    evidence.exactly("whether the other's is", np.isnan(slopes[0, 0]), 0)
