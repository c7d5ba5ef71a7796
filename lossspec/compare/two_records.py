"""Compare two records, without reading or writing anything."""

from __future__ import annotations

from dataclasses import replace
from typing import Iterator

from lossspec.backends.catalog import backend_of
from lossspec.compare.backends import beside
from lossspec.compare.comparison import Comparison
from lossspec.compare.drift import drifts
from lossspec.compare.figures import count_rates, figure_moves
from lossspec.compare.machines import DIFFER, UNKNOWN, advice, machines
from lossspec.compare.studies import same_seeds, study_shifts
from lossspec.compare.timings import step_times
from lossspec.compare.verdicts import FALSE_ALARM, SAME, VerdictChange, verdict_changes
from lossspec.core.errors import UsageProblem
from lossspec.ledger.verdicts import ABSENT, UNDECIDED
from lossspec.records.changes import LOST
from lossspec.records.findings import NOT_RUN
from lossspec.records.record_types import Record


def compare(base: Record, new: Record, *, partly: bool = False) -> Comparison:
    """Compare two records, without reading or writing anything.

    Args:
        base: the record to compare with, as `record.read_record` gives it; `record.read_verdicts`,
            with cases and what was measured, gives enough.
        new: the record that is asked about.
        partly: whether claims that NEW was told to leave out are left aside; otherwise they count
            as worse. A spec that failed to decide its claim was not left out.

    Raises:
        UsageProblem: when they are of different libraries.
    """
    _check_comparable(base, new)
    base, new, of_backends = beside(base, new)
    false_alarm = FALSE_ALARM / max(1, count_rates(new))
    verdicts = list(verdict_changes(base, new, false_alarm))
    left_out: list[str] = []
    if partly:
        left_out = [name for claim in verdicts for name in _left_out(claim)]
        verdicts = [_without_left_out(claim) for claim in verdicts]
    studies, moves = study_shifts(base, new)
    fingerprints = drifts(base, new)
    if partly:
        studies, fingerprints = studies.without_lost(), fingerprints.without_lost()
    same = same_seeds(base, new)
    figures, figures_compared = figure_moves(base, new, same, false_alarm)
    moved = bool(figures or moves or any(drift.drifted for drift in fingerprints.found))
    environment, state = machines(base, new)
    return Comparison(
        base=base,
        new=new,
        notes=(
            *of_backends,
            *environment,
            *_notes(base, new, same, moved and state in (DIFFER, UNKNOWN)),
        ),
        verdicts=tuple(verdicts),
        figures=tuple(figures),
        figures_compared=figures_compared,
        studies=studies,
        studies_moved=moves,
        fingerprints=fingerprints,
        timings=step_times(base, new),
        left_out=tuple(left_out),
        machines=state,
    )


def _check_comparable(base: Record, new: Record) -> None:
    was, now = (backend_of(record["subject"]) for record in (base, new))
    if was.library != now.library:
        raise UsageProblem(
            f"BASE is of the backend {was.name} and NEW of {now.name}",
            expected="two records of one library, whose calls are the same",
            do="set them side by side with 'lossspec matrix BASE NEW'",
        )


def _left_out(claim: VerdictChange) -> list[str]:
    """The claim, or its calls, that NEW was told to omit."""
    if claim.new == UNDECIDED and claim.why == NOT_RUN and claim.base not in (UNDECIDED, ABSENT):
        return [claim.claim]
    return [call.found.finding.name for call in claim.calls if call.change == LOST]


def _without_left_out(claim: VerdictChange) -> VerdictChange:
    if claim.claim in _left_out(claim):
        return replace(claim, base=UNDECIDED, change=SAME)
    return replace(claim, calls=tuple(call for call in claim.calls if call.change != LOST))


def _notes(base: Record, new: Record, same: bool, advise: bool) -> Iterator[str]:
    """What else may explain differences, and how to tell."""
    if base["specification"] != new["specification"]:
        yield (
            f"different specifications, {base['specification']} and {new['specification']}: "
            "a verdict may differ because its claim or its spec does"
        )
    if base["lossspec"] != new["lossspec"]:
        yield f"different lossspecs: {base['lossspec']} and {new['lossspec']}"
    if base["subject"] == new["subject"] and base.get("settings") == new.get("settings"):
        yield "one subject twice: what differs here is chance, or the environment"
    if base["studies"].keys() & new["studies"].keys() and not same:
        yield "trained with other seeds: runs, and what rests on them, are compared by tests alone"
    if advise:
        yield advice(base["subject"], new["subject"])
