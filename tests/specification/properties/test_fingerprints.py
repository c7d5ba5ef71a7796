"""Fingerprints: each loss and its slope on fixed inputs, kept to the last bit in every record."""

import numpy as np
import pytest

from helpers.inputs import dtypes_of
from lossspec.losses import fingerprints


@pytest.mark.claim
def test_the_same_inputs_give_the_same_bits(definition, subject, mode, evidence):
    """Computed twice, loss and slope agree to the last bit, in every precision, and so do means."""
    name, batch = definition.name, definition.extremes()
    for dtype in ("float32", *dtypes_of(definition, subject)):
        of_loss = subject.loss(name, mode, dtype)
        values, again = (of_loss.per_sample(batch.targets, batch.predictions) for _ in range(2))
        slopes, slopes_again = (
            of_loss.gradient(batch.targets, batch.predictions) for _ in range(2)
        )
        evidence.fingerprint(name, batch, values, slopes, mode=mode, dtype=dtype)

        # Some losses of float16 are float32: counted in float64's units, any difference shows.
        evidence.exactly(
            f"loss in {dtype}: units between the two",
            fingerprints.ulps(again, values, "float64"),
            0,
        )
        apart = fingerprints.ulps(slopes_again, slopes, "float64")
        evidence.exactly(f"slope in {dtype}: units between the two", apart, 0)

    # Where each sample is compared with all others, those would be 26 milliard pairs.
    if mode == "eager" and not definition.of_batch:
        # So many that several threads share them.
        many = [np.concatenate([each] * 20_000) for each in (batch.targets, batch.predictions)]
        mean, mean_again = (subject.loss(name, mode).mean(*many) for _ in range(2))
        evidence.exactly("mean of 160,000 samples", mean_again, mean)
