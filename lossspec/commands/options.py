"""Options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Callable, TypeVar

import click

from lossspec.core.console import say
from lossspec.ledger.claims import LEDGER
from lossspec.records.catalog import find

Function = TypeVar("Function", bound=Callable[..., object])

TEXT, MARKDOWN, JSON = "text", "markdown", "json"

FILE = click.Path(path_type=Path)
FOLDER = click.Path(path_type=Path, file_okay=False)

NOT_STUDIES = ("-m", "not study")
"""The options for pytest that leave out the claims about training."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, not tables.")
ledger_option = click.option(
    "--ledger", type=FILE, default=LEDGER, help="Folder of the ledger; by default lossspec's own."
)


def record_named(name: str) -> Path:
    """Find a record's file, and say on standard error what was assumed."""
    found = find(name)
    if found.note:
        say(f"lossspec: {found.note}.", err=True)
    return found.path


def format_option(*formats: str) -> Callable[[Function], Function]:
    """Take ``--format``, by default text."""
    choice = click.Choice(formats)
    return click.option("--format", "form", type=choice, default=TEXT, show_default=True)
