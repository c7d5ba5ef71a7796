"""What is watched from release to release: the verdict on a claim, or the fingerprint of a loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, Sequence

import numpy as np

from lossspec.compare.drift import Distance, distance
from lossspec.core.errors import UsageProblem
from lossspec.ledger.claims import Claim, Ledger
from lossspec.ledger.verdicts import Verdict, combine
from lossspec.losses import definition_of
from lossspec.records.findings import (
    EVIDENCE,
    INSTEAD,
    NOT_RUN,
    changes,
    differ,
    expected_of,
    findings,
    shows,
)
from lossspec.records.record import Claim as RecordedClaim
from lossspec.records.record import Record
from lossspec.targets.environments import SubjectFailed


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
    """The verdict on a claim: in every call of its spec, or in those of one mode.

    What happens instead, where it doesn't hold, is followed with it.
    """

    claim: Claim
    mode: str | None = None
    title: str = "verdict"

    @property
    def options(self) -> Sequence[str]:
        """Only the claim's own specs."""
        return ["--lossspec-claim", self.claim.id]

    def read(self, record: Record) -> RecordedClaim:
        """The claim's entry, without the calls of other modes."""
        entry = record["claims"].get(self.claim.id)
        if entry is None:
            raise SubjectFailed(f"undecided: {record['undecided'].get(self.claim.id, NOT_RUN)}")
        if self.mode is None:
            return {**entry, "calls": findings(entry)}
        # A counter-spec without modes says what happens instead in each.
        own = (self.mode, None)
        calls = [
            each
            for each in findings(entry)
            if each.mode == self.mode or (each.part == INSTEAD and each.mode in own)
        ]
        verdicts = [Verdict(each.verdict) for each in calls if each.part == EVIDENCE]
        if not verdicts:
            raise SubjectFailed(f"its spec doesn't run in {self.mode} mode")
        expected = next(expected_of(entry, each) for each in calls if each.part == EVIDENCE)
        return {**entry, "verdict": str(combine(verdicts)), "expected": expected, "calls": calls}

    def same(self, one: RecordedClaim, other: RecordedClaim) -> bool:
        """Whether no call differs, nor what happens instead."""
        return not differ(one, other)

    def in_words(self, seen: RecordedClaim, first: RecordedClaim) -> str:
        """The verdict, where it shows, and, where what happens instead is another than at first, what that is."""
        said = self._said(seen)
        counter = [_counter_specs(each) for each in (first, seen)]
        is_another = said == self._said(first) and counter[0] != counter[1] and counter[1]
        return f"{said}: {', '.join(counter[1])}" if is_another else said

    def _said(self, seen: RecordedClaim) -> str:
        place = f"in {self.mode} mode" if self.mode else shows(seen)
        return f"{seen['verdict']} {place}".strip()

    def sentence(self, older: tuple[str, Record], newer: tuple[str, Record]) -> str:
        """With the ledger's reason for whichever of the two doesn't simply hold."""
        (until, before), (since, after) = older, newer
        was, became = self.read(before), self.read(after)
        entry = became if became["verdict"] != Verdict.HOLDS else was
        as_expected = entry["verdict"] == entry["expected"]
        reason = entry.get("reason", "")
        told = (
            (f": {reason}" if reason else "")
            if as_expected
            else f"; the ledger expects {entry['expected']} there."
        )
        said = self.in_words(was, became), self.in_words(became, was)
        if said[0] == said[1]:  # a call behind them differs
            calls = _first_change(was, became)
            said = f"{said[0]} ({calls[0]})", f"{said[1]} ({calls[1]})"
        return f"{self.claim.id}: {said[0]} up to {until}, {said[1]} from {since}{told}"


def _first_change(was: RecordedClaim, became: RecordedClaim) -> tuple[str, str]:
    """The first call that differs, in either: ``[xla]: varies``."""
    first = next(iter(changes(was, became)))
    one, other = (
        f"{each.name}: {each.verdict}" if each else "nothing" for each in (first.base, first.new)
    )
    return one, other


