"""Whether verdicts about training depend on which seeds were drawn: the specification over disjoint sets of seeds.

``python -m benchmarks.seeds --help``
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Dict, Sequence, Tuple

import click

from benchmarks.tables import Rows, show
from lossspec.record import read_record

Verdicts = Dict[str, str]
Column = Tuple[str, int, str]
"""A set of seeds: its heading, its first seed, and how its networks are trained."""


def verdicts(first: int, seeds: int, training: str) -> Verdicts:
    """The verdict on each claim about training, from one run of its specs in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "record.json"
        options = [f"--lossspec-first-seed={first}", f"--lossspec-seeds={seeds}", f"--lossspec-training={training}"]
        command = [sys.executable, "-m", "pytest", "tests/spec", "-m", "study", "-q", *options]
        done = subprocess.run([*command, f"--lossspec-record={record}"], capture_output=True, text=True)  # noqa: S603
        if not record.exists():
            raise click.ClickException(f"the specification wrote no record:\n{done.stdout}{done.stderr}")
        return {claim: entry["verdict"] for claim, entry in read_record(record)["claims"].items()}


def compared(columns: Sequence[Column], found: Sequence[Verdicts]) -> Rows:
    """Each claim's verdict by set of seeds; a last column says where they differ."""
    rows = []
    for claim in found[0]:
        each = [of_set.get(claim, "undecided") for of_set in found]
        rows.append([claim, *each, "" if len(set(each)) == 1 else "differs"])
    return Rows("Verdicts about training", ["claim", *(heading for heading, *_ in columns), ""], rows)


@click.command()
@click.option("--sets", default=3, show_default=True, help="Disjoint sets of seeds.")
@click.option("--seeds", default=200, show_default=True, help="In each set.")
@click.option("--graph/--no-graph", default=True, help="Train the first set as a graph too, not compiled by XLA.")
@click.option("--markdown", is_flag=True, help="A table in Markdown.")
def main(sets: int, seeds: int, graph: bool, markdown: bool) -> None:
    """Decide every claim about training from several disjoint sets of seeds."""
    columns = [(f"{first} to {first + seeds - 1}", first, "xla") for first in range(0, sets * seeds, seeds)]
    if graph:
        columns.append((f"0 to {seeds - 1}, graph", 0, "graph"))
    found = []
    for heading, first, training in columns:
        click.echo(f"seeds {heading} …", err=True)
        found.append(verdicts(first, seeds, training))
    rows = compared(columns, found)
    show(rows, markdown)
    differing = [row[0] for row in rows.rows if row[-1]]
    click.echo(
        f"{len(rows.rows)} claims, {len(differing)} with different verdicts{': ' if differing else ''}", nl=False
    )
    click.echo(", ".join(differing))
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
