"""Laws of each loss by itself: value and slope are those of its definition, whatever the inputs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.bounds import along_the_simplex, bound_of, bound_of_slope, slope_of
from helpers.inputs import (
    COARSE_GRAIN,
    SAMPLES,
    batches,
    coarse_batches,
    dtypes_of,
    off_kinks,
    sure_and_wrong,
    whole,
)
from lossspec.losses import tolerance
from lossspec.losses.definition import Domain

STEP = 2.0**-18
"""How far differences step: a quarter of what any distance from a kink, 2⁻¹⁴, leaves room for."""


@pytest.mark.claim
@given(data=st.data())
def test_every_sample_costs_what_the_definition_says(definition, loss, evidence, data):
    """Whatever the targets and predictions, each sample's loss is that of the definition."""
    batch, formula = data.draw(batches(definition), "batch"), definition.value
    t, y = batch.targets, batch.predictions

    evidence.close(
        "loss",
        loss(definition).per_sample(t, y),
        formula(t, y),
        within=bound_of(definition, t, y),
    )


@pytest.mark.claim
@given(data=st.data())
def test_every_prediction_is_pulled_as_the_definition_says(definition, loss, evidence, data):
    """Whatever the inputs, each prediction's slope is the derivative of the definition."""
    # At a kink a loss has no one slope.
    batch, formula = (
        off_kinks(definition, data.draw(batches(definition), "batch")),
        slope_of(definition),
    )
    t, y = batch.targets, batch.predictions
    slopes = along_the_simplex(definition, loss(definition).gradient(t, y))

    evidence.close("slope", slopes, formula(t, y), within=bound_of_slope(definition, t, y))


@pytest.mark.claim
@given(data=st.data())
def test_the_slope_is_what_a_small_step_changes(definition, subject, mode, evidence, data):
    """In float64 the slope is what the loss changes by when one prediction takes a small step."""
    of_loss = subject.loss(definition.name, mode, "float64")
    batch = off_kinks(definition, data.draw(batches(definition, (SAMPLES, 5)), "batch"))
    column = data.draw(whole(0, 4), "column")
    t, y = batch.targets, batch.predictions
    # Of a probability a share, so that the step stays inside (0, 1).
    of_probabilities = definition.predictions in (Domain.PROBABILITIES, Domain.DISTRIBUTIONS)
    size = STEP * (np.minimum(y, 1 - y)[:, column] if of_probabilities else np.ones(SAMPLES))

    def difference(steps):
        step = np.zeros_like(y)
        step[:, column] = steps * size
        ahead, behind = of_loss.per_sample(t, y + step), of_loss.per_sample(t, y - step)
        return (ahead - behind) / (2 * steps * size), np.maximum(np.abs(ahead), np.abs(behind))

    (once, losses), (twice, _) = difference(1), difference(2)
    # A central difference is off by the third derivative times the square of the step, and so by a
    # third of what doubling the step changes; three times that leaves room for higher derivatives.
    # The losses are off by their roundings, which the step divides.
    bound = (
        np.abs(twice - once)
        + tolerance.rounding(1 + losses, unit=tolerance.UNITS["float64"]) / size
    )

    evidence.close("slope", of_loss.gradient(t, y)[:, column], once, within=bound)


@pytest.mark.claim
@given(data=st.data())
def test_to_be_sure_and_wrong_costs_a_finite_number(definition, loss, evidence, data):
    """A probability below Keras's epsilon for what came true costs what that epsilon costs."""
    batch = data.draw(sure_and_wrong(definition), "batch")
    t, y = batch.targets, batch.predictions
    # Keras clips by epsilon or adds it, or both; and 1 less epsilon, in float32, lies a rounding
    # off.
    least, most = -np.log(
        [2 * tolerance.KERAS_EPSILON + tolerance.UNIT_ROUNDOFF, tolerance.KERAS_EPSILON]
    )

    evidence.at_most("loss", loss(definition).per_sample(t, y), most + tolerance.rounding(most))
    evidence.at_least("loss", loss(definition).per_sample(t, y), least - tolerance.rounding(least))
    steepest = 1 / tolerance.KERAS_EPSILON
    evidence.at_most(
        "slope",
        np.abs(loss(definition).gradient(t, y)),
        steepest + tolerance.rounding(steepest),
    )


@pytest.mark.claim
@given(data=st.data())
def test_it_is_the_same_loss_in_other_precisions(definition, subject, mode, evidence, data):
    """In each precision loss and slope are those of the definition, as that precision rounds."""
    batch, formula = (
        off_kinks(definition, data.draw(coarse_batches(definition), "batch"), COARSE_GRAIN),
        definition.value,
    )
    t, y = batch.targets, batch.predictions
    # Where there is none but float32, the call says so.
    for dtype in dtypes_of(definition, subject) or ("float64",):
        of_loss, unit = subject.loss(definition.name, mode, dtype), tolerance.UNITS[dtype]
        slopes = along_the_simplex(definition, of_loss.gradient(t, y))

        evidence.close(
            f"loss in {dtype}",
            of_loss.per_sample(t, y),
            formula(t, y),
            within=bound_of(definition, t, y, unit),
        )
        bound = bound_of_slope(definition, t, y, unit)
        evidence.close(f"slope in {dtype}", slopes, slope_of(definition)(t, y), within=bound)
