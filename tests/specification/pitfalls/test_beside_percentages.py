"""Mean absolute percentage error of targets at 0, which no share is of."""

import numpy as np
import pytest

from lossspec.core.errors import CallGone
from lossspec.losses import tolerance

MAPE = "mean_absolute_percentage_error"
NEAR_0 = np.array([[0.0], [0.0], [2.0**-27], [-(2.0**-27)], [0.0]])
PREDICTED = np.array([[1.0], [-2.0], [1.0], [0.0], [0.0]])


@pytest.mark.claim("beside.mape-zero-target")
@pytest.mark.usefixtures("given_as")
def test_targets_near_zero_are_divided_by_epsilon(loss, evidence):
    """Errors of targets nearer 0 than 1e-7 count 1e9 % each 1, and pull as much."""
    errors = PREDICTED - NEAR_0
    percent = 100 * np.abs(errors[:, 0]) / tolerance.KERAS_EPSILON

    # Epsilon rounds, too.
    bound = tolerance.rounding(percent, operations=5)
    evidence.close("loss", loss(MAPE).per_sample(NEAR_0, PREDICTED), percent, within=bound)
    slopes = 100 * np.sign(errors) / tolerance.KERAS_EPSILON
    bound = tolerance.rounding(slopes, operations=4)
    evidence.close("slope", loss(MAPE).gradient(NEAR_0, PREDICTED), slopes, within=bound)


@pytest.mark.claim("beside.mape-zero-target-batch")
def test_one_target_of_zero_outweighs_its_batch(loss, evidence):
    """Of 100 samples, 99 of which cost 50 %, one target of 0 makes the mean 1e7 %."""
    t, y = np.full((100, 1), 2.0), np.ones((100, 1))
    t[0] = 0

    bound = tolerance.rounding(1e7, operations=100 + 5)
    evidence.close("mean loss", loss(MAPE).mean(t, y), 1e7 + 49.5, within=bound)


@pytest.mark.claim("beside.mape-zero-target-float16")
def test_in_float16_a_target_of_zero_costs_infinity(subject, mode, evidence):
    """In float16 the function's loss of target 0 and prediction 1 is infinite, and the slope."""
    of_loss = subject.loss(MAPE, mode, "float16")

    evidence.exactly("loss", of_loss.per_sample([[0.0]], [[1.0]]), np.inf)
    evidence.exactly("slope", of_loss.gradient([[0.0]], [[1.0]]), np.inf)


@pytest.mark.instead("beside.mape-zero-target-float16")
def test_in_float16_percentages_are_not_there(subject, mode, evidence):
    """Asked for in float16, the subject says what it lacks."""
    evidence.refuses("float16", lambda: subject.loss(MAPE, mode, "float16"), CallGone)
