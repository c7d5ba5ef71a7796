"""What an environment is made of: an interpreter, the subject's packages and lossspec's own, resolved as one."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
from importlib import metadata
from pathlib import Path
from typing import Sequence

from lossspec.core.errors import UsageProblem
from lossspec.targets.environments.processes import Done, Run
from lossspec.targets.requirements import Pins

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_PACKAGE = Path(__file__).parents[2]
_INSTALLED = "lossspec-installed.txt"  # written last: an environment without it is no whole one
_LONGEST = 400


class BuildFailed(Exception):
    """An environment could not be built; says why, in uv's own words and one line."""


def uv_path() -> str:
    """The path of uv.

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


def dependencies(package: Path = _PACKAGE) -> list[str]:
    """What lossspec needs, step times included: from the clone's ``pyproject.toml``, else as it was installed.

    Raises:
        UsageProblem: when neither says.
    """
    project = package.parent / "pyproject.toml"
    if project.is_file():
        about = tomllib.loads(project.read_text(encoding="utf-8")).get("project", {})
        if about.get("name") == "lossspec":
            return [
                *map(str, about["dependencies"]),
                *map(str, about["optional-dependencies"]["timing"]),
            ]
    try:
        required = metadata.requires("lossspec") or []
    except metadata.PackageNotFoundError as error:
        raise UsageProblem(
            f"{package} doesn't say what lossspec needs",
            expected="its pyproject.toml, or lossspec installed",
            do="run it from a clone, or 'python -m pip install lossspec'",
        ) from error
    timing = [
        each.partition(";")[0].strip()
        for each in required
        if re.search(r"extra\s*==\s*.timing\b", each)
    ]
    # Other markers are left for uv: they are about the subject's Python, not this one.
    return [*(each for each in required if not re.search(r"\bextra\s*==", each)), *timing]


def python_in(folder: Path) -> Path:
    """The interpreter of an environment."""
    return folder / "Scripts" / "python.exe" if os.name == "nt" else folder / "bin" / "python"


def build(pins: Pins, folder: Path, uv: str, run: Run, needed: Sequence[str]) -> None:
    """Build a subject's environment in a folder, unless it is there already, built of the same.

    Args:
        pins: the subject.
        folder: the environment's.
        uv: its path.
        run: what runs programs.
        needed: lossspec's own requirements.

    Raises:
        BuildFailed: when uv can't.
        UsageProblem: when the folder holds something else.
    """
    state = hashlib.sha256(
        "\n".join([pins.file.read_text(encoding="utf-8"), *needed]).encode()
    ).hexdigest()
    marker = folder / _INSTALLED
    if marker.is_file() and marker.read_text(encoding="utf-8") == state and pins.pinned:
        return
    _make_room(folder)
    _make(pins, folder, uv, run)
    overriding = ["--override", str(pins.file)] if pins.override else []
    into = [uv, "pip", "install", "-q", "--python", str(python_in(folder))]
    # All at once, so that what lossspec needs can't replace what the subject was just installed with.
    done = run([*into, "-r", str(pins.file), *overriding, *needed], os.environ, folder)
    if done.code:
        raise BuildFailed(in_a_line(done))
    marker.write_text(state, encoding="utf-8")


def _make_room(folder: Path) -> None:
    if folder.exists():
        if any(folder.iterdir()) and not (folder / "pyvenv.cfg").is_file():
            raise UsageProblem(
                f"{folder} is no environment", expected="an empty place", do="name another folder"
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True)


def _make(pins: Pins, folder: Path, uv: str, run: Run) -> None:
    """An environment without packages, of the first of the subject's Pythons that there is."""
    tried = []
    for python in pins.pythons:
        done = run(
            [uv, "venv", "-q", "--allow-existing", "--python", python, str(folder)],
            os.environ,
            folder,
        )
        if not done.code:
            return
        tried.append(in_a_line(done))
    raise BuildFailed(f"no Python {' or '.join(pins.pythons)}: {tried[0]}")


def in_a_line(done: Done) -> str:
    """What uv says is wrong, without its drawing."""
    words = " ".join(re.sub(r"[×╰─▶│├]", " ", done.output).split())
    words = (
        re.sub(r" (?=(?:cause|Caused by|hint): )", "; ", re.sub(r"^error: ", "", words)).rstrip(".")
        or f"uv ended with exit code {done.code}"
    )
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
