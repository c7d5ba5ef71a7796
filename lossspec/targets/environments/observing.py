"""A subject's record, from an environment made for it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Callable, Iterator, Sequence

from lossspec.backends.keras.settings import FOREIGN
from lossspec.core.errors import UsageProblem
from lossspec.core.files import cache_folder, write_whole
from lossspec.ledger import specification
from lossspec.records.record import read_record, write_record
from lossspec.records.record_types import Record
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
    """Where subjects' environments are built, and kept if there is a folder to.

    ``alone`` makes each run one process, instead of as many as `lossspec run` takes.
    """

    def __init__(self, uv: str, run: Run, keep: Path | None = None, *, alone: bool = False) -> None:
        self._uv = uv
        self._run = run
        self._keep = keep.resolve() if keep else None
        self._needed = dependencies()
        self._alone = ["-n0"] if alone else []

    def record_of(self, pins: Pins, options: Sequence[str] = ()) -> Record:
        """Run the specification in a subject's environment.

        Raises:
            SubjectFailed: when the environment can't be built, or the run wrote no record.
            UsageProblem: when there is no place to build it in.
            Stopped: when all programs were ended.
        """
        with _scratch() as scratch:
            target = scratch / "record.json"
            record = ["--lossspec-record", str(target)]
            record += ["--lossspec-backend", pins.backend.name]
            done = self._lossspec(pins, scratch, ["run", "-q", *record, *self._alone, *options])
            if self._keep:
                write_whole(self._keep / f"{pins.name}.log", done.output)
            if not target.exists():
                raise SubjectFailed(reason(done))
            return read_record(target)

    def timed(self, pins: Pins, record: Record) -> Record:
        """Take step times in a subject's environment.

        Raises:
            SubjectFailed: when the environment can't be built, is another than the record's, or
                can't be timed.
            UsageProblem, Stopped: as `record_of`.
        """
        with _scratch() as scratch:
            target = write_record(record, scratch / "record.json")
            done = self._lossspec(pins, scratch, ["time", "--record", str(target)])
            if done.code:
                raise SubjectFailed(reason(done))
            return read_record(target)

    def _lossspec(self, pins: Pins, scratch: Path, arguments: Sequence[str]) -> Done:
        """Run ``lossspec`` in a subject's environment, from a copy."""
        folder = (self._keep or scratch) / pins.name
        build(pins, folder, self._uv, self._run, self._needed)
        private = private_copy(scratch / "specification")
        inherited = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
        variables = {**inherited, **_QUIET, **pins.environment, "PYTHONPATH": str(private)}
        command = [str(python_in(folder)), "-m", "lossspec", *arguments]
        return self._run(command, variables, private)


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
def _scratch() -> Iterator[Path]:
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
