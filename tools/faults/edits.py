"""A fault as a change of one file of Keras: where it is, what it replaces, and what comes out."""

from __future__ import annotations

import ast
import difflib
import hashlib
from dataclasses import dataclass
from pathlib import Path

from lossspec.core.errors import UsageProblem


@dataclass(frozen=True)
class Fault:
    """One change of one file.

    Attributes:
        id: its name, unique over all kinds.
        kind: ``by-hand`` or ``benign``.
        family: what of Keras it is in.
        says: what a user would suffer; of a benign one, why nobody notices.
        file: relative to the ``keras`` folder.
        before: the file as installed.
        after: the file with the fault.
        only: where alone it shows, such as ``gradient``; empty where it shows anywhere.
        loss: the slug of the one loss that it is in, whose specs alone are run; empty: all are.
    """

    id: str
    kind: str
    family: str
    says: str
    file: str
    before: str
    after: str
    only: str = ""
    loss: str = ""

    @property
    def digest(self) -> str:
        """What tells this change from any other: of the file's name and text."""
        return hashlib.sha256(f"{self.file}\n\n{self.after}".encode()).hexdigest()[:16]

    @property
    def difference(self) -> str:
        """The lines taken out and put in, as a reader of a diff knows them."""
        lines = difflib.ndiff(self.before.splitlines(), self.after.splitlines())
        return "\n".join(f"{line[0]} {line[2:].strip()}" for line in lines if line[0] in "-+")


def replaced(
    source: str, within: str, find: str, replacement: str, *, fault: str, file: str
) -> str:
    """The source with one text replaced by another, inside of a function where one is named.

    Raises:
        UsageProblem: when the function or the text isn't there, or the text more than once.
    """
    span = segment(source, within) if within else (0, len(source))
    what = f"the fault {fault!r} changes {within or 'the file'} in keras/{file}"
    if span is None:
        raise _problem(fault, f"{what}, which the installed Keras lacks", "a function of that name")
    start, end = span
    count = source[start:end].count(find)
    if count != 1:
        raise _problem(
            fault, f"{what}, where the installed Keras has its text {count} times", "it once"
        )
    return source[:start] + source[start:end].replace(find, replacement) + source[end:]


def segment(source: str, name: str) -> tuple[int, int] | None:
    """From which character to which a function goes, decorators left out; None where it isn't.

    Args:
        source: of the file.
        name: ``hinge``, or ``Loss.call`` of a method.
    """
    node: ast.AST = ast.parse(source)
    for part in name.split("."):
        inside = [each for each in getattr(node, "body", ()) if getattr(each, "name", "") == part]
        if not inside:
            return None
        node = inside[0]
    lines = source.splitlines(keepends=True)
    first, last = node.lineno - 1, node.end_lineno  # type: ignore[attr-defined] # a statement's
    return len("".join(lines[:first])), len("".join(lines[:last]))


def read(keras: Path, file: str, fault: str) -> str:
    """The text of a file of Keras.

    Raises:
        UsageProblem: when the installed Keras has no such file.
    """
    try:
        return (keras / file).read_text(encoding="utf-8")
    except OSError as error:
        given = f"the fault {fault!r} changes keras/{file}, which can't be read ({error})"
        raise _problem(fault, given, "a file of the installed Keras") from error


def _problem(fault: str, given: str, expected: str) -> UsageProblem:
    entry = f"mend the entry {fault!r} in tools/faults/*.toml"
    return UsageProblem(
        given,
        expected=expected,
        do=f"install the Keras of lossspec/targets/subjects/tf2.21.txt, or {entry}",
    )
