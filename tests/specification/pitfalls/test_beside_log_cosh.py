"""Log-cosh of errors so small that float32 loses them."""

import numpy as np
import pytest

from lossspec.losses import tolerance

SMALL = np.concatenate([way * np.arange(1, 101)[:, None] * 1e-6 for way in (-1, 1)])


@pytest.mark.claim("beside.log-cosh-small")
def test_what_a_small_error_costs_is_rounding(loss, evidence):
    """Errors up to 1e-4 cost 2e-7 in size at most, and some are off by more than 5e-9."""
    nothing, errors = np.zeros_like(SMALL), np.float64(np.float32(SMALL))
    costs = loss("log_cosh").per_sample(nothing, errors)
    off = np.abs(costs - errors[:, 0] ** 2 / 2)

    evidence.at_most("size of the loss", np.abs(costs), 2e-7)
    evidence.above("largest error of the loss", off.max(), 5e-9)


@pytest.mark.claim("beside.log-cosh-small")
def test_the_slope_of_a_small_error_is_the_error(loss, evidence):
    """The slope of errors up to 1e-4 is the error, within float32's rounding of 1."""
    slopes = loss("log_cosh").gradient(np.zeros_like(SMALL), SMALL)

    # Twice a quotient near 1/2 that rounds 4 times, taken from 1.
    evidence.close("slope", slopes, SMALL, within=tolerance.rounding(1, operations=6))
