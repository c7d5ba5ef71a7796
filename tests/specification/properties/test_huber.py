"""What Huber loss alone is like: a parabola as far as its bound of 1, and beyond it straight."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.domains import REACH
from helpers.inputs import GRAIN, SAMPLES, batches, coded, numbers
from lossspec.backends.keras.adapter import Refused
from lossspec.losses import tolerance
from lossspec.losses.regression import HUBER, MAE, MSE

ONE_OUTPUT = SAMPLES, 1
# So far that a sum of two stays exact in float32.
FAR = 64
WITHIN_ONE = coded(ONE_OUTPUT, 2**15 + 1, lambda code: (code - 2**14) * GRAIN)


def drawn(data, what):
    """Numbers of at most 64, one a sample."""
    return np.clip(data.draw(numbers(ONE_OUTPUT), what), -FAR, FAR)


@pytest.mark.claim("laws.huber-half-square")
@given(data=st.data())
def test_an_error_up_to_one_costs_half_its_square(loss, evidence, data):
    """The loss of an error of at most 1 is half of what it costs as a squared error."""
    t = drawn(data, "targets")
    y = t + data.draw(WITHIN_ONE, "errors")
    halves = loss(MSE).per_sample(t, y) / 2

    # Squaring rounds once in each of the two.
    bound = tolerance.rounding(halves, operations=2)
    evidence.close("loss", loss(HUBER).per_sample(t, y), halves, within=bound)


@pytest.mark.claim("laws.huber-absolute")
@given(data=st.data())
def test_an_error_from_one_on_costs_its_size_less_one_half(loss, evidence, data):
    """The loss of an error of at least 1 is what it costs as an absolute error, less 1/2."""
    t, beyond = drawn(data, "targets"), drawn(data, "beyond 1")
    y = t + np.where(beyond < 0, beyond - 1, beyond + 1)

    # Multiples of 2⁻¹⁴ below 2¹⁰ are exact in float32, and so are their differences.
    evidence.exactly("loss", loss(HUBER).per_sample(t, y), loss(MAE).per_sample(t, y) - 1 / 2)


@pytest.mark.claim("laws.huber-bounded")
@given(batch=batches(HUBER, REACH["bounded"]))
def test_no_error_pulls_more_than_one(loss, evidence, batch):
    """The slope is at most 1 over the number of outputs, and just that for errors from 1 on."""
    t, y = batch.targets, batch.predictions
    sizes, most = np.abs(loss(HUBER).gradient(t, y)), 1 / y.shape[1]

    # Its quotient rounds; it may be added up of three parts, none above 3/2 of it, each rounded.
    bound = tolerance.rounding(3 / 2 * most, operations=4)
    evidence.at_most("size of the slope", sizes, most + bound)
    evidence.at_least("size of the slope", sizes, np.where(np.abs(y - t) >= 1, most - bound, 0))


@pytest.mark.instead("laws.huber-precisions", "laws.huber-differences")
def test_keras_2_computes_it_in_float32(subject, mode, evidence):
    """Given in float64, float16 or bfloat16, each sample's loss comes out in float32."""
    batch = HUBER.batch()
    for dtype in ("float64", "float16", "bfloat16"):
        judged = subject.loss(HUBER.name, mode, dtype)
        bits = judged.bits(batch.targets, batch.predictions)
        evidence.exactly(f"bits of a loss in {dtype}", bits, 32)


@pytest.mark.instead("laws.huber-precisions", "laws.huber-bfloat16", "laws.huber-differences")
def test_keras_3_0_refuses_it_in_float64(subject, evidence):
    """Called with arrays of float64, the function raises an error about their precision."""
    batch = HUBER.batch()
    judged = subject.loss(HUBER.name)
    call = subject.refusing(lambda: judged.as_given(batch.targets, batch.predictions))

    evidence.refuses("targets and predictions in float64", call, Refused)
