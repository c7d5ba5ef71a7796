"""The command ``lossspec time``."""

from __future__ import annotations

import contextlib
import logging
import os
import warnings
from pathlib import Path
from typing import Any, Iterator, Mapping, cast

import click
from rich import box
from rich.table import Table

from lossspec.backends.keras.settings import kept_out
from lossspec.backends.keras.adapter import load_keras
from lossspec.backends.training import PARTS
from lossspec.core.console import say, short, show
from lossspec.core.errors import UsageProblem
from lossspec.core.progress import progress_of
from lossspec.records.record import Record, place_of, read_record, write_record
from lossspec.records.record_types import Timings
from lossspec.records.results import environment
from lossspec.records.subjects import subject_in_words
from lossspec.timing.measured import BUDGET, STEPS, YARDSTICKS, measure
from lossspec.timing.turns import check_installed

_SAME = ("python", "platform", "packages")

WIDTH = 106
"""Columns that a table takes at least."""


@click.command()
@click.option(
    "--record",
    "place",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Put the times into this record, or into the subject's in this folder.",
)
@click.option(
    "--budget",
    type=click.FloatRange(min=0.0),
    default=BUDGET,
    show_default=True,
    help="Seconds for the steps. More is better on a busy machine.",
)
def time(place: Path | None, budget: float) -> None:
    """Time a training step with each loss on the TensorFlow of this environment, in about a minute.

    Forward, gradient, a training step of the loss's recipe and a large batch, in each execution mode.
    'lossspec compare' sets two records with step times side by side. Needs the extra timing: pytest-benchmark.
    """
    check_installed()
    keep_to_one_processor()
    subject = load_keras()
    ignored = kept_out()
    if ignored:
        say(f"lossspec: kept out of the times: {ignored}.", err=True)
    subject.on_one_thread()
    target = None if place is None else place_of(subject.versions, place)
    if target is not None:
        _record_of(subject.versions, target)  # what can't be is said before a minute has passed
    logging.getLogger("tensorflow").setLevel(
        logging.ERROR
    )  # each loss is traced anew: TensorFlow takes it for a slip
    with warnings.catch_warnings(), progress_of("step times", STEPS, "calls") as advance:
        warnings.filterwarnings(
            "ignore", "Do not pass an `input_shape`/`input_dim` argument to a layer", UserWarning
        )
        timings = measure(subject, budget, progress=advance)
    say(subject_in_words(subject.versions), "")
    for table in tables(timings):
        show(table, WIDTH)
    say(*closing(timings))
    if target is not None:
        record = _record_of(subject.versions, target)
        write_record({**record, "timings": cast(Timings, timings)}, target)
        say(f"record: {target}")


def _record_of(versions: Mapping[str, str], target: Path) -> Record:
    """The record that the times go into.

    Raises:
        UsageProblem: when there is none, or it is of another environment than this one.
    """
    record = read_record(target)
    there: Mapping[str, Any] = {**record["environment"]}
    here: Mapping[str, Any] = {**environment("")}
    for what in _SAME:
        if there[what] != here[what]:
            raise UsageProblem(
                f"{target} was written with {what} {_plain(there[what])}",
                expected=f"this environment's, {_plain(here[what])}",
                do="write the record anew with 'lossspec run --lossspec-record', then time it",
            )
    if record["subject"] != dict(versions):
        raise UsageProblem(
            f"{target} is of {subject_in_words(record['subject'])}",
            expected=f"a record of {subject_in_words(versions)}, which is installed here",
            do="name another, or a folder",
        )
    return record


def _plain(value: Any) -> str:
    return (
        ", ".join(f"{name} {each}" for name, each in value.items())
        if isinstance(value, dict)
        else str(value)
    )


def keep_to_one_processor() -> None:
    """Keep this process to one processor, and all threads that it begins from here on; where the system lets us.

    TensorFlow hands a graph's call over to another thread: waking that on another processor takes some tens of
    microseconds, more or less by chance.
    """
    if hasattr(os, "sched_setaffinity"):
        with contextlib.suppress(OSError):  # a sandbox may not let us
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def tables(timings: Mapping[str, Any]) -> Iterator[Table]:
    """Every part: what it takes with each loss, in each mode."""
    steps: Mapping[str, Mapping[str, Mapping[str, Mapping[str, float]]]] = timings["steps"]
    for part, about in PARTS.items():
        rows = {loss: parts[part] for loss, parts in steps.items() if part in parts}
        if not rows:
            continue
        table = Table(
            title=f"{part}: {about}", title_justify="left", title_style="bold", box=box.SIMPLE
        )
        table.add_column("", width=42)
        modes = list(dict.fromkeys(mode for entries in rows.values() for mode in entries))
        for mode in modes:
            table.add_column(mode, justify="right", min_width=16)
        for loss, entries in rows.items():
            table.add_row(loss, *(short(entries[mode]["seconds"]) for mode in modes))
        yield table


def closing(timings: Mapping[str, Any]) -> Iterator[str]:
    """What the numbers are."""
    yards = "; ".join(
        f"{name} {short(timings['yardsticks'][name]['seconds'])}" for name in YARDSTICKS
    )
    yield f"each the fastest sample of {timings['rounds']} turns"
    yield f"yardsticks: {yards}; on {timings['processor']}, one thread"
