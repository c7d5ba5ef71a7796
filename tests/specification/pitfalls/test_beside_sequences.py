"""Sequences: a loss for each step of (n, steps, k), and how weights and columns fit."""

import numpy as np
import pytest

from helpers.kinds import every_loss
from lossspec.backends.keras.adapter import Refused
from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.inputs import SAMPLES

STEPS = 3
SEQUENCES = SAMPLES // STEPS

BCE, CCE = "binary_crossentropy", "categorical_crossentropy"
SCCE = "sparse_categorical_crossentropy"

# Weights meet losses of steps, whichever loss these come from: one of as many axes as its
# predictions, one of less.
either_loss = pytest.mark.parametrize("name", ["mean_squared_error", SCCE])


def sequences(name):
    """The batch as sequences of three steps, each step's loss, ``(8, 3)``, and its tolerance."""
    batch, value = DEFINITIONS[name].batch(), DEFINITIONS[name].value
    losses = value(batch.targets, batch.predictions)
    bound = tolerance.of_loss(name, value, batch.targets, batch.predictions)
    in_steps = [
        each.reshape(SEQUENCES, STEPS, *each.shape[1:])
        for each in (batch.targets, batch.predictions)
    ]
    return (*in_steps, losses.reshape(SEQUENCES, STEPS), bound.reshape(SEQUENCES, STEPS))


def is_mean(what, got, losses, bound, count, evidence):
    """Check that a number is the sum of losses over a number of steps."""
    within = bound.sum() / count + tolerance.rounding(
        np.abs(losses).sum() / count, operations=2 * SAMPLES
    )
    evidence.close(what, got, losses.sum() / count, within=within)


@pytest.mark.claim("beside.sequences")
@every_loss
def test_each_step_costs_what_a_sample_costs(name, loss, evidence):
    """Each step of (n, steps, k) costs what it costs as a sample, and all of them the mean."""
    targets, predictions, losses, bound = sequences(name)

    evidence.close(
        "loss of each step", loss(name).per_sample(targets, predictions), losses, within=bound
    )
    is_mean("mean", loss(name).mean(targets, predictions), losses, bound, SAMPLES, evidence)


@pytest.mark.claim("beside.sequences")
@every_loss
def test_through_the_class_each_step_costs_what_a_sample_costs(name, subject, evidence):
    """Through the class, without reduction, each step costs what it costs as a sample."""
    targets, predictions, losses, bound = sequences(name)
    unreduced = subject.loss_class(name, reduction="none")(targets, predictions)

    evidence.close("loss of each step", unreduced, losses, within=bound)


@pytest.mark.claim("beside.sequences-of-class-columns")
@pytest.mark.parametrize("count", [1, SEQUENCES])
def test_class_numbers_may_be_columns_of_steps(count, loss, evidence):
    """Class numbers (n, steps, 1) cost what they cost as (n, steps), of one sequence too."""
    targets, predictions, losses, bound = (each[:count] for each in sequences(SCCE))
    judged = loss(SCCE).per_sample(targets[..., None], predictions)

    evidence.exactly("axes of what comes out", judged.ndim, 2)
    evidence.close("loss of each step", judged, losses, within=bound)


@pytest.mark.claim("beside.sequences-columns")
@pytest.mark.parametrize("name", ["mean_squared_error", "hinge"])
@pytest.mark.parametrize(("count", "steps"), [(1, STEPS), (SEQUENCES, STEPS), (SEQUENCES, 1)])
@pytest.mark.parametrize("which", ["targets", "predictions"])
def test_through_the_class_a_column_of_steps_is_a_row(
    name, count, steps, which, subject, mode, evidence
):
    """Through the class, (n, steps, 1) with (n, steps) cost the mean of each sequence."""
    targets, predictions = (each[:count, :steps, 0] for each in sequences(name)[:2])
    value = DEFINITIONS[name].value
    wanted, bound = (
        value(targets, predictions),
        tolerance.of_loss(name, value, targets, predictions),
    )
    columns = {
        "targets": (targets[..., None], predictions),
        "predictions": (targets, predictions[..., None]),
    }
    judged = subject.loss_class(name, mode, reduction="none")(*columns[which])

    evidence.exactly("axes of what comes out", judged.ndim, 1)
    evidence.close(f"loss with a column of {which}", judged, wanted, within=bound)


@pytest.mark.claim("beside.sequences-step-weights")
@either_loss
def test_a_weight_a_step_multiplies_its_loss(name, subject, mode, evidence):
    """Weights (n, steps) multiply each step's loss, and the sum is divided by all steps."""
    targets, predictions, losses, bound = sequences(name)
    weights = np.resize([0.5, 1.0, 3.0, 2.0, 0.25], losses.shape)
    unreduced = subject.loss_class(name, mode, reduction="none")(targets, predictions, weights)
    mean = subject.loss_class(name, mode)(targets, predictions, weights)

    evidence.close("loss of each step", unreduced, weights * losses, within=weights * bound)
    is_mean("mean", mean, weights * losses, weights * bound, SAMPLES, evidence)


