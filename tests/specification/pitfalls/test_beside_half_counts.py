"""Poisson loss in float16, of predictions so small that a reciprocal leaves its range."""

import numpy as np
import pytest

from lossspec.backends.keras.adapter import Refused
from lossspec.losses import tolerance

SMALL = np.array([[0.0], [2.0**-24], [2.0**-20]])
UNIT = tolerance.UNITS["float16"]


def slopes(definition, subject, mode, target):
    """The slopes of small predictions for a target."""
    judged = subject.loss(definition.name, mode, "float16")
    return judged.gradient(np.full_like(SMALL, target), SMALL)


def has_a_finite_loss(definition, subject, mode, evidence):
    """Check what small predictions cost for a target of 1."""
    judged = subject.loss(definition.name, mode, "float16")
    # In float16 Keras's epsilon is 2^-23. A logarithm up to 16 rounds, and so does its product.
    wanted = -np.log(SMALL + 2.0**-23)[:, 0]
    bound = tolerance.rounding(16, operations=4, unit=UNIT)
    evidence.close("loss", judged.per_sample(np.ones_like(SMALL), SMALL), wanted, within=bound)


@pytest.mark.claim
def test_in_float16_small_predictions_have_no_finite_slope(definition, subject, mode, evidence):
    """Losses are finite; slopes are minus infinity for a target of 1, and NaN for one of 0."""
    has_a_finite_loss(definition, subject, mode, evidence)
    of_zero = np.isnan(slopes(definition, subject, mode, 0))

    evidence.exactly("slope for a target of 1", slopes(definition, subject, mode, 1), -np.inf)
    evidence.exactly("whether the slope for a target of 0 is NaN", of_zero, 1)


@pytest.mark.instead
def test_under_an_old_xla_a_target_of_zero_has_a_slope(definition, subject, mode, evidence):
    """Losses are finite; slopes are minus infinity for a target of 1, and 1 for one of 0."""
    has_a_finite_loss(definition, subject, mode, evidence)

    evidence.exactly("slope for a target of 1", slopes(definition, subject, mode, 1), -np.inf)
    evidence.exactly("slope for a target of 0", slopes(definition, subject, mode, 0), 1)


@pytest.mark.instead
def test_keras_3_0_refuses_counts_in_float16(definition, subject, evidence):
    """Called with arrays of float16, the function raises an error about their precision."""
    judged, given = subject.loss(definition.name), np.ones_like(SMALL, np.float16)
    call = subject.refusing(lambda: judged.as_given(given, given))

    evidence.refuses("targets and predictions in float16", call, Refused)
