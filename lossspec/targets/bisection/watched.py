"""What is followed: a claim's verdict, or a loss's bits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence, Union

from lossspec.compare.drift import Drift, drifts
from lossspec.core.errors import UsageProblem
from lossspec.ledger.claims import Claim, Ledger
from lossspec.ledger.verdicts import Verdict, combine
from lossspec.ledger.versions import LIBRARIES
from lossspec.losses import definition_of
from lossspec.records import record_types
from lossspec.records.changes import changes, differ
from lossspec.records.findings import EVIDENCE, INSTEAD, NOT_RUN, expected_of, findings, shows
from lossspec.records.record_types import Record
from lossspec.targets.environments import SubjectFailed


@dataclass(frozen=True)
class ClaimVerdict:
    """The verdict on a claim, in all modes or one."""

    claim: Claim
    mode: str | None = None
    title: str = "verdict"

    @property
    def libraries(self) -> Sequence[str]:
        """Those that are asked it."""
        return self.claim.libraries

    @property
    def options(self) -> Sequence[str]:
        """Run the claim's own specs."""
        return ["--lossspec-claim", self.claim.id]

    def _entry(self, record: Record) -> record_types.Claim:
        """A record's claim, without calls of other modes."""
        entry: record_types.Claim | None = record["claims"].get(self.claim.id)
        if entry is None:
            raise SubjectFailed(f"undecided: {record['undecided'].get(self.claim.id, NOT_RUN)}")
        if self.mode is None:
            return entry
        # A counter-spec without modes says what happens instead in each.
        own = {EVIDENCE: (self.mode,), INSTEAD: (self.mode, None)}
        calls = [call for call in findings(entry) if call.mode in own[call.part]]
        of_spec = [call for call in calls if call.part == EVIDENCE]
        if not of_spec:
            raise SubjectFailed(f"its spec doesn't run in {self.mode} mode")
        verdict = str(combine(Verdict(call.verdict) for call in of_spec))
        expected = expected_of(entry, of_spec[0])
        return {**entry, "verdict": verdict, "expected": expected, "calls": calls}

    def same(self, one: Record, other: Record) -> bool:
        """Whether no call differs, nor what happens instead."""
        return not differ(self._entry(one), self._entry(other))

    def in_words(self, record: Record, first: Record) -> str:
        """The verdict, where it shows, and a changed counter-spec.

        Raises:
            SubjectFailed: where the claim is undecided, or its spec doesn't run in the mode.
        """
        said, counter = self._said(record), self._counter_specs(record)
        changed = said == self._said(first) and counter != self._counter_specs(first)
        return f"{said}: {', '.join(counter)}" if changed and counter else said

    def _said(self, record: Record) -> str:
        entry = self._entry(record)
        place = f"in {self.mode} mode" if self.mode else shows(entry)
        return f"{entry['verdict']} {place}".strip()

    def _counter_specs(self, record: Record) -> list[str]:
        calls = [call for call in findings(self._entry(record)) if call.part == INSTEAD]
        return list(dict.fromkeys(call.spec.partition("::")[2] for call in calls))

    def sentence(self, older: tuple[str, Record], newer: tuple[str, Record]) -> str:
        """Name both verdicts, with the ledger's reason."""
        (until, before), (since, after) = older, newer
        was, became = self._entry(before), self._entry(after)
        said = [self.in_words(before, after), self.in_words(after, before)]
        if said[0] == said[1]:  # a call behind them differs
            first = changes(was, became)[0]
            calls = [f"{c.name}: {c.verdict}" if c else "nothing" for c in (first.base, first.new)]
            said = [f"{verdict} ({call})" for verdict, call in zip(said, calls)]
        entry = became if became["verdict"] != Verdict.HOLDS else was
        if entry["verdict"] != entry["expected"]:
            why = f"; the ledger expects {entry['expected']} there."
        else:
            why = f": {entry['reason']}" if entry.get("reason") else ""
        return f"{self.claim.id}: {said[0]} up to {until}, {said[1]} from {since}{why}"


@dataclass(frozen=True)
class LossBits:
    """The fingerprints of a loss, the same ``within`` so many ULPs."""

    loss: str
    within: int = 0
    title: str = "fingerprint"

    @property
    def libraries(self) -> Sequence[str]:
        """All: one that lacks the loss says so."""
        return tuple(LIBRARIES)

    @property
    def options(self) -> Sequence[str]:
        """Run the spec that takes the fingerprint."""
        return ["--lossspec-claim", f"laws.{definition_of(self.loss).slug}-repeatable"]

    def _drifted(self, one: Record, other: Record) -> list[Drift]:
        return [drift for drift in self._drifts(one, other) if drift.drifted]

    def _drifts(self, one: Record, other: Record) -> list[Drift]:
        return [drift for drift in drifts(one, other).found if drift.loss == self.loss]

    def same(self, one: Record, other: Record) -> bool:
        """Whether all bits are equal, or within some ULPs."""
        return all(self.within and drift.ulps <= self.within for drift in self._drifted(one, other))

    def in_words(self, record: Record, first: Record) -> str:
        """How many fingerprints differ, and the most by how much.

        Raises:
            SubjectFailed: where the record has no fingerprint.
        """
        if not record["fingerprints"].get(self.loss):
            raise SubjectFailed(f"no fingerprint of {self.loss} was taken")
        drifted = self._drifted(first, record)
        if not drifted:
            return "the same bits"
        most = max(drifted, key=lambda drift: drift.ulps)
        place = f"{len(drifted)} of {len(self._drifts(first, record))} differ"
        return f"{place}, most {most.dtype} in {most.mode} mode: {most}"

    def sentence(self, older: tuple[str, Record], newer: tuple[str, Record]) -> str:
        """Say it, with the largest difference."""
        (until, before), (since, after) = older, newer
        same = f"the same within {self.within} ulps" if self.within else "the same bits"
        differ = self.in_words(after, before)
        return f"{self.loss}: {same} up to {until}, others from {since}: {differ}."


Watched = Union[ClaimVerdict, LossBits]
"""What a bisection follows."""


def watched_of(
    claim: str | None, loss: str | None, within: int, mode: str | None, ledger: Ledger
) -> Watched:
    """Make what a user asked to follow.

    Raises:
        UsageProblem: when it is neither or both, or unknown, or can't be decided.
    """
    if claim and not loss:
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
    if loss and not claim:
        if mode:
            raise UsageProblem("--mode for a loss", expected="it beside a claim", do="leave it out")
        return LossBits(definition_of(loss).name, within)
    raise UsageProblem(
        "both a claim and a loss" if claim else "neither a claim nor a loss",
        expected="the id of a claim, or --loss NAME",
        do="give one of them",
    )
