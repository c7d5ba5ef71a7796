"""Shapes: what becomes of a vector on one side and a column on the other."""

import numpy as np
import pytest

from helpers.kinds import AVERAGING, HINGES, OF_NUMBERS, every_loss
from helpers.networks import giving_back_its_inputs
from lossspec.backends.keras.adapter import Refused
from lossspec.losses import DEFINITIONS, tolerance

BCE, KL = "binary_crossentropy", "kullback_leibler_divergence"

N = 8


def columns(name):
    """Targets and predictions of one output, ``(n, 1)`` each, in the domain of the loss."""
    batch = DEFINITIONS[name].batch()
    return batch.targets[:N, :1], batch.predictions[:N, :1]


def own(name):
    """Each sample's own loss, ``(n,)``, and its tolerance."""
    targets, predictions = columns(name)
    value = DEFINITIONS[name].value
    return value(targets, predictions), tolerance.of_loss(name, value, targets, predictions)


def own_mean(name):
    """The mean of the samples' own losses, and its tolerance."""
    values, bound = own(name)
    return values.mean(), bound.mean() + tolerance.rounding(values.mean(), operations=N)


def against_every_target(name):
    """The loss of each prediction against all targets as n outputs, ``(n,)``, and its tolerance."""
    targets, predictions = columns(name)
    every = np.tile(targets[:, 0], (N, 1)), np.tile(predictions, (1, N))
    value = DEFINITIONS[name].value
    return value(*every), tolerance.of_loss(name, value, *every)


def broadcasts(name, loss, evidence):
    """Check that the function compares every prediction with every target of a vector."""
    targets, predictions = columns(name)
    wanted, bound = against_every_target(name)

    evidence.close(
        "loss with targets (n,)",
        loss(name).per_sample(targets[:, 0], predictions),
        wanted,
        within=bound,
    )


@pytest.mark.claim("beside.vector-targets-regression")
@pytest.mark.parametrize("name", OF_NUMBERS)
def test_each_prediction_meets_its_own_target(name, loss, evidence):
    """With targets (n,) and predictions (n, 1), the function gives each sample's own loss."""
    targets, predictions = columns(name)
    wanted, bound = own(name)

    evidence.close(
        "loss with targets (n,)",
        loss(name).per_sample(targets[:, 0], predictions),
        wanted,
        within=bound,
    )


@pytest.mark.instead("beside.vector-targets-regression")
@pytest.mark.parametrize("name", OF_NUMBERS)
def test_every_prediction_meets_every_target(name, loss, evidence):
    """With targets (n,) and predictions (n, 1), each prediction averages over all targets."""
    broadcasts(name, loss, evidence)


@pytest.mark.claim("beside.vector-targets-hinge")
@pytest.mark.parametrize("name", HINGES)
def test_hinge_compares_every_prediction_with_every_target(name, loss, evidence):
    """With targets (n,) and predictions (n, 1), each prediction averages over all targets."""
    broadcasts(name, loss, evidence)


@pytest.mark.claim("beside.vector-targets-bce")
def test_binary_crossentropy_refuses_a_vector(loss, subject, evidence):
    """With targets (n,) and predictions (n, 1), the function raises an error."""
    targets, predictions = columns(BCE)
    call = subject.refusing(lambda: loss(BCE).per_sample(targets[:, 0], predictions))

    evidence.refuses("targets (n,) with predictions (n, 1)", call, Refused)


@pytest.mark.instead("beside.vector-targets-bce")
def test_binary_crossentropy_broadcasts(loss, evidence):
    """With targets (n,) and predictions (n, 1), each prediction averages over all targets."""
    broadcasts(BCE, loss, evidence)


@pytest.mark.claim("beside.vector-targets-kl")
def test_the_divergence_takes_a_vector_for_one_distribution(loss, evidence):
    """Targets (4,) with predictions (4, 1) cost what the distributions of repeated rows cost."""
    target, predicted = (
        np.array([0.125, 0.5, 0.25, 0.125]),
        np.array([[0.25], [0.5], [0.125], [0.75]]),
    )
    every = np.tile(target, (4, 1)), np.tile(predicted, (1, 4))
    bound = tolerance.of_loss(KL, DEFINITIONS[KL].value, *every)

    evidence.close(
        "loss with targets (n,)",
        loss(KL).per_sample(target, predicted),
        DEFINITIONS[KL].value(*every),
        within=bound,
    )


