"""``lossspec time``: step times with each loss."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import warnings
from pathlib import Path
from typing import Iterator, Mapping

import click
from rich import box
from rich.table import Table

from lossspec.backends.keras.adapter import load_keras
from lossspec.backends.keras.settings import kept_out
from lossspec.backends.training import PARTS
from lossspec.commands.options import FILE
from lossspec.core.console import say, short, show
from lossspec.core.errors import UsageProblem
from lossspec.core.locks import locked, of_this_machine
from lossspec.core.progress import progress_of
from lossspec.records.record import place_of, read_record, write_record
from lossspec.records.record_types import Environment, Record, Timings
from lossspec.records.results import environment
from lossspec.records.subjects import subject_in_words
from lossspec.timing.step_times import BUDGET, count_of_calls, measure
from lossspec.timing.turns import check_installed

WIDTH = 106
"""Columns that a table takes at least."""

_INPUT_SHAPE = "Do not pass an `input_shape`/`input_dim` argument to a layer"


@click.command()
@click.option("--record", type=FILE, help="Put the times into this record, or into this folder's.")
@click.option(
    "--budget",
    type=click.FloatRange(min=0.0),
    default=BUDGET,
    show_default=True,
    help="Seconds for the steps. More is better on a busy machine.",
)
def time(record: Path | None, budget: float) -> None:
    """Time each loss on this environment's TensorFlow, in about a minute.

    Forward, gradient, a training step of the loss's recipe, if it has one, and a large batch, in
    each execution mode. 'lossspec compare' sets two records with step times side by side. Needs
    the extra timing: pytest-benchmark.
    """
    if not math.isfinite(budget):
        raise UsageProblem(
            f"--budget {budget:g}", expected="a number of seconds", do="give another"
        )
    check_installed()
    with locked(of_this_machine(), patience=0) as alone:
        if not alone:
            raise UsageProblem(
                "lossspec runs a subject on this machine, which would slow what is timed",
                expected="a machine at rest",
                do="wait for it, or end it",
            )
        _time(record, budget)


def _time(record: Path | None, budget: float) -> None:
    keep_to_one_processor()
    subject = load_keras()
    if ignored := kept_out():
        say(f"lossspec: kept out of the times: {ignored}.", err=True)
    subject.on_one_thread()
    target = None if record is None else place_of(subject.versions, record)
    if target is not None:
        _record_of(subject.versions, target)  # what can't be is said before a minute has passed
    # Each loss is traced anew, which TensorFlow takes for a slip.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    count = count_of_calls(subject)
    with warnings.catch_warnings(), progress_of("step times", count, "calls") as advance:
        warnings.filterwarnings("ignore", _INPUT_SHAPE, UserWarning)
        timings = measure(subject, budget, progress=advance)
    say(subject_in_words(subject.versions), "")
    for table in _tables(timings):
        show(table, WIDTH)
    say(f"each the fastest sample of {timings['rounds']} turns")
    zlib = short(timings["yardsticks"]["zlib"]["seconds"])
    say(f"zlib, the yardstick: {zlib}; on {timings['processor']}, one thread")
    if target is not None:
        write_record({**_record_of(subject.versions, target), "timings": timings}, target)
        say(f"record: {target}")


def keep_to_one_processor() -> None:
    """Keep this process to one processor, if allowed.

    TensorFlow hands a graph's call over to another thread: waking that on another processor takes
    some tens of microseconds, more or less by chance.
    """
    if hasattr(os, "sched_setaffinity"):
        with contextlib.suppress(OSError):  # a sandbox may not let us
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _record_of(versions: Mapping[str, str], target: Path) -> Record:
    """Read the record of this environment that the times go into."""
    record = read_record(target)
    there, here = _installed(record["environment"]), _installed(environment(""))
    for what, words in here.items():
        if there[what] != words:
            raise UsageProblem(
                f"{target} was written with {what} {there[what]}",
                expected=f"this environment's, {words}",
                do="write the record anew with 'lossspec run --lossspec-record', then time it",
            )
    if record["subject"] != dict(versions):
        raise UsageProblem(
            f"{target} is of {subject_in_words(record['subject'])}",
            expected=f"a record of {subject_in_words(versions)}, which is installed here",
            do="name another, or a folder",
        )
    return record


def _installed(about: Environment) -> dict[str, str]:
    packages = ", ".join(f"{name} {version}" for name, version in about["packages"].items())
    return {"python": about["python"], "platform": about["platform"], "packages": packages}


def _tables(timings: Timings) -> Iterator[Table]:
    for part, about in PARTS.items():
        rows = {loss: parts[part] for loss, parts in timings["steps"].items() if part in parts}
        if not rows:
            continue
        title = f"{part}: {about}"
        table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE)
        table.add_column("", width=42)
        modes = list(dict.fromkeys(mode for times in rows.values() for mode in times))
        for mode in modes:
            table.add_column(mode, justify="right", min_width=16)
        for loss, times in rows.items():
            table.add_row(loss, *(short(times[mode]["seconds"]) for mode in modes))
        yield table
