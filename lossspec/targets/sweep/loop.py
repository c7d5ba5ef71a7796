"""Subject after subject, or several side by side; what fails is named, and the rest goes on."""

from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Callable, Generator, Sequence

from lossspec.core.errors import UsageProblem
from lossspec.core.progress import bar, tell
from lossspec.records.findings import NOT_RUN, changed_in_words, is_changed
from lossspec.records.record import Record
from lossspec.records.results import counted
from lossspec.records.subjects import subject_in_words
from lossspec.targets.environments import SubjectFailed
from lossspec.targets.requirements import Pins

OUTCOMES = AS_EXPECTED, SKIPPED, CHANGED, FAILED = "as expected", "skipped", "changed", "failed"


@dataclass(frozen=True)
class Outcome:
    """What became of a subject: one of `OUTCOMES`, its seconds, and a line that says more."""

    name: str
    what: str
    seconds: float
    says: str

    @property
    def bad(self) -> bool:
        """Whether the sweep has to end with exit code 1."""
        return self.what in (CHANGED, FAILED)


Observe = Callable[[Pins], Record]
Keep = Callable[[Record], str]
"""Stores a record, and says what is to be said of it: nothing, where it was simply written."""


def sweep(
    subjects: Sequence[Pins], observe: Observe, keep: Keep, *, jobs: int, stop: Callable[[], None]
) -> Generator[Outcome, None, None]:
    """Observe subjects, and give what became of each as soon as it is known.

    Args:
        subjects: in the order in which they begin.
        observe: gives a subject's record.
        keep: stores it; called by one thread only, so that an interrupt finds every record whole.
        jobs: how many at once.
        stop: ends all that is running, when an interrupt or the iterator's end breaks it off.
    """
    waiting = list(subjects)
    running: dict[Future[Record], tuple[Pins, float]] = {}
    with ThreadPoolExecutor(jobs) as pool:
        try:
            while waiting or running:
                while waiting and len(running) < jobs:
                    pins = waiting.pop(0)
                    running[pool.submit(observe, pins)] = pins, time.monotonic()
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    pins, started = running.pop(future)
                    yield _outcome(pins, future, keep, started)
        except BaseException:
            stop()  # or leaving the pool would wait for all that is running
            raise


def _outcome(pins: Pins, future: Future[Record], keep: Keep, started: float) -> Outcome:
    seconds = time.monotonic() - started
    try:
        record = future.result()
        note = keep(record)
    except (SubjectFailed, UsageProblem) as problem:
        return Outcome(pins.name, FAILED, seconds, str(problem))
    changed = _broken(record) or any(is_changed(entry) for entry in record["claims"].values())
    says = "; ".join(filter(None, [score(record), note]))
    return Outcome(pins.name, CHANGED if changed else AS_EXPECTED, seconds, says)


def _broken(record: Record) -> list[str]:
    """List the claims whose specs decided nothing, other than those that were left out."""
    return [claim for claim, why in record["undecided"].items() if why != NOT_RUN]


def score(record: Record) -> str:
    """Sum a record up as its run did: ``TensorFlow 2.21.0, Keras 3.15.1: 58 hold, 0 changed``."""
    counts = counted(entry["verdict"] for entry in record["claims"].values())
    broken = _broken(record)
    undecided = f", {len(broken)} undecided" if broken else ""
    changed = changed_in_words(record["claims"].values())
    return f"{subject_in_words(record['subject'])}: {counts}{undecided}, {changed}"


class Screen:
    """A bar of subjects in a terminal, and a line for each that has ended."""

    def __init__(self, total: int) -> None:
        self._total, self._ended = total, 0
        self.bar = bar("subjects")
        self._task = self.bar.add_task("", total=total)

    def ended(self, outcome: Outcome) -> None:
        """Print what became of a subject."""
        self._ended += 1
        took = "" if outcome.what == SKIPPED else f" in {outcome.seconds:.0f} s"
        head = f"{outcome.name} ({self._ended} of {self._total}): {outcome.what}{took}"
        tell(self.bar.console, f"{head}: {outcome.says}")
        self.bar.advance(self._task)
