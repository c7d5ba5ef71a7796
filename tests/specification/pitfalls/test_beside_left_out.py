"""Masks and weights of 0: whether what they leave out has a part in the loss, and in training."""

import numpy as np
import pytest

from helpers.kinds import NOT_OF_CLASSES, every_loss
from helpers.left_out import (
    KEPT,
    MARK,
    by_hand,
    in_sequences,
    inputs_for,
    steps_of_training,
    with_left_out,
)
from helpers.networks import masking_steps
from lossspec.backends.keras.adapter import Refused
from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.regression import MAE

of_numbers = pytest.mark.parametrize("name", NOT_OF_CLASSES)


@pytest.mark.claim("beside.weight-zero-counts")
@every_loss
def test_a_sample_of_weight_zero_adds_nothing(name, subject, mode, evidence):
    """Whatever is given for samples of weight 0, if their loss is finite they change nothing."""
    usual, strays = by_hand(name, "weight", subject, mode)

    for words, (finite, loss) in strays.items():
        if finite:
            evidence.exactly(f"loss with {words} of weight 0", loss, usual)


@pytest.mark.claim("beside.weight-zero-nan")
@every_loss
def test_a_weight_of_zero_hides_no_nan(name, subject, mode, evidence):
    """Samples whose loss is NaN or infinite make the batch's loss NaN, though their weight is 0."""
    _, strays = by_hand(name, "weight", subject, mode)

    for words, (finite, loss) in strays.items():
        if not finite:
            evidence.exactly(f"whether the loss with {words} is not a number", np.isnan(loss), 1)


@pytest.mark.claim("beside.mask-class")
@every_loss
def test_the_class_skips_masked_steps_of_every_loss(name, subject, mode, evidence):
    """Whatever is given for masked steps, if their loss is finite the batch's is the same."""
    usual, strays = by_hand(name, "mask", subject, mode)

    for words, (finite, loss) in strays.items():
        if finite:
            evidence.exactly(f"loss with masked {words}", loss, usual)


def costs_the_same(way, name, subject, evidence):
    """Check that what is left out doesn't move the loss, where its own loss is finite."""
    usual, *others = steps_of_training(name, subject)[way]
    for step in others:
        if step.finite_loss:
            evidence.exactly(f"loss with {step.words} there", step.loss, usual.loss)


def trains_the_same(way, name, subject, evidence):
    """Check that what is left out doesn't move a weight, where its slopes are finite."""
    usual, *others = steps_of_training(name, subject)[way]
    for step in others:
        if step.finite_slopes.all():
            evidence.exactly(f"weights with {step.words} there", step.weights, usual.weights)


def trains_to_nan(way, name, subject, evidence):
    """Check that where targets are not finite weights are NaN if slopes are not, and only then."""
    steps = [step for step in steps_of_training(name, subject)[way] if not step.finite_targets]
    for step in steps:
        nan = np.isnan(step.weights)
        wanted = np.broadcast_to(~step.finite_slopes, nan.shape)
        evidence.exactly(f"whether weights with {step.words} there are not numbers", nan, wanted)
    # The slope of an absolute error is a sign, which some libraries take as 0 of NaN.
    if name != MAE.name:
        many = sum(not step.finite_slopes.all() for step in steps)
        evidence.above("targets whose slopes are not finite", many, 0)


@pytest.mark.claim("beside.mask-skips")
@every_loss
def test_a_masked_step_costs_nothing(name, subject, evidence):
    """Whatever the target of a masked step, if its loss is finite the batch's is the same."""
    costs_the_same("mask", name, subject, evidence)


def is_mean_over(count, name, subject, evidence):
    """Check that the reported loss is the sum of unmasked steps' losses over a number of steps."""
    given = [each[KEPT.ravel()] for each in with_left_out(name)]
    losses = DEFINITIONS[name].value(*given)
    bound = tolerance.of_loss(name, DEFINITIONS[name].value, *given).sum() / count
    reported = steps_of_training(name, subject)["mask"][0].loss

    # Two more roundings for the share of steps that are not masked.
    rounding = tolerance.rounding(np.abs(losses).sum() / count, operations=2 * KEPT.size + 2)
    evidence.close("loss reported", reported, losses.sum() / count, within=bound + rounding)


@pytest.mark.claim("beside.mask-mean")
@every_loss
def test_the_loss_is_the_mean_over_steps_not_masked(name, subject, evidence):
    """With two steps of the one sequence left and three of the other, it is the mean over five."""
    is_mean_over(KEPT.sum(), name, subject, evidence)


@pytest.mark.instead("beside.mask-mean")
@every_loss
def test_masked_steps_count_in_the_mean(name, subject, evidence):
    """With five of eight steps left, the loss is their sum divided by eight."""
    is_mean_over(KEPT.size, name, subject, evidence)


