"""Where the specs lie, and digests of their state."""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Collection, Mapping

if TYPE_CHECKING:
    from lossspec.ledger.claims import Ledger

_UNSAID = ("expected", "libraries")
_PACKAGE = Path(__file__).parents[1]
_INSTALLED = _PACKAGE / "_specification"


def folder() -> Path:
    """Find the specs' folder: the wheel's, or ``tests/specification``."""
    return _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "tests" / "specification"


def path_of(name: str, specs: Path) -> Path | None:
    """Find a file of specs by its name."""
    return next((path for path in _paths(specs) if path.name == name), None)


def digest(specs: Path, ledger: Ledger) -> str:
    """Digest the state of specs and claims, in twelve digits.

    Records with the same can be compared claim by claim. What says nothing of what was measured is
    left out: verdicts expected, and why; of which libraries a claim is; the folders that files lie
    in; imports (lossspec's own code isn't part of it either) and blank lines.
    """
    said = [
        [getattr(claim, field.name) for field in fields(claim) if field.name not in _UNSAID]
        for _, claim in sorted(ledger.claims.items())
    ]
    return _digest_of({**_files(specs, ledger.unasked), "": json.dumps(said).encode()})


def current(library: str = "keras") -> str:
    """The `digest` of lossspec's own specs and ledger, as asked of a library."""
    from lossspec.ledger.claims import load_ledger  # which finds the ledger by this module

    return digest(folder(), load_ledger().of(library))


def current_modules() -> dict[str, str]:
    """The `modules` of lossspec's own specs and ledger."""
    from lossspec.ledger.claims import load_ledger  # as above

    return modules(folder(), load_ledger())


def modules(specs: Path, ledger: Ledger) -> dict[str, str]:
    """Digest each file of specs, in twelve digits, by name.

    Each covers the file, the helpers that it imports, and what these import; ``conftest.py``
    is a helper of all. So is what the ledger says to specs that its entries name.
    """
    files = _files(specs, ledger.unasked)
    helpers = {name[: -len(".py")]: name for name in files if not name.startswith("test_")}
    imported = {
        path.name: {helpers[name] for name in _imports(path.read_bytes()) if name in helpers}
        for path in _paths(specs, ledger.unasked)
    }
    of_all = {"conftest.py"} & files.keys()
    found = {}
    for name in files:
        if name.startswith("test_"):
            read = {each: files[each] for each in _reached({name} | of_all, imported)}
            found[name] = _digest_of({**read, **_entries_for(files[name], ledger)})
    return found


def files_of_specs(specs: Path, unasked: Collection[str] = ()) -> dict[str, str]:
    """Find in which file each spec and counter-spec is, by their names."""
    files = _files(specs, unasked).items()
    return {spec: name for name, content in files for spec in _specs_in(content)}


def asides(specs: Path, unasked: Collection[str] = ()) -> frozenset[str]:
    """Find the files in which nothing decides a claim: they hold counter-specs alone."""
    files = _files(specs, unasked).items()
    return frozenset(
        name
        for name, content in files
        if name.startswith("test_") and b"pytest.mark.claim" not in content
    )


def _specs_in(content: bytes) -> list[str]:
    return re.findall(r"^def (test_\w+)", content.decode(), re.MULTILINE)


def _entries_for(content: bytes, ledger: Ledger) -> dict[str, bytes]:
    """What the ledger tells a file's specs, by claim."""
    specs = set(_specs_in(content))
    named = (claim for claim in ledger.claims.values() if claim.spec in specs)
    return {claim.id: json.dumps(claim.read_by_spec).encode() for claim in named}


def _paths(specs: Path, unasked: Collection[str] = ()) -> list[Path]:
    """Files of specs and their helpers, but in folders that aren't asked."""
    return [
        path
        for path in sorted(specs.rglob("*.py"))
        if path.stem != "__init__" and path.parent.relative_to(specs).as_posix() not in unasked
    ]


def _files(specs: Path, unasked: Collection[str] = ()) -> dict[str, bytes]:
    """Each file's content, without imports and blank lines."""
    return {path.name: _without_imports(path.read_bytes()) for path in _paths(specs, unasked)}


@functools.lru_cache(maxsize=None)  # each of the digests needs it, and it parses
def _without_imports(content: bytes) -> bytes:
    lines = content.splitlines()
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for number in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[number] = b""
    return b"\n".join(line for line in lines if line.strip())


@functools.lru_cache(maxsize=None)
def _imports(content: bytes) -> frozenset[str]:
    """The modules that a file may import, lossspec's aside."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(content)):
        names = [alias.name for alias in getattr(node, "names", [])]
        if isinstance(node, ast.Import):
            found.update(name.rpartition(".")[2] for name in names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if module.partition(".")[0] != "lossspec":
                found.update((module.rpartition(".")[2], *names))
    return frozenset(found)


def _reached(names: set[str], imported: Mapping[str, set[str]]) -> set[str]:
    """Names, and all that they import, directly or not."""
    reached: set[str] = set()
    while names:
        reached |= names
        names = {found for name in names for found in imported[name]} - reached
    return reached


def _digest_of(files: Mapping[str, bytes]) -> str:
    state = hashlib.sha256()
    for name, content in sorted(files.items()):
        state.update(f"{name} {len(content)}\n".encode())
        state.update(content)
    return state.hexdigest()[:12]
