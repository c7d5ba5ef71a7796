"""Environments built by uv, lossspec's own needs included."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from importlib import metadata
from pathlib import Path
from typing import Sequence

from packaging.requirements import Requirement

from lossspec.core.errors import UsageProblem
from lossspec.targets.environments.processes import Done, Run
from lossspec.targets.requirements import Pins

_INSTALLED = "lossspec-installed.txt"  # written last: an environment without it is no whole one
_LONGEST = 400


class SubjectFailed(Exception):
    """No record came of a subject, for this reason."""


def uv_path() -> str:
    """Find uv.

    Raises:
        UsageProblem: when there is none.
    """
    found = shutil.which("uv")
    if found is None:
        raise UsageProblem(
            "no uv on the path",
            expected="uv, which builds the environments",
            do="run 'python -m pip install uv'",
        )
    return found


def dependencies() -> list[str]:
    """List what lossspec needs, step times included.

    Raises:
        UsageProblem: when it isn't installed.
    """
    try:
        required = map(Requirement, metadata.requires("lossspec") or [])
    except metadata.PackageNotFoundError as error:
        raise UsageProblem(
            "lossspec isn't installed, and so doesn't say what it needs",
            expected="it in this environment",
            do="run 'python -m pip install lossspec', or 'python -m pip install -e .' in a clone",
        ) from error
    needed = []
    for requirement in required:
        if not requirement.marker or "extra" not in str(requirement.marker):
            # Other markers are left for uv: they are about the subject's Python, not this one.
            needed.append(str(requirement))
        elif requirement.marker.evaluate({"extra": "timing"}):
            needed.append(f"{requirement.name}{requirement.specifier}")
    return needed


def python_in(folder: Path) -> Path:
    """Name the interpreter of an environment."""
    return folder / "Scripts" / "python.exe" if os.name == "nt" else folder / "bin" / "python"


def build(pins: Pins, folder: Path, uv: str, run: Run, needed: Sequence[str]) -> None:
    """Build a subject's environment, unless it is there.

    Raises:
        SubjectFailed: when uv can't.
        UsageProblem: when the folder holds something else, or can't be written.
    """
    state, marker = state_of(pins, needed), folder / _INSTALLED
    try:
        if marker.is_file() and marker.read_text(encoding="utf-8") == state and pins.pinned:
            return
        _make_room(folder)
        _make(pins, folder, uv, run)
        overriding = ["--override", str(pins.file)] if pins.override else []
        into = [uv, "pip", "install", "-q", "--python", str(python_in(folder))]
        # All at once, so that lossspec's needs can't replace what the subject was installed with.
        done = run([*into, "-r", str(pins.file), *overriding, *needed], os.environ, folder)
        if done.code:
            raise SubjectFailed(f"its environment can't be built: {in_a_line(done)}")
        marker.write_text(state, encoding="utf-8")
    except OSError as error:
        raise UsageProblem(
            f"{folder} can't be written: {error.strerror or error}",
            expected="a place for environments",
            do="name another with --keep",
        ) from error


def state_of(pins: Pins, needed: Sequence[str]) -> str:
    """Digest what is installed in a subject's environment."""
    content = "\n".join([pins.file.read_text(encoding="utf-8"), *needed])
    return hashlib.sha256(content.encode()).hexdigest()


def _make_room(folder: Path) -> None:
    if folder.exists():
        if any(folder.iterdir()) and not (folder / "pyvenv.cfg").is_file():
            raise UsageProblem(
                f"{folder} is no environment", expected="an empty place", do="name another folder"
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True)


def _make(pins: Pins, folder: Path, uv: str, run: Run) -> None:
    """Make an empty environment, of the first Python available."""
    tried = []
    for python in pins.pythons:
        command = [uv, "venv", "-q", "--allow-existing", "--python", python, str(folder)]
        done = run(command, os.environ, folder)
        if not done.code:
            return
        tried.append(in_a_line(done))
    pythons = " or ".join(pins.pythons)
    raise SubjectFailed(f"its environment can't be built: no Python {pythons}: {tried[0]}")


def in_a_line(done: Done) -> str:
    """Shorten uv's problem to a line."""
    words = " ".join(re.sub(r"[×╰─▶│├]", " ", done.output).split())
    words = re.sub(r"^error: ", "", words).rstrip(".") or f"uv ended with exit code {done.code}"
    words = re.sub(r" (?=(?:cause|Caused by|hint): )", "; ", words)
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