def _counter_specs(entry: RecordedClaim) -> list[str]:
    return list(
        dict.fromkeys(
            each.spec.partition("::")[2] for each in findings(entry) if each.part != EVIDENCE
        )
    )


@dataclass(frozen=True)
class LossFingerprint:
    """The bits of a loss and its slope on fixed inputs, in every mode and precision."""

    loss: str
    within: int = 0
    title: str = "fingerprint"

    @property
    def options(self) -> Sequence[str]:
        """Only the spec that takes the fingerprint."""
        return ["--lossspec-claim", f"laws.{definition_of(self.loss).slug}-repeatable"]

    def read(self, record: Record) -> Any:
        """The fingerprint, by mode and precision."""
        found = record["fingerprints"].get(self.loss)
        if not found:
            raise SubjectFailed(f"no fingerprint of {self.loss} was taken")
        return found

    def same(self, one: Any, other: Any) -> bool:
        """Whether all numbers that both have are equal to the bit, or within so many units in the last place."""
        return not [
            each
            for each in differences(one, other)
            if each.far.ulps > self.within or not self.within
        ]

    def in_words(self, seen: Any, first: Any) -> str:
        """How many differ, and the largest difference."""
        return _largest(first, seen)

    def sentence(self, older: tuple[str, Record], newer: tuple[str, Record]) -> str:
        """With the largest difference between the two."""
        (until, before), (since, after) = older, newer
        same = f"the same within {self.within} ulps" if self.within else "the same bits"
        apart = _largest(self.read(before), self.read(after))
        return f"{self.loss}: {same} up to {until}, others from {since}: {apart}."


@dataclass(frozen=True)
class Difference:
    """Where two fingerprints differ: in the loss or its slope, in which mode and precision, and how far."""

    what: str
    mode: str
    dtype: str
    far: Distance

    def __str__(self) -> str:
        place, far = f"the {self.dtype} {self.what}, {self.mode}", self.far
        if far.precisions[0] != far.precisions[1]:
            return f"{place}: answered in {far.precisions[0]} and in {far.precisions[1]}"
        if not far.differ:
            return f"{place}: in the sign of a zero alone"
        unit = "ulp" if far.ulps == 1 else "ulps"
        most = (
            "some finite in one of them only"
            if np.isinf(far.ulps)
            else f"by up to {far.ulps:.0f} {unit}"
        )
        return f"{place}: {far.differ} of {far.of} numbers, {most}"


def differences(one: Any, other: Any) -> list[Difference]:
    """Where two fingerprints of a loss differ in any bit, over the modes and precisions that both have."""
    both = [
        (one[mode][dtype][key], other[mode][dtype][key])
        for mode, dtype, key, _ in _arrays(one, other)
    ]
    return [
        Difference(what, mode, dtype, distance(*texts))
        for (mode, dtype, _, what), texts in zip(_arrays(one, other), both)
        if texts[0] != texts[1]
    ]


def _arrays(one: Any, other: Any) -> list[tuple[str, str, str, str]]:
    """Mode, precision, and values or gradients: what both fingerprints have."""
    return [
        (mode, dtype, key, what)
        for mode in sorted(set(one) & set(other))
        for dtype in sorted(set(one[mode]) & set(other[mode]))
        for key, what in (("values", "loss"), ("gradients", "slope"))
    ]


def _largest(one: Any, other: Any) -> str:
    """``6 of 24 arrays differ, most the float32 loss, xla: 4 of 8 numbers, by up to 2 ulps``."""
    found = differences(one, other)
    if not found:
        return "the same bits"
    most = max(found, key=lambda each: (each.far.ulps, each.far.differ))
    return f"{len(found)} of {len(_arrays(one, other))} arrays differ, most {most}"


def watched_of(
    claim: str | None, loss: str | None, within: int, mode: str | None, ledger: Ledger
) -> Watched:
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
                f"no test decides {claim!r}",
                expected="a claim with a verdict",
                do=f"see 'lossspec explain {claim}'",
            )
        return ClaimVerdict(known, mode)
    if mode:
        raise UsageProblem("--mode for a loss", expected="it beside a claim", do="leave it out")
    return LossFingerprint(definition_of(str(loss)).name, within)
