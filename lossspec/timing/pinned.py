"""All threads of this process on one processor, while calls are timed.

TensorFlow hands a graph's call over to another thread. Where that one sleeps on another processor, waking it takes some
tens of microseconds, more or less as the system happens to place the two and to let processors rest: a loss's forward
call as a graph took 266 to 412 µs from run to run, and less on a busy machine than on an idle one. On one processor it
is a switch from one thread to the next.
"""

from __future__ import annotations

import contextlib
import os
from typing import Iterator

from lossspec.timing.stopwatch import TASKS


@contextlib.contextmanager
def one_processor() -> Iterator[None]:
    """Keep this process's threads, and those that begin meanwhile, on one processor; where the system lets us."""
    allowed = _allowed()
    try:
        _allow(set(sorted(allowed)[-1:]))
        yield
    finally:
        _allow(allowed)


def _allowed() -> set[int]:
    """The processors that this process may run on; none where the system doesn't tell."""
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()


def _allow(processors: set[int]) -> None:
    """Let each thread of this process run on these; the calling one first, from which new ones have it."""
    if not processors:
        return
    others = [int(each) for each in os.listdir(TASKS)] if os.path.isdir(TASKS) else []
    for thread in (0, *others):
        with contextlib.suppress(OSError):  # it may have ended, and a sandbox may not let us
            os.sched_setaffinity(thread, processors)
