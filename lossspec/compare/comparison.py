"""Two records beside one another: everything that differs, counted, and whether anything got worse."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Iterator, Mapping

from lossspec.compare.drift import Drift, drifts
from lossspec.compare.machines import ALIKE, advice, drift_in_words, machines
from lossspec.compare.studies import FigureShift, study_shifts
from lossspec.compare.timings import StepTime, step_times
from lossspec.compare.verdicts import ADDED, BETTER, CHANCE, DECIDED, GONE, SAME, WORSE, VerdictChange, verdict_changes
from lossspec.problems import UsageProblem
from lossspec.record import Record

NOTHING = "nothing changed"
NOT_RUN = "not run"


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
    studies: tuple[FigureShift, ...]
    studies_missing: tuple[str, ...]
    fingerprints: tuple[Drift, ...]
    fingerprints_missing: tuple[str, ...]
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
        """The claims with another verdict, those included that other seeds may have given it."""
        return tuple(each for each in self.verdicts if each.change != SAME)

    @property
    def shifted(self) -> tuple[FigureShift, ...]:
        """The figures that shifted."""
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
        """Whether a verdict or a figure got worse."""
        changes = [*(each.change for each in self.verdicts), *(each.change for each in self.studies)]
        return WORSE in changes

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
        left_out = f"; {_many(len(self.left_out), 'claim')} left out" if self.left_out else ""
        return (counted or NOTHING) + left_out + (f"; {missing} not compared, or not alike" if missing else "")

    def _counts(self) -> Iterator[str]:
        verdicts = Counter(each.change for each in self.verdicts)
        unit = "verdict"
        for change in (WORSE, BETTER, DECIDED, ADDED, GONE):
            if verdicts[change]:
                plural = "s" if unit and verdicts[change] != 1 else ""
                yield " ".join(word for word in (str(verdicts[change]), f"{unit}{plural}", _IN_WORDS[change]) if word)
                unit = ""
        if self.shifted:
            worse = sum(each.change == WORSE for each in self.shifted)
            yield f"{_many(len(self.shifted), 'study figure')} shifted ({worse} worse)"
        if self.drifted:
            may = f", {self.drift_is}" if self.machines != ALIKE else ""
            yield f"{_many(len(self.drifted), 'fingerprint')} drifted{may}"
        if self.slower:
            yield f"{_many(len(self.slower), 'step time')} slower"

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


_IN_WORDS = {WORSE: "worse", BETTER: "better", DECIDED: "decided anew", ADDED: "added", GONE: "gone from the ledger"}


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
    left_out = _left_out(base, new) if partly else []
    if left_out:
        base = {**base, "claims": {name: each for name, each in base["claims"].items() if name not in left_out}}
        base["undecided"] = {**base["undecided"], **dict.fromkeys(left_out, NOT_RUN)}
    studies, studies_missing = study_shifts(base, new)
    fingerprints, fingerprints_missing = drifts(base, new)
    timings, timings_missing = step_times(base, new)
    environments = machines(base, new)
    notes = [*environments.notes, *_notes(base, new)]
    if environments.may_explain_drift and any(each.drifted for each in fingerprints):
        notes.append(advice(base["subject"]))
    return Comparison(
        base=_side(base),
        new=_side(new),
        notes=tuple(notes),
        verdicts=tuple(verdict_changes(base, new)),
        studies=tuple(studies),
        studies_missing=tuple(studies_missing),
        fingerprints=tuple(fingerprints),
        fingerprints_missing=tuple(fingerprints_missing),
        timings=tuple(timings),
        timings_missing=tuple(timings_missing),
        left_out=tuple(left_out),
        machines=environments.state,
    )


def _left_out(base: Record, new: Record) -> list[str]:
    """The claims that BASE decided and NEW didn't run."""
    return [name for name in base["claims"] if new["undecided"].get(name) == NOT_RUN]


def _side(record: Record) -> Side:
    return Side(record["subject"], record["environment"], record["lossspec"], record["specification"])


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
