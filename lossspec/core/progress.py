"""Progress on standard error."""

from __future__ import annotations

import contextlib
from typing import Callable, Iterator

from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from lossspec.core.console import printable

Advance = Callable[[int], None]


def stderr_console() -> Console:
    """Make a console on standard error, without markup."""
    return Console(stderr=True, markup=False, highlight=False, emoji=False)


def tell(console: Console, line: str) -> None:
    """Print a line beside what rich draws."""
    console.print(printable(line), soft_wrap=True)


@contextlib.contextmanager
def waiting(line: str) -> Iterator[Console]:
    """Show a spinner in a terminal while the block runs."""
    console = stderr_console()
    with console.status(Text(line)) if console.is_terminal else contextlib.nullcontext():
        yield console


def bar(unit: str) -> Progress:
    """Make a transient progress bar, for terminals alone."""
    console = stderr_console()
    count = TextColumn(f"{{task.completed:.0f}}/{{task.total:.0f}} {unit}")
    columns = (*Progress.get_default_columns(), count, TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


@contextlib.contextmanager
def progress_of(title: str, total: int, unit: str) -> Iterator[Advance]:
    """Show a block's progress; yield what to call with each number of units done."""
    with bar(unit) as progress:
        progress.add_task(title, total=total)
        (task,) = progress.tasks
        shown = 0

        def advance(count: int) -> None:
            nonlocal shown
            progress.advance(task.id, count)
            tenths = int(task.completed * 10 // total)
            if progress.disable and tenths > shown:
                shown = tenths
                done = f"{title}: {task.completed:.0f} of {total} {unit}"
                tell(progress.console, f"{done}, {task.elapsed or 0:.0f} s")

        yield advance
