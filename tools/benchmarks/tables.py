"""Tables for the terminal and in Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

import click
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Rows:
    """A title, the names of the columns, and rows of text, each about its first column."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def show(rows: Rows, markdown: bool) -> None:
    """Print the table."""
    if markdown:
        click.echo(as_markdown(rows))
    else:
        Console().print(as_table(rows))


def as_table(rows: Rows) -> Table:
    """The table as rich draws it."""
    table = Table(title=rows.title, title_justify="left")
    for number, column in enumerate(rows.columns):
        table.add_column(column, justify="right" if number else "left")
    for row in rows.rows:
        table.add_row(*row)
    return table


def as_markdown(rows: Rows) -> str:
    """The table in Markdown, its title above it."""
    rule = ["---", *["---:"] * (len(rows.columns) - 1)]
    lines = [f"| {' | '.join(each)} |" for each in (rows.columns, rule, *rows.rows)]
    return "\n".join([f"**{rows.title}**", "", *lines, ""])
