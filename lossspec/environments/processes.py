"""Other programs, run from several threads, and all of them ended at once."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Mapping, Sequence


class Stopped(Exception):
    """A program was ended, or not started, because all were told to stop."""


@dataclass(frozen=True)
class Done:
    """What became of a program: its exit code, and what it printed, standard error included."""

    code: int
    output: str


Run = Callable[[Sequence[str], Mapping[str, str], Path], Done]
"""A program and its arguments, its environment variables, and the folder it runs in."""


class Processes:
    """Programs that were started and have not ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._stopping = False

    def run(self, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> Done:
        """Run a program to its end.

        Raises:
            Stopped: when `stop` was called before its end.
        """
        with self._lock:
            if self._stopping:
                raise Stopped
            # A session of its own, so that what it started ends with it, and a key pressed reaches lossspec alone.
            process = subprocess.Popen(  # noqa: S603 # the commands are lossspec's own
                list(command),
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
            self._running.add(process)
        try:
            output, _ = process.communicate()
        except BaseException:
            _end(process)
            process.communicate()
            raise
        finally:
            with self._lock:
                self._running.discard(process)
        if self._stopping:
            raise Stopped
        return Done(process.returncode, output)

    def stop(self) -> None:
        """End all programs, and start no other."""
        with self._lock:
            self._stopping = True
            for process in self._running:
                _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is not None:
        return
    if not hasattr(os, "killpg"):
        process.kill()
        return
    with contextlib.suppress(ProcessLookupError):  # it may just have ended
        os.killpg(process.pid, signal.SIGKILL)  # the session's leader gives its group its own number
