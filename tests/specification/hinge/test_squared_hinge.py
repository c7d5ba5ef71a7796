"""Squared hinge loss: max(0, 1 - t y)² for a target t of -1 or +1 and a prediction y."""

import numpy as np
import pytest

from lossspec.losses import tolerance
from lossspec.losses.margin import SQUARED_HINGE

ERRORS_BELOW_ONE = np.arange(1 / 64, 1, 1 / 64)[:, None]
ERRORS_ABOVE_ONE = np.arange(1 + 1 / 64, 8, 1 / 8)[:, None]


def costs_of_errors(of_loss, errors):
    """The loss of predictions that miss a target of +1 by the given errors."""
    return of_loss.per_sample(np.ones_like(errors), 1 - errors)


@pytest.mark.claim("hinge.squared-definition", "losses.squared-hinge-definition")
def test_it_is_the_square_of_hinge(loss, evidence):
    """Of a single output, the loss is hinge loss squared."""
    batch = SQUARED_HINGE.batch()
    targets, predictions = batch.targets[:, :1], batch.predictions[:, :1]
    bound = tolerance.of_loss("squared_hinge", SQUARED_HINGE.value, targets, predictions)
    squared = loss("squared_hinge").per_sample(targets, predictions)

    evidence.close("loss", squared, SQUARED_HINGE.value(targets, predictions), within=bound)
    evidence.close(
        "square of hinge",
        squared,
        loss("hinge").per_sample(targets, predictions) ** 2,
        within=2 * bound,
    )


@pytest.mark.claim("hinge.squared-large-errors")
def test_errors_above_one_cost_more_than_under_hinge(loss, evidence):
    """An error above 1 costs more under squared hinge than under hinge."""
    squared = costs_of_errors(loss("squared_hinge"), ERRORS_ABOVE_ONE)

    evidence.above(
        "loss at errors from 1.02 to 8", squared, costs_of_errors(loss("hinge"), ERRORS_ABOVE_ONE)
    )


@pytest.mark.claim("hinge.squared-small-errors")
def test_errors_below_one_cost_less_than_under_hinge(loss, evidence):
    """An error below 1 costs less under squared hinge than under hinge."""
    squared = costs_of_errors(loss("squared_hinge"), ERRORS_BELOW_ONE)

    evidence.below(
        "loss at errors from 0.02 to 0.98",
        squared,
        costs_of_errors(loss("hinge"), ERRORS_BELOW_ONE),
    )


@pytest.mark.claim("hinge.squared-smooth", "losses.squared-hinge-smooth")
def test_slope_has_no_jump_at_the_margin(loss, evidence):
    """Towards the margin the slope shrinks in proportion to the error, to 0, and stays 0 beyond."""
    errors = 2.0 ** -np.arange(1, 21)[:, None]
    squared = loss("squared_hinge")

    evidence.exactly(
        "slope before the margin", squared.gradient(np.ones_like(errors), 1 - errors), -2 * errors
    )
    evidence.exactly(
        "slope beyond the margin", squared.gradient(np.ones_like(errors), 1 + errors), 0
    )


@pytest.mark.claim("hinge.squared-outliers")
def test_an_outlier_pulls_in_proportion_to_its_error(loss, evidence):
    """An outlier pulls with twice its error; under hinge its pull is 1, however far out."""
    errors = np.array([[2.0], [16.0], [128.0]])
    targets = np.ones_like(errors)

    evidence.exactly(
        "slope under squared hinge",
        loss("squared_hinge").gradient(targets, 1 - errors),
        -2 * errors,
    )
    evidence.exactly("slope under hinge", loss("hinge").gradient(targets, 1 - errors), -1)