def reported_by_batches(subject):
    """What fit reports, of one batch and of a batch for each sequence; the losses of steps."""
    name = "mean_squared_error"
    t, y = with_left_out(name)
    biases = np.zeros(y.shape[1])
    training = inputs_for(y, "mask"), in_sequences(t)
    by_one, by_two = (
        masking_steps(subject, KEPT.shape[1], MARK, biases).fit(
            training, loss=name, batch_size=batch_size
        )["loss"][0]
        for batch_size in (1, 2)
    )
    return by_one, by_two, in_sequences(DEFINITIONS[name].value(t, y))


@pytest.mark.claim("beside.mask-batches")
def test_batches_weigh_by_their_sequences(subject, evidence):
    """In batches of one sequence, fit reports the mean of the sequences' own means."""
    by_one, _, losses = reported_by_batches(subject)

    wanted = ((KEPT * losses).sum(axis=1) / KEPT.sum(axis=1)).mean()
    # Squared errors of small multiples of 1/64 are exact: sums, shares and means round.
    within = tolerance.rounding(wanted, 2 * KEPT.size + 2)
    evidence.close("loss", by_one, wanted, within=within)
    evidence.above(
        "how far it is off the mean over all steps left", abs(by_one - losses[KEPT].mean()), within
    )


@pytest.mark.instead("beside.mask-batches")
def test_batches_change_nothing(subject, evidence):
    """In batches of one sequence, fit reports what it reports of both in one."""
    by_one, by_two, _ = reported_by_batches(subject)

    evidence.close("loss", by_one, by_two, within=tolerance.rounding(by_two, 4 * KEPT.size + 4))


@pytest.mark.claim("beside.mask-leaves-out")
@of_numbers
def test_a_masked_step_is_left_out_whatever_its_target(name, subject, evidence):
    """With targets of 1e20, infinity and NaN at masked steps, fit reports what it does without."""
    usual, *others = steps_of_training(name, subject)["mask"]

    for step in others:
        evidence.exactly(f"loss with {step.words} there", step.loss, usual.loss)


@pytest.mark.instead("beside.mask-leaves-out")
@of_numbers
def test_a_masked_step_of_no_finite_loss_costs_nan(name, subject, evidence):
    """Fit reports NaN where the loss of a masked step is infinite or NaN, and there alone."""
    for step in steps_of_training(name, subject)["mask"]:
        nan = not step.finite_loss
        evidence.exactly(
            f"whether the loss with {step.words} is not a number", np.isnan(step.loss), nan
        )


@pytest.mark.claim("beside.mask-trains")
@every_loss
def test_a_masked_step_trains_nothing(name, subject, evidence):
    """Whatever the target of a masked step, if its slopes are finite the weights are the same."""
    trains_the_same("mask", name, subject, evidence)


@pytest.mark.claim("beside.mask-trains-nan")
@of_numbers
def test_a_masked_step_trains_weights_to_nan(name, subject, evidence):
    """Targets of infinity or NaN make the weights NaN, if the masked step's slopes are so too."""
    trains_to_nan("mask", name, subject, evidence)


@pytest.mark.claim("beside.weight-zero-trains")
@every_loss
def test_a_sample_of_weight_zero_trains_nothing(name, subject, evidence):
    """Whatever the target of weight 0, if its loss and slopes are finite, so much is the same."""
    costs_the_same("weight", name, subject, evidence)
    trains_the_same("weight", name, subject, evidence)


@pytest.mark.claim("beside.weight-zero-trains-nan")
@of_numbers
def test_a_sample_of_weight_zero_trains_weights_to_nan(name, subject, evidence):
    """Targets of infinity or NaN make the weights NaN, if slopes of weight 0 are so too."""
    trains_to_nan("weight", name, subject, evidence)


@pytest.mark.claim("beside.mask-class-number")
@pytest.mark.parametrize("padding", [-1, 3])
def test_a_masked_class_number_has_to_be_one(padding, subject, evidence):
    """Class numbers of -1, or of 3 among three, raise at masked steps; one of 0 doesn't."""
    name = "sparse_categorical_crossentropy"
    network = masking_steps(subject, KEPT.shape[1], 0.0, [0.25, 0.25, 0.5])

    def evaluated(target):
        t, y = with_left_out(name, target, 0.0)
        return network.evaluate(in_sequences(y), in_sequences(t), loss=name)

    evidence.above("loss beside masked class numbers of 0", evaluated(0), 0)
    evidence.refuses(
        f"masked class numbers of {padding}", subject.refusing(lambda: evaluated(padding)), Refused
    )
