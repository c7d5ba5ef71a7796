"""Poisson loss outside its domain: predictions from 0 down, targets below 0."""

import numpy as np
import pytest

from helpers.networks import giving_back_its_inputs
from lossspec.losses import tolerance

POISSON = "poisson"
EPSILON = tolerance.KERAS_EPSILON
COUNTS = np.array([[0.0], [1.0], [3.0], [1.0], [2.0]])
BELOW_0 = np.array([[-1.0], [-1.0], [-0.5], [-1e-3], [-512.0]])


@pytest.mark.claim("beside.poisson-negative-predictions")
@pytest.mark.usefixtures("given_as")
def test_a_negative_prediction_costs_nan(loss, evidence):
    """A prediction below -1e-7 costs NaN, for a target of 0, too."""
    costs = loss(POISSON).per_sample(COUNTS, BELOW_0)

    evidence.exactly("whether the loss is not a number", np.isnan(costs), 1)


@pytest.mark.claim("beside.poisson-negative-predictions")
def test_one_negative_prediction_makes_its_batch_nan(loss, evidence):
    """Of five samples one prediction below -1e-7 makes the mean loss NaN."""
    one_of_five = np.where(np.arange(5)[:, None] == 3, BELOW_0, 1)

    mean = loss(POISSON).mean(COUNTS, one_of_five)
    evidence.exactly("whether the mean of a batch with one is not a number", np.isnan(mean), 1)


@pytest.mark.claim("beside.poisson-negative-slope")
def test_a_negative_prediction_is_pulled_further_down(loss, evidence):
    """Below -1e-7 the slope is 1 - t / (y + 1e-7), a number of 1 or more."""
    slopes = loss(POISSON).gradient(COUNTS, BELOW_0)

    bound = tolerance.rounding(1 - COUNTS / BELOW_0)
    evidence.close("slope", slopes, 1 - COUNTS / (BELOW_0 + EPSILON), within=bound)
    evidence.at_least("slope", slopes, 1)


@pytest.mark.claim("beside.poisson-negative-slope")
def test_training_moves_a_negative_prediction_further_down(subject, evidence):
    """A linear unit that predicts -1 for 1 predicts -3 after a step at a rate of 1/2."""
    network = giving_back_its_inputs(subject, 1)
    # The slope is 2: by the kernel -2, by the bias 2.
    network.fit((np.array([[-1.0]]), np.array([[1.0]])), loss=POISSON, learning_rate=0.5)
    kernel, bias = network.weights()

    bound = tolerance.rounding(2)
    evidence.close("prediction after a step", bias - kernel[0], [-3], within=2 * bound)


@pytest.mark.claim("beside.poisson-zero-prediction")
@pytest.mark.usefixtures("given_as")
def test_a_prediction_of_zero_counts_as_epsilon(loss, evidence):
    """A prediction of 0 costs 16.1 times the target, and its slope is 1 less 1e7 times that."""
    t, y = np.array([[0.0], [1.0], [3.0]]), np.zeros((3, 1))
    costs, slopes = -t * np.log(EPSILON), 1 - t / EPSILON

    evidence.close(
        "loss",
        loss(POISSON).per_sample(t, y),
        costs[:, 0],
        within=tolerance.rounding(costs[:, 0]),
    )
    evidence.close("slope", loss(POISSON).gradient(t, y), slopes, within=tolerance.rounding(slopes))


@pytest.mark.claim("beside.poisson-negative-targets")
@pytest.mark.usefixtures("given_as")
def test_a_negative_target_is_least_at_zero(loss, evidence):
    """A target of -1 costs y + ln y, less the nearer to 0, and its slope is above 1."""
    y = np.array([[4.0], [1.0], [0.25], [2.0**-10], [2.0**-17], [0.0]])
    t = np.full_like(y, -1)
    costs = (y + np.log(y + EPSILON))[:, 0]

    bound = tolerance.rounding(1 + y + np.abs(np.log(y + EPSILON)))[:, 0]
    of_nearer = loss(POISSON).per_sample(t, y)
    evidence.close("loss", of_nearer, costs, within=bound)
    evidence.below("what the nearer to 0 costs beyond the farther", np.diff(of_nearer), 0)
    evidence.above("slope", loss(POISSON).gradient(t, y), 1)
