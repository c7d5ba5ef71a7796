"""Where the specs lie, in a clone and in an installed lossspec, and what tells one state of them from another."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from lossspec.claims import Ledger

_PACKAGE = Path(__file__).parent
_INSTALLED = _PACKAGE / "_spec"


def folder() -> Path:
    """The folder of the specs: what the wheel carries, or ``tests/spec`` of the clone that lossspec is run from."""
    return _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "tests" / "spec"


def digest(specs: Path, ledger: Ledger) -> str:
    """Twelve digits that differ when a spec or a claim does; records with the same can be compared claim by claim.

    Verdicts expected, and why, are left out: they say nothing of what was measured.

    Args:
        specs: the folder of the specs.
        ledger: what they decide.
    """
    state = hashlib.sha256()
    for file in sorted(specs.glob("*.py")):
        content = file.read_bytes()
        state.update(f"{file.name} {len(content)}\n".encode())
        state.update(content)
    for claim in ledger.claims.values():
        said = [claim.id, claim.document, claim.section, claim.kind, claim.statement, claim.why, *claim.beside]
        state.update(json.dumps(said).encode())
    return state.hexdigest()[:12]
