"""What a run prints: a line for each fault as it ends, a table of all, and the score."""

from __future__ import annotations

import contextlib
import time
from typing import Any, Iterator, Mapping, Sequence

from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

from lossspec.targets.sweep.progress_lines import bar_on, duration
from tools.faults.edits import KINDS, Fault
from tools.faults.found import Found, Score, score

CLAIMS = 3
"""How many claims a row of the table names."""


class Shown:
    """Prints what was found of each fault, and how long the others may take."""

    def __init__(self, console: Console, total: int, bar: Progress | None) -> None:
        self._console, self._total, self._bar = console, total, bar
        self._task: TaskID | None = bar.add_task("", total=total) if bar else None
        self._ended, self._start = 0, time.perf_counter()

    def begun(self, fault: Fault) -> None:
        """A fault is put in."""
        if self._bar and self._task is not None:
            self._bar.update(self._task, description=fault.id)

    def ended(self, fault: Fault, found: Found) -> None:
        """The specification has run on it."""
        self._ended += 1
        took = time.perf_counter() - self._start
        left = duration(took / self._ended * (self._total - self._ended))
        said = said_of(fault.kind, found.how, found.claims)
        line = f"{self._ended}/{self._total} {fault.id}: {said} ({found.ran} of {found.specs} specs, {found.seconds} s)"
        self._console.print(f"{line}; {left} left", soft_wrap=True)
        if self._bar and self._task is not None:
            self._bar.update(self._task, completed=self._ended)


@contextlib.contextmanager
def shown(total: int) -> Iterator[Shown]:
    """Show a run while the block runs: with a bar in a terminal, plain lines elsewhere."""
    console = Console(stderr=True, markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        yield Shown(console, total, None)
        return
    with bar_on(console) as bar:
        yield Shown(bar.console, total, bar)


def said_of(kind: str, how: str, claims: Mapping[str, str], argument: str = "") -> str:
    """``caught by hinge.margin-is-one, …``, ``MISSED`` or whatever else became of a fault."""
    if not how:
        return "quiet" if kind == "benign" else "changes nothing" if argument else "MISSED"
    named = ", ".join(list(claims)[:CLAIMS]) + (", …" if len(claims) >= CLAIMS else "")
    if kind == "benign":
        return f"FLAGGED by {named or how}"
    if how == "verdict":
        return f"caught by {named}"
    return f"caught: {how}{' in ' + named if named else ''}"


def table_of(entries: Sequence[Mapping[str, Any]], title: str) -> Table:
    """Fault by fault: what it is, and which claims caught it."""
    table = Table(title=title, title_justify="left")
    for column in ("fault", "in", "what a user would suffer, or what was done", "found"):
        table.add_column(column, overflow="fold")
    for entry in entries:
        found = said_of(entry["kind"], entry["how"], entry["claims"], entry["argument"])
        table.add_row(entry["id"], entry["family"], entry["says"], found)
    return table


def closing(entries: Sequence[Mapping[str, Any]], kinds: Sequence[str]) -> list[Score]:
    """The score of each kind that was looked for."""
    return [score(kind, entries) for kind in KINDS if kind in kinds]


def how_caught(entries: Sequence[Mapping[str, Any]]) -> str:
    """``caught by: verdict 230, error 12, does not import 3``, what is no verdict being told apart."""
    caught = [entry["how"] for entry in entries if entry["how"] and entry["kind"] != "benign"]
    return "caught by: " + ", ".join(
        f"{how} {caught.count(how)}" for how in dict.fromkeys(sorted(caught, reverse=True))
    )
