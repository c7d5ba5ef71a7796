"""How far long work is, on standard error: a bar in a terminal, a line for each tenth elsewhere."""

from __future__ import annotations

import contextlib
from typing import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from lossspec.core.console import say

Advance = Callable[[int], None]


@contextlib.contextmanager
def progress_of(title: str, total: int, unit: str) -> Iterator[Advance]:
    """Show progress while the block runs.

    Args:
        title: what is done.
        total: how many pieces of work there are.
        unit: what one of them is called, in the plural.

    Yields:
        What to call with each number of them that is done.
    """
    console = Console(stderr=True, markup=False, highlight=False, emoji=False)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn(f"{{task.completed:.0f}}/{{task.total:.0f}} {unit}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    silent = not console.is_terminal
    # Transient: the summary, or one clear line, takes the bar's place.
    with Progress(*columns, console=console, transient=True, disable=silent) as bar:
        bar.add_task(title, total=total)
        (task,) = bar.tasks
        shown = 0

        def advance(count: int) -> None:
            nonlocal shown
            bar.advance(task.id, count)
            tenths = int(task.completed * 10 // total)
            if silent and tenths > shown:
                shown = tenths
                seconds = task.elapsed or 0
                say(f"{title}: {task.completed:.0f} of {total} {unit}, {seconds:.0f} s", err=True)

        yield advance
