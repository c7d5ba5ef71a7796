"""Laws of each loss by itself: value and slope are those of its definition, whatever the inputs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.bounds import bound_of, bound_of_slope, bounds_along, slope_of
from helpers.domains import REACH
from helpers.inputs import (
    COARSE_GRAIN,
    GRAIN,
    SAMPLES,
    batches,
    coarse_batches,
    off_kinks,
    sure_and_wrong,
    whole,
)
from helpers.precisions import bounds_in
from lossspec.core.errors import CallGone
from lossspec.losses import tolerance
from lossspec.losses.definition import Domain
from lossspec.losses.entropy import BCE, one_hot

STEP = 2.0**-18
"""How far differences step: a quarter of what any distance from a kink, 2⁻¹⁴, leaves room for."""


@pytest.mark.claim
@given(data=st.data())
def test_every_sample_costs_what_the_definition_says(definition, loss, evidence, data):
    """In its domain each sample's loss is that of the definition."""
    batch = data.draw(batches(definition, REACH["definition"]), "batch")
    t, y = batch.targets, batch.predictions

    evidence.close(
        "loss",
        loss(definition).per_sample(t, y),
        definition.value(t, y),
        within=bound_of(definition, t, y),
    )


def steps_in_float32(predictions):
    """How far each is moved to be another number in float32: by 2⁻¹⁴, or by 8 roundings."""
    return np.maximum(GRAIN, 8 * tolerance.UNIT_ROUNDOFF * np.abs(predictions))


@pytest.mark.claim
@given(data=st.data())
def test_every_prediction_is_pulled_as_the_definition_says(definition, loss, evidence, data):
    """Off the kink each prediction's slope is the derivative of the definition."""
    drawn = data.draw(batches(definition, REACH["slope"]), "batch")
    batch = off_kinks(definition, drawn, steps_in_float32(drawn.predictions))
    t, y = batch.targets, batch.predictions

    evidence.close(
        "slope",
        loss(definition).gradient(t, y),
        slope_of(definition, t, y),
        within=bound_of_slope(definition, t, y),
    )


@pytest.mark.claim
def test_training_follows_the_slope_of_the_definition(definition, loss, evidence):
    """The gradient that training takes is the derivative of the loss's definition."""
    name, value, line = definition.name, definition.value, definition.line()
    t, y = line.targets, line.predictions
    values = loss(name).per_sample(t, y)
    slopes = loss(name).gradient(t, y) @ line.direction

    evidence.curve("loss", line.x, values)
    evidence.curve("slope", line.x, slopes)
    value_bound, slope_bound = bounds_along(definition, line)
    wanted = definition.derivative(t, y) @ line.direction
    evidence.close("loss", values, value(t, y), within=value_bound)
    evidence.close("slope", slopes, wanted, within=slope_bound)


AT_KINK = {
    "mae": (lambda t: t, np.zeros_like),
    "mape": (lambda t: t, np.zeros_like),
    "hinge": (lambda t: t, lambda t: -t / t.shape[1]),
    "msle": (np.zeros_like, np.zeros_like),
    "categorical-hinge": (lambda t: t, lambda t: np.where(t == 1, -1, 1 / t.shape[1])),
}
"""The predictions at a loss's kink, and the slope there."""


@pytest.mark.claim
@given(data=st.data())
def test_at_the_kink_there_is_one_slope(definition, loss, evidence, data):
    """Where the definition has no one derivative, the slope is always the same."""
    t = data.draw(batches(definition, REACH["kink"]), "batch").targets
    predictions, slopes = AT_KINK[definition.slug]

    # A quotient by the number of outputs rounds once, and as a product with 1 / k twice.
    bound = tolerance.rounding(slopes(t), operations=2)
    evidence.close("slope", loss(definition).gradient(t, predictions(t)), slopes(t), within=bound)


def room_around(definition, y):
    """What predictions step by shares of, so that they stay where the loss is smooth."""
    if definition.predictions in (Domain.PROBABILITIES, Domain.DISTRIBUTIONS):
        return np.minimum(y, 1 - y)
    if definition.predictions is Domain.POSITIVE:
        return np.minimum(y, 1)
    if definition.predictions is Domain.ROWS:
        lengths = np.linalg.norm(y, axis=1, keepdims=True)
        return np.minimum(np.broadcast_to(lengths, y.shape), 1)
    return np.ones_like(y)


