"""Losses that came later: what is expected of their claims before."""

import pytest

from lossspec.ledger.claims import load_ledger
from lossspec.ledger.since import LACKED, SINCE, WITH
from lossspec.ledger.verdicts import Verdict
from lossspec.losses import SLUGS, definition_of


def test_what_came_later_is_a_loss():
    """Both tables speak of definitions; what came with an argument is called with it."""
    assert set(WITH) <= set(SINCE) <= set(SLUGS)
    assert all(definition_of(slug).arguments for slug in WITH)


@pytest.mark.parametrize(
    ("id_", "before", "verdicts", "reason"),
    [
        ("laws.dice-slope", "3.3.3", ["holds"], "Keras has this loss with an axis from 3.4 on."),
        ("laws.circle-slope", "3.6.0", ["holds"], "Keras has this loss from 3.7 on."),
        (
            "laws.tversky-alpha",
            "3.7.0",
            ["refuted", "holds"],
            "Keras has this loss with an axis from 3.8 on.",
        ),
    ],
)
def test_before_it_came_its_claims_are_unsupported(id_, before, verdicts, reason):
    """With a reason to read and the counter-spec of all such; then what its entry expects."""
    lacked, *later = load_ledger().claims[id_].expected

    assert (lacked.verdict, lacked.reason, lacked.instead) == (
        Verdict.UNSUPPORTED,
        reason,
        LACKED,
    )
    assert lacked.applies({"keras": before, "tensorflow": "2.16.0"})
    assert not lacked.applies({"keras": "3.8.0", "tensorflow": "2.18.0"})
    assert [each.verdict.value for each in later] == verdicts
