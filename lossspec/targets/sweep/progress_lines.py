"""How far a sweep is, on standard error: a bar in a terminal, elsewhere a line a subject."""

from __future__ import annotations

import contextlib
from typing import Iterator

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from lossspec.core.console import tell
from lossspec.targets.sweep.loop import SKIPPED, Outcome


class Shown:
    """Prints what became of each subject, and how long the others may take."""

    def __init__(self, bar: Progress, total: int, jobs: int) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=total)
        self._total = total
        self._jobs = jobs
        self._ended = 0
        self._seconds: list[float] = []
        self._running: list[str] = []

    def begun(self, name: str) -> None:
        """A subject begins."""
        self._running.append(name)
        self._draw()

    def ended(self, outcome: Outcome) -> None:
        """A subject has ended, or was skipped."""
        self._ended += 1
        took = ""
        if outcome.what != SKIPPED:
            self._seconds.append(outcome.seconds)
            took = f" in {duration(outcome.seconds)}"
        self._running = [name for name in self._running if name != outcome.name]
        left = (
            f"; about {duration(self.left())} left"
            if self._seconds and self._ended < self._total
            else ""
        )
        head = f"{outcome.name} ({self._ended} of {self._total}): {outcome.what}{took}"
        tell(self._bar.console, f"{head}: {outcome.says}{left}")
        self._draw()

    def left(self) -> float:
        """About how many seconds the others take: as long as those that have ended, so many side by side."""
        return sum(self._seconds) / len(self._seconds) * (self._total - self._ended) / self._jobs

    def _draw(self) -> None:
        self._bar.update(self._task, completed=self._ended, description=", ".join(self._running))


@contextlib.contextmanager
def shown(total: int, jobs: int) -> Iterator[Shown]:
    """Show a sweep while the block runs.

    Args:
        total: how many subjects.
        jobs: how many at once.
    """
    with bar_on(Console(stderr=True, markup=False, highlight=False, emoji=False)) as bar:
        yield Shown(bar, total, jobs)


def bar_on(console: Console) -> Progress:
    """A bar with how many have ended, the time, and what runs; in a terminal alone, until its block ends."""
    columns = (
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def duration(seconds: float) -> str:
    """``48 s``, ``3 min 20 s`` or ``1 h 12 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes = whole // 60
    return (
        f"{minutes} min {whole % 60} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
    )
