"""Subjects observed in turn, or side by side."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Callable, Generator, Sequence

from lossspec.core.errors import UsageProblem
from lossspec.core.progress import bar, tell
from lossspec.records.findings import changed_in_words, failed_to_decide, is_changed
from lossspec.records.record_types import Record
from lossspec.records.results import counted
from lossspec.records.subjects import subject_in_words
from lossspec.targets.environments import SubjectFailed, WorkerProblem
from lossspec.targets.requirements import Pins

OUTCOMES = AS_EXPECTED, SKIPPED, CHANGED, FAILED = "as expected", "skipped", "changed", "failed"


@dataclass(frozen=True)
class Outcome:
    """What became of a subject: one of `OUTCOMES`, and more."""

    name: str
    what: str
    seconds: float
    says: str

    @property
    def bad(self) -> bool:
        """Whether it makes the exit code 1."""
        return self.what in (CHANGED, FAILED)


def sweep(
    subjects: Sequence[Pins],
    observe: Callable[[Pins], Record],
    keep: Callable[[Record], str],
    *,
    jobs: int,
    stop: Callable[[], None],
) -> Generator[Outcome, None, None]:
    """Observe subjects, ``jobs`` at once, and give each outcome once known.

    ``keep`` stores a record, in this thread, and says what is to be said of that; ``stop`` ends all
    that is running, when an interrupt or the iterator's end breaks it off.
    """

    def timed(pins: Pins) -> tuple[Record, float]:
        started = time.monotonic()
        return observe(pins), time.monotonic() - started

    with ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(timed, pins): pins.name for pins in subjects}
        try:
            for future in as_completed(futures):
                yield _outcome(futures[future], future, keep)
        except BaseException:
            for future in futures:
                future.cancel()
            stop()  # or leaving the pool would wait for all that is running
            raise


def _outcome(
    name: str, future: Future[tuple[Record, float]], keep: Callable[[Record], str]
) -> Outcome:
    try:
        record, seconds = future.result()
        note = keep(record)
    except WorkerProblem:
        raise  # the rest would meet it, too
    except (SubjectFailed, UsageProblem) as problem:
        return Outcome(name, FAILED, 0.0, str(problem))
    changed = _broken(record) or any(is_changed(entry) for entry in record["claims"].values())
    says = "; ".join(filter(None, [score(record), note]))
    return Outcome(name, CHANGED if changed else AS_EXPECTED, seconds, says)


def _broken(record: Record) -> list[str]:
    """List the claims whose specs failed to decide."""
    return [claim for claim, why in record["undecided"].items() if failed_to_decide(why)]


def score(record: Record) -> str:
    """Sum a record up: ``TensorFlow 2.21.0, …: 58 hold, 0 changed``."""
    counts = counted(entry["verdict"] for entry in record["claims"].values())
    broken = _broken(record)
    undecided = f", {len(broken)} undecided" if broken else ""
    changed = changed_in_words(record["claims"].values())
    return f"{subject_in_words(record['subject'])}: {counts}{undecided}, {changed}"


class Screen:
    """A bar of subjects, and a line for each ended."""

    def __init__(self, total: int) -> None:
        self._total, self._ended = total, 0
        self.bar = bar("subjects")
        self._task = self.bar.add_task("", total=total)

    def ended(self, outcome: Outcome) -> None:
        """Print what became of a subject."""
        self._ended += 1
        took = f" in {outcome.seconds:.0f} s" if outcome.what in (AS_EXPECTED, CHANGED) else ""
        head = f"{outcome.name} ({self._ended} of {self._total}): {outcome.what}{took}"
        tell(self.bar.console, f"{head}: {outcome.says}")
        self.bar.advance(self._task)
