"""How a training step's cost grows with the batch, with the number of classes, and replication's with the seeds.

``python -m tools.benchmarks.growth --help``
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Iterator, Sequence
from unittest import mock

import click

from lossspec.core.console import short
from tools.benchmarks.batches import ONE_HOT, ONE_THREAD, SPARSE
from tools.benchmarks.conditions import in_words
from tools.benchmarks.curves import Curve, as_data, parse, per_doubling, read, write
from tools.benchmarks.growing import over_classes, over_samples, over_seeds
from tools.benchmarks.growth_picture import draw_picture
from tools.benchmarks.isolated import isolated
from tools.benchmarks.tables import Rows, show

CLONE = Path(__file__).parents[2]
DATA, PICTURE = CLONE / "reports" / "growth.json", CLONE / "docs" / "pictures" / "growth.svg"


def measure(budget: float, classes_budget: float) -> dict[str, Any]:
    """All three kinds of growth, as the file holds them.

    Args:
        budget: seconds for batch sizes, compiling not counted.
        classes_budget: the same for each number of classes.
    """
    with mock.patch.dict(os.environ, ONE_THREAD):
        found, curves = isolated(over_samples, budget)
        curves += isolated(over_classes, classes_budget)
    curves += over_seeds()  # on all processors, as it is meant to run
    return as_data(curves, found.until_now().as_data())


def tables(curves: Sequence[Curve]) -> Iterator[Rows]:
    """A table for what is measured over one kind of size, all modes in it."""
    of = {(each.part, each.unit, each.over): each.sizes for each in curves}
    for (part, unit, over), sizes in of.items():
        alike = [each for each in curves if (each.part, each.unit, each.over) == (part, unit, over)]
        rows = [row for each in alike for row in _rows(each)]
        columns = ["", *(f"{size:,}" for size in sizes), "x per doubling"]
        yield Rows(f"{part}: {unit} over {over}", columns, rows)


def _rows(curve: Curve) -> Iterator[list[str]]:
    """A curve's lines; below both cross-entropies, how many times one is of the other."""
    mode = f", {curve.mode}" if curve.mode else ""
    for name, values in curve.lines.items():
        numbers = [_number(value, curve.unit) for value in values]
        yield [f"{name}{mode}", *numbers, _ratio(per_doubling(curve, name))]
    if {ONE_HOT, SPARSE} == set(curve.lines):
        ratios = [_quotient(*pair) for pair in zip(curve.lines[ONE_HOT], curve.lines[SPARSE])]
        yield [f"one-hot / sparse{mode}", *map(_ratio, ratios), ""]


def _quotient(value: float | None, by: float | None) -> float | None:
    return value / by if value is not None and by else None


def _ratio(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}" if value < 100 else f"{value:,.0f}"


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    return short(value) if unit == "seconds" else size_of(value)


def size_of(count: float) -> str:
    """Bytes in three digits: ``128 B``, ``12.2 MiB``."""
    for unit, size in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count:.0f} B"


@click.command()
@click.option("--budget", default=8.0, show_default=True, help="Seconds for batch sizes, compiling not counted.")
@click.option("--classes-budget", default=1.0, show_default=True, help="The same for each number of classes.")
@click.option("--write", "keep", is_flag=True, help=f"Write {DATA.name} and {PICTURE.name}, too.")
@click.option("--draw", is_flag=True, help="Measure nothing: draw the picture from the data as written.")
@click.option("--markdown", is_flag=True, help="Tables in Markdown.")
def main(budget: float, classes_budget: float, keep: bool, draw: bool, markdown: bool) -> None:
    """Measure how cost grows with samples, classes and seeds."""
    if draw:
        draw_picture(*read(DATA), PICTURE)
        return
    data = measure(budget, classes_budget)
    found, curves = parse(data)
    for rows in tables(curves):
        show(rows, markdown)
    click.echo(in_words(found))
    if keep:
        write(data, DATA)
        draw_picture(found, curves, PICTURE)


if __name__ == "__main__":
    main()
