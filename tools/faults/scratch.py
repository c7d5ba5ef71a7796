"""A scratch copy of the installed Keras: one file at a time is replaced, and put back."""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
from pathlib import Path
from typing import Iterator

from lossspec.core.errors import UsageProblem
from tools.faults.edits import Fault


def installed_keras() -> Path:
    """The folder of the installed Keras, which is looked for and not imported.

    Raises:
        UsageProblem: when there is none.
    """
    found = importlib.util.find_spec("keras")
    if found is None or found.origin is None:
        raise UsageProblem(
            "no Keras is installed in this environment",
            expected="the one to put faults into",
            do="run 'tox -e faults'",
        )
    return Path(found.origin).parent


class Scratch:
    """A copy of Keras in a folder of its own, which goes before the installed one on the path."""

    def __init__(self, folder: Path, keras: Path) -> None:
        self.folder = folder
        self._keras = folder / "keras"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(keras, self._keras, ignore=shutil.ignore_patterns("__pycache__"))

    @contextlib.contextmanager
    def holding(self, fault: Fault) -> Iterator[None]:
        """The copy with the fault in it, for as long as the block runs."""
        self._write(fault.file, fault.after)
        try:
            yield
        finally:
            self._write(fault.file, fault.before)

    def _write(self, file: str, text: str) -> None:
        path = self._keras / file
        path.write_text(text, encoding="utf-8")
        # Python tells a changed file by its second and size: an edit may leave both as they were.
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            compiled.unlink()
