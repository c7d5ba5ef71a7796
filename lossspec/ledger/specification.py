"""Where the specs lie, in a clone and in an installed lossspec, and what tells one state of them from another."""

from __future__ import annotations

import ast
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Iterator

if TYPE_CHECKING:
    from lossspec.ledger.claims import Ledger

_PACKAGE = Path(__file__).parents[1]
_INSTALLED = _PACKAGE / "_specification"


def folder() -> Path:
    """Find the folder of specs and claims: in the wheel, or ``tests/specification`` of the clone."""
    return _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "tests" / "specification"


def path_of(name: str, specs: Path) -> Path | None:
    """Find a file of specs by its name, whichever folder it lies in: ``test_hinge.py``.

    Args:
        name: without folders, as records name it.
        specs: the folder of the specs.
    """
    if Path(name).name != name or not name.endswith(".py"):
        return None
    return next((path for path in sorted(specs.rglob("*.py")) if path.name == name), None)


def digest(specs: Path, ledger: Ledger) -> str:
    """Tell one state of specs and claims from another, in twelve digits.

    Records with the same can be compared claim by claim. What says nothing of what was measured is left out: verdicts
    expected, and why; the folders that files lie in; imports (lossspec's own code isn't part of it either) and blank
    lines.

    Args:
        specs: the folder of the specs.
        ledger: what they decide.
    """
    state = hashlib.sha256()
    for name, content in sorted(_files(specs).items()):
        _update(state, name, content)
    for _, claim in sorted(ledger.claims.items()):
        said = [
            claim.id,
            claim.document,
            claim.section,
            claim.kind,
            claim.statement,
            claim.why,
            *claim.beside,
        ]
        state.update(json.dumps(said).encode())
    return state.hexdigest()[:12]


def current() -> str:
    """The `digest` of the specs and the ledger that this lossspec has."""
    from lossspec.ledger.claims import load_ledger  # which finds the ledger by this module

    return digest(folder(), load_ledger())


def modules(specs: Path) -> dict[str, str]:
    """Tell one state of a file of specs from another, in twelve digits, by its name.

    They are of the file, of the helpers that it imports, and of what these import; ``conftest.py`` is a helper of all.

    Args:
        specs: the folder of the specs.
    """
    files = _files(specs)
    helpers = {name[: -len(".py")]: name for name in files if not name.startswith("test_")}
    imported = {
        path.name: {helpers[each] for each in _imports(path.read_bytes()) if each in helpers}
        for path in _paths(specs)
    }
    of_all = {"conftest.py"} & files.keys()
    return {
        name: _digest_of({each: files[each] for each in _reached({name} | of_all, imported)})
        for name in files
        if name.startswith("test_")
    }


def _paths(specs: Path) -> list[Path]:
    return [path for path in sorted(specs.rglob("*.py")) if path.stem != "__init__"]


def _files(specs: Path) -> dict[str, bytes]:
    """What each file says, by its name."""
    return {path.name: _without_imports(path.read_bytes()) for path in _paths(specs)}


def _without_imports(content: bytes) -> bytes:
    lines = content.splitlines()
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for number in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[number] = b""
    return b"\n".join(line for line in lines if line.strip())


def _imports(content: bytes) -> Iterator[str]:
    """The names of modules that a file may import, but those of lossspec."""
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.Import):
            yield from (alias.name.rpartition(".")[2] for alias in node.names)
        elif (
            isinstance(node, ast.ImportFrom)
            and node.module
            and node.module.partition(".")[0] != "lossspec"
        ):
            yield node.module.rpartition(".")[2]
            yield from (alias.name for alias in node.names)


def _reached(names: set[str], imported: dict[str, set[str]]) -> set[str]:
    """The names, what they import, what that imports, and so on."""
    reached: set[str] = set()
    while names:
        reached |= names
        names = {each for name in names for each in imported[name]} - reached
    return reached


def _digest_of(files: dict[str, bytes]) -> str:
    state = hashlib.sha256()
    for name, content in sorted(files.items()):
        _update(state, name, content)
    return state.hexdigest()[:12]


def _update(state: hashlib._Hash, name: str, content: bytes) -> None:
    state.update(f"{name} {len(content)}\n".encode())
    state.update(content)
