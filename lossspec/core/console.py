"""Text on standard output and standard error."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import TextIO

import click
from rich.console import Console, RenderableType


def accept_any_text() -> None:
    """Escape what the encoding of either output lacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def printable(text: str) -> str:
    """Replace control characters and line breaks by spaces."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def say(*lines: str, err: bool = False) -> None:
    """Print lines without control characters."""
    for line in lines:
        write(f"{printable(line)}\n", err=err)


def write(text: str, *, err: bool = False) -> None:
    """Print text that needs no escaping."""
    # Where no stream is named, click writes UTF-8 to one of ASCII.
    click.echo(text, file=sys.stderr if err else sys.stdout, nl=False, err=err)


def show(table: RenderableType, least: int = 0) -> None:
    """Print with rich, at least ``least`` columns wide."""
    # Names and statements are text: a bracket in one is no markup.
    console = Console(markup=False, highlight=False, emoji=False)
    console.width = max(console.width, least)
    console.print(table)


def discard(output: TextIO | None) -> None:
    """Redirect an output to the null device: flushing it can't fail."""
    with contextlib.suppress(OSError, AttributeError):  # there may be none, or none that is a file
        os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())  # type: ignore[union-attr] # suppressed


def short(seconds: float) -> str:
    """Write a time in three digits: ``1.08 ms``."""
    rounded = float(f"{seconds:.3g}")  # 999.7 µs are 1 ms
    units = (("s", 1.0), ("ms", 1e-3))
    unit, size = next(((unit, size) for unit, size in units if rounded >= size), ("µs", 1e-6))
    return f"{rounded / size:.3g} {unit}"
