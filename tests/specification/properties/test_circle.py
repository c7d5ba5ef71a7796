"""What Circle loss is like: each sample is compared with all others of its batch."""

import functools

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from helpers.circles import bound_of_circle, bound_of_circle_slope, with_a_sum_of_20
from helpers.inputs import SAMPLES, coded, directions, orders
from lossspec.losses import tolerance
from lossspec.losses.inputs import Batch
from lossspec.losses.similarity import MARGIN, Pairs, circle, circle_derivative, circle_of

SHAPE = SAMPLES, 5
THREE_CLASSES = coded((SAMPLES,), 3, lambda code: code.astype(float))
STEP = 2.0**-20
TOLD = {"gamma": 16.0, "margin": 0.25}
COMPARED = st.builds(Batch, THREE_CLASSES, directions(SHAPE))


def off_the_margin(batch):
    """The same batch; none is tried of which a pair lies so near the margin that steps cross it."""
    cosines = batch.predictions @ batch.predictions.T
    assume(np.abs(cosines + MARGIN).min() > 2.0**-10)
    return batch


@pytest.mark.claim
@example(batch=with_a_sum_of_20())
@given(batch=COMPARED)
def test_each_sample_costs_what_its_pairs_cost(definition, subject, mode, evidence, batch):
    """In float32 and float64 each sample's loss is that of the definition."""
    t, y = batch.targets, batch.predictions
    for dtype in ("float32", "float64"):
        costs = subject.loss(definition.name, mode, dtype).per_sample(t, y)
        bound = bound_of_circle(Pairs(t, y), unit=tolerance.UNITS[dtype])

        evidence.close(f"loss in {dtype}", costs, circle(t, y), within=bound)


@pytest.mark.claim
@example(batch=with_a_sum_of_20())
@given(batch=COMPARED.map(off_the_margin))
def test_embeddings_are_pulled_through_the_weights_too(definition, subject, mode, evidence, batch):
    """In float32 and float64 the slope is the derivative of the batch's losses, added up."""
    t, y = batch.targets, batch.predictions
    for dtype in ("float32", "float64"):
        slopes = subject.loss(definition.name, mode, dtype).gradient(t, y)
        bound = bound_of_circle_slope(Pairs(t, y), y, unit=tolerance.UNITS[dtype])

        evidence.close(f"slope in {dtype}", slopes, circle_derivative(t, y), within=bound)


@pytest.mark.claim
@given(batch=COMPARED.map(off_the_margin), way=directions(SHAPE))
def test_the_slope_is_what_a_small_step_of_all_changes(
    definition, subject, mode, evidence, batch, way
):
    """In float64 the slope is what the batch's losses change by when all embeddings step."""
    judged = subject.loss(definition.name, mode, "float64")
    t, y = batch.targets, batch.predictions

    def difference(times):
        ahead, behind = (judged.per_sample(t, y + sign * times * STEP * way) for sign in (1, -1))
        return np.sum(ahead - behind) / (2 * times * STEP)

    # As of losses of samples: curvature by doubling the step, and what rounding leaves over it.
    once, twice = difference(1), difference(2)
    rounded = bound_of_circle(Pairs(t, y), unit=tolerance.UNITS["float64"]).sum()
    bound = np.abs(twice - once) + 2 * rounded / STEP
    evidence.close("slope", np.sum(judged.gradient(t, y) * way), once, within=bound)


@functools.lru_cache(maxsize=None)
def told(subject, name, mode):
    """The loss, function and class, given another scale and margin."""
    return subject.loss_through("linear", name, mode, **TOLD)


@pytest.mark.claim
@given(batch=COMPARED)
def test_scale_and_margin_are_used_as_told(definition, subject, mode, evidence, batch):
    """Told another gamma and margin, function and class give what the definition does."""
    judged, t, y = told(subject, definition.name, mode), batch.targets, batch.predictions
    pairs = Pairs(t, y, **TOLD)
    wanted, bound = circle_of(pairs), bound_of_circle(pairs, TOLD["gamma"])
    counted = max(1, np.count_nonzero(wanted))

    evidence.close("loss", judged.per_sample(t, y), wanted, within=bound)
    # The class leaves out what costs nothing; averaging rounds as often as there are samples.
    evidence.close(
        "loss of the batch",
        judged.mean(t, y),
        wanted.sum() / counted,
        within=(bound.sum() + tolerance.rounding(wanted.sum(), operations=2 * SAMPLES)) / counted,
    )


@pytest.mark.claim
@given(batch=COMPARED, order=orders(SAMPLES))
def test_neither_order_nor_names_of_classes_matter(definition, loss, evidence, batch, order):
    """Put in another order, their classes called otherwise, samples cost the same."""
    t, y = batch.targets, batch.predictions
    renamed = np.array([7.0, 0.0, 3.0])[t.astype(int)]
    judged = loss(definition)

    evidence.close(
        "loss",
        judged.per_sample(renamed[order], y[order]),
        judged.per_sample(t, y)[order],
        within=2 * bound_of_circle(Pairs(t, y))[order],
    )
