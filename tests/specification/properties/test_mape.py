"""What mean absolute percentage error alone is like: a share of the target, whatever its size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.domains import REACH
from helpers.inputs import SAMPLES, batches, coded, not_zero
from lossspec.losses import tolerance
from lossspec.losses.regression import MAPE

ONE_OUTPUT = SAMPLES, 1
EIGHTHS = coded(ONE_OUTPUT, 49, lambda code: (code - 16) / 8)
"""From -2 to 4."""


@pytest.mark.claim("laws.mape-share")
@given(data=st.data())
def test_a_share_of_the_target_costs_what_it_lacks_in_percent(loss, evidence, data):
    """A prediction of c times the target costs 100 |1 - c|, whatever the target."""
    # Of 8 digits, so that the product with a share is exact; and so that it stays below 512.
    t = np.clip(data.draw(not_zero(ONE_OUTPUT), "targets"), -128, 128)
    shares = data.draw(EIGHTHS, "shares")
    shares[:2] = [[0], [2]]
    percent = 100 * np.abs(1 - shares[:, 0])

    # Difference, quotient, mean of one, product.
    bound = tolerance.rounding(percent, operations=4)
    evidence.close("loss", loss(MAPE).per_sample(t, shares * t), percent, within=bound)


@pytest.mark.claim("laws.mape-scale")
@given(batch=batches(MAPE, REACH["scale"]))
def test_doubling_leaves_the_percentage(loss, evidence, batch):
    """Doubling targets and predictions leaves the loss as it is, to the last bit."""
    t, y = batch.targets, batch.predictions

    evidence.exactly("loss", loss(MAPE).per_sample(2 * t, 2 * y), loss(MAPE).per_sample(t, y))


@pytest.mark.instead("laws.mape-precisions", "laws.mape-bfloat16")
def test_keras_3_0_refuses_percentages_in_float16(subject, evidence):
    """Called with arrays of float16, the function raises an error about their precision."""
    batch, judged = MAPE.batch(), subject.loss(MAPE.name)
    given = np.float16(batch.targets), np.float16(batch.predictions)

    evidence.refuses("float16", lambda: judged.as_given(*given), TypeError)
