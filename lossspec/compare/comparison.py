"""Two records beside one another: everything that differs, counted, and whether anything got worse."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, Iterator, Mapping

from lossspec.compare.drift import Drift, drifts
from lossspec.compare.figures import FigureMove, figure_moves
from lossspec.compare.machines import ALIKE, advice, drift_in_words, machines
from lossspec.compare.rates import counted
from lossspec.compare.studies import FigureShift, StudyMove, same_seeds, study_shifts
from lossspec.compare.timings import StepTime, step_times
from lossspec.compare.verdicts import (
    ADDED,
    CHANCE,
    FALSE_ALARM,
    GONE,
    SAME,
    CallGroup,
    VerdictChange,
    verdict_changes,
)
from lossspec.core.errors import UsageProblem
from lossspec.records.findings import BETTER, DECIDED, LOST, NOT_RUN, OTHER, WORSE
from lossspec.records.record import Record

NOTHING = "nothing changed"


@dataclass(frozen=True)
class Limits:
    """What else makes a comparison fail; None is no limit.

    Attributes:
        slowdown: the largest ratio of a step's time in NEW to that in BASE, by each yardstick.
        drift: the largest distance of a fingerprint, in units in the last place.
    """

    slowdown: float | None = None
    drift: float | None = None


@dataclass(frozen=True)
class Side:
    """What a record says of itself."""

    subject: Mapping[str, str]
    environment: Mapping[str, Any]
    lossspec: str
    specification: str


@dataclass(frozen=True)
class Comparison:
    """What two records hold, item by item, what couldn't be compared, and what a reader should know of it."""

    base: Side
    new: Side
    notes: tuple[str, ...]
    verdicts: tuple[VerdictChange, ...]
    figures: tuple[FigureMove, ...]
    figures_compared: int
    studies: tuple[FigureShift, ...]
    studies_moved: tuple[StudyMove, ...]
    studies_missing: tuple[str, ...]
    studies_lost: tuple[str, ...]
    fingerprints: tuple[Drift, ...]
    fingerprints_missing: tuple[str, ...]
    fingerprints_lost: tuple[str, ...]
    timings: tuple[StepTime, ...]
    timings_missing: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    machines: str = ALIKE

    @property
    def changed_verdicts(self) -> tuple[VerdictChange, ...]:
        """The claims that aren't as they were."""
        return tuple(each for each in self.verdicts if each.change not in (SAME, CHANCE))

    @property
    def told_verdicts(self) -> tuple[VerdictChange, ...]:
        """The claims that differ in anything, those included that other seeds may have given another verdict."""
        return tuple(each for each in self.verdicts if each.change != SAME or each.own_calls)

    @property
    def call_groups(self) -> tuple[CallGroup, ...]:
        """The calls that differ and whose claim's verdict doesn't say so."""
        return tuple(group for each in self.verdicts for group in each.call_groups)

    @property
    def figures_beyond(self) -> tuple[FigureMove, ...]:
        """The figures that moved by more than their tolerance, which no machine explains; those of training aside."""
        return tuple(each for each in self.figures if each.tolerances > 1 and not each.of_training)

    @property
    def shifted(self) -> tuple[FigureShift, ...]:
        """The studies' figures that shifted."""
        return tuple(each for each in self.studies if each.change != SAME)

    @property
    def drifted(self) -> tuple[Drift, ...]:
        """The fingerprints that differ."""
        return tuple(each for each in self.fingerprints if each.drifted)

    @property
    def slower(self) -> tuple[StepTime, ...]:
        """The steps that NEW takes noticeably longer for."""
        return tuple(each for each in self.timings if each.slower)

    @property
    def worse(self) -> bool:
        """Whether anything got worse, or isn't decided any more."""
        changes = {
            *(each.change for each in self.verdicts),
            *(group.first.change for group in self.call_groups),
            *(each.change for each in self.studies),
        }
        return bool(changes & {WORSE, LOST} or self.studies_lost or self.fingerprints_lost)

    @property
    def drift_is(self) -> str:
        """What drift may come of: the machine, or the release."""
        return drift_in_words(self.machines, same_subject=self.base.subject == self.new.subject)

    @property
    def last_line(self) -> str:
        """``nothing changed``, or how much: ``3 verdicts worse, 1 better, 2 study figures shifted (1 worse)``.

        What couldn't be compared, or not alike, is counted behind a semicolon.
        """
        counted = ", ".join(self._counts())
        missing = len(self.studies_missing) + len(self.fingerprints_missing)
        left_out = f"; {', '.join(self._left_out())} left out" if self.left_out else ""
        return (
            (counted or NOTHING)
            + left_out
            + (f"; {missing} not compared, or not alike" if missing else "")
        )

    def _left_out(self) -> Iterator[str]:
        calls = sum(":" in each for each in self.left_out)
        if len(self.left_out) > calls:
            yield _many(len(self.left_out) - calls, "claim")
        if calls:
            yield _many(calls, "call")

    def _counts(self) -> Iterator[str]:
        yield from _by_change("verdict", Counter(each.change for each in self.verdicts))
        calls = [call for group in self.call_groups for call in group.calls]
        yield from _by_change("call", Counter(each.change for each in calls))
        if self.shifted:
            worse = sum(each.change == WORSE for each in self.shifted)
            yield f"{_many(len(self.shifted), 'study figure')} shifted ({worse} worse)"
        lost = [
            (self.studies_lost, "study", "studies"),
            (self.fingerprints_lost, "fingerprint", "fingerprints"),
        ]
        for those, one, many in lost:
            if those:
                yield f"{len(those)} {one if len(those) == 1 else many} {LOST}"
        moved = list(self._moved())
        explained = moved and self.machines != ALIKE and (self.drifted or not self.figures_beyond)
        may = f", {self.drift_is}" if explained else ""
        yield from [*moved[:-1], *(f"{last}{may}" for last in moved[-1:])]
        if self.slower:
            yield f"{_many(len(self.slower), 'step time')} slower"

    def _moved(self) -> Iterator[str]:
        """What fails nothing: figures, runs and bits that are others."""
        if self.figures:
            beyond = len(self.figures_beyond)
            yield f"{_many(len(self.figures), 'figure')} moved{f' ({beyond} beyond tolerance)' if beyond else ''}"
        if self.studies_moved:
            count = len(self.studies_moved)
            yield f"{count} {'study' if count == 1 else 'studies'} moved run by run"
        if self.drifted:
            yield f"{_many(len(self.drifted), 'fingerprint')} drifted"

    def beyond(self, limits: Limits) -> list[str]:
        """What exceeds the limits, in words.

        Raises:
            UsageProblem: when a limit is set for what the records don't both hold.
        """
        return [*self._too_far(limits.drift), *self._too_slow(limits.slowdown)]

    def _too_far(self, limit: float | None) -> Iterator[str]:
        if limit is None:
            return
        if not self.fingerprints:
            raise _nothing_to_limit("--fail-on-drift", "fingerprint")
        for each in self.fingerprints:
            if each.ulps > limit:
                yield f"{each.loss} {each.mode} {each.dtype}: {each.ulps:g} ULPs, at most {limit:g} allowed"

    def _too_slow(self, limit: float | None) -> Iterator[str]:
        if limit is None:
            return
        if not self.timings:
            raise _nothing_to_limit("--fail-on-slowdown", "step time")
        for each in self.timings:
            if each.own > limit:
                yield f"{each.name}: takes {each.ratio:.3g} times as long, at most {limit:g} allowed"


