"""What commands print: whatever stands in it, a terminal takes it for text and holds it."""

from __future__ import annotations

import sys
from typing import Any

import click
from rich.console import Console

from lossspec.core.held import held, printable


def say(*lines: str, err: bool = False) -> None:
    """Print lines, whatever stands in them, as what the output holds; on standard output unless told otherwise."""
    for line in lines:
        click.echo(held(printable(line), getattr(sys.stderr, "encoding", None) if err else None), err=err)


def tell(console: Console, line: str) -> None:
    """Print a line beside what rich draws on a console: likewise text, as what its output holds."""
    console.print(held(printable(line), console.encoding), soft_wrap=True)


def show(drawn: Any, least: int = 0) -> None:
    """Print a table of rich's as what standard output holds, over so many columns at least."""
    # Names and statements are text: a bracket in one is no markup.
    console = Console(markup=False, highlight=False, emoji=False)
    console.width = max(console.width, least)
    with console.capture() as captured:
        console.print(drawn)
    click.echo(held(captured.get()), nl=False)


def short(seconds: float) -> str:
    """A time in three digits: ``512 µs``, ``1.08 ms`` or ``2.4 s``."""
    rounded = float(f"{seconds:.3g}")  # 999.7 µs are 1 ms
    unit, size = next(((unit, size) for unit, size in (("s", 1.0), ("ms", 1e-3)) if rounded >= size), ("µs", 1e-6))
    return f"{rounded / size:.3g} {unit}"