@pytest.mark.claim
@given(data=st.data())
def test_the_slope_is_what_a_small_step_changes(definition, subject, mode, evidence, data):
    """In float64 the slope is what the loss changes by when one prediction takes a small step."""
    of_loss = subject.loss(definition.name, mode, "float64")
    drawn = data.draw(batches(definition, REACH["differences"], (SAMPLES, 5)), "batch")
    batch = off_kinks(definition, drawn)
    column = data.draw(whole(0, 4), "column")
    t, y = batch.targets, batch.predictions
    size = STEP * room_around(definition, y)[:, column]

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
    """A probability below Keras's epsilon for what came true costs what epsilon does, flatly."""
    batch = data.draw(sure_and_wrong(definition), "batch")
    t, y = batch.targets, batch.predictions
    # To binary cross-entropy Keras 2 adds epsilon once more; and 1 less epsilon lies a rounding
    # off. The rest clip and take the logarithm.
    epsilon = tolerance.KERAS_EPSILON
    largest = 2 * epsilon + tolerance.UNIT_ROUNDOFF if definition is BCE else epsilon
    least, most = -np.log([largest, epsilon])
    slopes = loss(definition).gradient(t, y)
    if definition is not BCE:
        rows = one_hot(t, y.shape[1]) if definition.targets is Domain.CLASSES else t
        slopes = (rows * slopes).sum(axis=1)

    evidence.at_most("loss", loss(definition).per_sample(t, y), most + tolerance.rounding(most))
    evidence.at_least("loss", loss(definition).per_sample(t, y), least - tolerance.rounding(least))
    evidence.exactly("slope of what came true", slopes, 0)


def is_the_same_loss(definition, of_loss, batch, dtype, evidence):
    """Check loss and slope in a precision, where a wrong one of either would be seen."""
    t, y = batch.targets, batch.predictions
    value, slope = definition.value(t, y), slope_of(definition, t, y)
    bound, slope_bound = bounds_in(definition, t, y, dtype)
    seen, slope_seen = (
        np.max(np.abs(right) / 5 / np.maximum(within, np.finfo(float).tiny))
        for right, within in ((value, bound), (slope, slope_bound))
    )

    evidence.above(f"a fifth of the loss in {dtype}, in bounds", seen, 1)
    evidence.above(f"a fifth of the slope in {dtype}, in bounds", slope_seen, 1)
    evidence.close(f"loss in {dtype}", of_loss.per_sample(t, y), value, within=bound)
    evidence.close(f"slope in {dtype}", of_loss.gradient(t, y), slope, within=slope_bound)


@pytest.mark.claim
@given(data=st.data())
def test_it_is_the_same_loss_in_other_precisions(definition, subject, mode, evidence, data):
    """In float64 and float16 loss and slope are those of the definition, as each rounds."""
    batch = off_kinks(definition, data.draw(coarse_batches(definition), "batch"), COARSE_GRAIN)

    for dtype in ("float64", "float16"):
        of_loss = subject.loss(definition.name, mode, dtype)
        is_the_same_loss(definition, of_loss, batch, dtype, evidence)


@pytest.mark.claim
@given(data=st.data())
def test_it_is_the_same_loss_in_bfloat16(definition, subject, mode, evidence, data):
    """In bfloat16 loss and slope are those of the definition, as bfloat16 rounds."""
    batch = off_kinks(definition, data.draw(coarse_batches(definition), "batch"), COARSE_GRAIN)
    of_loss = subject.loss(definition.name, mode, "bfloat16")

    is_the_same_loss(definition, of_loss, batch, "bfloat16", evidence)


@pytest.mark.instead
def test_in_bfloat16_it_is_not_tried(definition, subject, mode, evidence):
    """Asked for in bfloat16, the subject says what it lacks; computed, it may never come back."""

    def asked():
        return subject.loss(definition.name, mode, "bfloat16")

    evidence.refuses("bfloat16", asked, CallGone)
