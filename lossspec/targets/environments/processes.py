"""Programs run from several threads, all ended at once: by `stop`, or with lossspec itself."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator, Mapping, Sequence

# Runs a program beside a guard that waits for the end of its standard input. Nothing is ever
# written there: it ends when lossspec does, by SIGKILL too, and then the guard ends the program and
# all that it started.
_GUARD = "(read -r _ <&3; kill -KILL 0) >/dev/null 2>&1 &"
_GUARDED = ("/bin/sh", "-c", f'exec 3<&0 </dev/null; {_GUARD} exec "$@" 3<&-', "sh")


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
        with _ending_with_us() as (guard, listening):
            with self._lock:
                if self._stopping:
                    raise Stopped
                # A session of its own, so that what it started ends with it, and a key pressed
                # reaches lossspec alone.
                process = subprocess.Popen(  # noqa: S603 # the commands are lossspec's own
                    [*guard, *command],
                    cwd=folder,
                    env=dict(environment),
                    stdin=listening,
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


@contextlib.contextmanager
def _ending_with_us() -> Iterator[tuple[Sequence[str], int]]:
    """Give what stands before a command, and its standard input, so that it ends with us."""
    if os.name != "posix":
        yield (), subprocess.DEVNULL
        return
    listening, held = os.pipe()  # of which no other program inherits an end
    try:
        yield _GUARDED, listening
    finally:
        os.close(listening)
        os.close(held)


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is not None:
        return
    if not hasattr(os, "killpg"):
        process.kill()
        return
    with contextlib.suppress(ProcessLookupError):  # it may just have ended
        os.killpg(process.pid, signal.SIGKILL)  # a session's leader gives its group its own number
