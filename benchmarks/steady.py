"""Whether step times repeat: one subject timed again and again, on an idle machine and on a busy one."""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
from typing import Any, Iterator, Mapping, Sequence

import click
import numpy as np

from benchmarks.isolated import isolated
from benchmarks.tables import Rows, show
from lossspec.compare.timings import NOTICEABLE, StepTime, step_times
from lossspec.subject import load_subject
from lossspec.timing import measure

Timings = Mapping[str, Any]


@click.command()
@click.option("--runs", type=click.IntRange(2), default=10, show_default=True, help="How often, each a process.")
@click.option("--load", type=click.IntRange(0), default=2, show_default=True, help="Busy processes beside every other.")
@click.option("--markdown", is_flag=True, help="Print the tables in Markdown.")
def main(runs: int, load: int, markdown: bool) -> None:
    """Time the subject of this environment again and again, every second time beside busy processes."""
    taken: list[Timings] = []
    for number in range(runs):
        busy = load if number % 2 else 0
        with beside(busy):
            taken.append(isolated(timed))
        click.echo(f"run {number + 1} of {runs}, beside {busy} busy processes: {taken[-1]['seconds']} s", err=True)
    show(each_run(taken), markdown)
    show(all_pairs(taken), markdown)


def timed() -> Timings:
    """The step times of the installed TensorFlow."""
    subject = load_subject()
    subject.on_one_thread()
    return measure(subject)


@contextlib.contextmanager
def beside(count: int) -> Iterator[None]:
    """Let so many processes compute without end while the block runs."""
    others = [multiprocessing.Process(target=_busy, daemon=True) for _ in range(count)]
    for each in others:
        each.start()
    try:
        yield
    finally:
        for each in others:
            each.kill()


def _busy() -> None:
    total = 0
    while True:
        total += sum(range(10_000))


def each_run(taken: Sequence[Timings]) -> Rows:
    """Each run beside the first: how far plain seconds are off, and how far multiples of yardsticks are."""
    rows = []
    for number, timings in enumerate(taken, start=1):
        times = _compared(taken[0], timings)
        plain = [each.seconds[1] / each.seconds[0] for each in times]
        rows.append(
            (
                str(number),
                str(timings["rounds"]),
                f"{timings['yardsticks']['zlib']['seconds'] * 1e6:.2f} µs",
                f"{np.median(plain):.2f} ({min(plain):.2f} to {max(plain):.2f})",
                f"{np.median([each.ratio for each in times]):.2f}",
                f"{max(each.own for each in times):.2f}",
                str(sum(each.slower for each in times)),
            )
        )
    columns = ("run", "rounds", "zlib", "seconds beside run 1", "beside zlib", "largest of its own", "slower")
    return Rows("Ten runs of one subject" if len(taken) == 10 else f"{len(taken)} runs of one subject", columns, rows)


def all_pairs(taken: Sequence[Timings]) -> Rows:
    """Every run beside every other: of how many step times which ratio stays within 10 %, and the furthest."""
    plain, machine, own = [], [], []
    for base, new in itertools.permutations(taken, 2):
        for each in _compared(base, new):
            plain.append(each.seconds[1] / each.seconds[0])
            machine.append(each.ratio)
            own.append(each.own)
    rows = [
        (name, *(f"{np.mean(np.asarray(of) <= limit):.2%}" for limit in (1.1, NOTICEABLE)), f"{max(of):.2f}")
        for name, of in (("seconds", plain), ("multiples of zlib", machine), ("by each yardstick", own))
    ]
    pairs = len(taken) * (len(taken) - 1)
    columns = ("measure", "at most 1.1 times", f"at most {NOTICEABLE:g} times", "most")
    return Rows(f"Every pair of these runs ({pairs} pairs, {len(own)} step times)", columns, rows)


def _compared(base: Timings, new: Timings) -> list[StepTime]:
    times, missing = step_times({"timings": base}, {"timings": new})
    if missing:
        raise click.ClickException(missing[0])
    return times


if __name__ == "__main__":
    main()
