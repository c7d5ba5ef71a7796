"""Weights and reductions: how the losses of samples become one number."""

import numpy as np
import pytest

from helpers.kinds import every_loss
from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.inputs import SAMPLES

WEIGHTS = np.resize([0.0, 0.5, 1.0, 2.0, 3.0], SAMPLES)


def weighted(name, weights=WEIGHTS):
    """Each sample's loss times its weight, ``(n,)``, and its tolerance."""
    batch, value = DEFINITIONS[name].batch(), DEFINITIONS[name].value
    bound = tolerance.of_loss(name, value, batch.targets, batch.predictions)
    return weights * value(batch.targets, batch.predictions), np.abs(weights) * bound


def judged(name, subject, mode, *weights, **arguments):
    """What the class made with the arguments gives for the loss's batch; in eager mode, arrays."""
    batch = DEFINITIONS[name].batch()
    given_as = "arrays" if mode == "eager" else "tensors"
    instance = subject.loss_class(name, mode, given_as=given_as, **arguments)
    return instance(batch.targets, batch.predictions, *weights)


def reduces_to(what, got, losses, bound, share, evidence):
    """Check a number that should be a share of the sum of losses."""
    wanted = losses.sum() * share
    within = bound.sum() * share + tolerance.rounding(
        np.abs(losses).sum() * share, operations=2 * SAMPLES
    )
    evidence.close(what, got, wanted, within=within)


@pytest.mark.claim("beside.weights-multiply")
@every_loss
def test_a_weight_multiplies_its_samples_loss(name, subject, mode, evidence):
    """Each sample's loss is multiplied by its weight, which is below 0 for some."""
    weights = np.where(np.arange(SAMPLES) % 7 == 6, -1.5, WEIGHTS)
    wanted, bound = weighted(name, weights)

    evidence.close(
        "weighted loss",
        judged(name, subject, mode, weights, reduction="none"),
        wanted,
        within=bound,
    )


@pytest.mark.claim("beside.weights-column-mean")
@every_loss
def test_a_column_of_weights_is_a_vector_of_them(name, subject, mode, evidence):
    """Weights (n, 1) give the batch the loss that weights (n,) give it."""
    wanted, bound = weighted(name)
    got = judged(name, subject, mode, WEIGHTS[:, None])

    reduces_to("loss with weights (n, 1)", got, wanted, bound, 1 / SAMPLES, evidence)


@pytest.mark.claim("beside.weights-column")
@every_loss
def test_a_column_of_weights_leaves_a_vector_of_losses(name, subject, mode, evidence):
    """Without reduction, weights (n, 1) give losses (n,)."""
    wanted, bound = weighted(name)
    unreduced = judged(name, subject, mode, WEIGHTS[:, None], reduction="none")

    evidence.close("weighted loss", unreduced, wanted, within=bound)


@pytest.mark.instead("beside.weights-column")
@every_loss
def test_a_column_of_weights_leaves_a_column_of_losses(name, subject, mode, evidence):
    """Without reduction, weights (n, 1) give losses (n, 1)."""
    wanted, bound = weighted(name)
    unreduced = judged(name, subject, mode, WEIGHTS[:, None], reduction="none")

    evidence.exactly("axes of what comes out", unreduced.ndim, 2)
    evidence.close("weighted loss", unreduced, wanted[:, None], within=bound[:, None])


@pytest.mark.claim("beside.weights-mean")
@every_loss
def test_the_weighted_loss_is_divided_by_the_number_of_samples(name, subject, mode, evidence):
    """With weights that add up to more than the number of samples, it still divides the sum."""
    wanted, bound = weighted(name)
    got = judged(name, subject, mode, WEIGHTS)

    reduces_to("weighted loss of the batch", got, wanted, bound, 1 / SAMPLES, evidence)
    evidence.above("sum of the weights", WEIGHTS.sum(), SAMPLES)


@pytest.mark.claim("beside.weight-zero-counts")
@every_loss
def test_a_weight_of_zero_still_counts(name, subject, mode, evidence):
    """With weights of 0 for one half and 1 for the other, the loss is half the latter's mean."""
    halves = np.repeat([0.0, 1.0], SAMPLES // 2)
    wanted, bound = weighted(name, halves)
    got = judged(name, subject, mode, halves)

    reduces_to("loss of the batch", got, wanted, bound, 1 / SAMPLES, evidence)


@pytest.mark.claim("beside.reductions")
@every_loss
def test_a_reduction_says_what_becomes_of_the_losses(name, subject, mode, evidence):
    """By "none" each sample keeps its loss, by "sum" they add up; else they are averaged."""
    losses, bound = weighted(name, np.ones(SAMPLES))
    mean = 1 / SAMPLES

    evidence.close("none", judged(name, subject, mode, reduction="none"), losses, within=bound)
    reduces_to("sum", judged(name, subject, mode, reduction="sum"), losses, bound, 1, evidence)
    over_batch = judged(name, subject, mode, reduction="sum_over_batch_size")
    reduces_to("sum_over_batch_size", over_batch, losses, bound, mean, evidence)
    reduces_to("default", judged(name, subject, mode), losses, bound, mean, evidence)


@pytest.mark.claim("beside.reduction-auto")
@every_loss
def test_the_automatic_reduction_is_the_mean(name, subject, mode, evidence):
    """A reduction of "auto" gives the mean of the samples' losses."""
    losses, bound = weighted(name, np.ones(SAMPLES))

    reduces_to(
        "auto",
        judged(name, subject, mode, reduction="auto"),
        losses,
        bound,
        1 / SAMPLES,
        evidence,
    )


@pytest.mark.instead("beside.reduction-auto")
@every_loss
def test_the_mean_goes_by_its_own_name(name, subject, mode, evidence):
    """A reduction of "sum_over_batch_size" gives the mean of the samples' losses."""
    losses, bound = weighted(name, np.ones(SAMPLES))
    got = judged(name, subject, mode, reduction="sum_over_batch_size")

    reduces_to("sum_over_batch_size", got, losses, bound, 1 / SAMPLES, evidence)
