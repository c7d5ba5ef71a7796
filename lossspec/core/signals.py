"""Signals that end a command: SIGTERM, and the SIGHUP of a terminal that is closed, break it off as Ctrl-C does."""

from __future__ import annotations

import contextlib
import signal
import threading
from types import FrameType
from typing import Iterator


class Ended(KeyboardInterrupt):
    """A signal has told the command to end; caught wherever Ctrl-C is, so that as much is cleaned up.

    Args:
        number: the signal's.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextlib.contextmanager
def ended_as_by_ctrl_c() -> Iterator[None]:
    """Raise `Ended` at the first SIGTERM or SIGHUP that comes while the block runs; others don't disturb its end.

    A signal that is ignored, as SIGHUP is under nohup, stays ignored. Outside the main thread, which alone can handle
    signals, the block just runs.
    """
    received: list[int] = []

    def end(number: int, _: FrameType | None) -> None:
        if not received:  # a shell and the system may both send SIGHUP when a terminal is closed
            received.append(number)
            raise Ended(number)

    known = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    in_main_thread = threading.current_thread() is threading.main_thread()
    handled = [each for each in known if in_main_thread and signal.getsignal(each) == signal.SIG_DFL]
    for each in handled:
        signal.signal(each, end)
    try:
        yield
    except BaseException as error:
        if received and not isinstance(error, Ended):  # such as what a terminal that is gone says to a progress bar
            raise Ended(received[0]) from error
        raise
    finally:
        for each in handled:
            signal.signal(each, signal.SIG_DFL)
