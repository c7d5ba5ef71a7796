"""What categorical hinge alone is like: other scores below 0 count as 0."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.domains import REACH
from helpers.inputs import batches, numbers
from lossspec.core.errors import CallGone


def multiclass(t, y):
    """Hinge of the class's score and the best other, ``(n,)``."""
    own = (t * y).sum(axis=1)
    best = np.where(t == 1, -np.inf, y).max(axis=1)
    return np.maximum(0, 1 + best - own)


@pytest.mark.claim
@given(data=st.data())
def test_other_scores_above_zero_count_as_they_are(definition, loss, evidence, data):
    """With another score of at least 0 the loss is that of the usual multi-class hinge."""
    batch = data.draw(batches(definition, REACH["multiclass"]), "batch")
    t = batch.targets
    y = np.where(t == 1, batch.predictions, np.abs(batch.predictions))

    # Sums and differences of multiples of 2⁻¹⁴ below 2¹⁰ are exact in float32.
    evidence.exactly("loss", loss(definition).per_sample(t, y), multiclass(t, y))


@pytest.mark.claim
@given(data=st.data())
def test_scores_can_be_shifted(definition, loss, evidence, data):
    """The loss stays the same when one number is added to all scores."""
    batch = data.draw(batches(definition, REACH["shift"]), "batch")
    shift = data.draw(numbers((1, 1)), "shift")
    t, y = batch.targets, batch.predictions

    evidence.exactly(
        "loss", loss(definition).per_sample(t, y + shift), loss(definition).per_sample(t, y)
    )


@pytest.mark.instead
@given(data=st.data())
def test_other_scores_below_zero_count_as_zero(definition, loss, evidence, data):
    """Where all other scores are below 0, the loss is max(0, 1 - y), of the class's own score y."""
    batch = data.draw(batches(definition, REACH["shift"]), "batch")
    t = batch.targets
    y = np.where(t == 1, batch.predictions, -np.abs(batch.predictions))
    own = (t * y).sum(axis=1)
    shifted = y - 4

    evidence.exactly("loss", loss(definition).per_sample(t, y), np.maximum(0, 1 - own))
    evidence.exactly(
        "loss of scores 4 lower", loss(definition).per_sample(t, shifted), np.maximum(0, 5 - own)
    )
    evidence.exactly(
        "loss of scores 0.5, -3 and -2, the first the class's",
        loss(definition).per_sample([[1, 0, 0]], [[0.5, -3, -2]]),
        0.5,
    )


@pytest.mark.instead
def test_keras_2_3_has_scores_in_float32_alone(definition, subject, mode, evidence):
    """Asked for in another precision, the subject says what it lacks."""
    for dtype in ("float64", "float16", "bfloat16"):

        def asked(dtype=dtype):
            return subject.loss(definition.name, mode, dtype)

        evidence.refuses(dtype, asked, CallGone)


@pytest.mark.instead
def test_on_the_margin_keras_2_3_has_no_slope(definition, loss, evidence):
    """At a prediction equal to its target the slope is 0, for the class and each other."""
    rows = np.eye(5)

    evidence.exactly("slope", loss(definition).gradient(rows, rows), 0)
