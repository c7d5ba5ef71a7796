"""What Poisson loss alone is like: least at the target, where it isn't 0; a cross-entropy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import xlogy

from helpers.bounds import bound_of, bound_of_slope
from helpers.domains import REACH
from helpers.inputs import SAMPLES, batches
from lossspec.backends.keras.adapter import Refused
from lossspec.losses.counts import POISSON
from lossspec.losses.entropy import CCE, KL

ONE_OUTPUT = SAMPLES, 1


@pytest.mark.claim("laws.poisson-least")
@given(data=st.data())
def test_it_is_least_at_the_target(loss, evidence, data):
    """A target above 0 costs t - t ln t at itself, more elsewhere, and the slope leads there."""
    batch = data.draw(batches(POISSON, REACH["least"], ONE_OUTPUT), "batch")
    t, y = np.where(batch.targets == 0, 1, batch.targets), batch.predictions
    at_target, elsewhere = loss(POISSON).per_sample(t, t), loss(POISSON).per_sample(t, y)
    least, bound = (t - xlogy(t, t))[:, 0], bound_of(POISSON, t, t)

    # By the definition nothing falls away from the target: a loss that stays flat is seen, too.
    away = (y - t) * loss(POISSON).gradient(t, y)
    wanted, off = (y - t) * POISSON.derivative(t, y), np.abs(y - t) * bound_of_slope(POISSON, t, y)
    evidence.close("loss at the target", at_target, least, within=bound)
    evidence.at_least("what a mistake costs by the definition", POISSON.value(t, y) - least, -1e-12)
    evidence.at_least(
        "what a mistake costs",
        elsewhere - at_target,
        POISSON.value(t, y) - least - bound - bound_of(POISSON, t, y),
    )
    evidence.at_least("slope away from the target", away, wanted - off)


@pytest.mark.claim("laws.poisson-crossentropy")
@given(batch=batches(KL, REACH["definition"], (SAMPLES, 5)))
def test_of_distributions_it_is_their_crossentropy(loss, evidence, batch):
    """Of distributions the loss of k outputs is their cross-entropy and 1, over k."""
    t, y = batch.targets, batch.predictions
    bound = bound_of(POISSON, t, y) + bound_of(CCE, t, y) / 5

    evidence.close(
        "loss",
        loss(POISSON).per_sample(t, y),
        (1 + loss(CCE).per_sample(t, y)) / 5,
        within=bound,
    )


@pytest.mark.instead("laws.poisson-precisions", "laws.poisson-bfloat16", "laws.poisson-differences")
def test_keras_3_0_refuses_counts_in_float64(subject, evidence):
    """Called with arrays of float64, the function raises an error about their precision."""
    batch, judged = POISSON.batch(), subject.loss(POISSON.name)
    call = subject.refusing(lambda: judged.as_given(batch.targets, batch.predictions))

    evidence.refuses("targets and predictions in float64", call, Refused)
