"""A binary search along a row of releases that are subjects."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Callable, Optional, Sequence

from lossspec.core.errors import UsageProblem
from lossspec.core.progress import tell, waiting
from lossspec.records.record_types import Record
from lossspec.targets.bisection.releases import Release
from lossspec.targets.bisection.watched import Watched
from lossspec.targets.environments import Observe, SubjectFailed

Same = Callable[[int], Optional[bool]]
"""Whether the release at a place is as the first one; None where that can't be told."""


def change(count: int, same: Same) -> tuple[int, int]:
    """Find two places between which a row changes.

    They are neighbours, but for places between them that can't be judged. Where the row changes
    several times, it is one of the changes.

    Args:
        count: the length of the row; the first place is as itself, and the last is not.
        same: looks at a place between; asked at most once each.
    """
    low, high = 0, count - 1
    silent: set[int] = set()
    while True:
        candidates = [place for place in range(low + 1, high) if place not in silent]
        if not candidates:
            return low, high
        middle = min(candidates, key=lambda place: abs(2 * place - low - high))
        as_first = same(middle)
        if as_first is None:
            silent.add(middle)
        elif as_first:
            low = middle
        else:
            high = middle


@dataclass(frozen=True)
class Look:
    """One release, its record if any, and what is said."""

    release: Release
    seconds: float
    record: Record | None
    said: str


class Bisection:
    """A search along releases for what is watched."""

    def __init__(self, watched: Watched, releases: Sequence[Release], observe: Observe) -> None:
        self._watched, self._releases, self._observe = watched, releases, observe
        self._most = 2 + math.ceil(math.log2(len(releases) - 1))  # the ends, and each halving
        self.looks: dict[int, Look] = {}

    def run(self) -> str:
        """Search, and say between which releases it changes.

        Raises:
            UsageProblem: when an end can't be judged, or both are the same.
        """
        oldest, newest = (self._judged(place) for place in (0, len(self._releases) - 1))
        if self._watched.same(oldest, newest):
            ends, title = f"{self._releases[0]} and {self._releases[-1]}", self._watched.title
            raise UsageProblem(
                f"{ends} have the same {title}, {self.looks[0].said}",
                expected="two subjects that differ",
                do="name others",
            )

        def same(place: int) -> bool | None:
            record = self._look(place).record
            return self._watched.same(oldest, record) if record else None

        low, high = change(len(self._releases), same)
        older, newer = (
            (self._releases[place].on(record["subject"]), record)
            for place, record in ((low, self._judged(low)), (high, self._judged(high)))
        )
        silent = ", ".join(str(self._releases[place]) for place in range(low + 1, high))
        gap = f"\nBetween the two, {silent} could not be judged." if silent else ""
        row = self._releases[low : high + 1]
        if not all(newer.follows(older) for older, newer in zip(row, row[1:])):
            gap += "\nWhat was released between the two is no subject, and was not tried."
        return self._watched.sentence(older, newer) + gap

    def _judged(self, place: int) -> Record:
        look = self.looks.get(place) or self._look(place)
        if look.record is None:
            raise UsageProblem(
                f"{look.release} can't be judged: {look.said}",
                expected="a verdict at both ends",
                do="name another",
            )
        return look.record

    def _look(self, place: int) -> Look:
        release, started = self._releases[place], time.monotonic()
        head = f"run {len(self.looks) + 1} of about {self._most}: {release}"
        record = None
        with waiting(f"{head} …") as console:
            try:
                made = self._observe(release.pins, self._watched.options)
                first = self.looks[0].record if self.looks else None
                said = self._watched.in_words(made, first or made)
                record = made
            except SubjectFailed as error:
                said = str(error)
        look = self.looks[place] = Look(release, time.monotonic() - started, record, said)
        tell(console, f"{head}: {said}, {look.seconds:.0f} s")
        return look
