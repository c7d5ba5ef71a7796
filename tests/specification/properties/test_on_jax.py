"""What happens instead of laws where Keras computes with JAX."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.bounds import bound_of, slope_of
from helpers.domains import REACH
from helpers.inputs import batches, off_kinks
from helpers.precisions import bounds_in
from lossspec.losses import tolerance

SLOPES_AT_KINK = {
    "mae": (lambda t: t, lambda t: np.full_like(t, -1 / t.shape[1])),
    "mape": (lambda t: t, lambda t: -100 / np.abs(t) / t.shape[1]),
    "hinge": (lambda t: t, lambda t: -t / t.shape[1] / 2),
    "categorical-hinge": (lambda t: t, lambda t: np.where(t == 1, -1 / 2, 1 / t.shape[1] / 2)),
}
"""The predictions at a loss's kink, and the slope there: of a size's, that of numbers above 0, and
of a maximum's, half of what each side has."""


@pytest.mark.instead
@given(data=st.data())
def test_on_jax_a_kink_has_another_slope(definition, loss, evidence, data):
    """The slope is always the same, that of one side or half of what both have."""
    t = data.draw(batches(definition, REACH["kink"]), "batch").targets
    predictions, slopes = SLOPES_AT_KINK[definition.slug]

    # Quotients by a size and by the number of outputs round once, or twice as products.
    bound = tolerance.rounding(slopes(t), operations=4)
    evidence.close("slope", loss(definition).gradient(t, predictions(t)), slopes(t), within=bound)


FACTORS = {"mape": 100}
"""What a loss multiplies its mean by."""


@pytest.mark.instead
def test_on_jax_a_mean_of_float64_is_of_float32(definition, subject, mode, evidence):
    """In float64 the mean of what outputs cost is a number of float32; 1 / 3 in slopes is, too."""
    batch = off_kinks(definition, definition.batch())
    t, y, of_loss = batch.targets, batch.predictions, subject.loss(definition.name, mode, "float64")
    got, slope = of_loss.per_sample(t, y), slope_of(definition, t, y)
    means = got / FACTORS.get(definition.slug, 1)

    evidence.close("loss", got, definition.value(t, y), within=bound_of(definition, t, y))
    unit = tolerance.UNITS["float64"]
    evidence.close("mean", means, np.float32(means), within=tolerance.rounding(means, unit=unit))
    outputs = t.shape[1]
    share = outputs * float(np.float32(1 / outputs))
    _, bound = bounds_in(definition, t, y, "float64")
    if definition.slug in FACTORS:  # the factor is divided in float32, too, and rounds there
        bound += tolerance.rounding(slope, operations=2)
    evidence.close("slope", of_loss.gradient(t, y), share * slope, within=bound)
    evidence.close("what a third of float32 adds", share - 1, 3e-8, within=1e-9)


@pytest.mark.instead
def test_on_jax_labels_without_an_alignment_cost_100_000(definition, subject, evidence):
    """Four labels, two of them repeated, cost 1e5 in four frames; in five they cost below 20."""
    labels = np.array([[1.0, 1.0, 2.0, 2.0], [1.0, 2.0, 2.0, 1.0]])
    y, judged = definition.batch().predictions, subject.loss(definition.name)
    longer = np.concatenate([y[:2], y[2:4, :2]], axis=1)
    got = judged.per_sample(labels, y[:2])

    evidence.at_least("loss without an alignment", got, 1e5)
    evidence.at_most("loss without an alignment", got, 1e5 + 20)
    evidence.exactly("slopes that are finite", np.isfinite(judged.gradient(labels, y[:2])), True)
    evidence.at_most("loss with one", judged.per_sample(labels, longer), 20)
