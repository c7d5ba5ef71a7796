"""What happens instead of laws where Keras computes with JAX."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.domains import REACH
from helpers.inputs import batches
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
