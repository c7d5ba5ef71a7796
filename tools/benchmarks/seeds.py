"""Whether what is said of training depends on which seeds were drawn: disjoint sets of them.

Every two sets are compared as two releases would be, and should show no difference.

``python -m tools.benchmarks.seeds --help``
"""

from __future__ import annotations

import itertools
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Sequence, Tuple

import click

from lossspec.commands.places import Named, scheduler_options
from lossspec.compare.comparison import NOTHING
from lossspec.compare.two_records import compare
from lossspec.core.signals import ended_as_by_ctrl_c
from lossspec.records.record import Record, read_record
from lossspec.targets.environments import Observer
from tools.benchmarks.tables import Rows, show

Column = Tuple[str, int, str]
"""A set of seeds: its heading, its first seed, and how its networks are trained."""


def options_of(first: int, seeds: int, training: str) -> list[str]:
    """What pytest is told, to run the specs about training with those seeds."""
    numbers = [f"--lossspec-first-seed={first}", f"--lossspec-seeds={seeds}"]
    return ["-m", "study", *numbers, f"--lossspec-training={training}"]


def record_here(options: Sequence[str]) -> Record:
    """The record of one run of the specs about training, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "record.json"
        command = [sys.executable, "-m", "pytest", "tests/specification", "-q", *options]
        done = subprocess.run(  # noqa: S603 # our own code
            [*command, f"--lossspec-record={record}"], capture_output=True, text=True
        )
        if not record.exists():
            raise click.ClickException(
                f"the specification wrote no record:\n{done.stdout}{done.stderr}"
            )
        return read_record(record)


def records_of(runs: Sequence[Sequence[str]], subject: str | None, place: Named) -> list[Record]:
    """The record of each run: one after the other here, or all at once on a cluster."""
    pins = place.pins_of(subject)
    if pins is None:
        return list(map(record_here, runs))
    with ended_as_by_ctrl_c(), place.opened(stored=True) as there, there.pool() as pool:
        observer = Observer(there.ask, alone=there.jobs is not None)
        return list(pool.map(lambda options: observer.record_of(pins, options), runs))


def compared(columns: Sequence[Column], found: Sequence[Record]) -> Rows:
    """Each claim's verdict by set of seeds; a last column says where they differ."""
    rows = []
    for claim in found[0]["claims"]:
        each = [
            record["claims"].get(claim, {"verdict": "undecided"})["verdict"] for record in found
        ]
        rows.append([claim, *each, "" if len(set(each)) == 1 else "differs"])
    return Rows(
        "Verdicts about training", ["claim", *(heading for heading, *_ in columns), ""], rows
    )


def alarms(found: Sequence[Record]) -> tuple[int, list[str]]:
    """How many pairs of sets there are, and what `compare` says of those that differ."""
    pairs = list(itertools.combinations(found, 2))
    said = [compare(base, new).last_line for base, new in pairs]
    return len(pairs), [line for line in said if line != NOTHING]


@click.command()
@click.option("--sets", default=3, show_default=True, help="Disjoint sets of seeds.")
@click.option("--seeds", default=200, show_default=True, help="In each set.")
@click.option(
    "--graph/--no-graph",
    default=True,
    help="Train the first set as a graph too, not compiled by XLA.",
)
@click.option("--markdown", is_flag=True, help="A table in Markdown.")
@click.option("--subject", metavar="NAME", help="Of this subject, in an environment of its.")
@scheduler_options
def main(
    sets: int, seeds: int, graph: bool, markdown: bool, subject: str | None, **place: Any
) -> None:
    """Decide every claim about training from several disjoint sets of seeds."""
    columns = [
        (f"{first} to {first + seeds - 1}", first, "xla") for first in range(0, sets * seeds, seeds)
    ]
    if graph:
        columns.append((f"0 to {seeds - 1}, graph", 0, "graph"))
    runs = [options_of(first, seeds, training) for _, first, training in columns]
    found = records_of(runs, subject, Named(**place))
    rows = compared(columns, found)
    show(rows, markdown)
    differing = [row[0] for row in rows.rows if row[-1]]
    named = f": {', '.join(differing)}" if differing else ""
    click.echo(f"{len(rows.rows)} claims, {len(differing)} with different verdicts{named}")
    pairs, wrong = alarms(found[:sets])
    click.echo(f"{pairs} comparisons of disjoint sets: {pairs - len(wrong)} say “{NOTHING}”")
    click.echo("".join(f"  {line}\n" for line in wrong), nl=False)
    sys.exit(1 if differing or wrong else 0)


if __name__ == "__main__":
    main()
