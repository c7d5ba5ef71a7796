"""Where the specs lie, in a clone and in an installed lossspec, and what tells one state of them from another."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Iterator

_PACKAGE = Path(__file__).parent
_INSTALLED = _PACKAGE / "_spec"


def folder() -> Path:
    """The folder of the specs: what the wheel carries, or ``tests/spec`` of the clone that lossspec is run from."""
    return _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "tests" / "spec"


def digest(specs: Path, ledger: Path) -> str:
    """Twelve digits that differ when a spec or a claim does; records with the same can be compared claim by claim.

    Args:
        specs: the folder of the specs.
        ledger: the folder of the ledger.
    """
    state = hashlib.sha256()
    for file in _files(specs, ledger):
        content = file.read_bytes()
        state.update(f"{file.name} {len(content)}\n".encode())
        state.update(content)
    return state.hexdigest()[:12]


def _files(specs: Path, ledger: Path) -> Iterator[Path]:
    yield from sorted(specs.glob("*.py"))
    yield from sorted(ledger.glob("*.toml"))
