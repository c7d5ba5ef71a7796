"""Laws of each loss's shape: where it bends upwards, and where its minimum is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.bounds import bound_of
from helpers.domains import REACH
from helpers.inputs import (
    GRAIN,
    LEAST,
    OF_NUMBERS,
    SAMPLES,
    batches,
    not_negative,
    predictions,
    shapes,
    targets,
    whole,
)
from lossspec.losses import tolerance
from lossspec.losses.definition import Domain
from lossspec.losses.entropy import BCE, one_hot
from lossspec.losses.regression import MSLE

EIGHTHS = whole(1, 7).map(lambda eighths: eighths / 8)


def cost(loss, definition, t, y):
    """The loss of each sample, and how far it may lie from the definition's."""
    return loss(definition).per_sample(t, y), bound_of(definition, t, y)


@pytest.mark.claim
@given(data=st.data())
def test_a_mixture_costs_at_most_the_mixture_of_costs(definition, loss, evidence, data):
    """A mixture of two predictions costs no more than the same mixture of their costs."""
    batch = data.draw(batches(definition, REACH["convex"]), "one")
    t, one = batch.targets, batch.predictions
    other = data.draw(predictions(definition, one.shape, REACH["convex"]), "other")
    share = data.draw(EIGHTHS, "share of the one")
    of_one, bound_of_one = cost(loss, definition, t, one)
    of_other, bound_of_other = cost(loss, definition, t, other)
    of_mixture, bound_of_mixture = cost(loss, definition, t, share * one + (1 - share) * other)

    bound = bound_of_mixture + share * bound_of_one + (1 - share) * bound_of_other
    mixture_of_costs = share * of_one + (1 - share) * of_other
    evidence.at_most(
        "cost of a mixture beyond the mixture of costs", of_mixture - mixture_of_costs, bound
    )


@pytest.mark.claim
def test_at_its_end_it_bends_downwards(definition, loss, evidence):
    """What came true given 1e-7 costs more than the mean of what 0 and 2e-7 cost."""
    sizes = np.arange(SAMPLES)[:, None] * tolerance.KERAS_EPSILON
    classes, given = np.zeros(SAMPLES), np.tile(sizes, (1, 5))
    rows = one_hot(classes, 5)
    if definition is BCE:
        t, y = np.ones_like(given), given
    else:
        t, y = rows, np.where(rows == 1, given, (1 - given) / 4)
    t = classes if definition.targets is Domain.CLASSES else t
    of_none, of_epsilon, of_twice = loss(definition).per_sample(t, y)[:3]

    beyond = of_epsilon - (of_none + of_twice) / 2
    evidence.above("cost of the middle beyond the mean of the others", beyond, 0.2)


@pytest.mark.claim("laws.msle-not-convex")
@given(data=st.data())
def test_far_above_its_target_msle_bends_downwards(loss, evidence, data):
    """Above e (1 + t) - 1 the mean of two predictions costs more than the mean of their costs."""
    # The second derivative, 2 (1 - ln((1 + y) / (1 + t))) / (1 + y)², is negative there.
    shape = SAMPLES, 1
    t = data.draw(not_negative(shape), "targets") / 8
    inflection = np.e * (1 + t) - 1
    one, other = (inflection + data.draw(not_negative(shape), each) for each in ("one", "other"))
    of_one, bound_of_one = cost(loss, MSLE, t, one)
    of_other, bound_of_other = cost(loss, MSLE, t, other)
    of_middle, bound_of_middle = cost(loss, MSLE, t, (one + other) / 2)

    bound = bound_of_middle + (bound_of_one + bound_of_other) / 2
    values = [MSLE.value(t, y) for y in ((one + other) / 2, one, other)]
    wanted = values[0] - (values[1] + values[2]) / 2
    evidence.at_least(
        "cost of the middle beyond the mean of costs",
        of_middle - (of_one + of_other) / 2,
        wanted - bound,
    )
    (of_3, of_31, of_59), _ = cost(loss, MSLE, np.zeros((3, 1)), [[3], [31], [59]])
    evidence.above(
        "cost at target 0 of 31 beyond the mean of those of 3 and 59",
        of_31 - (of_3 + of_59) / 2,
        0.1,
    )


def another_constant(data, definition, t, columns):
    """A prediction to compare with: one of the targets, where they are numbers, or any."""
    sample = data.draw(whole(0, 2 * SAMPLES - 1), "sample")
    drawn = data.draw(predictions(definition, (1, columns)), "another constant")
    if definition.targets in OF_NUMBERS and sample < SAMPLES:
        drawn = t[[sample]]
    if definition.predictions is Domain.POSITIVE:
        return np.maximum(drawn, LEAST)
    # At a prediction of 0 the logarithmic loss has no slope.
    return np.maximum(drawn, GRAIN) if definition is MSLE else drawn


@pytest.mark.claim
@given(data=st.data())
def test_the_loss_is_least_at_one_constant(definition, loss, evidence, data):
    """No constant costs less than the one that is named, and the slope of any other leads there."""
    shape = data.draw(shapes(definition), "shape")
    t, columns = data.draw(targets(definition, shape), "targets"), shape[1]
    rows = one_hot(t, columns) if definition.targets is Domain.CLASSES else t
    lowest, highest = definition.minimisers(rows)
    best = lowest + data.draw(EIGHTHS, "place between the least ones") * (highest - lowest)
    other = another_constant(data, definition, t, columns)
    at_best, bound_at_best = cost(loss, definition, t, np.tile(best, (SAMPLES, 1)))
    y = np.tile(other, (SAMPLES, 1))
    at_other, bound_at_other = cost(loss, definition, t, y)

    def towards(t, y):
        return definition.derivative(t, y) @ (y[0] - best)

    # By the definition both are above 0 off the least, so that a loss that is flat is seen, too.
    bound = np.mean(bound_at_best + bound_at_other)
    wanted = np.mean(definition.value(t, y) - definition.value(t, np.tile(best, (SAMPLES, 1))))
    evidence.at_least("mean loss beyond the least", np.mean(at_other - at_best), wanted - bound)
    slopes = loss(definition).gradient(t, y) @ (y[0] - best)
    slope_bound = np.mean(tolerance.of_loss(definition.name, towards, t, y))
    wanted_slope = np.mean(towards(t, y))
    evidence.at_least("slope away from the least", np.mean(slopes), wanted_slope - slope_bound)
