"""The code of specs, read and never run."""

from __future__ import annotations

import ast
import functools
from typing import Mapping, NamedTuple

from lossspec.ledger import specification


class Code(NamedTuple):
    """A spec's code, a note on it, or where it stands."""

    text: str
    note: str
    at: str = ""


def code(spec: str, modules: Mapping[str, str]) -> Code:
    """Find the code of a spec, ``test_hinge.py::test_it``, by a record's ``modules``."""
    file, _, name = spec.partition("::")
    text = _functions(file).get(name) if file in _states() else None
    if text is None:
        return Code(
            "", f"{file or 'Its file'} of the specs that this page was built with has no such spec."
        )
    same = modules.get(file, "") in ("", _states()[file])
    changed = "This file, or a helper of its, has changed since the record was made."
    return Code(text, "" if same else changed)


@functools.lru_cache(maxsize=1)
def _states() -> Mapping[str, str]:
    return specification.current_modules() if specification.folder().is_dir() else {}


@functools.lru_cache(maxsize=None)
def _functions(file: str) -> Mapping[str, str]:
    """A file's tests by name, decorators included."""
    path = specification.path_of(file, specification.folder())
    lines = path.read_text(encoding="utf-8").splitlines() if path else []
    return {
        node.name: "\n".join(lines[min(_first_lines(node)) - 1 : node.end_lineno])
        for node in ast.parse("\n".join(lines)).body
        if isinstance(node, ast.FunctionDef)
    }


def _first_lines(node: ast.FunctionDef) -> list[int]:
    return [node.lineno, *(decorator.lineno for decorator in node.decorator_list)]
