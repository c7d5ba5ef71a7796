"""Precision: the losses of float64, float16, bfloat16 and of integers."""

import numpy as np
import pytest

from helpers.kinds import WITHOUT_LOGARITHM, every_loss
from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.definition import Domain
from lossspec.losses.entropy import one_hot

BCE, KL, MSE, MAE = (
    "binary_crossentropy",
    "kullback_leibler_divergence",
    "mean_squared_error",
    "mean_absolute_error",
)


def bound_in(dtype, name, batch):
    """The tolerance of a loss in that precision, which may not hold the targets exactly."""
    value, targets = DEFINITIONS[name].value, DEFINITIONS[name].targets
    rounds = targets is not Domain.CLASSES  # which are whole
    return tolerance.of_loss(
        name, value, batch.targets, batch.predictions, tolerance.UNITS[dtype], targets_round=rounds
    )


def is_its_definition(dtype, name, subject, mode, evidence):
    """Check that each sample's loss lies within the tolerance of its precision."""
    batch = DEFINITIONS[name].batch()
    wanted = DEFINITIONS[name].value(batch.targets, batch.predictions)
    costs = subject.loss(name, mode, dtype).per_sample(batch.targets, batch.predictions)

    evidence.close(f"loss in {dtype}", costs, wanted, within=bound_in(dtype, name, batch))


@pytest.mark.claim("beside.float64")
@every_loss
def test_in_float64_it_is_its_definition(name, subject, mode, evidence):
    """In float64 each sample's loss is its definition, within float64's roundings and epsilon."""
    is_its_definition("float64", name, subject, mode, evidence)


@pytest.mark.claim("beside.float16")
@every_loss
def test_in_float16_it_is_its_definition(name, subject, mode, evidence):
    """In float16 each sample's loss lies within float16's roundings of its definition."""
    is_its_definition("float16", name, subject, mode, evidence)


@pytest.mark.claim("beside.bfloat16")
@pytest.mark.parametrize("name", WITHOUT_LOGARITHM)
def test_in_bfloat16_it_is_its_definition(name, subject, mode, evidence):
    """In bfloat16 each sample's loss lies within bfloat16's roundings of its definition."""
    is_its_definition("bfloat16", name, subject, mode, evidence)


@pytest.mark.claim("beside.float16-overflow")
def test_in_float16_the_square_of_a_large_error_is_infinite(subject, mode, evidence):
    """An error of 300 costs infinitely much as a function of float16."""
    evidence.exactly("loss", subject.loss(MSE, mode, "float16").per_sample([[300]], [[0]]), np.inf)


@pytest.mark.claim("beside.float16-class")
def test_the_class_computes_in_float32(subject, mode, evidence):
    """Through the class, a float16 error of 300 costs 90,000."""
    evidence.exactly("loss", subject.loss(MSE, mode, "float16").mean([[300]], [[0]]), 300**2)


@pytest.mark.instead("beside.float16-class")
def test_the_class_overflows_as_the_function_does(subject, mode, evidence):
    """Through the class, a float16 error of 300 costs infinitely much."""
    evidence.exactly("loss", subject.loss(MSE, mode, "float16").mean([[300]], [[0]]), np.inf)


ONE_OF_THREE = [[1, 0, 0]], [[0.5, 0.25, 0.25]]


@pytest.mark.claim("beside.float16-kl-slope")
def test_in_float16_the_divergence_is_infinitely_steep(subject, mode, evidence):
    """In float16 the slope is -2 for the true class, at 1/2, and minus infinity for the others."""
    evidence.exactly(
        "slope", subject.loss(KL, mode, "float16").gradient(*ONE_OF_THREE), [[-2, -np.inf, -np.inf]]
    )


@pytest.mark.instead("beside.float16-kl-slope")
def test_under_xla_the_slope_vanishes(subject, mode, evidence):
    """In float16 the slope is -2 for the true class, at 1/2, and 0 for the others."""
    evidence.exactly(
        "slope", subject.loss(KL, mode, "float16").gradient(*ONE_OF_THREE), [[-2, 0, 0]]
    )


@pytest.mark.claim("beside.float16-bce-slope")
def test_in_float16_a_prediction_of_one_has_no_finite_slope(subject, mode, evidence):
    """In float16 the slope at 1 is infinite for a label of 0 and not a number for one of 1."""
    slopes = subject.loss(BCE, mode, "float16").gradient([[0], [1]], [[1], [1]])

    evidence.exactly("slope for a label of 0", slopes[0], np.inf)
    evidence.exactly("whether the slope for a label of 1 is not a number", np.isnan(slopes[1]), 1)


def whole_targets(name):
    """Targets of the loss's batch as whole numbers: rounded, or one-hot for distributions."""
    targets = DEFINITIONS[name].batch().targets
    of_distributions = DEFINITIONS[name].targets is Domain.DISTRIBUTIONS
    return (
        one_hot(targets.argmax(axis=1), targets.shape[1]) if of_distributions else np.round(targets)
    )


@pytest.mark.claim("beside.integer-targets")
@every_loss
def test_integer_targets_cost_the_same(name, subject, mode, evidence):
    """Targets given as integers cost what they cost as floats."""
    targets, predictions = whole_targets(name), DEFINITIONS[name].batch().predictions
    integers = subject.loss(name, mode, targets_in="int32").per_sample(targets, predictions)
    floats = subject.loss(name, mode).per_sample(targets, predictions)

    bound = 2 * tolerance.of_loss(name, DEFINITIONS[name].value, targets, predictions)
    evidence.close("loss of integer targets", integers, floats, within=bound)


# One of three predictions is off by 1.
OFF_BY_ONE = [[1, 0, 1]], [[1, 1, 1]]


@pytest.mark.claim("beside.integer-predictions")
@pytest.mark.parametrize("name", [MSE, MAE])
def test_integer_predictions_cost_the_same(name, subject, mode, evidence):
    """Integers of which one in three is off by 1 cost 1/3."""
    costs = subject.loss(name, mode, "int32").per_sample(*OFF_BY_ONE)

    evidence.close("loss of integers", costs, 1 / 3, within=tolerance.rounding(1))


@pytest.mark.instead("beside.integer-predictions")
@pytest.mark.parametrize("name", [MSE, MAE])
def test_keras_2_cuts_the_mean_of_integers(name, subject, mode, evidence):
    """Integers of which one in three is off by 1 cost nothing."""
    evidence.exactly(
        "loss of integers", subject.loss(name, mode, "int32").per_sample(*OFF_BY_ONE), 0
    )
