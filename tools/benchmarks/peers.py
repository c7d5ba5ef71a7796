"""lossspec's `replicate` beside ``model.fit`` and JAX, measured in one run on this machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from statistics import median
from typing import Sequence

import click

from lossspec.experiments.recipes import RECIPES
from tools.benchmarks.agreement import Agreement, agreement
from tools.benchmarks.isolated import isolated
from tools.benchmarks.ours import Trained, first_call, load, trained
from tools.benchmarks.tables import Rows, show
from tools.benchmarks.theirs import fit_epoch, in_one_call, vmapped
from tools.benchmarks.work import FORMULA, operations, peak_operations

RECIPE = "circles-binary-crossentropy"


@dataclass(frozen=True)
class Measured:
    """All that one run measured: seconds, and operations a second."""

    seeds: int
    epochs: int
    ours: Sequence[Trained]
    jax: Sequence[Trained]
    tuned: Sequence[Trained]
    fit: Sequence[float]
    peak: float

    def rate(self, trainings: Sequence[Trained], call: str) -> float:
        """Replicate-epochs a second, by the median time of a call."""
        return self.seeds * self.epochs / median(getattr(each, call) for each in trainings)

    @property
    def fit_rate(self) -> float:
        """Epochs of one network that ``fit`` trains in a second."""
        return 1 / median(self.fit)

    @property
    def agreement(self) -> Agreement:
        """Whether lossspec and JAX end at the same validation loss, the farther of both JAX's."""
        both = (agreement(self.ours[0].losses, each[0].losses) for each in (self.jax, self.tuned))
        return max(both, key=lambda each: abs(each.ours - each.theirs) / each.bound)


def measure(seeds: int, epochs: int, fit_epochs: int, repeats: int) -> Measured:
    """Measure everybody in turn, `repeats` times: a busy moment of the machine falls on all."""
    ours, jax, tuned, fit, peaks = [], [], [], [], []
    for _ in range(repeats):
        peaks.append(isolated(peak_operations))
        fit.append(isolated(fit_epoch, RECIPE, fit_epochs))
        ours.append(isolated(trained, RECIPE, seeds, epochs))
        jax.append(isolated(in_one_call, RECIPE, seeds, epochs))
        tuned.append(isolated(vmapped, RECIPE, seeds, epochs))
    return Measured(seeds, epochs, ours, jax, tuned, fit, max(peaks))


def rates(measured: Measured) -> Rows:
    """Replicate-epochs a second of each, and how many times that of the peers lossspec's are."""
    work = operations(RECIPES[RECIPE])

    def row(name: str, call: str, rate: float, *peers: float) -> list[str]:
        against = [f"{rate / peer:.2f}" for peer in peers] or ["", ""]
        return [
            name,
            call,
            f"{rate:,.0f}",
            f"{rate / measured.fit_rate:,.0f}",
            *against,
            f"{rate * work / measured.peak:.2%}",
        ]

    rows = [row("model.fit", "steady", measured.fit_rate)]
    for call, words in (("first", "compile included"), ("steady", "steady")):
        jax, tuned = (measured.rate(each, call) for each in (measured.jax, measured.tuned))
        rows.append(row("jax.vmap over lax.scan", words, jax, jax, tuned))
        rows.append(row("JAX, tuned", words, tuned, jax, tuned))
        rows.append(row("lossspec", words, measured.rate(measured.ours, call), jax, tuned))
    work_done = f"{measured.seeds} seeds, {measured.epochs} epochs"
    title = f"{RECIPE}: {work_done}, medians of {len(measured.fit)}"
    columns = [
        "trained by",
        "call",
        "replicate-epochs/s",
        "x model.fit",
        "x jax",
        "x tuned",
        "share of peak",
    ]
    return Rows(title, columns, rows)


def notes(measured: Measured) -> str:
    """What the table rests on."""
    same, work = measured.agreement, operations(RECIPES[RECIPE])
    words = "the same work" if same.holds else "NOT the same work"
    return "\n".join(
        [
            f"{os.cpu_count()} cores; float32 peak {measured.peak / 1e9:,.0f} GFLOP/s, a matrix "
            "product by NumPy",
            f"{work:,} operations an epoch = {FORMULA}",
            f"{words}: medians of the final validation loss are {same.ours:.5f} (lossspec) and "
            f"{same.theirs:.5f} (jax), {abs(same.ours - same.theirs):.5f} apart; "
            f"chance allows {same.bound:.5f}",
            "The clock starts after imports; compile included is a process's first call, steady "
            "its second.",
            "JAX, tuned: ten epochs a call, the orders of samples drawn ahead by lossspec's own "
            "thread and code.",
        ]
    )


def all_recipes(seeds: int) -> Rows:
    """Seconds of every recipe, compile included, each in its own process."""
    took = {name: isolated(first_call, name, seeds) for name in RECIPES}
    rows = [[name, f"{each:.1f}"] for name, each in took.items()]
    return Rows(
        f"All recipes, {seeds} seeds",
        ["recipe", "s"],
        [*rows, ["together", f"{sum(took.values()):.1f}"]],
    )


def growth(seeds: int, epochs: int) -> Rows:
    """Time and memory of a quarter of the seeds, of half of them, and of all."""
    loads = [isolated(load, RECIPE, count, epochs) for count in (seeds // 4, seeds // 2, seeds)]
    rows = [
        [f"{each.seeds:,}", f"{each.seconds:.1f}", f"{each.seconds / each.seeds * 1e3:.2f}"]
        + [f"{size / 2**20:,.0f}" for size in (each.peak, each.result)]
        for each in loads
    ]
    columns = ["seeds", "s", "ms/seed", "peak memory, MiB", "of it the study's arrays"]
    return Rows(f"{RECIPE}, {epochs} epochs", columns, rows)


@click.command()
@click.option(
    "--replicates", default=200, show_default=True, help="Seeds that lossspec and JAX train."
)
@click.option(
    "--epochs", default=RECIPES[RECIPE].epochs, show_default=True, help="Of each training."
)
@click.option(
    "--fit-epochs", default=20, show_default=True, help="Epochs of model.fit that are timed."
)
@click.option("--repeats", default=3, show_default=True, help="Processes for each measured part.")
@click.option("--all", "every", is_flag=True, help="All recipes instead: seconds of each.")
@click.option("--seeds", default=0, help="Growth instead: time and memory up to so many seeds.")
@click.option("--markdown", is_flag=True, help="Tables in Markdown.")
def main(
    replicates: int,
    epochs: int,
    fit_epochs: int,
    repeats: int,
    every: bool,
    seeds: int,
    markdown: bool,
) -> None:
    """Measure lossspec's replication beside model.fit and jax.vmap."""
    if every:
        show(all_recipes(replicates), markdown)
    elif seeds:
        show(growth(seeds, epochs), markdown)
    else:
        measured = measure(replicates, epochs, fit_epochs, repeats)
        show(rates(measured), markdown)
        click.echo(notes(measured))
        if not measured.agreement.holds:
            raise click.ClickException(
                "lossspec and JAX don't end at the same loss: the figures don't compare"
            )


if __name__ == "__main__":
    main()
