"""A search along a row of releases, in about as many runs as their number has binary digits."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Callable, Optional, Sequence

from lossspec.core.errors import UsageProblem
from lossspec.core.progress import tell, waiting
from lossspec.records.record import Record
from lossspec.targets.bisection.releases import Release
from lossspec.targets.bisection.watched import Watched
from lossspec.targets.environments import Observe, SubjectFailed
from lossspec.targets.requirements import numbers_in

Same = Callable[[int], Optional[bool]]
"""Whether the release at a place is as the first one; None where that can't be told."""


def change(count: int, same: Same) -> tuple[int, int]:
    """Find two places of a row between which it changes: one as the first, the other not.

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
    """One release that was looked at: its record, and what it says; or why it says nothing."""

    release: Release
    seconds: float
    record: Record | None
    said: str


class Bisection:
    """A search along a row of releases.

    Args:
        watched: what is followed.
        releases: the row, from ``--good`` to ``--bad``.
        observe: makes the records.
    """

    def __init__(self, watched: Watched, releases: Sequence[Release], observe: Observe) -> None:
        self._watched, self._releases, self._observe = watched, releases, observe
        self._most = 2 + math.ceil(math.log2(len(releases) - 1))  # the ends, and each halving
        self.looks: dict[int, Look] = {}
        self.found = (0, 0)

    def run(self) -> None:
        """Look at both ends, and then between them.

        Raises:
            UsageProblem: when an end can't be judged, or both are the same.
        """
        last = len(self._releases) - 1
        for place in (0, last):
            if self._look(place).record is None:
                raise UsageProblem(
                    f"{self._releases[place]} can't be judged: {self.looks[place].said}",
                    expected="a verdict at both ends",
                    do="name another",
                )
        if self._as_first(last):
            ends, title = f"{self._releases[0]} and {self._releases[last]}", self._watched.title
            raise UsageProblem(
                f"{ends} have the same {title}, {self.looks[0].said}",
                expected="two releases that differ",
                do="name others",
            )
        self.found = change(len(self._releases), self._judge)

    def answer(self) -> list[str]:
        """Say between which releases it changes, and what that took."""
        older, newer = sorted(self.found, reverse=self._downwards())
        ends = []
        for look in (self.looks[older], self.looks[newer]):
            assert look.record is not None  # noqa: S101 # `change` gives places that were judged
            ends.append((look.release.on(look.record["subject"]), look.record))
        lines = [self._watched.sentence(*ends)]
        low, high = sorted(self.found)
        silent = [str(self.looks[place].release) for place in range(low + 1, high)]
        if silent:
            lines.append(f"Between the two, {', '.join(silent)} could not be judged.")
        seconds = sum(look.seconds for look in self.looks.values())
        return [*lines, f"{len(self.looks)} of {len(self._releases)} releases, {seconds:.0f} s"]

    def oldest_first(self) -> list[Look]:
        """List the releases that were looked at."""
        places = sorted(self.looks, reverse=self._downwards())
        return [self.looks[place] for place in places]

    def _downwards(self) -> bool:
        first, last = self._releases[0], self._releases[-1]
        return numbers_in(first.version) > numbers_in(last.version)

    def _judge(self, place: int) -> bool | None:
        return None if self._look(place).record is None else self._as_first(place)

    def _as_first(self, place: int) -> bool:
        first, record = self.looks[0].record, self.looks[place].record
        return bool(first and record and self._watched.same(first, record))

    def _look(self, place: int) -> Look:
        release, started = self._releases[place], time.monotonic()
        head = f"run {len(self.looks) + 1} of about {self._most}: {release}"
        record: Record | None = None
        with waiting(f"{head} …") as console:
            try:
                made = self._observe(release.pins, self._watched.options)
                self._watched.check(made)
                record = made
                first = self.looks[0].record if self.looks else None
                said = self._watched.in_words(made, first or made)
            except SubjectFailed as error:
                said = str(error)
        look = self.looks[place] = Look(release, time.monotonic() - started, record, said)
        tell(console, f"{head}: {said}, {look.seconds:.0f} s")
        return look
