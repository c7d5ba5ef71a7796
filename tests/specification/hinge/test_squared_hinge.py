"""Squared hinge loss: max(0, 1 - t y)² for a target t of -1 or +1 and a prediction y."""

import numpy as np
import pytest

from lossspec.losses import tolerance
from lossspec.losses.margin import SQUARED_HINGE

LACKING_LESS = np.arange(1 / 64, 1, 1 / 64)[:, None]
LACKING_MORE = np.concatenate([np.arange(1 + 1 / 64, 8, 1 / 8), [2.0**10, 2.0**30]])[:, None]
BOTH = "squared_hinge", "hinge"
TARGETS = pytest.mark.parametrize("target", [1, -1])


def costs(of_loss, target, lacking):
    """The loss of predictions that lack so much to a target of -1 or +1."""
    return of_loss.per_sample(np.full_like(lacking, target), target * (1 - lacking))


@pytest.mark.claim("hinge.squared-definition", "losses.squared-hinge-definition")
@pytest.mark.usefixtures("given_as")
def test_it_is_the_square_of_hinge(loss, evidence):
    """Of one output, the loss is hinge loss squared; of three, the mean of the three squares."""
    batch, squared = SQUARED_HINGE.batch(), loss("squared_hinge")
    single, predictions = batch.targets.reshape(-1, 1), batch.predictions.reshape(-1, 1)
    bound = tolerance.of_loss("squared_hinge", SQUARED_HINGE.value, single, predictions)

    evidence.close(
        "loss of one output, against the square of hinge",
        squared.per_sample(single, predictions),
        loss("hinge").per_sample(single, predictions) ** 2,
        within=2 * bound,
    )
    evidence.close(
        "loss of three outputs",
        squared.per_sample(batch.targets, batch.predictions),
        (np.maximum(0, 1 - batch.targets * batch.predictions) ** 2).mean(axis=1),
        within=tolerance.of_loss(
            "squared_hinge", SQUARED_HINGE.value, batch.targets, batch.predictions
        ),
    )


@TARGETS
@pytest.mark.claim("hinge.squared-large-errors")
@pytest.mark.usefixtures("given_as")
def test_lacking_more_than_one_costs_more_than_under_hinge(target, loss, evidence):
    """What lacks more than 1 to its target costs more under squared hinge than under hinge."""
    squared, hinge = (
        costs(loss(name), target, LACKING_MORE) for name in ("squared_hinge", "hinge")
    )

    evidence.above("loss of what lacks 1.02 to 2³⁰", squared, hinge)


@TARGETS
@pytest.mark.claim("hinge.squared-small-errors")
@pytest.mark.usefixtures("given_as")
def test_lacking_less_than_one_costs_slightly_less_than_under_hinge(target, loss, evidence):
    """What lacks e, between 0 and 1, costs e - e² less under squared hinge: at most a quarter."""
    squared, hinge = (
        costs(loss(name), target, LACKING_LESS) for name in ("squared_hinge", "hinge")
    )
    lacking = LACKING_LESS[:, 0]

    evidence.exactly("hinge less squared hinge", hinge - squared, lacking - lacking**2)


@TARGETS
@pytest.mark.claim("hinge.squared-smooth", "losses.squared-hinge-smooth")
def test_slope_has_no_jump_at_the_margin(target, loss, evidence):
    """Towards its target the slope shrinks in proportion to the error, to 0, and stays 0 beyond."""
    errors = np.append(2.0 ** -np.arange(1, 21), 0)[:, None]
    targets, squared = np.full_like(errors, target), loss("squared_hinge")

    evidence.exactly(
        "slope up to the target",
        squared.gradient(targets, target * (1 - errors)),
        -2 * target * errors,
    )
    evidence.exactly("slope beyond it", squared.gradient(targets, target * (1 + errors)), 0)


@TARGETS
@pytest.mark.claim("hinge.squared-outliers")
def test_an_outlier_pulls_in_proportion_to_its_error(target, loss, evidence):
    """An outlier pulls with twice what it lacks; under hinge it pulls with 1, however far out."""
    lacking = np.array([[2.0], [16.0], [128.0], [2.0**30]])
    targets = np.full_like(lacking, target)

    evidence.exactly(
        "slope under squared hinge",
        loss("squared_hinge").gradient(targets, target * (1 - lacking)),
        -2 * target * lacking,
    )
    evidence.exactly(
        "slope under hinge", loss("hinge").gradient(targets, target * (1 - lacking)), -target
    )
