"""How many processes a run of the specification is divided among."""

from __future__ import annotations

import os

MOST = 2
"""What one subject is given: each worker imports TensorFlow anew, and what it computes has threads of its own."""


def processors() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def workers(at_once: int = 1) -> int:
    """The workers of each of so many runs side by side: at least one, and all together no more than processors."""
    return max(1, min(MOST, processors() // at_once))