@pytest.mark.claim("beside.sequences-column-weights")
@either_loss
def test_a_column_of_weights_weighs_whole_sequences(name, subject, mode, evidence):
    """Weights (n, 1) multiply the losses of all steps of a sequence."""
    targets, predictions, losses, bound = sequences(name)
    weights = np.resize([0.5, 1.0, 3.0], (SEQUENCES, 1))
    unreduced = subject.loss_class(name, mode, reduction="none")(targets, predictions, weights)

    evidence.close("loss of each step", unreduced, weights * losses, within=weights * bound)


@pytest.mark.claim("beside.sequences-sample-weights")
@either_loss
def test_a_weight_a_sample_weighs_its_sequence(name, subject, mode, evidence):
    """With as many sequences as steps, weights (n,) weigh all steps of a sequence."""
    targets, predictions, losses, bound = (each[:STEPS] for each in sequences(name))
    weights = np.array([0.5, 1.0, 3.0])
    unreduced = subject.loss_class(name, mode, reduction="none")(targets, predictions, weights)

    evidence.close(
        "loss of each step", unreduced, weights[:, None] * losses, within=weights[:, None] * bound
    )


@pytest.mark.instead("beside.sequences-sample-weights")
@either_loss
def test_a_weight_a_sample_weighs_a_step(name, subject, mode, evidence):
    """With as many sequences as steps, weights (n,) weigh steps; with others they raise."""
    targets, predictions, losses, bound = sequences(name)
    weights = np.array([0.5, 1.0, 3.0])
    weighed = subject.loss_class(name, mode, reduction="none")
    call = subject.refusing(lambda: weighed(targets, predictions, np.ones(SEQUENCES)))

    of_three = weighed(targets[:STEPS], predictions[:STEPS], weights)
    evidence.close(
        "loss of each step", of_three, weights * losses[:STEPS], within=weights * bound[:STEPS]
    )
    evidence.refuses(
        f"{SEQUENCES} weights with {SEQUENCES} sequences of {STEPS} steps", call, Refused
    )


def are_smoothed(count, subject, mode, evidence):
    """Check that one-hot labels of two steps a sequence are smoothed by 1/4, shared by classes."""
    targets, predictions = (each[:, :2] for each in sequences(CCE)[:2])
    flat = [
        each.reshape(-1, each.shape[2]) for each in (targets * 0.75 + 0.25 / count, predictions)
    ]
    value = DEFINITIONS[CCE].value
    # The smoothed target, of at most 1, is rounded, and multiplies a logarithm.
    rounded = tolerance.rounding(np.abs(np.log(flat[1])).sum(axis=1))
    bound = (tolerance.of_loss(CCE, value, *flat) + rounded).reshape(targets.shape[:2])
    judged = subject.loss_class(CCE, mode, reduction="none", label_smoothing=0.25)(
        targets, predictions
    )

    evidence.close("loss of each step", judged, value(*flat).reshape(bound.shape), within=bound)


@pytest.mark.claim("beside.sequences-smoothing")
def test_labels_of_steps_are_smoothed_over_classes(subject, mode, evidence):
    """Smoothing by 1/4 takes a quarter of each step's label: a third for each of 3 classes."""
    are_smoothed(3, subject, mode, evidence)


@pytest.mark.instead("beside.sequences-smoothing")
def test_labels_of_steps_were_smoothed_by_the_number_of_steps(subject, mode, evidence):
    """Smoothing by 1/4 gives each of three classes a half of it in sequences of two steps."""
    are_smoothed(2, subject, mode, evidence)


@pytest.mark.claim("beside.axis")
@pytest.mark.parametrize("name", [BCE, CCE])
def test_an_axis_says_where_the_classes_are(name, subject, mode, evidence):
    """With axis=1, (n, k, steps) cost for each step what they cost as (n, steps, k)."""
    targets, predictions, losses, bound = sequences(name)
    targets, predictions = targets[:, :2], predictions[:, :2]
    judged = subject.loss_class(name, mode, reduction="none", axis=1)
    in_columns = judged(targets.transpose(0, 2, 1), predictions.transpose(0, 2, 1))

    evidence.close("loss of each step", in_columns, losses[:, :2], within=bound[:, :2])


@pytest.mark.instead("beside.axis", "beside.axis-sparse")
@pytest.mark.parametrize("name", [BCE, CCE, SCCE])
def test_classes_are_on_the_last_axis(name, subject, mode, evidence):
    """Targets and predictions (n, steps, k) cost for each step what they cost as samples."""
    targets, predictions, losses, bound = sequences(name)

    evidence.close(
        "loss", subject.loss(name, mode).per_sample(targets, predictions), losses, within=bound
    )


@pytest.mark.claim("beside.axis-sparse")
def test_the_sparse_loss_knows_the_last_axis_by_its_number(subject, mode, evidence):
    """With axis=1, class numbers (n,) with predictions (n, k) cost what they cost without."""
    batch = DEFINITIONS[SCCE].batch()
    value = DEFINITIONS[SCCE].value
    bound = tolerance.of_loss(SCCE, value, batch.targets, batch.predictions)
    judged = subject.loss_class(SCCE, mode, reduction="none", axis=1)(
        batch.targets, batch.predictions
    )

    evidence.close("loss", judged, value(batch.targets, batch.predictions), within=bound)
