"""Signals that end a command as Ctrl-C does: SIGTERM, SIGHUP."""

from __future__ import annotations

import contextlib
import signal
import sys
from types import FrameType
from typing import Iterator

from lossspec.core.console import discard


class Ended(KeyboardInterrupt):
    """A signal has ended the command."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextlib.contextmanager
def ended_as_by_ctrl_c() -> Iterator[None]:
    """Raise `Ended` at the first SIGTERM or SIGHUP, ignore later ones.

    A signal that is ignored, as SIGHUP is under nohup, stays ignored.
    """
    there = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    handled = [number for number in there if signal.getsignal(number) == signal.SIG_DFL]

    def end(number: int, _: FrameType | None) -> None:
        for later in handled:  # a shell and the system may both send SIGHUP
            signal.signal(later, signal.SIG_IGN)
        if number != signal.SIGTERM:  # no progress bar can be taken off a terminal that is gone
            discard(sys.stdout)
            discard(sys.stderr)
        raise Ended(number)

    for number in handled:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in handled:
            signal.signal(number, signal.SIG_DFL)
