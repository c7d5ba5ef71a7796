"""What generalised cross-entropy alone is like: between cross-entropy and what is missed of 1."""

import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.domains import REACH
from helpers.inputs import SAMPLES, batches, sure_and_wrong
from lossspec.core.errors import CallGone
from lossspec.losses import tolerance
from lossspec.losses.entropy import Q, one_hot
from lossspec.losses.regression import MAE

SMALL, LARGE = 2.0**-10, 1 - 2.0**-10
OF_FIVE = SAMPLES, 5


@functools.lru_cache(maxsize=None)
def given_q(name, subject, mode, q):
    """The loss with another q."""
    return subject.loss_through("linear", name, mode, q=q)


def is_its_definition(definition, judged, q, batch, evidence):
    """Check loss and slope with another q; how far the loss may be off."""
    t, y = batch.targets, batch.predictions
    value, slope = (
        functools.partial(function, q=q) for function in (definition.value, definition.derivative)
    )
    # A power of at most 1 rounds four times, and what it is short of 1 is divided by q.
    bound = tolerance.of_loss(definition.name, value, t, y) + tolerance.rounding(1 / q, 4)
    slope_bound = tolerance.of_loss(definition.name, slope, t, y)

    evidence.close(f"loss of q = {q:g}", judged.per_sample(t, y), value(t, y), within=bound)
    evidence.close(f"slope of q = {q:g}", judged.gradient(t, y), slope(t, y), within=slope_bound)
    return bound


@pytest.mark.claim
@given(data=st.data())
def test_a_small_q_comes_near_crossentropy(definition, subject, mode, evidence, data):
    """With q = 2⁻¹⁰ the loss lies below -ln p, by at most half its square times q."""
    batch = data.draw(batches(definition, REACH["small-q"], OF_FIVE), "batch")
    judged = given_q(definition.name, subject, mode, SMALL)
    bound = is_its_definition(definition, judged, SMALL, batch, evidence)
    losses = judged.per_sample(batch.targets, batch.predictions)
    rows = one_hot(batch.targets, batch.predictions.shape[1])
    crossentropy = -np.log((rows * batch.predictions).sum(axis=1))

    # (1 - exp(-q x)) / q lies between x - q x² / 2 and x.
    evidence.at_most("loss", losses, crossentropy + bound)
    evidence.at_least("loss", losses, crossentropy - SMALL * crossentropy**2 / 2 - bound)


@pytest.mark.claim
@given(data=st.data())
def test_a_large_q_comes_near_the_absolute_error(definition, subject, mode, evidence, data):
    """With q = 1 - 2⁻¹⁰ the loss is 1 - p, or up to a q-th of that: k/2 mean absolute errors."""
    batch = data.draw(batches(definition, REACH["large-q"], OF_FIVE), "batch")
    t, y = batch.targets, batch.predictions
    judged = given_q(definition.name, subject, mode, LARGE)
    bound = is_its_definition(definition, judged, LARGE, batch, evidence)
    errors = subject.loss(MAE.name, mode).per_sample(one_hot(t, y.shape[1]), y)
    missed = y.shape[1] / 2 * errors

    # p ≤ p^q, so that 1 - p^q ≤ 1 - p; and the loss falls as q rises.
    evidence.at_least("loss", judged.per_sample(t, y), missed - bound)
    evidence.at_most("loss", judged.per_sample(t, y), missed / LARGE + bound)


@pytest.mark.claim
@given(data=st.data())
def test_a_sure_mistake_costs_nearly_two(definition, loss, evidence, data):
    """A class given at most 2⁻²⁴ costs 2 less at most 2⁻¹¹."""
    batch = data.draw(sure_and_wrong(definition), "batch")
    losses = loss(definition).per_sample(batch.targets, batch.predictions)

    # The square root of 2⁻²⁴ is 2⁻¹².
    evidence.at_most("loss", losses, 1 / Q)
    evidence.at_least("loss", losses, (1 - 2.0**-12) / Q - tolerance.rounding(1 / Q))


@pytest.mark.instead
def test_it_has_a_function_and_no_string(definition, subject, evidence):
    """Function and class give the loss; neither name of them is known as a string."""
    batch = definition.batch()
    judged = subject.loss(definition.name)
    values = definition.value(batch.targets, batch.predictions)
    bound = tolerance.of_loss(definition.name, definition.value, batch.targets, batch.predictions)

    evidence.refuses(f"{definition.name!r}", lambda: subject.string_of(definition.name), CallGone)
    evidence.close(
        "loss", judged.per_sample(batch.targets, batch.predictions), values, within=bound
    )
    mean = judged.mean(batch.targets, batch.predictions)
    rounding = tolerance.rounding(values.mean(), operations=len(values))
    evidence.close("mean loss", mean, values.mean(), within=bound.mean() + rounding)
