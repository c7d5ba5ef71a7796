"""What a sweep does with a subject."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Sequence

from lossspec.records.record_types import Record
from lossspec.targets.environments import Observer, SubjectFailed
from lossspec.targets.requirements import Pins
from lossspec.targets.sweep.incremental import Today, mended, to_run
from lossspec.targets.sweep.stored import Stored


@dataclass(frozen=True)
class Plan:
    """How subjects are observed, or just timed."""

    stored: Stored
    today: Today
    observer: Observer
    options: Sequence[str]
    again: bool
    timings: bool

    def done(self, pins: Pins) -> Record | None:
        """Find a subject's record that needs no run."""
        if self.again:
            return None
        if self.timings:
            record = self.stored.before(pins)
            return record if record and record["timings"] else None
        return self.stored.of_today(pins, whole=not self.options)

    def observe(self, pins: Pins) -> Record:
        """Make a subject's record.

        Raises:
            SubjectFailed, UsageProblem, Stopped: as `Observer.record_of`.
        """
        before = self.stored.before(pins) if pins.pinned else None
        if self.timings:
            if before is None:
                what = "there is no record of it to put step times into"
                raise SubjectFailed(f"{what}; sweep without --timings first")
            return self.observer.timed(pins, before)
        if before and not (self.options or self.again):
            files = to_run(before, self.today)
            # Such as a run that decided nothing; the whole one says why.
            with contextlib.suppress(SubjectFailed):
                part = self.observer.record_of(pins, files) if files else None
                new = mended(before, part, self.today) if files is not None else None
                if new:
                    return new
        return self.observer.record_of(pins, self.options)
