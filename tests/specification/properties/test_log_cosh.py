"""What log-cosh alone is like: half a square near its target, a straight line far away."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.bounds import bound_of
from helpers.domains import REACH
from helpers.inputs import GRAIN, SAMPLES, batches, coded, numbers, off_kinks
from helpers.precisions import bounds_in
from lossspec.losses import tolerance
from lossspec.losses.regression import HUBER, LOG_COSH

ONE_OUTPUT = SAMPLES, 1
FAR = 64
"""So far that a sum of two stays exact in float32."""
WITHIN_AN_EIGHTH = coded(ONE_OUTPUT, 2**12 + 1, lambda code: (code - 2**11) * GRAIN)
LN_2 = np.log(2)


def drawn(data, what):
    """Numbers of at most 64, one a sample."""
    return np.clip(data.draw(numbers(ONE_OUTPUT), what), -FAR, FAR)


@pytest.mark.claim("laws.log-cosh-half-square")
@given(data=st.data())
def test_a_small_error_costs_half_its_square(loss, evidence, data):
    """An error of at most 1/8 costs half its square, less a twelfth of its fourth power at most."""
    t, errors = drawn(data, "targets"), data.draw(WITHIN_AN_EIGHTH, "errors")
    errors[0] = 1 / 8
    costs, halves = loss(LOG_COSH).per_sample(t, t + errors), errors[:, 0] ** 2 / 2
    bound = bound_of(LOG_COSH, t, t + errors)

    # ln cosh e = e²/2 - e⁴/12 + e⁶/45 - ..., whose terms fall and alternate.
    evidence.at_most("loss", costs, halves + bound)
    evidence.at_least("loss", costs, halves - errors[:, 0] ** 4 / 12 - bound)


@pytest.mark.claim("laws.log-cosh-absolute")
@given(data=st.data())
def test_a_large_error_costs_its_size_less_ln_2(loss, evidence, data):
    """The loss of an error of at least 9 is its size, less ln 2."""
    t, beyond = drawn(data, "targets"), drawn(data, "beyond 9")
    y = t + np.where(beyond < 0, beyond - 9, beyond + 9)

    # ln(1 + exp(-2 · 9)), which is left out, is below 2e-8.
    bound = bound_of(LOG_COSH, t, y) + 2e-8
    evidence.close(
        "loss", loss(LOG_COSH).per_sample(t, y), np.abs(y - t)[:, 0] - LN_2, within=bound
    )


@pytest.mark.claim("laws.log-cosh-far")
@pytest.mark.usefixtures("given_as")
def test_an_error_that_no_cosine_holds_costs_its_size(loss, evidence):
    """An error of 90 to 1e38, either way, costs its size and has a slope of 1 in size."""
    sizes = np.array([90, 512, 2.0**30, 2.0**60, 2.0**100, 2.0**126, -90, -(2.0**126)])
    t, y = np.zeros(ONE_OUTPUT), sizes[:, None]
    costs = loss(LOG_COSH).per_sample(t, y)

    bound = tolerance.rounding(sizes, operations=4)
    evidence.close("loss", costs, np.abs(sizes) - LN_2, within=bound)
    evidence.close(
        "slope", loss(LOG_COSH).gradient(t, y), np.sign(y), within=tolerance.rounding(1, 2)
    )


@pytest.mark.claim("laws.log-cosh-bounded")
@given(batch=batches(LOG_COSH, REACH["bounded"]))
def test_the_slope_of_log_cosh_is_bounded(loss, evidence, batch):
    """The slope is at most 1 over the number of outputs, and just that for errors from 10 on."""
    t, y = batch.targets, batch.predictions
    sizes, most = np.abs(loss(LOG_COSH).gradient(t, y)), 1 / y.shape[1]

    # tanh 10 is 1 less 4e-9.
    bound = tolerance.rounding(most, operations=2) + 4e-9
    evidence.at_most("size of the slope", sizes, most + bound)
    evidence.at_least("size of the slope", sizes, np.where(np.abs(y - t) >= 10, most - bound, 0))


@pytest.mark.claim("laws.log-cosh-below-huber")
@given(batch=batches(LOG_COSH, REACH["below-huber"]))
def test_it_lies_a_little_below_huber(loss, evidence, batch):
    """The loss is at most Huber's of bound 1, and that less ln 2 - 1/2 at least."""
    t, y = batch.targets, batch.predictions
    below = loss(HUBER).per_sample(t, y) - loss(LOG_COSH).per_sample(t, y)

    bound = bound_of(HUBER, t, y) + bound_of(LOG_COSH, t, y)
    evidence.at_least("Huber loss less this", below, -bound)
    evidence.at_most("Huber loss less this", below, LN_2 - 1 / 2 + bound)


@pytest.mark.instead("laws.log-cosh-precisions")
def test_ln_2_is_taken_in_float32(subject, mode, evidence):
    """In float64 each sample costs 1.9e-9 too little; its slope, and both in float16, are right."""
    batch = off_kinks(LOG_COSH, LOG_COSH.batch())
    t, y = batch.targets, batch.predictions
    rounded = float(np.float32(LN_2)) - LN_2
    for dtype, less in (("float64", rounded), ("float16", 0)):
        of_loss = subject.loss(LOG_COSH.name, mode, dtype)
        bound, slope_bound = bounds_in(LOG_COSH, t, y, dtype)

        evidence.close(
            f"loss in {dtype}",
            of_loss.per_sample(t, y),
            LOG_COSH.value(t, y) - less,
            within=bound,
        )
        evidence.close(
            f"slope in {dtype}",
            of_loss.gradient(t, y),
            LOG_COSH.derivative(t, y),
            within=slope_bound,
        )
    evidence.close("what is lacking in float64", rounded, 1.9e-9, within=1e-11)
