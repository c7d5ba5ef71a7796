"""Whether step times repeat: one subject timed again and again, on an idle machine and on a busy one.

``python -m tools.benchmarks.steady --help``
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import warnings
from pathlib import Path
from typing import Any, Iterator, Mapping

import click

from lossspec.backends.keras.subject import load_subject
from lossspec.compare.timings import NOTICEABLE
from lossspec.core.files import write_whole
from lossspec.timing import measure
from lossspec.timing.measured import BUDGET
from tools.benchmarks.batches import subject_on_one_thread
from tools.benchmarks.conditions import conditions, in_words, load
from tools.benchmarks.isolated import isolated
from tools.benchmarks.repeats import Run, all_pairs, each_run, furthest, threshold
from tools.benchmarks.tables import show

Timings = Mapping[str, Any]


@click.command()
@click.option("--runs", type=click.IntRange(2), default=10, show_default=True, help="How often, each a process.")
@click.option(
    "--load", "count", type=click.IntRange(0), default=2, show_default=True, help="Busy processes beside every other."
)
@click.option(
    "--budget", default=BUDGET, show_default=True, help="Seconds for a run's steps, as lossspec time has them."
)
@click.option("--keep", type=click.Path(path_type=Path), help="Keep runs in this file, and go on from those in it.")
@click.option("--markdown", is_flag=True, help="Print the tables in Markdown.")
def main(runs: int, count: int, budget: float, keep: Path | None, markdown: bool) -> None:
    """Time the subject of this environment again and again, every second time beside busy processes."""
    began = isolated(_conditions)
    taken = _kept(keep)[:runs]
    for number in range(len(taken), runs):
        taken.append(_run(count if number % 2 else 0, budget))
        if keep is not None:
            write_whole(keep, json.dumps(taken, indent=1) + "\n")
        seconds = taken[-1]["timings"]["seconds"]
        click.echo(f"run {number + 1} of {runs}, beside {taken[-1]['busy']} busy processes: {seconds} s", err=True)
    for rows in (each_run(taken), all_pairs(taken), furthest(taken)):
        show(rows, markdown)
    click.echo(in_words({**began, "load": [began["load"][0], load()]}))
    click.echo(f"From these runs, NOTICEABLE would be {threshold(taken):g}; it is {NOTICEABLE:g}.")


def _kept(keep: Path | None) -> list[Run]:
    found: list[Run] = json.loads(keep.read_text(encoding="utf-8")) if keep is not None and keep.exists() else []
    return found


def _run(busy: int, budget: float) -> Run:
    """One run, as it is kept: beside how many busy processes, the machine's load before it, and the step times."""
    before = load()
    with beside(busy):
        return {"busy": busy, "load": before, "timings": isolated(timed, budget)}


def _conditions() -> dict[str, Any]:
    return conditions(load_subject()).as_data()


def timed(budget: float = BUDGET) -> Timings:
    """The step times of the installed TensorFlow."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Do not pass an `input_shape`/`input_dim` argument to a layer", UserWarning)
        return measure(subject_on_one_thread(), budget)


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


if __name__ == "__main__":
    main()
