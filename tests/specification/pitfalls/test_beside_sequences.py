"""Sequences: a loss for each step of (n, steps, k), and how weights and columns fit."""

import numpy as np
import pytest

from helpers.given import refusing
from helpers.kinds import AVERAGING, every_loss
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


def columns_of_steps(name, count, steps, which):
    """Targets and predictions of that many sequences, one ``(n, steps, 1)``, one ``(n, steps)``."""
    targets, predictions = (each[:count, :steps, 0] for each in sequences(name)[:2])
    columns = {
        "targets": (targets[..., None], predictions),
        "predictions": (targets, predictions[..., None]),
    }
    return columns[which]


OF_ANY = [(name, SEQUENCES, STEPS) for name in AVERAGING]
OF_ONE = [
    (name, *size)
    for name in ("mean_squared_error", "hinge")
    for size in ((1, STEPS), (SEQUENCES, 1))
]
of_columns = pytest.mark.parametrize("which", ["targets", "predictions"])


@pytest.mark.claim("beside.sequences-columns")
@pytest.mark.parametrize(("name", "count", "steps"), OF_ANY + OF_ONE)
@of_columns
def test_through_the_class_a_column_of_steps_is_a_row(
    name, count, steps, which, subject, mode, given_as, evidence
):
    """Through the class, (n, steps, 1) with (n, steps) cost the mean of each sequence."""
    given = columns_of_steps(name, count, steps, which)
    rows = [each.reshape(count, steps) for each in given]
    value = DEFINITIONS[name].value
    unreduced = subject.loss_class(name, mode, reduction="none", given_as=given_as)
    call = refusing(subject, lambda: unreduced(*given))
    judged = evidence.accepts(f"a column of {which} as {given_as}", call, Refused)

    evidence.exactly("axes of what comes out", judged.ndim, 1)
    evidence.close(
        f"loss with a column of {which}",
        judged,
        value(*rows),
        within=tolerance.of_loss(name, value, *rows),
    )


@pytest.mark.instead("beside.sequences-columns")
@pytest.mark.parametrize(("name", "count", "steps"), [OF_ANY[0], *OF_ONE])
@of_columns
def test_a_column_of_steps_is_dropped_from_tensors_alone(
    name, count, steps, which, subject, mode, given_as, evidence
):
    """Through the class, a column of steps raises an error, or meets every number of the rows."""
    given = columns_of_steps(name, count, steps, which)
    unreduced = subject.loss_class(name, mode, reduction="none", given_as=given_as)
    call = subject.refusing(lambda: unreduced(*given))
    if count > 1 and steps > 1:
        evidence.refuses(f"a column of {which}", call, Refused)
        return

    evidence.exactly("axes of what comes out", np.ndim(call()), 2)


@pytest.mark.instead("beside.sequences-columns")
@pytest.mark.parametrize(("name", "count", "steps"), [OF_ANY[0], *OF_ONE[:2]])
@of_columns
def test_the_class_refuses_lists_of_steps(
    name, count, steps, which, subject, mode, given_as, evidence
):
    """Through the class, lists (n, steps, 1) with lists (n, steps) raise an error."""
    given = columns_of_steps(name, count, steps, which)
    unreduced = subject.loss_class(name, mode, reduction="none", given_as=given_as)

    evidence.refuses(
        f"a column of {which} as lists", refusing(subject, lambda: unreduced(*given)), Refused
    )


@pytest.mark.claim("beside.sequences-step-weights")
@either_loss
def test_a_weight_a_step_multiplies_its_loss(name, subject, mode, evidence):
    """Weights (n, steps) multiply each step's loss, and the sum is divided by all steps."""
    targets, predictions, losses, bound = sequences(name)
    weights = np.resize([0.5, 1.0, 3.0, 2.0, 0.25], losses.shape)
    weighed = subject.loss_class(name, mode, reduction="none", given_as="arrays")
    unreduced = weighed(targets, predictions, weights)
    mean = subject.loss_class(name, mode, given_as="arrays")(targets, predictions, weights)

    evidence.close("loss of each step", unreduced, weights * losses, within=weights * bound)
    is_mean("mean", mean, weights * losses, weights * bound, SAMPLES, evidence)


@pytest.mark.claim("beside.sequences-column-weights")
@either_loss
def test_a_column_of_weights_weighs_whole_sequences(name, subject, mode, evidence):
    """Weights (n, 1) multiply the losses of all steps of a sequence, and all steps divide."""
    targets, predictions, losses, bound = sequences(name)
    weights = np.resize([0.5, 1.0, 3.0], (SEQUENCES, 1))
    weighed = subject.loss_class(name, mode, reduction="none", given_as="mixed")
    unreduced = weighed(targets, predictions, weights)
    mean = subject.loss_class(name, mode, given_as="mixed")(targets, predictions, weights)

    evidence.close("loss of each step", unreduced, weights * losses, within=weights * bound)
    is_mean("mean", mean, weights * losses, weights * bound, SAMPLES, evidence)


def weighted_mean(name, divisor, subject, mode, evidence):
    """Check what "mean_with_sample_weight" and weights (n, 1) give: a sum over a divisor."""
    targets, predictions, losses, bound = sequences(name)
    weights = np.resize([0.5, 1.0, 3.0], (SEQUENCES, 1))
    judged = subject.loss_class(name, mode, reduction="mean_with_sample_weight")
    mean = judged(targets, predictions, weights)

    is_mean(
        "weighted mean", mean, weights * losses, weights * bound, divisor * weights.sum(), evidence
    )


