"""How long calls take, less the time for which they were ready to go on and the processor was given to others.

Linux counts that time for each thread. It is what a busy machine adds most: a call of 50 ms once took 4.66 s beside
others, and had waited for 4.61 s of them. A call that sleeps isn't ready, so its sleep is measured. Where the system
doesn't tell, nothing is taken off.
"""

from __future__ import annotations

import contextlib
import os
import time
from typing import Callable, Iterator, Mapping

TASKS = "/proc/self/task"

Clock = Callable[[], float]
Waits = Callable[[], Mapping[str, float]]


class Waited:
    """Seconds that each of this process's threads has waited for a processor so far.

    Args:
        tasks: a folder for each thread, whose ``schedstat`` holds nanoseconds run, nanoseconds waited, and turns.
    """

    def __init__(self, tasks: str = TASKS) -> None:
        self._tasks = tasks
        self._files: dict[str, int] = {}
        self._waited: dict[str, int] = {}

    def __call__(self) -> Mapping[str, float]:
        """Read it, by thread; one that has ended keeps what it waited."""
        for thread in self._threads():
            try:
                if thread not in self._files:
                    self._files[thread] = os.open(f"{self._tasks}/{thread}/schedstat", os.O_RDONLY)
                self._waited[thread] = int(os.pread(self._files[thread], 64, 0).split()[1])
            except (OSError, IndexError, ValueError):
                self._close(thread)
        return {thread: waited / 1e9 for thread, waited in self._waited.items()}

    def _threads(self) -> list[str]:
        try:
            return os.listdir(self._tasks)
        except OSError:
            return []

    def _close(self, thread: str) -> None:
        if thread in self._files:
            os.close(self._files.pop(thread))

    def close(self) -> None:
        """Close the files."""
        for thread in list(self._files):
            self._close(thread)


class Stopwatch:
    """Measures calls.

    Args:
        clock: gives seconds.
        waits: gives seconds that each thread has waited for a processor so far.
        worked: gives seconds that this process's threads have computed so far.
    """

    def __init__(self, clock: Clock, waits: Waits, worked: Clock) -> None:
        self.clock, self._waits, self._worked = clock, waits, worked

    def seconds(self, call: Callable[[], object], repeats: int, *, takes_turns: bool = False) -> float:
        """Seconds of one of so many calls, one after another.

        Reading what was waited takes time itself. So what is taken off is taken off a span that holds the reading: too
        little may be taken off, and never too much. What threads computed is the least that is left.

        Args:
            call: what is measured.
            repeats: how often it is called.
            takes_turns: whether the call takes so long that the system gives the processor to others several times
                meanwhile. Then each of its threads may have waited at another time, and all of it is taken off. Else
                several wait for one and the same turn of others, and the longest wait is.
        """
        outer, before, worked, start = self.clock(), self._waits(), self._worked(), self.clock()
        for _ in range(repeats):
            call()
        span, worked, after = self.clock() - start, self._worked() - worked, self._waits()
        outer = self.clock() - outer
        waited = [seconds - before.get(thread, 0.0) for thread, seconds in after.items()]
        taken_off = sum(waited) if takes_turns else max(waited, default=0.0)
        return min(span, max(worked, outer - taken_off)) / repeats


@contextlib.contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    """A stopwatch by the system's clocks."""
    waited = Waited()
    try:
        yield Stopwatch(time.perf_counter, waited, time.process_time)
    finally:
        waited.close()
