"""A subject's record, from an environment made for it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Callable, Collection, Iterator, Sequence

from lossspec.backends.keras.settings import FOREIGN
from lossspec.core.errors import UsageProblem
from lossspec.core.files import cache_folder, write_whole
from lossspec.core.locks import locked, of_this_machine
from lossspec.ledger import specification
from lossspec.records.record import as_text, parse_record
from lossspec.records.record_types import Record
from lossspec.targets.environments.asking import FILE, Answer, Ask
from lossspec.targets.environments.building import SubjectFailed, build, dependencies, python_in
from lossspec.targets.environments.processes import Done, Run
from lossspec.targets.requirements import Pins

# What would let this environment, or another subject's, into the one that is observed; and what
# would have all of TensorFlow compiled anew by each run, which takes longer than to import it.
_FOREIGN = (
    *(*FOREIGN, "PYTEST_ADDOPTS", "PYTHONDONTWRITEBYTECODE"),
    *("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"),
)
_QUIET = {
    "PYTHONNOUSERSITE": "1",
    "PYTHONWARNINGS": "ignore::DeprecationWarning",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
_PACKAGE = Path(specification.__file__).parents[1]

# Where a run says why it wrote no record, the surest first.
_REASONS = (
    r"^_pytest\.outcomes\.Exit: (.*)",
    r"^E +(.*)",
    r"^(the run decided no claim.*)",
    r"^(ERROR .*)",
)

Observe = Callable[[Pins, Sequence[str]], Record]
"""Gives a subject's record, made with those options for pytest."""


class Environments:
    """Where subjects' environments are built on this machine, and kept if there is a folder to."""

    def __init__(self, uv: str, run: Run, keep: Path | None = None) -> None:
        self._uv = uv
        self._run = run
        self._keep = keep.resolve() if keep else None
        self._needed = dependencies()

    def ask(self, pins: Pins, arguments: Sequence[str], given: str = "") -> Answer:
        """Run ``lossspec`` in a subject's environment, from a copy; as `Ask` says."""
        with scratch() as place:
            folder = (self._keep or place) / pins.name
            build(pins, folder, self._uv, self._run, self._needed)
            private = private_copy(place / "specification")
            answer = answered(pins, folder, private, self._run, arguments, given=given)
            if self._keep:
                write_whole(self._keep / f"{pins.name}.log", answer.done.output)
            return answer


class Observer:
    """Makes subjects' records; ``alone`` makes each run one process, rather than a few."""

    def __init__(self, ask: Ask, *, alone: bool = False) -> None:
        self._ask = ask
        self._alone = ["-n0"] if alone else []

    def record_of(self, pins: Pins, options: Sequence[str] = ()) -> Record:
        """Run the specification in a subject's environment.

        Raises:
            SubjectFailed: when the environment can't be built, or the run wrote no record.
            UsageProblem, Stopped: as `Ask` says.
        """
        record = ["--lossspec-record", FILE, "--lossspec-backend", pins.backend.name]
        answer = self._ask(pins, ["run", "-q", *record, *self._alone, *options])
        if answer.json is None:
            raise SubjectFailed(reason(answer.done))
        return parse_record(answer.json.encode(), f"the record of {pins.name}")

    def timed(self, pins: Pins, record: Record) -> Record:
        """Take step times in a subject's environment.

        Raises:
            SubjectFailed: when the environment can't be built, is another than the record's, or
                can't be timed.
            UsageProblem, Stopped: as `Ask` says.
        """
        answer = self._ask(pins, ["time", "--record", FILE], as_text(record))
        if answer.done.code or answer.json is None:
            raise SubjectFailed(reason(answer.done))
        return parse_record(answer.json.encode(), f"the record of {pins.name}")


def answered(
    pins: Pins,
    folder: Path,
    package: Path,
    run: Run,
    arguments: Sequence[str],
    *,
    given: str = "",
    without: Collection[str] = (),
) -> Answer:
    """Run ``lossspec`` from a package's folder by an environment's interpreter.

    ``without`` are variables of ours that it isn't to have; ``given`` as for `Ask`.
    """
    foreign = {*_FOREIGN, *without}
    inherited = {name: value for name, value in os.environ.items() if name not in foreign}
    variables = {**inherited, **_QUIET, **pins.environment, "PYTHONPATH": str(package)}
    # Timings run alone on a machine, and take the lock themselves.
    beside = arguments[0] != "time"
    with contextlib.ExitStack() as stack:
        place = stack.enter_context(scratch())
        file = place / "answer.json"
        if given:
            write_whole(file, given)
        if beside:
            stack.enter_context(locked(of_this_machine(), shared=True))
        named = [str(file) if argument == FILE else argument for argument in arguments]
        done = run([str(python_in(folder)), "-m", "lossspec", *named], variables, package)
        return Answer(done, file.read_text(encoding="utf-8") if file.exists() else None)


def private_copy(folder: Path) -> Path:
    """Copy lossspec and its specs, as they are now."""
    without = shutil.ignore_patterns("__pycache__", "_specification", "_records", ".*")
    shutil.copytree(_PACKAGE, folder / "lossspec", ignore=without)
    shutil.copytree(specification.folder(), folder / "lossspec" / "_specification", ignore=without)
    return folder


def reason(done: Done) -> str:
    """Say why a run wrote no record."""
    lines = [line.strip("!= ") for line in done.output.splitlines() if line.strip("!= ")]
    for pattern in _REASONS:
        for match in filter(None, (re.match(pattern, line) for line in lines)):
            return match.group(1)
    return lines[-1] if lines else f"the run ended with exit code {done.code} and said nothing"


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """Make a folder in lossspec's cache for while the block runs.

    Raises:
        UsageProblem: when the cache can't be written.
    """
    place = cache_folder()
    try:
        place.mkdir(parents=True, exist_ok=True)
        folder = tempfile.mkdtemp(dir=place, prefix="run-")
    except OSError as error:
        raise UsageProblem(
            f"{place} can't be written: {error.strerror or error}",
            expected="a place for environments",
            do="mend its permissions, or name another with XDG_CACHE_HOME",
        ) from error
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
