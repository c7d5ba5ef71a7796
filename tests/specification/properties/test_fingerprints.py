"""Fingerprints: each loss and its slope on fixed inputs, kept to the last bit in every record."""

from helpers.inputs import dtypes_of, law
from lossspec.losses import fingerprints


@law("repeatable")
def test_the_same_inputs_give_the_same_bits(name, subject, mode, evidence):
    """Computed twice, the loss and slope of the same inputs agree to the last bit, in every precision."""
    batch = fingerprints.grid(name)
    for dtype in ("float32", *dtypes_of(name, subject)):
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
