"""The commands ``lossspec recipes`` and ``lossspec replicate``."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Callable

import click
from rich import box
from rich.table import Table

from lossspec.backends import loading
from lossspec.backends.base import Backend
from lossspec.backends.keras.settings import kept_out
from lossspec.core.console import say, show
from lossspec.core.errors import UsageProblem
from lossspec.core.files import write_whole
from lossspec.core.progress import progress_of
from lossspec.experiments.printed_figures import Printed
from lossspec.experiments.recipes import RECIPES, VARIANTS, Recipe, recipe_named
from lossspec.ledger.claims import load_ledger
from lossspec.studies.checks import check_outputs, check_suffix, seeds_of

if TYPE_CHECKING:
    from lossspec.experiments.replication import Study

SEEDS = 200
WIDTH = 100
"""Columns that a summary may take at least: a figure that is cut is none."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def recipes(as_json: bool) -> None:
    """List the documents' training experiments."""
    if as_json:
        from lossspec.experiments.study_summary import about

        known = {**RECIPES, **VARIANTS}
        click.echo(
            json.dumps([{"name": each.name, **about(each)} for each in known.values()], indent=1)
        )
        return
    for document in load_ledger().documents.values():
        title = f"{document.title} — {document.author}"
        show(_table(title, [each for each in RECIPES.values() if each.document == document.id]))
    show(
        _table("Variants, which the documents compare with and don't run", list(VARIANTS.values()))
    )
    click.echo(
        f"{len(RECIPES)} recipes, {len(VARIANTS)} variants; 'lossspec replicate RECIPE' trains one over many seeds"
    )


def _table(title: str, of_document: list[Recipe]) -> Table:
    """The recipes of a document, each a few lines high, so that 80 columns are wide enough."""
    table = Table(title=title, box=box.SIMPLE, title_justify="left")
    table.add_column("recipe\n  section\n  loss\n  optimizer", no_wrap=True)
    table.add_column("data\nepochs\nbatch size")
    table.add_column("documented")
    for recipe in of_document:
        table.add_section()
        settings = ", ".join(f"{name}={value:g}" for name, value in recipe.settings.items())
        figures = (f"{name} {_short(printed)}" for name, printed in recipe.documented.items())
        table.add_row(
            f"{recipe.name}\n  {recipe.section}\n  {recipe.loss}\n  {recipe.optimizer}({settings})",
            f"{recipe.data}\n{recipe.epochs} epochs\nbatches of {recipe.batch_size}",
            "\n".join(figures),
        )
    return table


def _short(printed: Printed) -> str:
    """A documented figure; one printed with all digits of a float32 with three."""
    return str(printed) if len(str(printed)) < 8 else f"{float(printed):.3g}"


@click.command()
@click.argument("name", metavar="RECIPE")
@click.option("--seeds", type=int, default=SEEDS, show_default=True, help="How many replicates.")
@click.option(
    "--first-seed",
    type=int,
    default=0,
    show_default=True,
    help="Seed of the first; the others follow it.",
)
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path), help="Write every figure to this file."
)
@click.option(
    "--plot", type=click.Path(path_type=Path), help="Draw the study: a .png, .svg or .pdf file."
)
def replicate(
    name: str, seeds: int, first_seed: int, json_file: Path | None, plot: Path | None
) -> None:
    """Train a recipe over many seeds, and compare what comes out with the document's figures."""
    recipe = recipe_named(name)
    chosen = seeds_of(recipe, first_seed, seeds)
    draw = _drawing(plot) if plot else None
    check_outputs(json_file, plot)
    backend = loading.load_backend()
    versions = backend.versions
    ignored = kept_out()
    if ignored:
        say(f"lossspec: kept out of the study: {ignored}.", err=True)
    study, seconds = _trained(recipe, chosen, backend)

    from lossspec.studies.figures import as_json, in_words, table_of

    contents: dict[Path, str | bytes] = {}
    if json_file:
        contents[json_file] = as_json(recipe, study, versions)
    if plot and draw:
        from lossspec.experiments.study_summary import of_study

        kept = of_study(recipe, study, "xla")
        contents[plot] = draw(recipe.name, kept, in_words(study, versions), plot.suffix[1:].lower())
    # Before anything is printed, so that a reader who stops reading, as `head` does, loses no file.
    for path, content in contents.items():
        write_whole(path, content)
    say(f"{recipe.name}: {in_words(study, versions)}")
    show(table_of(recipe, study), least=WIDTH)
    total = len(chosen) * recipe.epochs
    click.echo(
        "\nQuantiles are over the finite figures.\n"
        f"{total} replicate-epochs in {seconds:.1f} s, compiling included: {total / seconds:.0f} a second"
    )
    for path in contents:
        say(f"written: {path.resolve()}")


def _trained(recipe: Recipe, seeds: tuple[int, ...], backend: Backend) -> tuple[Study, float]:
    """The study, and how many seconds it took."""
    from lossspec.experiments import (
        replication,  # with scikit-learn, which takes a second that no other command should wait for
    )

    started = time.monotonic()
    with progress_of(recipe.name, len(seeds) * recipe.epochs, "replicate-epochs") as advance:
        study = replication.replicate(recipe, seeds, backend=backend, each_epoch=advance)
    return study, time.monotonic() - started


def _drawing(plot: Path) -> Callable[..., bytes]:
    """What draws a study.

    Raises:
        UsageProblem: when the plot's suffix is unknown, or matplotlib is missing.
    """
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
