"""``lossspec recipes``: the documents' training experiments."""

from __future__ import annotations

import json
from typing import Iterable

import click
from rich import box
from rich.table import Table

from lossspec.commands.options import json_option
from lossspec.core.console import show
from lossspec.experiments.printed_figures import Printed
from lossspec.experiments.recipes import RECIPES, VARIANTS, Recipe
from lossspec.ledger.claims import load_ledger


@click.command()
@json_option
def recipes(as_json: bool) -> None:
    """List the documents' training experiments."""
    if as_json:
        from lossspec.experiments.study_summary import about

        every = [*RECIPES.values(), *VARIANTS.values()]
        listed = [{"name": recipe.name, **about(recipe)} for recipe in every]
        click.echo(json.dumps(listed, indent=1))
        return
    for document in load_ledger().documents.values():
        own = [recipe for recipe in RECIPES.values() if recipe.document == document.id]
        show(_table(f"{document.title} — {document.author}", own))
    show(_table("Variants, which the documents compare with and don't run", VARIANTS.values()))
    click.echo(
        f"{len(RECIPES)} recipes, {len(VARIANTS)} variants; "
        "'lossspec replicate RECIPE' trains one over many seeds"
    )


def _table(title: str, listed: Iterable[Recipe]) -> Table:
    """Draw recipes, narrow enough for 80 columns."""
    table = Table(title=title, box=box.SIMPLE, title_justify="left")
    table.add_column("recipe\n  section\n  loss\n  optimizer", no_wrap=True)
    table.add_column("data\nepochs\nbatch size")
    table.add_column("documented")
    for recipe in listed:
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
    """A documented figure, in three digits where many."""
    return str(printed) if len(str(printed)) < 8 else f"{float(printed):.3g}"