@pytest.mark.claim("beside.sequences-weighted-mean")
@either_loss
def test_the_weighted_mean_divides_by_the_weights_of_all_steps(name, subject, mode, evidence):
    """With "mean_with_sample_weight", weights (n, 1) divide once for each step."""
    weighted_mean(name, STEPS, subject, mode, evidence)


@pytest.mark.instead("beside.sequences-weighted-mean")
@either_loss
def test_the_weighted_mean_divides_by_the_weights_of_sequences(name, subject, mode, evidence):
    """With "mean_with_sample_weight", weights (n, 1) divide once for each sequence."""
    weighted_mean(name, 1, subject, mode, evidence)


@pytest.mark.instead("beside.sequences-weighted-mean")
@either_loss
def test_weighing_by_hand_divides_by_the_weights_of_all_steps(name, subject, mode, evidence):
    """Losses of steps, weighted (n, 1), over the sum of the weights are the weighted mean."""
    targets, predictions, losses, bound = sequences(name)
    weights = np.resize([0.5, 1.0, 3.0], (SEQUENCES, 1))
    weighed = subject.loss_class(name, mode, reduction="none")(targets, predictions, weights)
    divisor = STEPS * weights.sum()

    is_mean("mean", weighed.sum() / divisor, weights * losses, weights * bound, divisor, evidence)


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


def are_smoothed(count, subject, mode, evidence, *, in_columns=False):
    """Check that one-hot labels of two steps a sequence are smoothed by 1/4, shared by classes."""
    targets, predictions = (each[:, :2] for each in sequences(CCE)[:2])
    flat = [
        each.reshape(-1, each.shape[2]) for each in (targets * 0.75 + 0.25 / count, predictions)
    ]
    value = DEFINITIONS[CCE].value
    # The smoothed target, of at most 1, is rounded, and multiplies a logarithm.
    rounded = tolerance.rounding(np.abs(np.log(flat[1])).sum(axis=1))
    bound = (tolerance.of_loss(CCE, value, *flat) + rounded).reshape(targets.shape[:2])
    axis = {"axis": 1} if in_columns else {}
    judged = subject.loss_class(CCE, mode, reduction="none", label_smoothing=0.25, **axis)
    if in_columns:
        targets, predictions = (each.transpose(0, 2, 1) for each in (targets, predictions))

    evidence.close(
        "loss of each step",
        judged(targets, predictions),
        value(*flat).reshape(bound.shape),
        within=bound,
    )


@pytest.mark.claim("beside.sequences-smoothing")
def test_labels_of_steps_are_smoothed_over_classes(subject, mode, evidence):
    """Smoothing by 1/4 takes a quarter of each step's label: a third for each of 3 classes."""
    are_smoothed(3, subject, mode, evidence)


@pytest.mark.instead("beside.sequences-smoothing")
def test_labels_of_steps_were_smoothed_by_the_number_of_steps(subject, mode, evidence):
    """Smoothing by 1/4 gives each of three classes a half of it in sequences of two steps."""
    are_smoothed(2, subject, mode, evidence)


@pytest.mark.claim("beside.sequences-smoothing-axis")
def test_labels_in_columns_are_smoothed_over_classes(subject, mode, evidence):
    """With axis=1, smoothing by 1/4 gives each of three classes a third of it."""
    are_smoothed(3, subject, mode, evidence, in_columns=True)


@pytest.mark.instead("beside.sequences-smoothing-axis")
def test_labels_in_columns_are_smoothed_by_the_number_of_steps(subject, mode, evidence):
    """With axis=1, smoothing by 1/4 gives each of three classes a half of it, for two steps."""
    are_smoothed(2, subject, mode, evidence, in_columns=True)


@pytest.mark.claim("beside.axis")
@pytest.mark.parametrize("name", [BCE, CCE])
def test_an_axis_says_where_the_classes_are(name, subject, mode, evidence):
    """With axis=1, (n, k, steps) cost for each step what they cost as (n, steps, k)."""
    targets, predictions, losses, bound = sequences(name)
    targets, predictions = targets[:, :2], predictions[:, :2]
    judged = subject.loss_class(name, mode, reduction="none", axis=1)
    in_columns = judged(targets.transpose(0, 2, 1), predictions.transpose(0, 2, 1))

    evidence.close("loss of each step", in_columns, losses[:, :2], within=bound[:, :2])


@pytest.mark.instead("beside.axis", "beside.axis-sparse", "beside.sequences-smoothing-axis")
@pytest.mark.parametrize("name", [BCE, CCE, SCCE])
def test_classes_are_on_the_last_axis(name, subject, mode, evidence):
    """Targets and predictions (n, steps, k) cost for each step what they cost as samples."""
    targets, predictions, losses, bound = sequences(name)

    evidence.close(
        "loss", subject.loss(name, mode).per_sample(targets, predictions), losses, within=bound
    )


@pytest.mark.claim("beside.axis-sparse")
def test_the_sparse_loss_knows_the_last_axis_by_its_number(subject, mode, evidence):
    """With axis=2, class numbers (n, steps) cost what they cost without; axes 0 and 1 raise."""
    targets, predictions, losses, bound = sequences(SCCE)
    on_axis = [subject.loss_class(SCCE, mode, reduction="none", axis=axis) for axis in range(3)]

    evidence.close("loss", on_axis[2](targets, predictions), losses, within=bound)
    for axis, given in (0, predictions.transpose(2, 0, 1)), (1, predictions.transpose(0, 2, 1)):
        call = subject.refusing(lambda axis=axis, given=given: on_axis[axis](targets, given))
        evidence.refuses(f"axis={axis}", call, Refused)
