"""Where the specs lie, in a clone and in an installed lossspec, and what tells one state of them from another."""

from __future__ import annotations

import ast
import hashlib
import json
from pathlib import Path
from typing import Iterator

from lossspec.claims import Ledger, load_ledger

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
        _update(state, file.name, file.read_bytes())
    for claim in ledger.claims.values():
        said = [claim.id, claim.document, claim.section, claim.kind, claim.statement, claim.why, *claim.beside]
        state.update(json.dumps(said).encode())
    return state.hexdigest()[:12]


def current() -> str:
    """The `digest` of the specs and the ledger that this lossspec has."""
    return digest(folder(), load_ledger())


def modules(specs: Path) -> dict[str, str]:
    """What tells one state of a file of specs from another: twelve digits, by its name.

    They are of the file, of the helpers beside it that it imports, and of what these import; ``conftest.py`` is a
    helper of all.

    Args:
        specs: the folder of the specs.
    """
    files = {file.stem: file.read_bytes() for file in sorted(specs.glob("*.py"))}
    imported = {name: {each for each in _imports(content) if each in files} for name, content in files.items()}
    return {
        f"{name}.py": _digest_of({each: files[each] for each in _reached({name, "conftest"} & files.keys(), imported)})
        for name in files
        if name.startswith("test_")
    }


def _imports(content: bytes) -> Iterator[str]:
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def _reached(names: set[str], imported: dict[str, set[str]]) -> set[str]:
    """The names, what they import, what that imports, and so on."""
    reached: set[str] = set()
    while names:
        reached |= names
        names = {each for name in names for each in imported[name]} - reached
    return reached


def _digest_of(files: dict[str, bytes]) -> str:
    state = hashlib.sha256()
    for name in sorted(files):
        _update(state, f"{name}.py", files[name])
    return state.hexdigest()[:12]


def _update(state: hashlib._Hash, name: str, content: bytes) -> None:
    state.update(f"{name} {len(content)}\n".encode())
    state.update(content)
