"""What happens instead of laws where Keras computes with torch or NumPy: float64 isn't kept."""

import numpy as np
import pytest

from helpers.bounds import bound_of, bound_of_slope, slope_of
from lossspec.losses import tolerance

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