@pytest.mark.claim("beside.vector-targets-class")
@pytest.mark.parametrize("name", AVERAGING)
def test_the_class_takes_a_vector_of_targets(name, subject, mode, evidence):
    """Through the class, targets (n,) cost what they cost as (n, 1)."""
    targets, predictions = columns(name)
    wanted, bound = own_mean(name)

    evidence.close(
        "loss with targets (n,)",
        subject.loss_class(name, mode)(targets[:, 0], predictions),
        wanted,
        within=bound,
    )


@pytest.mark.claim("beside.vector-predictions-class")
@pytest.mark.parametrize("name", AVERAGING)
def test_the_class_takes_a_vector_of_predictions(name, subject, mode, evidence):
    """Through the class, predictions (n,) cost what they cost as (n, 1)."""
    targets, predictions = columns(name)
    wanted, bound = own_mean(name)

    evidence.close(
        "loss with predictions (n,)",
        subject.loss_class(name, mode)(targets, predictions[:, 0]),
        wanted,
        within=bound,
    )


@pytest.mark.claim("beside.vector-targets-none")
@pytest.mark.parametrize("name", AVERAGING)
def test_without_reduction_vectors_give_a_loss_each(name, subject, mode, evidence):
    """Without reduction, targets (n,) with predictions (n, 1) give each sample's own loss."""
    targets, predictions = columns(name)
    wanted, bound = own(name)
    unreduced = subject.loss_class(name, mode, reduction="none")(targets[:, 0], predictions)

    evidence.close("loss of each sample", unreduced, wanted, within=bound)


@pytest.mark.instead("beside.vector-targets-none")
@pytest.mark.parametrize("name", AVERAGING)
def test_without_reduction_vectors_give_one_number(name, subject, mode, evidence):
    """Without reduction, targets (n,) with predictions (n, 1) give one number, the mean."""
    targets, predictions = columns(name)
    wanted, bound = own_mean(name)
    unreduced = subject.loss_class(name, mode, reduction="none")(targets[:, 0], predictions)

    evidence.exactly("axes of what comes out", unreduced.ndim, 0)
    evidence.close("the number", unreduced, wanted, within=bound)


@pytest.mark.claim("beside.vector-targets-model")
@pytest.mark.parametrize("name", AVERAGING)
def test_a_model_takes_a_vector_of_targets(name, subject, evidence):
    """A compiled model reports the same loss for targets (n,) as their mean loss as (n, 1)."""
    targets, predictions = columns(name)
    wanted, bound = own_mean(name)
    reported = giving_back_its_inputs(subject, 1).evaluate(predictions, targets[:, 0], loss=name)

    evidence.close("loss reported", reported, wanted, within=bound)


@pytest.mark.claim("beside.row-targets")
@pytest.mark.parametrize("name", [*OF_NUMBERS, *HINGES])
def test_a_row_of_targets_is_compared_with_every_prediction(name, subject, mode, evidence):
    """Through the class too, targets (1, n) average over all targets for each prediction."""
    targets, predictions = columns(name)
    wanted, bound = against_every_target(name)
    unreduced = subject.loss_class(name, mode, reduction="none")(targets.T, predictions)

    evidence.close("loss with targets (1, n)", unreduced, wanted, within=bound)


@pytest.mark.claim("beside.fewer-targets")
@every_loss
def test_a_batch_with_too_few_targets_is_refused(name, loss, subject, evidence):
    """Two targets with four predictions raise an error."""
    batch = DEFINITIONS[name].batch()
    call = subject.refusing(lambda: loss(name).per_sample(batch.targets[:2], batch.predictions[:4]))

    evidence.refuses("2 targets with 4 predictions", call, Refused)
