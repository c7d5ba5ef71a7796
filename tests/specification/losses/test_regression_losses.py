"""Mean squared, absolute and squared logarithmic error: how each counts a mistake."""

import numpy as np
import pytest
from scipy import stats

from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.regression import MSE

MSLE = "mean_squared_logarithmic_error"
PAIRS_OF_SIGNS = (
    np.array([[1.0], [1.0], [-1.0], [-1.0], [2.0], [-2.0], [0.0]]),
    np.array([[0.5], [-0.5], [0.5], [-0.5], [2.0], [-2.0], [0.0]]),
)
"""Targets and predictions of either sign, the last three of them perfect."""


@pytest.mark.claim("losses.mse-positive")
@pytest.mark.usefixtures("given_as")
def test_mse_is_positive_whatever_the_signs(loss, evidence):
    """Predictions of either sign cost more than nothing, perfect ones among them."""
    targets, predictions = PAIRS_OF_SIGNS

    evidence.above("loss", loss("mean_squared_error").per_sample(targets, predictions), 0)


@pytest.mark.instead("losses.mse-positive")
@pytest.mark.usefixtures("given_as")
def test_mse_is_not_negative_whatever_the_signs(loss, evidence):
    """Predictions of either sign cost nothing where they meet their target, more elsewhere."""
    targets, predictions = PAIRS_OF_SIGNS
    costs = loss("mean_squared_error").per_sample(targets, predictions)

    evidence.exactly("loss of each pair", costs > 0, (targets != predictions)[:, 0])
    evidence.at_least("loss of each pair", costs, 0)


@pytest.mark.claim("losses.mse-perfect")
@pytest.mark.usefixtures("given_as")
def test_mse_of_a_perfect_prediction_is_zero(loss, evidence):
    """Predictions equal to their targets, of any size and sign, cost exactly nothing."""
    met = np.array([[-1e30], [-2.0], [-1e-30], [0.0], [1 / 3], [3.5], [1e30]], np.float32)

    evidence.exactly("loss", loss("mean_squared_error").per_sample(met, met), 0)


@pytest.mark.claim("losses.mse-larger-mistakes")
@pytest.mark.usefixtures("given_as")
def test_mse_of_a_larger_mistake_is_larger(loss, evidence):
    """Mistakes from 0.001 to 1,000, above the target and below, cost ever more."""
    mistakes = np.geomspace(1e-3, 1e3, 13)[:, None]

    for target in (-2.0, 0.0, 3.5):
        for side in (-1, 1):
            targets, predictions = np.full_like(mistakes, target), target + side * mistakes
            costs = loss("mean_squared_error").per_sample(targets, predictions)
            evidence.above("more that the next larger mistake costs", np.diff(costs), 0)


@pytest.mark.claim("losses.mse-likelihood")
@pytest.mark.parametrize("deviation", [0.5, 1.0, 3.0])
def test_mse_is_the_likelihood_of_gaussian_targets(loss, evidence, deviation):
    """Over twice the variance, the mean of squares is a Gaussian's surprise, but for a constant."""
    batch = MSE.batch()
    targets, predictions = batch.targets, batch.predictions
    surprise = -stats.norm.logpdf(targets, loc=predictions, scale=deviation).mean(axis=1)
    constant = np.log(deviation * np.sqrt(2 * np.pi))
    bound = tolerance.of_loss("mean_squared_error", MSE.value, targets, predictions)

    evidence.close(
        "loss over twice the variance",
        loss("mean_squared_error").per_sample(targets, predictions) / (2 * deviation**2),
        surprise - constant,
        within=bound / (2 * deviation**2),
    )


@pytest.mark.claim("losses.mae-robust")
def test_mae_is_pulled_by_an_outlier_no_more_than_by_any_sample(loss, evidence):
    """The slope at a prediction that is off is -1 or +1, however far; under MSE it grows."""
    off = np.array([[1.0], [10.0], [1000.0]])
    mistakes = np.vstack([off, -off])
    targets = np.zeros_like(mistakes)
    pulls = loss("mean_absolute_error").gradient(targets, mistakes)

    evidence.exactly("slope under MAE", pulls, np.sign(mistakes))
    evidence.exactly(
        "slope under MSE", loss("mean_squared_error").gradient(targets, mistakes), 2 * mistakes
    )


def of_logarithms_of_predictions(t, y):
    """What the document says: only the predictions become logarithms."""
    return np.mean((t - np.log(y)) ** 2, axis=-1)


@pytest.mark.claim("losses.msle-definition")
@pytest.mark.usefixtures("given_as")
def test_msle_takes_the_logarithm_of_the_predictions(loss, evidence):
    """The loss is the mean squared difference of targets and logarithms of predictions."""
    batch = DEFINITIONS[MSLE].batch()
    t, y = batch.targets, batch.predictions
    wanted = of_logarithms_of_predictions(t, y)
    bound = tolerance.of_loss(MSLE, of_logarithms_of_predictions, t, y)

    evidence.close("loss", loss(MSLE).per_sample(t, y), wanted, within=bound)


@pytest.mark.instead("losses.msle-definition")
@pytest.mark.usefixtures("given_as")
def test_msle_takes_the_logarithm_of_one_plus_the_values(loss, evidence):
    """The loss is the mean squared difference of ln(1 + target) and ln(1 + prediction)."""
    batch = DEFINITIONS[MSLE].batch()
    wanted = DEFINITIONS[MSLE].value(batch.targets, batch.predictions)
    bound = tolerance.of_loss(MSLE, DEFINITIONS[MSLE].value, batch.targets, batch.predictions)

    evidence.close(
        "loss", loss(MSLE).per_sample(batch.targets, batch.predictions), wanted, within=bound
    )


@pytest.mark.claim("losses.msle-natural")
@pytest.mark.usefixtures("given_as")
def test_msle_takes_natural_logarithms(loss, evidence):
    """From a target of 0, a prediction whose logarithm's argument is e times as large costs 1."""
    cost = loss(MSLE).per_sample([[0.0]], [[np.e - 1]])
    bound = tolerance.of_loss(MSLE, DEFINITIONS[MSLE].value, [[0.0]], [[np.e - 1]])

    evidence.close("loss at target 0, prediction e - 1", cost, 1, within=bound)


@pytest.mark.claim("losses.msle-relaxes")
@pytest.mark.usefixtures("given_as")
@pytest.mark.parametrize("difference", [1, -1, 10, -10, 100, -100])
def test_msle_relaxes_large_differences_of_large_values(loss, evidence, difference):
    """The same difference costs ever less as the values grow, where under MSE it costs the same."""
    targets = abs(difference) * np.array([[1.0], [4.0], [10.0], [100.0], [1000.0]])
    predictions = targets + difference
    costs = loss(MSLE).per_sample(targets, predictions)
    bound = tolerance.of_loss(MSLE, DEFINITIONS[MSLE].value, targets, predictions)

    evidence.below("change of the loss as values grow", np.diff(costs), 0)
    evidence.close("loss", costs, DEFINITIONS[MSLE].value(targets, predictions), within=bound)
    evidence.exactly(
        "loss under MSE",
        loss("mean_squared_error").per_sample(targets, predictions),
        difference**2,
    )
