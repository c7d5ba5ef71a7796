"""Masks that predictions carry, heeded by the loss's class itself, whatever its reduction."""

import numpy as np
import pytest

from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.inputs import SAMPLES

NAME, STEPS = "mean_squared_error", 3
SEQUENCES = SAMPLES // STEPS
MASK = np.resize([1, 1, 0, 1, 0, 1, 0], (SEQUENCES, STEPS))
WEIGHTS = np.resize([0.5, 1.0, 3.0, 2.0], (SEQUENCES, STEPS))


def sequences():
    """The batch as sequences of three steps, each step's loss, ``(8, 3)``, and its tolerance."""
    batch, value = DEFINITIONS[NAME].batch(), DEFINITIONS[NAME].value
    flat = batch.targets, batch.predictions
    in_steps = [each.reshape(SEQUENCES, STEPS, -1) for each in flat]
    each_step = value(*flat), tolerance.of_loss(NAME, value, *flat)
    return (*in_steps, *(each.reshape(SEQUENCES, STEPS) for each in each_step))


def reduces(reduction, weights, divisor, subject, mode, evidence):
    """Check that masked losses come out as their weighted sum over a number, or one by one."""
    targets, predictions, losses, bound = sequences()
    given = () if weights is None else (weights,)
    counted = MASK * (1 if weights is None else np.reshape(weights, losses.shape))
    got = subject.loss_class(NAME, mode, reduction=reduction).masked(
        targets, predictions, MASK, *given
    )

    if divisor is None:
        evidence.close("loss of each step", got, counted * losses, within=counted * bound)
        return
    wanted = (counted * losses).sum() / divisor
    # Two more roundings for the share of steps that are not masked.
    within = (counted * bound).sum() / divisor + tolerance.rounding(
        wanted, operations=2 * MASK.size + 2
    )
    evidence.close("loss", got, wanted, within=within)


@pytest.mark.claim("beside.mask-class")
@pytest.mark.parametrize(
    ("reduction", "divisor"),
    [("sum_over_batch_size", MASK.sum()), ("sum", 1), ("none", None)],
)
def test_the_class_skips_masked_steps(reduction, divisor, subject, mode, evidence):
    """Masked steps cost nothing, and don't count in the mean."""
    reduces(reduction, None, divisor, subject, mode, evidence)


@pytest.mark.claim("beside.mask-class-weights")
@pytest.mark.parametrize(
    ("reduction", "divisor"),
    [("sum_over_batch_size", MASK.sum()), ("sum", 1), ("none", None)],
)
@pytest.mark.parametrize("axes", [2, 3])
def test_weights_multiply_what_a_mask_leaves(axes, reduction, divisor, subject, mode, evidence):
    """Weights (n, steps), and (n, steps, 1), multiply the losses of steps that are not masked."""
    weights = WEIGHTS if axes == 2 else WEIGHTS[..., None]

    reduces(reduction, weights, divisor, subject, mode, evidence)


@pytest.mark.instead(
    "beside.mask-class", "beside.mask-class-weights", "beside.mask-class-mean", "beside.mask-all"
)
def test_the_class_heeds_no_mask(subject, mode, evidence):
    """Masked steps cost what they cost without a mask, and count in the mean."""
    targets, predictions, losses, bound = sequences()
    got = subject.loss_class(NAME, mode).masked(targets, predictions, MASK)

    within = bound.mean() + tolerance.rounding(losses.mean(), operations=2 * MASK.size)
    evidence.close("loss", got, losses.mean(), within=within)


@pytest.mark.claim("beside.mask-class-mean")
@pytest.mark.parametrize(
    ("reduction", "weights", "divisor"),
    [
        ("mean", None, MASK.sum()),
        ("mean", WEIGHTS, MASK.sum()),
        ("mean_with_sample_weight", None, MASK.sum()),
        ("mean_with_sample_weight", WEIGHTS, (MASK * WEIGHTS).sum()),
    ],
    ids=["mean", "mean-weighted", "by-weights", "by-weights-weighted"],
)
def test_means_leave_masked_steps_out(reduction, weights, divisor, subject, mode, evidence):
    """A mean divides by the number of unmasked steps, a weighted one by their weights' sum."""
    reduces(reduction, weights, divisor, subject, mode, evidence)


@pytest.mark.instead("beside.mask-class-mean")
def test_the_default_leaves_masked_steps_out(subject, mode, evidence):
    """A reduction of "sum_over_batch_size" divides by the number of steps that are not masked."""
    reduces("sum_over_batch_size", None, MASK.sum(), subject, mode, evidence)


@pytest.mark.claim("beside.mask-all")
def test_a_batch_that_is_masked_as_a_whole_costs_nothing(subject, mode, evidence):
    """With every step masked the loss is 0, and not 0/0."""
    targets, predictions, *_ = sequences()
    got = subject.loss_class(NAME, mode).masked(targets, predictions, np.zeros_like(MASK))

    evidence.exactly("loss", got, 0)


@pytest.mark.instead("beside.mask-all")
def test_a_batch_that_is_masked_as_a_whole_has_no_loss(subject, mode, evidence):
    """With every step masked the loss is 0/0, not a number."""
    targets, predictions, *_ = sequences()
    got = subject.loss_class(NAME, mode).masked(targets, predictions, np.zeros_like(MASK))

    evidence.exactly("whether the loss is not a number", np.isnan(got), 1)
