"""What two records differ in, counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Iterator, Mapping, Sequence

from lossspec.compare.drift import Drift
from lossspec.compare.figures import FigureMove
from lossspec.compare.machines import ALIKE, drift_in_words
from lossspec.compare.parts import Part, count_of
from lossspec.compare.studies import FigureShift, StudyMove
from lossspec.compare.timings import StepTime
from lossspec.compare.verdicts import ADDED, CHANCE, GONE, SAME, CallChange, VerdictChange
from lossspec.core.errors import UsageProblem
from lossspec.records.changes import BETTER, DECIDED, LOST, OTHER, WORSE
from lossspec.records.record_types import Record

NOTHING = "nothing changed"


@dataclass(frozen=True)
class Comparison:
    """What two records hold, item by item."""

    base: Record
    new: Record
    notes: tuple[str, ...]
    verdicts: tuple[VerdictChange, ...]
    figures: tuple[FigureMove, ...]
    figures_compared: int
    studies: Part[FigureShift]
    studies_moved: tuple[StudyMove, ...]
    fingerprints: Part[Drift]
    timings: Part[StepTime]
    left_out: tuple[str, ...]
    machines: str

    @property
    def changed_verdicts(self) -> tuple[VerdictChange, ...]:
        """The claims that aren't as they were."""
        return tuple(claim for claim in self.verdicts if claim.change not in (SAME, CHANCE))

    @property
    def told_verdicts(self) -> tuple[VerdictChange, ...]:
        """The claims that differ in anything."""
        return tuple(claim for claim in self.verdicts if claim.change != SAME or claim.own_calls)

    @property
    def own_calls(self) -> tuple[CallChange, ...]:
        """The calls that differ, unsaid by their claim's verdict."""
        return tuple(call for claim in self.verdicts for call in claim.own_calls)

    @property
    def moved(self) -> tuple[FigureMove, ...]:
        """The figures of both records that moved."""
        return tuple(move for move in self.figures if move.in_both)

    @property
    def one_sided(self) -> tuple[FigureMove, ...]:
        """The figures that one record alone has."""
        return tuple(move for move in self.figures if not move.in_both)

    @property
    def beyond_tolerance(self) -> int:
        """How many moved by more than their tolerance, which no machine explains.

        In training a last bit may grow to anything, so what rests on it isn't counted.
        """
        return sum(move.tolerances > 1 and not move.of_training for move in self.moved)

    @property
    def shifted(self) -> tuple[FigureShift, ...]:
        """The studies' figures that shifted."""
        return tuple(figure for figure in self.studies.found if figure.change != SAME)

    @property
    def drifted(self) -> tuple[Drift, ...]:
        """The fingerprints that differ."""
        return tuple(drift for drift in self.fingerprints.found if drift.drifted)

    @property
    def slower(self) -> tuple[StepTime, ...]:
        """The steps that NEW takes noticeably longer for."""
        return tuple(time for time in self.timings.found if time.slower)

    @property
    def worse(self) -> bool:
        """Whether anything is worse, or no longer decided."""
        changes = {claim.change for claim in self.verdicts}
        changes |= {call.change for call in self.own_calls}
        changes |= {figure.change for figure in self.studies.found}
        return bool(self.studies.lost or self.fingerprints.lost or changes & {WORSE, LOST})

    @property
    def drift_is(self) -> str:
        """What drift may come of: machine or release."""
        return drift_in_words(self.machines, self.base["subject"], self.new["subject"])

    @property
    def last_line(self) -> str:
        """``nothing changed``, or how much: ``3 verdicts worse; 2 not compared, …``."""
        line = ", ".join(self._counts()) or NOTHING
        calls = sum("::" in name for name in self.left_out)
        left_out = ((len(self.left_out) - calls, "claim"), (calls, "call"))
        if self.left_out:
            counted = (count_of(count, noun) for count, noun in left_out if count)
            line += f"; {', '.join(counted)} left out"
        missing = len(self.studies.missing) + len(self.fingerprints.missing)
        return line + (f"; {missing} not compared, or not alike" if missing else "")

    def _counts(self) -> Iterator[str]:
        yield from _by_change("verdict", Counter(claim.change for claim in self.verdicts))
        yield from _by_change("call", Counter(call.change for call in self.own_calls))
        worse = sum(figure.change == WORSE for figure in self.shifted)
        far = self.beyond_tolerance
        beyond = f" ({far} beyond tolerance)" if far else ""
        yield from _each(self.shifted, "study figure", f"shifted ({worse} worse)")
        yield from _each(self.studies.lost, "study", LOST)
        yield from _each(self.fingerprints.lost, "fingerprint", LOST)
        # What fails nothing: figures, runs and bits that are others.
        yield from _each(self.moved, "figure", f"moved{beyond}")
        yield from _each(self.one_sided, "figure", "in one record alone")
        yield from _each(self.studies_moved, "study", "moved run by run")
        yield from _each(self.drifted, "fingerprint", "drifted")
        explained = self.drifted or ((self.moved or self.studies_moved) and not far)
        if explained and self.machines != ALIKE:
            yield self.drift_is
        yield from _each(self.slower, "step time", "slower")

    def beyond(self, *, drift: float | None = None, slowdown: float | None = None) -> list[str]:
        """What exceeds the limits, in words; None sets none.

        Args:
            drift: the largest distance of a fingerprint, in units in the last place.
            slowdown: the largest ratio of a step's time in NEW to that in BASE.

        Raises:
            UsageProblem: when a limit is set for what the records don't both hold.
        """
        found = []
        if drift is not None:
            _require(self.fingerprints.found, "--fail-on-drift", "fingerprint")
            found += [
                f"{loss.name}: {loss.ulps:g} ULPs, at most {drift:g} allowed"
                for loss in self.fingerprints.found
                if loss.ulps > drift
            ]
        if slowdown is not None:
            _require(self.timings.found, "--fail-on-slowdown", "step time")
            found += [
                f"{time.name}: takes {time.ratio:.3g} times as long, at most {slowdown:g} allowed"
                for time in self.timings.found
                if time.ratio > slowdown
            ]
        return found


_IN_WORDS = {
    WORSE: "worse",
    BETTER: "better",
    OTHER: "other",
    LOST: LOST,
    DECIDED: "decided anew",
    ADDED: "added",
    GONE: "gone from the ledger",
}


def _each(items: Sequence[object], noun: str, what: str) -> Iterator[str]:
    if items:
        yield f"{count_of(len(items), noun)} {what}"


def _by_change(unit: str, counts: Mapping[str, int]) -> Iterator[str]:
    """``3 verdicts worse``, then ``1 better``."""
    for change, words in _IN_WORDS.items():
        if counts.get(change):
            counted = count_of(counts[change], unit) if unit else str(counts[change])
            yield f"{counted} {words}"
            unit = ""


def _require(measured: tuple[object, ...], option: str, what: str) -> None:
    if not measured:
        raise UsageProblem(
            f"{option} is given, but the records have no {what} in common",
            expected=f"at least one {what} that both measured",
            do="write both records anew with it, or leave the option out",
        )
