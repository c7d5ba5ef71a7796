"""Keras's own losses, checked as somebody's: what fails is what the ledger says of them."""

import numpy as np
import pytest
import tensorflow as tf

from lossspec import LossTags, check_loss
from lossspec.checks.catalog import KNOWN
from lossspec.losses import DEFINITIONS
from lossspec.losses.sequence import CTC

EVERY = {"check_nan_left_out": "beside.weight-zero-nan"}
"""What each loss fails of which samples have their own: Keras multiplies by the weight."""

OVERLAP = {
    "check_sample_alone": "beside.overlap-whole-batch",
    "check_halves": "beside.overlap-halves",
    "check_weights": "beside.overlap-weights",
}
FAILS = {
    "cosine": {
        "check_finite_at_ends": "beside.cosine-zero-slope",
        "check_step": "beside.cosine-zero-slope",
        "check_half_at_ends": "beside.cosine-zero-row-float16",
    },
    "kl": {
        "check_half": "beside.float16-kl-slope",
        "check_half_at_ends": "beside.float16-kl-slope",
    },
    "bce": {"check_half_at_ends": "beside.float16-bce-slope"},
    "binary-focal": {"check_half_at_ends": "beside.float16-bce-slope"},
    "gce": {
        "check_finite_at_ends": "beside.gce-zero-slope",
        "check_step": "beside.gce-softmax-slope",
        "check_labels": "beside.gce-out-of-range",
        "check_half_at_ends": "beside.gce-zero-slope",
    },
    "dice": OVERLAP,
    "tversky": OVERLAP,
    "categorical-hinge": {"check_empty_batch": "beside.categorical-hinge-no-samples"},
    "poisson": {"check_half_at_ends": "beside.poisson-float16-slope"},
    "ctc": {"check_empty_batch": "beside.ctc-no-samples"},
}
"""Checks that fail, by loss, each with the claim that says so."""


def with_status(*statuses, loss, **said):
    """Checks of a loss that come to one of these."""
    results = check_loss(loss, **said, on_fail=None, on_skip=None)
    return {each["check_name"] for each in results if each["status"] in statuses}


@pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=lambda loss: loss.slug)
def test_what_fails_is_what_the_ledger_says(shipped, definition):
    """A loss that claims to be itself fails those checks alone, and each has its claim."""
    loss = getattr(tf.keras.losses, definition.keras[0])()
    failed = with_status("failed", "xfail", loss=loss, like=loss)
    of_samples = {} if definition.of_batch and definition.slug == "circle" else EVERY
    said = {**of_samples, **FAILS.get(definition.slug, {})}

    assert failed == set(said)
    assert set(said.values()) <= set(shipped.claims)


def test_a_loss_of_sequences_is_checked_by_what_its_tags_draw(shipped):
    """CTC, whose inputs no domain describes, fails what the ledger says, and no more."""

    def draw(samples, _):
        batch = CTC.batch()
        drawn = batch.targets, batch.predictions
        return [np.resize(each, (samples, *each.shape[1:])) for each in drawn]

    tags = LossTags(draw=draw)
    said = FAILS[CTC.slug]

    assert with_status("failed", loss=tf.keras.losses.CTC(), tags=tags) == set(said)
    assert set(said.values()) <= set(shipped.claims)


def test_what_is_known_to_fail_has_a_reason():
    """A right loss may fail three checks, and each reason is a sentence."""
    assert set(KNOWN) == {"check_nan_left_out", "check_column", "check_half_at_ends"}
    assert all(len(reason.split()) > 5 for reason in KNOWN.values())
