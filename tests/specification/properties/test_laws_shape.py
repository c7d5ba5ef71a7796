"""Laws of each loss's shape: where it bends upwards, and where over constant predictions its minimum is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.bounds import bound_of
from helpers.inputs import (
    MAE,
    MSE,
    MSLE,
    SAMPLES,
    SCCE,
    batches,
    law,
    not_negative,
    predictions,
    shapes,
    targets,
    whole,
)
from lossspec.losses import tolerance
from lossspec.losses.reference import REFERENCES, one_hot

NUMBERS = MSE, MAE, MSLE
EIGHTHS = whole(1, 7).map(lambda eighths: eighths / 8)


def cost(loss, name, t, y):
    """The loss of each sample, and how far it may lie from the definition's."""
    return loss(name).per_sample(t, y), bound_of(name, t, y)


@law("convex", "mse", "mae", "bce", "hinge", "squared-hinge", "cce", "scce", "kl")
@given(data=st.data())
def test_a_mixture_costs_at_most_the_mixture_of_costs(name, loss, evidence, data):
    """A mixture of two predictions costs no more than the same mixture of their costs."""
    batch, share = data.draw(batches(name), "one"), data.draw(EIGHTHS, "share of the one")
    t, one, other = (
        batch.targets,
        batch.predictions,
        data.draw(predictions(name, batch.predictions.shape), "other"),
    )
    of_one, bound_of_one = cost(loss, name, t, one)
    of_other, bound_of_other = cost(loss, name, t, other)
    of_mixture, bound_of_mixture = cost(loss, name, t, share * one + (1 - share) * other)

    bound = bound_of_mixture + share * bound_of_one + (1 - share) * bound_of_other
    mixture_of_costs = share * of_one + (1 - share) * of_other
    evidence.at_most(
        "cost of a mixture beyond the mixture of costs", of_mixture - mixture_of_costs, bound
    )


@pytest.mark.claim("laws.msle-not-convex")
@given(data=st.data())
def test_far_above_its_target_msle_bends_downwards(loss, evidence, data):
    """Above e (1 + t) - 1 a mixture of two predictions costs no less than the mixture of their costs, or more."""
    # The second derivative, 2 (1 - ln((1 + y) / (1 + t))) / (1 + y)², is negative there.
    shape = SAMPLES, 1
    t = data.draw(not_negative(shape), "targets") / 8
    inflection = np.e * (1 + t) - 1
    one, other = (inflection + data.draw(not_negative(shape), each) for each in ("one", "other"))
    of_one, bound_of_one = cost(loss, MSLE, t, one)
    of_other, bound_of_other = cost(loss, MSLE, t, other)
    of_middle, bound_of_middle = cost(loss, MSLE, t, (one + other) / 2)

    bound = bound_of_middle + (bound_of_one + bound_of_other) / 2
    evidence.at_least(
        "cost of the middle beyond the mean of costs", of_middle - (of_one + of_other) / 2, -bound
    )
    (of_3, of_31, of_59), _ = cost(loss, MSLE, np.zeros((3, 1)), [[3], [31], [59]])
    evidence.above(
        "cost at target 0 of 31 beyond the mean of those of 3 and 59",
        of_31 - (of_3 + of_59) / 2,
        0.1,
    )


def minimiser(name, t, columns, between):
    """The constant prediction ``(k,)`` at which the mean loss of the targets is least; ``between`` where many are."""
    if name == SCCE:
        return one_hot(t, columns).mean(axis=0)
    if name == MSLE:
        return np.expm1(np.log1p(t).mean(axis=0))
    if name == "hinge":
        majority = np.sign(t.sum(axis=0))
        return np.where(majority == 0, 2 * between - 1, majority)
    if name == MAE:
        below, above = np.sort(t, axis=0)[SAMPLES // 2 - 1 : SAMPLES // 2 + 1]
        return below + between * (above - below)
    return t.mean(axis=0)


def another_constant(data, name, t, columns):
    """A prediction to compare with: one of the targets, where they are numbers to predict, or any."""
    sample = data.draw(whole(0, 2 * SAMPLES - 1), "sample")
    if name in NUMBERS and sample < SAMPLES:
        return t[[sample]]
    return data.draw(predictions(name, (1, columns)), "another constant")


@law("minimum")
@given(data=st.data())
def test_the_loss_is_least_at_one_constant(name, loss, evidence, data):
    """No constant prediction costs less than the one that is named, and the slope of any other leads towards it."""
    shape = data.draw(shapes(name), "shape")
    t, columns = data.draw(targets(name, shape), "targets"), shape[1]
    best = minimiser(name, t, columns, data.draw(EIGHTHS, "place between the middle two"))
    other = another_constant(data, name, t, columns)
    at_best, bound_at_best = cost(loss, name, t, np.tile(best, (SAMPLES, 1)))
    y = np.tile(other, (SAMPLES, 1))
    at_other, bound_at_other = cost(loss, name, t, y)

    def towards(t, y):
        return REFERENCES[name].derivative(t, y) @ (y[0] - best)

    bound = np.mean(bound_at_best + bound_at_other)
    evidence.at_least("mean loss beyond the least", np.mean(at_other - at_best), -bound)
    slopes = loss(name).gradient(t, y) @ (y[0] - best)
    slope_bound = np.mean(tolerance.of_loss(name, towards, t, y))
    evidence.at_least("slope away from the least", np.mean(slopes), -slope_bound)
