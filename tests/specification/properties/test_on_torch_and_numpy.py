"""What happens instead of laws where Keras computes with torch or NumPy: float64 isn't kept."""

import numpy as np
import pytest

from helpers.bounds import bound_of, bound_of_slope, slope_of
from helpers.circles import bound_of_circle, with_a_sum_of_20
from lossspec.losses import tolerance
from lossspec.losses.similarity import Pairs

FINER = 1e-10
"""Far more than float64 rounds."""

A_LITTLE = 2.0**-40


@pytest.mark.instead
def test_elsewhere_float64_is_computed_in_float32(definition, subject, evidence):
    """Given float64 a loss is its definition as float32 rounds, and no closer."""
    batch = definition.batch()
    got = subject.loss(definition.name, dtype="float64").per_sample(
        batch.targets, batch.predictions
    )
    wanted = definition.value(batch.targets, batch.predictions)

    bound = bound_of(definition, batch.targets, batch.predictions)
    evidence.close("loss", got, wanted, within=bound)
    evidence.above("what the loss furthest off is off", np.abs(got - wanted).max(), FINER)


@pytest.mark.instead
def test_on_torch_a_sum_beyond_20_costs_itself(definition, subject, evidence):
    """In float64, where sums add up to 20.1 the loss is that, without ln(1 + e^-20.1) on top."""
    batch, unit = with_a_sum_of_20(), tolerance.UNITS["float64"]
    t, y = batch.targets, batch.predictions
    pairs = Pairs(t, y)
    sums = pairs.sum_of(pairs.positive) + pairs.sum_of(pairs.negative)
    bound, (place,) = bound_of_circle(pairs, unit=unit), np.flatnonzero((sums > 20) & (sums < 21))
    got = subject.loss(definition.name, dtype="float64").per_sample(t, y)

    evidence.close("loss", got[place], sums[place], within=bound[place])
    left_out = np.exp(-sums[place])
    too_little = definition.value(t, y)[place] - got[place]
    evidence.close("what is left out", too_little, left_out, within=2 * bound[place])
    evidence.above("what is left out, in bounds", left_out / bound[place], 100)


@pytest.mark.instead
def test_elsewhere_a_slope_of_float64_is_of_float32(definition, subject, evidence):
    """Given float64 a slope is the definition's as float32 rounds, and no closer."""
    batch = definition.batch()
    given = batch.targets, batch.predictions
    got = subject.loss(definition.name, dtype="float64").gradient(*given)
    wanted = slope_of(definition, *given)

    evidence.close("slope", got, wanted, within=bound_of_slope(definition, *given))
    evidence.above("what the slope furthest off is off", np.abs(got - wanted).max(), FINER)


@pytest.mark.instead
def test_elsewhere_a_small_step_of_float64_moves_nothing(definition, subject, evidence):
    """In float64 predictions that are 2^-40 larger, by a part of each, cost the same."""
    batch, judged = definition.batch(), subject.loss(definition.name, dtype="float64")
    larger = batch.predictions * (1 + A_LITTLE)

    got = judged.per_sample(batch.targets, larger)
    evidence.exactly("loss", got, judged.per_sample(batch.targets, batch.predictions))
    step = tolerance.UNIT_ROUNDOFF
    moved = judged.per_sample(batch.targets, batch.predictions * (1 + 64 * step))
    evidence.above("what a step of float32 moves", np.abs(moved - got).max(), 0)
