"""What commands print: plain text, whatever stands in it and whatever the output's encoding."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import sys
from typing import Any, TextIO

import click
from rich.console import Console

_PLAIN = {"→": "->", "≤": "<=", "✓": "+", "✗": "x", "“": '"', "”": '"', "µ": "u", "…": "..."}
_PLAIN.update(dict.fromkeys("─–—", "-"))


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    """Write what an encoding lacks in ASCII: our own signs alike, all others escaped."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    escaped = (_PLAIN.get(sign) or ascii(sign)[1:-1] for sign in lacking)
    return "".join(escaped), error.end


codecs.register_error("lossspec", _in_ascii)


def accept_any_text() -> None:
    """Let no character stop either output, whatever its encoding."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="lossspec")


def printable(text: str) -> str:
    """Put the text in one line, without characters that steer a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def say(*lines: str, err: bool = False) -> None:
    """Print lines as text alone, on standard output unless told otherwise."""
    for line in lines:
        write(f"{printable(line)}\n", err=err)


def write(text: str, *, err: bool = False) -> None:
    """Print a text that is printable, or made to be read by programs."""
    # Where no stream is named, click writes UTF-8 to one of ASCII.
    click.echo(text, file=sys.stderr if err else sys.stdout, nl=False, err=err)


def tell(console: Console, line: str) -> None:
    """Print a line beside what rich draws on a console."""
    console.print(printable(line), soft_wrap=True)


def show(drawn: Any, least: int = 0) -> None:
    """Print a table of rich's, over so many columns at least."""
    # Names and statements are text: a bracket in one is no markup.
    console = Console(markup=False, highlight=False, emoji=False)
    console.width = max(console.width, least)
    console.print(drawn)


def discard(output: TextIO | None) -> None:
    """Send what an output still holds nowhere, so that nothing complains of it at exit."""
    with contextlib.suppress(OSError, AttributeError):  # there may be none, or none that is a file
        os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())  # type: ignore[union-attr]


def short(seconds: float) -> str:
    """Write a time in three digits: ``512 µs``, ``1.08 ms`` or ``2.4 s``."""
    rounded = float(f"{seconds:.3g}")  # 999.7 µs are 1 ms
    units = (("s", 1.0), ("ms", 1e-3))
    unit, size = next(((unit, size) for unit, size in units if rounded >= size), ("µs", 1e-6))
    return f"{rounded / size:.3g} {unit}"
