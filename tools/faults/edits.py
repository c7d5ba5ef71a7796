"""A fault as a change of one file of Keras: where it is, what it replaces, and the text that comes out."""

from __future__ import annotations

import ast
import difflib
import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Iterator, Sequence

from lossspec.core.errors import UsageProblem

KINDS = ("by-hand", "mechanical", "benign")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Fault:
    """One change of one file.

    Attributes:
        id: its name, unique over all kinds.
        kind: one of `KINDS`.
        family: what of Keras it is in, or the rule by which it was made.
        says: what a user would suffer; of a mechanical edit, what was done; of a benign one, why nobody notices.
        file: relative to the ``keras`` folder.
        before: the file as installed.
        after: the file with the fault.
        only: where alone it shows, such as ``gradient`` or ``float16``; empty where it shows anywhere.
        study: the claim about training that is needed to see it; empty where no training is.
    """

    id: str
    kind: str
    family: str
    says: str
    file: str
    before: str
    after: str
    only: str = ""
    study: str = ""

    @property
    def digest(self) -> str:
        """What tells this change from any other: of the file's name and text."""
        return hashlib.sha256(f"{self.file}\n{self.study}\n{self.after}".encode()).hexdigest()[:16]

    @cached_property
    def lines(self) -> tuple[int, int]:
        """First and last line that it changes, of the file as installed."""
        changed = [block for block in _blocks(self.before, self.after) if block[0] != "equal"]
        return changed[0][1] + 1, max(block[2] for block in changed)

    @property
    def difference(self) -> str:
        """The lines taken out and put in, as a reader of a diff knows them."""
        before, after = self.before.splitlines(), self.after.splitlines()
        marked = []
        for tag, start, end, new_start, new_end in _blocks(self.before, self.after):
            if tag != "equal":
                marked += [f"- {line.strip()}" for line in before[start:end]]
                marked += [f"+ {line.strip()}" for line in after[new_start:new_end]]
        return "\n".join(marked)

    @cached_property
    def place(self) -> str:
        """The outermost function, or class and method, that it changes; empty where it is outside of all."""
        first, last = self.lines
        for name, node in functions_of(self.before):
            start = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            if start <= first and last <= (node.end_lineno or first) and node.lineno <= last:
                return name
        return ""


def _blocks(before: str, after: str) -> Sequence[tuple[str, int, int, int, int]]:
    return difflib.SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False).get_opcodes()


def functions_of(source: str) -> Iterator[tuple[str, Function]]:
    """The functions of a file that lie in no other, by name: ``hinge``, ``Loss.call``."""

    def within(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Function]]:
        for node in body:
            if isinstance(node, Function):
                yield f"{prefix}{node.name}", node
            elif isinstance(node, ast.ClassDef):
                yield from within(node.body, f"{prefix}{node.name}.")

    return within(ast.parse(source).body, "")


def segment(source: str, name: str) -> tuple[int, int] | None:
    """From which character to which a function of that name goes, decorators left out; None where there is none."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for found, node in functions_of(source):
        if found == name:
            return starts[node.lineno - 1], starts[node.end_lineno or node.lineno]
    return None


def replaced(source: str, within: str, find: str, replacement: str, *, fault: str, file: str) -> str:
    """The source with one text replaced by another, inside of a function where one is named.

    Raises:
        UsageProblem: when the function or the text isn't there, or the text more than once.
    """
    span = segment(source, within) if within else (0, len(source))
    what = f"the fault {fault!r} changes {within or 'the file'} in keras/{file}"
    if span is None:
        raise UsageProblem(
            f"{what}, which the installed Keras lacks", expected="a function of that name", do=_mend(fault)
        )
    start, end = span
    count = source[start:end].count(find)
    if count != 1:
        raise UsageProblem(
            f"{what}, where the installed Keras has its text {count} times", expected="it once", do=_mend(fault)
        )
    return source[:start] + source[start:end].replace(find, replacement) + source[end:]


def _mend(fault: str) -> str:
    return (
        f"install the Keras of lossspec/targets/subjects/tf2.21.txt, or mend the entry {fault!r} in tools/faults/*.toml"
    )


def read(keras: Path, file: str, fault: str) -> str:
    """The text of a file of Keras.

    Raises:
        UsageProblem: when the installed Keras has no such file.
    """
    try:
        return (keras / file).read_text(encoding="utf-8")
    except OSError as error:
        raise UsageProblem(
            f"the fault {fault!r} changes keras/{file}, which can't be read ({error})",
            expected="a file of the installed Keras",
            do=_mend(fault),
        ) from error
