"""The first Keras that has each of the losses that came later than Keras 2.3."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Mapping

from packaging.version import Version

from lossspec.ledger.verdicts import Verdict
from lossspec.ledger.versions import EVERY, VersionRange

if TYPE_CHECKING:
    from lossspec.ledger.claims import Expectation

SINCE: Mapping[str, str] = {
    "binary-focal": "2.8",
    "categorical-focal": "2.13",
    "gce": "3.10",
    "dice": "3.4",
    "tversky": "3.8",
    "circle": "3.7",
    "ctc": "3.0.2",
}
"""By slug: of what a definition says, called with its arguments."""

WITH: Mapping[str, str] = {"dice": " with an axis", "tversky": " with an axis"}
"""What those have from then on that came before without it: Dice in 3.2, Tversky in 3.3."""

LACKED = "test_the_release_has_no_such_loss"
"""The counter-spec of every claim of such a loss, before."""


def from_then_on(loss: str | None, expected: tuple[Expectation, ...]) -> tuple[Expectation, ...]:
    """What is expected of a claim of a loss, which earlier releases lack: there, *unsupported*.

    ``expected`` begins with the first release that has it, or says nothing of versions.
    """
    first = SINCE.get(loss or "")
    if first is None:
        return expected
    known, unknown = VersionRange(Version(first)), VersionRange(high=Version(first))
    if [each.versions for each in expected] == [EVERY]:
        expected = (replace(expected[0], versions=known),)
    lacked = replace(
        expected[0],
        verdict=Verdict.UNSUPPORTED,
        decider="keras",
        versions=unknown,
        modes=(),
        given_as=(),
        calls=(),
        reason=f"Keras has this loss{WITH.get(loss or '', '')} from {first} on.",
        instead=LACKED,
    )
    return (lacked, *expected)
