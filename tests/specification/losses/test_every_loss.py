"""What is said of each loss alike: its slope, its sign, its zero, and its output layer."""

import numpy as np
import pytest

from lossspec.losses import tolerance
from lossspec.losses.inputs import SAMPLES


@pytest.mark.claim
def test_training_follows_the_slope_of_the_definition(definition, loss, evidence):
    """The gradient that training takes is the derivative of the loss's definition."""
    name, value, line = definition.name, definition.value, definition.line()
    t, y = line.targets, line.predictions
    values = loss(name).per_sample(t, y)
    slopes = loss(name).gradient(t, y) @ line.direction

    def slope(t, y):
        return definition.derivative(t, y) @ line.direction

    evidence.curve("loss", line.x, values)
    evidence.curve("slope", line.x, slopes)
    value_bound = tolerance.of_loss(name, value, t, y)
    evidence.close("loss", values, value(t, y), within=value_bound)
    evidence.close("slope", slopes, slope(t, y), within=tolerance.of_loss(name, slope, t, y))


@pytest.mark.claim
def test_it_is_never_negative(definition, loss, evidence):
    """No prediction costs less than nothing."""
    batch, perfect, of_loss = definition.batch(), definition.perfect, loss(definition)
    of_perfect = of_loss.per_sample(perfect.targets, perfect.predictions)

    evidence.at_least("loss", of_loss.per_sample(batch.targets, batch.predictions), 0)
    evidence.at_least("loss of perfect predictions", of_perfect, 0)


@pytest.mark.claim
def test_it_is_zero_when_perfect_and_only_then(definition, loss, evidence):
    """Perfect predictions cost nothing, any others something."""
    perfect, of_loss = definition.perfect, loss(definition)
    of_perfect = of_loss.per_sample(perfect.targets, perfect.predictions)
    of_imperfect = of_loss.per_sample(perfect.targets, perfect.imperfect)
    bound = tolerance.of_zero(definition.name, outputs=perfect.predictions.shape[1])

    evidence.close("loss of perfect predictions", of_perfect, 0, within=bound)
    evidence.above("loss of imperfect predictions", of_imperfect, bound)


@pytest.mark.claim
def test_it_is_what_its_definition_says(definition, loss, evidence):
    """Each sample's loss, and the batch's mean that training minimises, are the definition's."""
    batch, of_loss = definition.batch(), loss(definition)
    t, y = batch.targets, batch.predictions
    wanted = definition.value(t, y)
    bound = tolerance.of_loss(definition.name, definition.value, t, y)
    mean_bound = bound.mean() + tolerance.rounding(wanted.mean(), operations=SAMPLES)

    evidence.close("loss of each sample", of_loss.per_sample(t, y), wanted, within=bound)
    evidence.close("loss of the batch", of_loss.mean(t, y), wanted.mean(), within=mean_bound)


@pytest.mark.claim("losses.mse-output-layer", "losses.msle-output-layer", "losses.mae-output-layer")
def test_a_linear_unit_can_predict_any_number(subject, mode, evidence):
    """A unit with linear activation gives its linear part unchanged, of any size and sign."""
    linear_part = np.array([[-1e30], [-4.0], [0.0], [0.25], [3.0], [1e30]], np.float32)

    evidence.exactly("prediction", subject.dense("linear", linear_part, mode), linear_part)
