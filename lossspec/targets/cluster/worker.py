"""What a worker does: it runs a subject's interpreter, for one task."""

from __future__ import annotations

import contextlib
import errno
import os
import platform
from pathlib import Path
from typing import Collection, Iterator, Mapping, Sequence

from lossspec.core.errors import UsageProblem
from lossspec.core.files import cache_folder
from lossspec.core.locks import locked
from lossspec.targets.cluster.tasks import Reply, Task, reply_of
from lossspec.targets.cluster.wheel import own_version, unpacked
from lossspec.targets.environments import Answer, Done, Processes, SubjectFailed, uv_path
from lossspec.targets.environments.building import build, state_of
from lossspec.targets.environments.observing import answered, scratch
from lossspec.targets.environments.processes import Run
from lossspec.targets.requirements import Pins, read_pins

PATIENCE = 900.0
"""Seconds to wait for an environment that another worker of this host builds, or has died over."""

_FULL = [os.strerror(code) for code in (errno.ENOSPC, errno.EDQUOT)]

_running: dict[str, Processes] = {}


def run(text: str, wheel: bytes | None = None) -> Reply:
    """Run a task, given as JSON; a subject's failure and this host's are replies.

    Args:
        text: the `Task`.
        wheel: lossspec and its specs, where this host has said that it lacks them.

    Raises:
        Stopped: when `end` was called for it.
    """
    task = Task.from_text(text)
    if task.lossspec != own_version():
        return _problem(
            f"has lossspec {own_version()}", task.lossspec, "install there what is installed here"
        )
    processes = _running.setdefault(task.key, Processes())
    watched = _Watched(processes.run)
    try:
        package = unpacked(task.wheel, wheel, cache_folder() / "wheels")
        if package is None:
            return Reply(lacks=task.wheel)
        answer = _answer(task, package, watched.run)
    except SubjectFailed as failure:
        return watched.problem or Reply(failed=str(failure))
    except OSError as error:
        place = error.filename or cache_folder()
        return _problem(f"can't write {place}: {error.strerror}", _ROOM, _DO)
    except UsageProblem as problem:
        cause = problem.__cause__
        if isinstance(cause, OSError):
            return _problem(f"can't write {cache_folder()}: {cause.strerror}", _ROOM, _DO)
        return _problem(f"says: {problem.parts[0]}", *problem.parts[1:])
    finally:
        _running.pop(task.key, None)
    return (watched.problem if answer.json is None else None) or reply_of(answer)


def end(keys: Collection[str]) -> None:
    """End what runs for tasks of these keys."""
    for key in keys:
        if processes := _running.get(key):
            processes.stop()


class _Watched:
    """Runs programs, and notes the problem where one says that the disk is full."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.problem: Reply | None = None

    def run(self, command: Sequence[str], variables: Mapping[str, str], folder: Path) -> Done:
        done = self._run(command, variables, folder)
        if full := next((words for words in _FULL if words in done.output), None):
            self.problem = _problem(f"can't write {cache_folder()}: {full}", _ROOM, _DO)
        return done


def _answer(task: Task, package: Path, run: Run) -> Answer:
    uv = uv_path()
    with scratch() as place:
        file = place / f"{task.subject}.txt"
        file.write_text(task.requirements, encoding="utf-8")
        pins = read_pins(file)
        with _place_of(pins, task.needed, place) as folder:
            build(pins, folder, uv, run, task.needed)
        return answered(pins, folder, package, run, task.arguments, without=set_by_nanny())


def set_by_nanny() -> list[str]:
    """List the variables that Dask's nanny has set here, such as one thread for BLAS.

    One that somebody has set otherwise is theirs.
    """
    from distributed.config import config

    said = config["distributed"]["nanny"]["pre-spawn-environ"]
    return [name for name, value in said.items() if os.environ.get(name) == str(value)]


@contextlib.contextmanager
def _place_of(pins: Pins, needed: Sequence[str], own: Path) -> Iterator[Path]:
    """Find where a subject's environment lies on this host, locked while it is built.

    What isn't pinned is built anew each time, in the task's own folder; so is what another worker
    doesn't finish.
    """
    shared = cache_folder() / "environments" / f"{pins.name}-{state_of(pins, needed)[:16]}"
    if not pins.pinned:
        yield own / pins.name
        return
    with locked(shared.parent / f"{shared.name}.lock", patience=PATIENCE) as held:
        yield shared if held else own / pins.name


_ROOM, _DO = "room for environments there", "make some, or name another place with XDG_CACHE_HOME"


def _problem(given: str, expected: str, do: str) -> Reply:
    return Reply(problem=[f"worker {platform.node()} {given}", expected, do])
