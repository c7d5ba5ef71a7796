"""How far long work is, on standard error: a bar in a terminal, a line for each tenth elsewhere."""

from __future__ import annotations

import contextlib
import time
from typing import Callable, Iterator

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

LINES = 10

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
    if not console.is_terminal:
        yield _lines(title, total, unit)
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn(f"{{task.completed:.0f}}/{{task.total:.0f}} {unit}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    # Transient: the summary, or one clear line, takes the bar's place.
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda count: bar.advance(task, count)


def _lines(title: str, total: int, unit: str) -> Advance:
    started, done, shown = time.monotonic(), 0, 0

    def advance(count: int) -> None:
        nonlocal done, shown
        done += count
        tenths = done * LINES // total
        if tenths > shown:
            shown = tenths
            seconds = time.monotonic() - started
            click.echo(f"{title}: {done} of {total} {unit}, {seconds:.0f} s", err=True)

    return advance
