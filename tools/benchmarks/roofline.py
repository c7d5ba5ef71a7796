"""What bounds a replicate-epoch on one processor: products, hidden values moved, or shuffles."""

from __future__ import annotations

import os
from dataclasses import dataclass

import click
import numpy as np

from lossspec.experiments.datasets import SEEDED
from lossspec.experiments.recipes import RECIPES, Recipe
from lossspec.experiments.replication import CHUNK, orders_of
from tools.benchmarks.isolated import isolated, seconds
from tools.benchmarks.ours import Trained, trained
from tools.benchmarks.peers import RECIPE
from tools.benchmarks.tables import Rows, show
from tools.benchmarks.work import operations, peak_operations

TRAINING, VALIDATING = 8, 2
"""Passes over a batch's hidden values, as XLA divides a step of one hidden layer.

Written and read forward; read for the last kernel's slope and for their own, which is written, read
for the bias, and twice for the kernel of two inputs. Validation goes forward only.
"""


@dataclass(frozen=True)
class Bounds:
    """Seconds of a replicate-epoch by each bound alone, and measured."""

    arithmetic: float
    moving: float
    shuffling: float
    measured: float


def moved(recipe: Recipe) -> int:
    """Bytes of hidden values that one replicate's epoch writes and reads."""
    data = SEEDED[recipe.data]()
    passes = TRAINING * len(data.training) + VALIDATING * len(data.testing)
    return 4 * recipe.layers[0].units * passes


def bandwidth(values: int, repeats: int = 200) -> float:
    """Bytes a second that NumPy reads and writes, copying so many float32: the best of a few."""
    source, result = np.ones(values, np.float32), np.empty(values, np.float32)
    fastest = min(seconds(lambda: np.copyto(result, source)) for _ in range(repeats))
    return 2 * source.nbytes / fastest


def shuffling(recipe: Recipe) -> float:
    """Seconds of one replicate's order of samples."""
    samples = len(SEEDED[recipe.data]().training)
    drawn = orders_of(recipe, range(CHUNK), samples)
    next(drawn)
    fastest = min(seconds(lambda: next(drawn)) for _ in range(5))
    return fastest / len(next(drawn)) / CHUNK


def bounds(name: str, epochs: int) -> Bounds:
    """Measure all, each in a process of its own, on one processor."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    recipe = RECIPES[name]
    hidden = CHUNK * recipe.batch_size * recipe.layers[0].units
    both: Trained = isolated(trained, name, CHUNK, epochs)
    return Bounds(
        arithmetic=operations(recipe) / isolated(peak_operations),
        moving=moved(recipe) / isolated(bandwidth, hidden),
        shuffling=isolated(shuffling, recipe),
        measured=both.steady / CHUNK / epochs,
    )


@click.command()
@click.option("--epochs", default=RECIPES[RECIPE].epochs, show_default=True, help="To train.")
@click.option("--markdown", is_flag=True, help="The table in Markdown.")
def main(epochs: int, markdown: bool) -> None:
    """Measure what bounds replication on one processor."""
    found = bounds(RECIPE, epochs)
    rows = [
        [bound, f"{took * 1e6:.1f}", f"{found.arithmetic / took:.1%}"]
        for bound, took in (
            ("products at the peak", found.arithmetic),
            (f"{moved(RECIPES[RECIPE]) / 1e6:.1f} MB of hidden values moved", found.moving),
            ("the order of samples drawn", found.shuffling),
            ("moved and drawn", found.moving + found.shuffling),
            ("measured, steady", found.measured),
        )
    ]
    title = f"{RECIPE}, {CHUNK} seeds on one processor"
    show(Rows(title, ["a replicate-epoch", "µs", "share of peak"], rows), markdown)


if __name__ == "__main__":
    main()
