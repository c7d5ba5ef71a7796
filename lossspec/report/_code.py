"""The code of a spec, read from the specs' folder by its syntax tree; nothing of it is run."""

from __future__ import annotations

import ast
import functools
from dataclasses import dataclass
from typing import Mapping

from lossspec.ledger import specification


@dataclass(frozen=True)
class Code:
    """A spec's code; where it isn't there, or isn't what the record was made with, ``note`` says so.

    ``at`` is the claim that shows it already, empty for none.
    """

    text: str
    note: str
    at: str = ""


def code(spec: str, modules: Mapping[str, str]) -> Code:
    """The code of a record's spec.

    Args:
        spec: as the record names it: ``test_hinge.py::test_it``, with or without parameters.
        modules: the record's own: what tells the state of each file of specs.
    """
    file, _, name = spec.partition("[")[0].partition("::")
    text = _functions(file).get(name) if file in _states() else None
    if text is None:
        return Code(
            "", f"{file or 'Its file'} of the specs that this page was built with has no such spec."
        )
    same = modules.get(file, "") in ("", _states()[file])
    return Code(
        text,
        "" if same else "This file, or a helper of its, has changed since the record was made.",
    )


@functools.lru_cache(maxsize=1)
def _states() -> Mapping[str, str]:
    return specification.current_modules() if specification.folder().is_dir() else {}


@functools.lru_cache(maxsize=None)
def _functions(file: str) -> Mapping[str, str]:
    """Every test of a file by its name, decorators included."""
    path = specification.path_of(file, specification.folder())
    text = path.read_text(encoding="utf-8") if path else ""
    lines = text.splitlines()
    found = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            found[node.name] = "\n".join(lines[first - 1 : node.end_lineno])
    return found
