"""What is watched from release to release: the verdict on a claim, or the fingerprint of a loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, Sequence

import numpy as np

from lossspec.claims import Claim, Ledger
from lossspec.environments import SubjectFailed
from lossspec.fingerprints import decode, ulps
from lossspec.problems import UsageProblem
from lossspec.record import Record
from lossspec.verdicts import Verdict

SLUGS = {
    "mean_squared_error": "mse",
    "mean_squared_logarithmic_error": "msle",
    "mean_absolute_error": "mae",
    "binary_crossentropy": "bce",
    "hinge": "hinge",
    "squared_hinge": "squared-hinge",
    "categorical_crossentropy": "cce",
    "sparse_categorical_crossentropy": "scce",
    "kullback_leibler_divergence": "kl",
}
"""The losses by their documented names, and how ids of claims name them."""


class Watched(Protocol):
    """What a bisection follows."""

    @property
    def title(self) -> str:
        """What is looked at, as the column's heading."""

    @property
    def options(self) -> Sequence[str]:
        """The pytest options that run the specs it needs, and no others."""

    def read(self, record: Record) -> Any:
        """What a record says of it.

        Raises:
            SubjectFailed: when it says nothing.
        """

    def same(self, one: Any, other: Any) -> bool:
        """Whether two of those count as the same."""

    def in_words(self, seen: Any, first: Any) -> str:
        """One of those in a few words, ``first`` being that of ``--good``."""

    def sentence(self, older: tuple[str, Record], newer: tuple[str, Record]) -> str:
        """The answer: what is so up to one release and from another on, each given with its record."""


@dataclass(frozen=True)
class ClaimVerdict:
    """The verdict on a claim."""

    claim: Claim
    title: str = "verdict"

    @property
    def options(self) -> Sequence[str]:
        """Only the claim's own specs."""
        return ["--lossspec-claim", self.claim.id]

    def read(self, record: Record) -> str:
        """The verdict."""
        entry = record["claims"].get(self.claim.id)
        if entry is None:
            raise SubjectFailed(f"undecided: {record['undecided'].get(self.claim.id, 'not run')}")
        return str(entry["verdict"])

    def same(self, one: str, other: str) -> bool:
        """Whether both are one word."""
        return one == other

    def in_words(self, seen: str, first: str) -> str:  # noqa: ARG002 # as the protocol has it
        """The word itself."""
        return seen

    def sentence(self, older: tuple[str, Record], newer: tuple[str, Record]) -> str:
        """With the ledger's reason for whichever of the two doesn't simply hold."""
        (until, before), (since, after) = older, newer
        was, became = self.read(before), self.read(after)
        why = after if became != Verdict.HOLDS else before
        reason = why["claims"][self.claim.id].get("reason")
        expected = why["claims"][self.claim.id]["expected"]
        told = f": {reason}" if reason and expected in (was, became) else f"; the ledger expects {expected} there."
        return f"{self.claim.id}: {was} up to {until}, {became} from {since}{told}"


@dataclass(frozen=True)
class LossFingerprint:
    """The bits of a loss and its slope on fixed inputs, in every mode and precision."""

    loss: str
    within: int = 0
    title: str = "fingerprint"

    @property
    def options(self) -> Sequence[str]:
        """Only the spec that takes the fingerprint."""
        return ["--lossspec-claim", f"laws.{SLUGS[self.loss]}-repeatable"]

    def read(self, record: Record) -> Any:
        """The fingerprint, by mode and precision."""
        found = record["fingerprints"].get(self.loss)
        if not found:
            raise SubjectFailed(f"no fingerprint of {self.loss} was taken")
        return found

    def same(self, one: Any, other: Any) -> bool:
        """Whether all numbers that both have are equal to the bit, or within so many units in the last place."""
        return not [each for each in differences(one, other) if each.units > self.within or not self.within]

    def in_words(self, seen: Any, first: Any) -> str:
        """The largest difference."""
        apart = differences(first, seen)
        return _largest(apart) if apart else "the same bits"

    def sentence(self, older: tuple[str, Record], newer: tuple[str, Record]) -> str:
        """With the largest difference between the two."""
        (until, before), (since, after) = older, newer
        apart = _largest(differences(self.read(before), self.read(after)))
        same = "the same bits" if not self.within else f"the same within {self.within} units in the last place"
        return f"{self.loss}: {same} up to {until}, others from {since}: {apart}."


@dataclass(frozen=True)
class Difference:
    """Where two fingerprints differ: of what, in which mode and precision, how many of how many numbers, how far."""

    what: str
    mode: str
    dtype: str
    numbers: int
    of: int
    units: float


def differences(one: Any, other: Any) -> list[Difference]:
    """Where two fingerprints of a loss differ, over the modes and precisions that both have."""
    found = []
    for mode in sorted(set(one) & set(other)):
        for dtype in sorted(set(one[mode]) & set(other[mode])):
            for key, what in (("values", "loss"), ("gradients", "slope")):
                left, right = one[mode][dtype][key], other[mode][dtype][key]
                if left != right:
                    found.append(Difference(what, mode, dtype, *_apart(left, right)))
    return found


def _apart(left: str, right: str) -> tuple[int, int, float]:
    """How many numbers differ, of how many, and by how many units in the last place at most."""
    (precision, first), (other, second) = decode(left), decode(right)
    if precision != other or first.shape != second.shape:
        return max(first.size, second.size), max(first.size, second.size), float("inf")
    digits = (len(left) - len(precision) - 1) // max(first.size, 1)
    starts = range(len(precision) + 1, len(left), digits or 1)
    different = sum(left[start : start + digits] != right[start : start + digits] for start in starts)
    return different, first.size, float(np.max(ulps(first, second, precision), initial=0))


def _largest(found: Sequence[Difference]) -> str:
    """``4 of 40 numbers of the slope in float32, xla, by up to 12 units in the last place``; and how many others."""
    largest = max(found, key=lambda each: (each.units, each.numbers))
    far = (
        "more than units in the last place can say"
        if np.isinf(largest.units)
        else f"up to {largest.units:.0f} units in the last place"
    )
    others = f"; {len(found) - 1} other modes and precisions differ less" if len(found) > 1 else ""
    numbers = f"{largest.numbers} of {largest.of} numbers"
    return f"{numbers} of the {largest.what} in {largest.dtype}, {largest.mode}, by {far}{others}"


def watched_of(claim: str | None, loss: str | None, within: int, ledger: Ledger) -> Watched:
    """What a user asked to follow.

    Raises:
        UsageProblem: when it is neither or both, or unknown, or can't be decided.
    """
    if (claim is None) == (loss is None):
        raise UsageProblem(
            "neither a claim nor a loss" if claim is None else "both a claim and a loss",
            expected="the id of a claim, or --loss NAME",
            do="give one of them",
        )
    if claim is not None:
        if within:
            raise UsageProblem("--ulps for a claim", expected="it beside --loss", do="leave it out")
        known = ledger.claim(claim)
        if not known.decided:
            raise UsageProblem(
                f"no test decides {claim!r}", expected="a claim with a verdict", do=f"see 'lossspec explain {claim}'"
            )
        return ClaimVerdict(known)
    names = {**{slug: name for name, slug in SLUGS.items()}, **{name: name for name in SLUGS}}
    if loss not in names:
        raise UsageProblem(f"no loss is called {loss!r}", expected=f"one of {', '.join(SLUGS)}", do="name one of those")
    return LossFingerprint(names[loss], within)