_IN_WORDS = {
    WORSE: "worse",
    BETTER: "better",
    OTHER: "other",
    LOST: LOST,
    DECIDED: "decided anew",
    ADDED: "added",
    GONE: "gone from the ledger",
}


def _by_change(unit: str, counts: Mapping[str, int]) -> Iterator[str]:
    """``3 verdicts worse``, then ``1 better``: the unit is said once."""
    for change, words in _IN_WORDS.items():
        if counts.get(change):
            plural = "s" if unit and counts[change] != 1 else ""
            yield " ".join(word for word in (str(counts[change]), f"{unit}{plural}", words) if word)
            unit = ""


def compare(base: Record, new: Record, *, across: bool = False, partly: bool = False) -> Comparison:
    """Compare two records, without reading or writing anything.

    Args:
        base: the record to compare with, as `record.read_record` gives it; `record.read_verdicts`, with what was
            measured, gives enough.
        new: the record that is asked about.
        across: whether they may be of different specifications; then only what both decide can be compared.
        partly: whether claims that NEW was told to leave out are left aside; otherwise they count as worse. A spec
            that failed to decide its claim was not left out.

    Raises:
        UsageProblem: when they are, and may not.
    """
    if base["specification"] != new["specification"] and not across:
        raise UsageProblem(
            f"the records were written by different specifications, {base['specification']} and {new['specification']}",
            expected="two of the same",
            do="run both anew, or compare what both decide with --across",
        )
    left_out: list[str] = []
    if partly:
        base, left_out = _without_what_was_left_out(base, new)
    verdicts = list(verdict_changes(base, new))
    if partly:
        # A call that failed to decide makes its claim undecided, so that one which is simply not there was left out.
        lost = [call for each in verdicts for call in each.calls if call.change == LOST]
        left_out += [call.found.finding.name for call in lost]
        verdicts = [
            replace(each, calls=tuple(call for call in each.calls if call not in lost))
            for each in verdicts
        ]
    studies = study_shifts(base, new)
    fingerprints, fingerprints_missing, fingerprints_lost = drifts(base, new)
    timings, timings_missing = step_times(base, new)
    each_alarm = FALSE_ALARM / max(1, sum(map(counted, new["claims"].values())))
    figures, compared = figure_moves(base, new, same_seeds(base, new), each_alarm)
    environments = machines(base, new)
    notes = [*environments.notes, *_notes(base, new)]
    if base["studies"].keys() & new["studies"].keys() and not same_seeds(base, new):
        notes.append(
            "trained with other seeds: runs, and what rests on them, are compared by tests alone"
        )
    if environments.may_explain_drift and (
        figures or studies.moves or any(each.drifted for each in fingerprints)
    ):
        notes.append(advice(base["subject"]))
    return Comparison(
        base=_side(base),
        new=_side(new),
        notes=tuple(notes),
        verdicts=tuple(verdicts),
        figures=tuple(figures),
        figures_compared=compared,
        studies=studies.shifts,
        studies_moved=studies.moves,
        studies_missing=studies.missing + (studies.lost if partly else ()),
        studies_lost=() if partly else studies.lost,
        fingerprints=tuple(fingerprints),
        fingerprints_missing=tuple(fingerprints_missing + (fingerprints_lost if partly else [])),
        fingerprints_lost=() if partly else tuple(fingerprints_lost),
        timings=tuple(timings),
        timings_missing=tuple(timings_missing),
        left_out=tuple(left_out),
        machines=environments.state,
    )


