"""Subject after subject, or several side by side; what fails is named, and the rest goes on."""

from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Callable, Generator, Sequence

from lossspec.core.errors import UsageProblem
from lossspec.records.findings import NOT_RUN, changed_in_words, is_changed
from lossspec.records.record import Record
from lossspec.records.results import counted
from lossspec.records.subjects import subject_in_words
from lossspec.targets.environments import SubjectFailed
from lossspec.targets.requirements import Pins

AS_EXPECTED, CHANGED, FAILED, SKIPPED = "as expected", "changed", "failed", "skipped"


@dataclass(frozen=True)
class Outcome:
    """What became of one subject: one of the four words above, its seconds, and one line that says more."""

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
    subjects: Sequence[Pins],
    observe: Observe,
    keep: Keep,
    *,
    jobs: int,
    stop: Callable[[], None],
    begun: Callable[[str], None] = lambda _: None,
) -> Generator[Outcome, None, None]:
    """Observe subjects, and give what became of each as soon as it is known.

    Args:
        subjects: in the order in which they begin.
        observe: gives a subject's record.
        keep: stores it; called by one thread only, so that an interrupt finds every record whole.
        jobs: how many at once.
        stop: ends all that is running, when the sweep is broken off: by an interrupt, or by closing the iterator.
        begun: called with the name of each subject that begins.
    """
    waiting = list(subjects)
    running: dict[Future[Record], tuple[Pins, float]] = {}
    with ThreadPoolExecutor(jobs) as pool:
        try:
            while waiting or running:
                while waiting and len(running) < jobs:
                    begun(waiting[0].name)
                    pins = waiting.pop(0)
                    running[pool.submit(observe, pins)] = pins, time.monotonic()
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
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
    return Outcome(
        pins.name,
        CHANGED if changed else AS_EXPECTED,
        seconds,
        "; ".join(filter(None, [score(record), note])),
    )


def _broken(record: Record) -> list[str]:
    """The claims whose specs decided nothing, other than those that were left out."""
    return [claim for claim, why in record["undecided"].items() if why != NOT_RUN]


def score(record: Record) -> str:
    """``TensorFlow 2.21.0, Keras 3.15.1: 58 hold, 9 refuted, 3 unsupported, 0 changed``, as the run itself ended."""
    counts = counted(entry["verdict"] for entry in record["claims"].values())
    broken = _broken(record)
    undecided = f", {len(broken)} undecided" if broken else ""
    changed = changed_in_words(record["claims"].values())
    return f"{subject_in_words(record['subject'])}: {counts}{undecided}, {changed}"
