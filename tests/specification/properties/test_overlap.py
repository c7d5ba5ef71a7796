"""What Dice and Tversky loss alone are like: shares of what overlaps."""

import functools

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from helpers.bounds import bound_of, bound_of_overlap, bound_of_overlap_slope, bound_of_slope
from helpers.domains import REACH
from helpers.inputs import SAMPLES, batches, coded, predictions, whole
from lossspec.losses import tolerance
from lossspec.losses.overlap import DICE, TVERSKY, tversky, tversky_derivative

OUTPUTS = 5
WEIGHTS = [(0.25, 0.75), (1.0, 0.5)]
"""Of false positives and of false negatives, each a number that float32 holds."""


@pytest.mark.claim
@given(data=st.data())
def test_it_lies_from_0_to_1(definition, loss, evidence, data):
    """No sample costs less than 0 or more than 1, but for what the quotient rounds."""
    batch = data.draw(batches(definition, REACH["range"]), "batch")
    costs = loss(definition).per_sample(batch.targets, batch.predictions)

    # Each rounding of the quotient is a share of it, and it is 1 at most.
    bound = tolerance.rounding(1)
    evidence.at_least("loss", costs, -bound)
    evidence.at_most("loss", costs, 1 + bound)


@pytest.mark.claim
@given(data=st.data())
def test_a_mixture_costs_what_lies_between(definition, loss, evidence, data):
    """A mixture of two predictions costs neither less nor more than both of them."""
    batch = data.draw(batches(definition, REACH["between"], (SAMPLES, OUTPUTS)), "one")
    t, one = batch.targets, batch.predictions
    other = data.draw(predictions(definition, one.shape, REACH["between"]), "other")
    share = data.draw(whole(1, 7), "eighths of the one") / 8
    mixed = share * one + (1 - share) * other
    of_one, of_other, of_mixture = (loss(definition).per_sample(t, y) for y in (one, other, mixed))

    # The quotient of two linear functions has neither least nor most between two points.
    bound = np.maximum(*(bound_of(definition, t, y) for y in (one, other)))
    bound = bound + bound_of(definition, t, mixed)
    evidence.at_least("loss of the mixture", of_mixture, np.minimum(of_one, of_other) - bound)
    evidence.at_most("loss of the mixture", of_mixture, np.maximum(of_one, of_other) + bound)


@pytest.mark.claim
@given(data=st.data())
def test_what_is_met_costs_how_unsure_the_target_is(definition, loss, evidence, data):
    """Targets of 1 and 0 that are met cost nothing; those of c and 0 that are met cost 1 - c."""
    wanted = 1 - data.draw(whole(1, 8), "eighths of 1") / 8
    met = data.draw(coded((SAMPLES, OUTPUTS), 2, lambda code: code.astype(float)), "where")
    met[:, 0] = 1
    t = met * (1 - wanted)

    costs = loss(definition).per_sample(t, t)
    evidence.close("loss", costs, wanted, within=bound_of(definition, t, t))


@pytest.mark.claim
@given(data=st.data())
def test_at_equal_weights_it_is_dice(loss, evidence, data):
    """Tversky loss and its slope are those of Dice loss."""
    batch = data.draw(batches(DICE, REACH["dice"]), "batch")
    t, y = batch.targets, batch.predictions
    of_dice, of_tversky = loss(DICE), loss(TVERSKY)

    evidence.close(
        "loss",
        of_tversky.per_sample(t, y),
        of_dice.per_sample(t, y),
        within=2 * bound_of(TVERSKY, t, y),
    )
    evidence.close(
        "slope",
        of_tversky.gradient(t, y),
        of_dice.gradient(t, y),
        within=2 * bound_of_slope(TVERSKY, t, y),
    )


@functools.lru_cache(maxsize=None)
def weighed(subject, mode, alpha, beta):
    """Tversky loss of two weights, sample by sample."""
    return subject.loss_through("linear", TVERSKY.name, mode, alpha=alpha, beta=beta, axis=-1)


@pytest.mark.claim
@given(data=st.data())
def test_targets_and_weights_can_be_exchanged(subject, mode, evidence, data):
    """Target and prediction exchanged, and both weights too, it costs the same."""
    batch = data.draw(batches(TVERSKY, REACH["mirror"], (SAMPLES, OUTPUTS)), "batch")
    t, y = batch.targets, batch.predictions
    (alpha, beta), bound = WEIGHTS[0], 2 * bound_of_overlap(t, y, *WEIGHTS[0])
    bound = np.maximum(bound, 2 * bound_of_overlap(t, y, *WEIGHTS[0][::-1]))

    evidence.close(
        "loss",
        weighed(subject, mode, beta, alpha).per_sample(y, t),
        weighed(subject, mode, alpha, beta).per_sample(t, y),
        within=bound,
    )


def is_weighed(subject, mode, evidence, data, of_false_positives, of_false_negatives):
    """Check loss and slope, told two weights by name, against the definition."""
    batch = data.draw(batches(TVERSKY, REACH["alpha"], (SAMPLES, OUTPUTS)), "batch")
    weights = WEIGHTS[data.draw(whole(0, len(WEIGHTS) - 1), "weights")]
    told = dict(zip((of_false_positives, of_false_negatives), weights))
    judged, t, y = weighed(subject, mode, **told), batch.targets, batch.predictions

    bound = bound_of_overlap(t, y, *weights)
    evidence.close("loss", judged.per_sample(t, y), tversky(t, y, *weights), within=bound)
    evidence.close(
        "slope",
        judged.gradient(t, y),
        tversky_derivative(t, y, *weights),
        within=bound_of_overlap_slope(t, y, *weights),
    )


@pytest.mark.claim
@settings(phases=(Phase.explicit, Phase.generate))  # any example refutes it, the first as well
@given(data=st.data())
def test_alpha_weighs_false_positives(subject, mode, evidence, data):
    """Alpha multiplies what is predicted and isn't there, beta what is missed."""
    is_weighed(subject, mode, evidence, data, "alpha", "beta")


@pytest.mark.instead
@given(data=st.data())
def test_alpha_weighs_false_negatives(subject, mode, evidence, data):
    """Alpha multiplies what is missed, beta what is predicted and isn't there."""
    is_weighed(subject, mode, evidence, data, "beta", "alpha")
