"""``lossspec replicate``: a recipe trained over many seeds."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Callable

import click

from lossspec.backends import loading
from lossspec.backends.keras.settings import kept_out
from lossspec.commands.options import FILE
from lossspec.core.console import say, show
from lossspec.core.errors import UsageProblem
from lossspec.core.files import write_whole
from lossspec.core.progress import progress_of
from lossspec.experiments.recipes import recipe_named
from lossspec.studies.checks import check_outputs, check_suffix, seeds_of

WIDTH = 100
"""Columns that a summary may take at least: a figure that is cut is none."""


@click.command()
@click.argument("name", metavar="RECIPE")
@click.option("--seeds", type=int, default=200, show_default=True, help="How many replicates.")
@click.option("--first-seed", type=int, default=0, show_default=True, help="Seed of the first.")
@click.option("--json", "json_file", type=FILE, help="Write every figure to this file.")
@click.option("--plot", type=FILE, help="Draw the study: a .png, .svg or .pdf file.")
def replicate(
    name: str, seeds: int, first_seed: int, json_file: Path | None, plot: Path | None
) -> None:
    """Train a recipe over many seeds, and compare what comes out with the document's figures."""
    recipe = recipe_named(name)
    chosen = seeds_of(first_seed, seeds)
    draw = _drawing(plot) if plot else None
    check_outputs(json_file, plot)
    backend = loading.load_backend()
    versions = backend.versions
    if ignored := kept_out():
        say(f"lossspec: kept out of the study: {ignored}.", err=True)
    # With scikit-learn, which takes a second that no other command should wait for.
    from lossspec.experiments import replication
    from lossspec.experiments.study_summary import of_study
    from lossspec.studies.figures import as_json, in_words, table_of

    total, started = len(chosen) * recipe.epochs, time.monotonic()
    with progress_of(recipe.name, total, "replicate-epochs") as advance:
        study = replication.replicate(recipe, chosen, backend=backend, each_epoch=advance)
    seconds = time.monotonic() - started
    # Before anything is printed, so that a reader who stops reading, as `head` does, loses no file.
    if json_file:
        write_whole(json_file, as_json(recipe, study, versions))
    if plot and draw:
        kept, said = of_study(recipe, study, "xla"), in_words(study, versions)
        write_whole(plot, draw(recipe.name, kept, said, plot.suffix[1:].lower()))
    say(f"{recipe.name}: {in_words(study, versions)}")
    show(table_of(recipe, study), least=WIDTH)
    say("", "Quantiles are over the finite figures.")
    rate = f"{seconds:.1f} s, compiling included: {total / seconds:.0f} a second"
    say(f"{total} replicate-epochs in {rate}")
    say(*(f"written: {path.resolve()}" for path in (json_file, plot) if path))


def _drawing(plot: Path) -> Callable[..., bytes]:
    """Import what draws a study, or refuse the plot."""
    check_suffix(plot)
    try:
        from lossspec.studies.plot import draw
    except ImportError as error:
        raise UsageProblem(
            f"--plot needs {error.name}, which is not installed",
            expected="the packages of the extra 'report'",
            do="run 'python -m pip install \"lossspec[report]\"', or leave --plot out",
        ) from error
    return draw
