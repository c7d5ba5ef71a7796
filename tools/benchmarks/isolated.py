"""Each measured part in a process of its own: no threads, caches or memory leak into the next."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import resource
import sys
import time
from typing import Any, Callable, TypeVar

Result = TypeVar("Result")


def isolated(part: Callable[..., Result], *arguments: Any) -> Result:
    """What the part returns, run in a fresh process that ends with it."""
    fresh = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(max_workers=1, mp_context=fresh) as process:
        return process.submit(part, *arguments).result()


def seconds(call: Callable[[], object]) -> float:
    """How long the call takes, in s."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def peak_memory() -> int:
    """The most memory this process has held so far, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
