"""The ``lossspec`` command: thin, and every problem is one line and exit code 2."""

from __future__ import annotations

import functools
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Tuple, TypeVar

import click
from rich.console import Console
from rich.table import Table

from lossspec import __version__
from lossspec.claims import LEDGER, Claim, Ledger, load_ledger
from lossspec.problems import UsageProblem
from lossspec.record import Record, read_records, write_whole

RECORDS = Path("reports/records")

Command = TypeVar("Command", bound=Callable[..., Any])


def _one_clear_line(command: Command) -> Command:
    """Turn a problem into a line on standard error and exit code 2."""

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except UsageProblem as problem:
            click.echo(f"lossspec: {problem}", err=True)
            raise click.exceptions.Exit(2) from problem

    return wrapped  # type: ignore[return-value] # the same signature


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """The executable specification of neural-network loss functions."""
