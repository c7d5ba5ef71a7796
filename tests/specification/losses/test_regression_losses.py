"""Mean squared, absolute and squared logarithmic error: how each counts a mistake."""

import numpy as np
import pytest
from scipy import stats

from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.regression import MSE

MSLE = "mean_squared_logarithmic_error"


@pytest.mark.claim("losses.mse-larger-mistakes")
def test_mse_counts_a_mistake_twice_as_large_four_times(loss, evidence):
    """Doubling a mistake makes it four times as dear."""
    mistakes = np.array([[0.5], [1.0], [2.0], [4.0], [8.0]])
    costs = loss("mean_squared_error").per_sample(np.zeros_like(mistakes), mistakes)

    evidence.exactly("cost of a mistake over that of one half as large", costs[1:] / costs[:-1], 4)


@pytest.mark.claim("losses.mse-likelihood")
def test_mse_is_the_likelihood_of_a_gaussian_target(loss, evidence):
    """Half the squared error is a unit Gaussian's negative log-likelihood, but for ln √(2π)."""
    batch = MSE.batch()
    targets, predictions = batch.targets[:, :1], batch.predictions[:, :1]
    surprise = -stats.norm.logpdf(targets, loc=predictions)[:, 0] - np.log(np.sqrt(2 * np.pi))
    bound = tolerance.of_loss("mean_squared_error", MSE.value, targets, predictions)

    evidence.close(
        "half the loss",
        loss("mean_squared_error").per_sample(targets, predictions) / 2,
        surprise,
        within=bound,
    )


@pytest.mark.claim("losses.mae-robust")
def test_mae_is_pulled_by_an_outlier_no_more_than_by_any_sample(loss, evidence):
    """The slope at a prediction that is off is -1 or +1, however far; under MSE it grows."""
    outliers = np.array([[1.0], [10.0], [1000.0]])
    targets = np.zeros_like(outliers)

    evidence.exactly("slope under MAE", loss("mean_absolute_error").gradient(targets, outliers), 1)
    evidence.exactly(
        "slope under MSE", loss("mean_squared_error").gradient(targets, outliers), 2 * outliers
    )


@pytest.mark.claim("losses.msle-definition")
def test_msle_takes_the_logarithm_of_the_values(loss, evidence):
    """The loss is the mean squared difference of the logarithms of target and prediction."""
    batch = DEFINITIONS[MSLE].batch()
    logarithms = np.mean((np.log(batch.targets) - np.log(batch.predictions)) ** 2, axis=-1)
    bound = tolerance.of_loss(
        MSLE,
        lambda t, y: np.mean((np.log(t) - np.log(y)) ** 2, axis=-1),
        batch.targets,
        batch.predictions,
    )

    evidence.close(
        "loss", loss(MSLE).per_sample(batch.targets, batch.predictions), logarithms, within=bound
    )


@pytest.mark.instead("losses.msle-definition")
def test_msle_takes_the_logarithm_of_one_plus_the_values(loss, evidence):
    """The loss is the mean squared difference of ln(1 + target) and ln(1 + prediction)."""
    batch = DEFINITIONS[MSLE].batch()
    wanted = DEFINITIONS[MSLE].value(batch.targets, batch.predictions)
    bound = tolerance.of_loss(MSLE, DEFINITIONS[MSLE].value, batch.targets, batch.predictions)

    evidence.close(
        "loss", loss(MSLE).per_sample(batch.targets, batch.predictions), wanted, within=bound
    )


@pytest.mark.claim("losses.msle-natural")
def test_msle_takes_natural_logarithms(loss, evidence):
    """From a target of 0, a prediction whose logarithm's argument is e times as large costs 1."""
    cost = loss(MSLE).per_sample([[0.0]], [[np.e - 1]])
    bound = tolerance.of_loss(MSLE, DEFINITIONS[MSLE].value, [[0.0]], [[np.e - 1]])

    evidence.close("loss at target 0, prediction e - 1", cost, 1, within=bound)


@pytest.mark.claim("losses.msle-relaxes")
def test_msle_relaxes_large_differences_of_large_values(loss, evidence):
    """The same difference costs ever less as the values grow, where under MSE it costs the same."""
    targets = np.array([[0.0], [10.0], [100.0], [1000.0]])
    predictions = targets + 10

    evidence.below(
        "change of the loss as values grow", np.diff(loss(MSLE).per_sample(targets, predictions)), 0
    )
    evidence.exactly(
        "loss under MSE", loss("mean_squared_error").per_sample(targets, predictions), 100
    )


@pytest.mark.claim("losses.msle-standardised")
def test_msle_tells_standardised_values_apart(loss, evidence):
    """Targets below zero, as standardising makes half of them, are told apart."""
    targets, predictions = np.array([[-0.25], [-0.5], [-1.0], [-2.0]]), np.full((4, 1), 0.5)

    evidence.above(
        "difference of the loss between targets",
        np.abs(np.diff(loss(MSLE).per_sample(targets, predictions))),
        0,
    )


@pytest.mark.instead("losses.msle-standardised")
def test_msle_counts_everything_below_zero_as_zero(loss, evidence):
    """Targets and predictions below zero cost what zero costs; such predictions have no slope."""
    below = np.array([[-0.25], [-0.5], [-1.0], [-2.0]])
    half, of_loss = np.full_like(below, 0.5), loss(MSLE)
    at_zero = (
        np.log(1.5) ** 2
    )  # zero itself is clipped to Keras's epsilon, which moves the logarithm by as much
    bound = tolerance.rounding(1) + 2 * tolerance.KERAS_EPSILON

    evidence.close(
        "loss at targets below zero", of_loss.per_sample(below, half), at_zero, within=bound
    )
    evidence.close(
        "loss at predictions below zero", of_loss.per_sample(half, below), at_zero, within=bound
    )
    evidence.exactly("loss at both below zero", of_loss.per_sample(below, below[::-1]), 0)
    evidence.exactly("slope at predictions below zero", of_loss.gradient(half, below), 0)
