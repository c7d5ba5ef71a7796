"""Which specs reach an edited function: only those can notice a fault in it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from lossspec.core.errors import UsageProblem
from tools.faults.edits import Fault

SPECS = "tests/specification"
QUICK = ("-m", "not study")

Reached = dict[str, dict[str, Any]]


class Reach:
    """For each spec of the quick specification, the functions of Keras that it calls and how long it takes."""

    def __init__(self, reached: Reached) -> None:
        self._reached = reached

    def specs(self, fault: Fault) -> list[str]:
        """The specs that reach the fault, the quickest first; all of them where it lies outside of any function."""
        place = fault.place
        wanted = f"{fault.file} {place}"
        chosen = [
            (entry["seconds"], spec)
            for spec, entry in self._reached.items()
            if not place or wanted in entry["functions"]
        ]
        return [spec for _, spec in sorted(chosen)]


def load_reach(stored: Path) -> Reach:
    """What an earlier run found, or else a run now; minutes, once for each state of the specification.

    Raises:
        UsageProblem: when the specification isn't green without a fault.
    """
    if not stored.exists():
        _find(stored)
    try:
        return Reach(json.loads(stored.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise UsageProblem(
            f"{stored}: {error}", expected="what 'tox -e faults' wrote there", do="remove it, and run again"
        ) from error


def _find(stored: Path) -> None:
    stored.parent.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "pytest",
        SPECS,
        *QUICK,
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "tools.faults.reaching",
    ]
    done = subprocess.run([*command, f"--faults-reach={stored}"], capture_output=True, text=True)  # noqa: S603
    if not stored.exists():
        raise UsageProblem(
            f"the specification isn't green on the Keras that faults would go into: {_last(done.stdout)}",
            expected="no claim changed",
            do=f"run 'pytest {SPECS}' in this environment, and mend what it says",
        )


def _last(printed: str) -> str:
    return (printed.strip().splitlines() or ["it printed nothing"])[-1]
