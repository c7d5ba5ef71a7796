"""How much memory one call takes on top of what the process holds, where the system can tell."""

from __future__ import annotations

import ctypes
import gc
import sys
from pathlib import Path
from typing import Callable

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
RESET_PEAK = "5"


def added_by(call: Callable[[], object]) -> int | None:
    """The most bytes that the process held during the call, less those that it held before; None but on Linux.

    Args:
        call: called before, so that nothing is compiled or loaded any more.
    """
    if not sys.platform.startswith("linux") or not CLEAR.exists():
        return None
    gc.collect()
    _give_back()
    CLEAR.write_text(RESET_PEAK, encoding="ascii")
    before = held("VmRSS")
    call()
    return max(0, held("VmHWM") - before)


def held(what: str, status: str | None = None) -> int:
    """Bytes that this process holds (``VmRSS``) or has held at most (``VmHWM``).

    Args:
        what: name of a line.
        status: the text to read it from, the process's own by default.
    """
    lines = (status or STATUS.read_text(encoding="ascii")).splitlines()
    return 1024 * int(next(line.split()[1] for line in lines if line.startswith(f"{what}:")))


def _give_back() -> None:
    """Have the C library return what it keeps for later: a call that uses it again would seem to take none."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
