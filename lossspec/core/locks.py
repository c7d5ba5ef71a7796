"""Locks that the system frees when their holder ends, however it does."""

from __future__ import annotations

import contextlib
import math
import time
from pathlib import Path
from typing import Iterator

from lossspec.core.files import cache_folder

try:
    import fcntl
except ImportError:  # Windows has none, and nothing is locked there
    fcntl = None  # type: ignore[assignment] # as said

_PAUSE = 0.1


@contextlib.contextmanager
def locked(file: Path, *, shared: bool = False, patience: float = math.inf) -> Iterator[bool]:
    """Hold a file's lock while the block runs; yield whether it is held.

    Args:
        file: is made where it isn't there, and stays.
        shared: beside others that share it, rather than alone.
        patience: seconds to wait for others.
    """
    if fcntl is None:
        yield True
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as handle:
        how = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB
        until = time.monotonic() + patience
        while not (held := _taken(handle.fileno(), how)) and time.monotonic() < until:
            time.sleep(_PAUSE)
        yield held


def _taken(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how)
    except BlockingIOError:
        return False
    return True


def of_this_machine() -> Path:
    """Name the lock that runs of subjects share, and timings hold alone."""
    return cache_folder().with_suffix(".lock")
