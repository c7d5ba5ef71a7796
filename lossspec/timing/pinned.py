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
    """Keep this process's threads, and those that begin meanwhile, on one processor; nothing where the system can't."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    try:
        _allow({max(allowed)})
        yield
    finally:
        _allow(allowed)


def _allow(processors: set[int]) -> None:
    """Let each thread of this process run on these; the calling one first, from which new ones have it."""
    os.sched_setaffinity(0, processors)
    for thread in os.listdir(TASKS):
        with contextlib.suppress(OSError):  # it may have ended
            os.sched_setaffinity(int(thread), processors)