def _without_what_was_left_out(base: Record, new: Record) -> tuple[Record, list[str]]:
    """BASE without the claims that NEW was told to leave out, and their names."""
    claims = [name for name in base["claims"] if new["undecided"].get(name) == NOT_RUN]
    kept = {name: each for name, each in base["claims"].items() if name not in claims}
    return {
        **base,
        "claims": kept,
        "undecided": {**base["undecided"], **dict.fromkeys(claims, NOT_RUN)},
    }, claims


def _side(record: Record) -> Side:
    return Side(
        record["subject"], record["environment"], record["lossspec"], record["specification"]
    )


def _notes(base: Record, new: Record) -> Iterator[str]:
    """What may explain a difference besides the subject."""
    if base["specification"] != new["specification"]:
        yield (
            f"different specifications, {base['specification']} and {new['specification']}: "
            "a verdict may differ because its claim or its spec does"
        )
    if base["lossspec"] != new["lossspec"]:
        yield f"different lossspecs: {base['lossspec']} and {new['lossspec']}"
    if base["subject"] == new["subject"] and base.get("settings") == new.get("settings"):
        yield "one subject twice: what differs here is chance, or the environment"


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _nothing_to_limit(option: str, what: str) -> UsageProblem:
    return UsageProblem(
        f"{option} is given, but the records have no {what} in common",
        expected=f"at least one {what} that both measured",
        do="write both records anew with it, or leave the option out",
    )
