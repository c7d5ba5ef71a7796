"""What cosine similarity alone is like: of directions, whatever the lengths."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.bounds import bound_of, bound_of_slope
from helpers.domains import REACH
from helpers.inputs import SAMPLES, batches, coded, off_zeros, rows
from helpers.sayings import RANGE
from lossspec.losses import tolerance
from lossspec.losses.directions import COSINE, unit_rows

FACTORS = coded((SAMPLES, 1), 64, lambda code: (code + 1) / 8)
"""From 1/8 to 8."""


@pytest.mark.claim("laws.cosine-range")
@given(batch=batches(COSINE, REACH["range"]))
def test_it_lies_between_minus_one_and_one(loss, evidence, batch):
    """Whatever the rows, equal and opposite ones too, the loss is at most 1 in size."""
    t, y = batch.targets, batch.predictions

    for predicted, rows_given in (("drawn", y), ("equal", t), ("opposite", -t)):
        costs = loss(COSINE).per_sample(t, rows_given)
        evidence.at_most(f"size of the loss, predictions {predicted}", np.abs(costs), 1 + RANGE)


@pytest.mark.claim("laws.cosine-parallel")
@given(data=st.data())
def test_parallel_rows_cost_one_in_size_and_others_nothing(loss, evidence, data):
    """A positive multiple of the target costs -1, a negative one +1, a row across it 0."""
    t, factors = data.draw(rows((SAMPLES, 5)), "targets"), data.draw(FACTORS, "factors")
    t = off_zeros(np.where(np.arange(5) < 4, t, 0) / 8)
    across = t[:, [1, 0, 3, 2, 4]] * np.array([1, -1, 1, -1, 1])

    for what, y, cost in (("multiple", t, -1), ("negative", -t, 1), ("row across", across, 0)):
        bound = bound_of(COSINE, t, y)
        costs = loss(COSINE).per_sample(t, factors * y)
        evidence.close(f"loss of a {what} of the target", costs, cost, within=bound)


@pytest.mark.claim("laws.cosine-scale")
@given(data=st.data())
def test_lengths_are_of_no_matter(loss, evidence, data):
    """Targets and predictions made 1/8 to 8 times as long cost the same."""
    batch = data.draw(batches(COSINE, REACH["scale"]), "batch")
    t, y = batch.targets, batch.predictions
    longer, factors = (data.draw(FACTORS, what) for what in ("of targets", "of predictions"))

    # Rounding what is multiplied turns a row by no more than a unit roundoff.
    bound = 2 * bound_of(COSINE, t, y) + tolerance.rounding(1, operations=2)
    evidence.close(
        "loss",
        loss(COSINE).per_sample(longer * t, factors * y),
        loss(COSINE).per_sample(t, y),
        within=bound,
    )


@pytest.mark.claim("laws.cosine-opposite")
@given(batch=batches(COSINE, REACH["opposite"]))
def test_the_opposite_prediction_costs_the_opposite(loss, evidence, batch):
    """Predictions of the other sign cost as much with the other sign, to the last bit."""
    t, y = batch.targets, batch.predictions

    evidence.exactly("loss", loss(COSINE).per_sample(t, -y), -loss(COSINE).per_sample(t, y))


@pytest.mark.claim("laws.cosine-across")
@given(batch=batches(COSINE, REACH["across"]))
def test_the_slope_lies_across_the_prediction(loss, evidence, batch):
    """Along the prediction itself the slope is 0."""
    t, y = batch.targets, batch.predictions
    along = (loss(COSINE).gradient(t, y) * unit_rows(y)).sum(axis=1)

    bound = (bound_of_slope(COSINE, t, y) * np.abs(unit_rows(y))).sum(axis=1)
    evidence.close("slope along the prediction", along, 0, within=bound)
