"""Programs run from threads, and ended together."""

from __future__ import annotations

import os
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Callable, Mapping, Sequence

# Runs a program beside a guard that waits for the end of its standard input. Nothing is ever
# written there: it ends when lossspec closes it or ends itself, by SIGKILL too, and then the guard
# ends the program and all that it started.
_GUARD = "(read -r _ <&3; kill -KILL 0) >/dev/null 2>&1 &"
_GUARDED = ("/bin/sh", "-c", f'exec 3<&0 </dev/null; {_GUARD} exec "$@" 3<&-', "sh")


class Stopped(Exception):
    """A program was ended, or not started."""


@dataclass(frozen=True)
class Done:
    """A program's exit code, and what it printed."""

    code: int
    output: str


Run = Callable[[Sequence[str], Mapping[str, str], Path], Done]
"""A program and its arguments, its environment variables, and the folder it runs in."""


class Processes:
    """Programs that end when told to, or with lossspec."""

    def __init__(self) -> None:
        self._guard: Sequence[str] = _GUARDED if os.name == "posix" else ()
        self._lock = threading.Lock()
        self._held: list[IO[str]] = []
        self._stopping = False

    def run(self, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> Done:
        """Run a program to its end.

        Raises:
            Stopped: when `stop` was called before its end.
        """
        listening, held = os.pipe()  # of which no other program inherits an end
        with open(listening) as reading, open(held, "w") as writing:
            with self._lock:
                if self._stopping:
                    raise Stopped
                # A session of its own: the guard ends all of it, a key pressed reaches us alone.
                process = subprocess.Popen(  # noqa: S603 # the commands are lossspec's own
                    [*self._guard, *command],
                    cwd=folder,
                    env=dict(environment),
                    stdin=reading,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    encoding="utf-8",
                    errors="replace",
                    start_new_session=True,
                )
                self._held.append(writing)
            try:
                output, _ = process.communicate()
            except BaseException:
                writing.close()
                process.communicate()
                raise
        if self._stopping:
            raise Stopped
        return Done(process.returncode, output)

    def stop(self) -> None:
        """End all programs, and start no other."""
        with self._lock:
            self._stopping = True
            for writing in self._held:
                writing.close()
