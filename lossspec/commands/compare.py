"""``lossspec compare BASE NEW``."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Iterator, Sequence

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from lossspec.commands.options import FILE, JSON, MARKDOWN, TEXT, format_option, record_named
from lossspec.compare.as_data import as_json
from lossspec.compare.as_markdown import markdown
from lossspec.compare.as_text import Line, lines
from lossspec.compare.comparison import Comparison
from lossspec.compare.two_records import compare as compared
from lossspec.core.console import say, write
from lossspec.core.errors import UsageProblem
from lossspec.core.files import write_whole
from lossspec.records.record import read_verdicts
from lossspec.records.record_types import Record


@click.command()
@click.argument("base")
@click.argument("new")
@format_option(TEXT, MARKDOWN, JSON)
@click.option("-o", "--output", type=FILE, help="Write to a file instead.")
@click.option("--all", "full", is_flag=True, help="Show what is the same, too.")
@click.option("--partly", is_flag=True, help="Leave aside what NEW was told to leave out.")
@click.option("--here", is_flag=True, help="Make BASE on this machine first, with uv.")
@click.option(
    "--fail-on-slowdown", type=float, metavar="R", help="Fail when a step takes R times as long."
)
@click.option(
    "--fail-on-drift", type=float, metavar="ULPS", help="Fail when a fingerprint drifts further."
)
def compare(
    base: str,
    new: str,
    form: str,
    output: Path | None,
    full: bool,
    partly: bool,
    here: bool,
    fail_on_slowdown: float | None,
    fail_on_drift: float | None,
) -> None:
    """Say what changed from record BASE to record NEW.

    Each is a file, or the name of a record that lossspec brings: tensorflow-2.10, 2.10,
    tf2.21-keras3.13, keras-3.13.

    Exit code 0: nothing got worse; 1: a verdict or a study did, or a limit is exceeded; 2: the
    input can't be used.
    """
    slowdown = _limit("--fail-on-slowdown", fail_on_slowdown)
    drift = _limit("--fail-on-drift", fail_on_drift)
    records = _both(record_named(base), record_named(new))
    if here:
        # Imported here: other comparisons build no environment.
        from lossspec.targets.base_here import compared_here

        comparison = compared_here(*records, partly=partly)
    else:
        comparison = compared(*records, partly=partly)
    beyond = comparison.beyond(drift=drift, slowdown=slowdown)
    if form == TEXT and output is None:
        _print(lines(comparison, full=full, beyond=beyond))
    else:
        written = _written(comparison, form, full, beyond)
        write(written) if output is None else write_whole(output, written)
    if output is not None:
        say(comparison.last_line)
    if comparison.worse or beyond:
        raise click.exceptions.Exit(1)


def show_changes(base: Path, new: Path) -> bool:
    """Print what changed, NEW's omissions aside; return whether anything got worse."""
    comparison = compared(*_both(base, new), partly=True)
    _print(lines(comparison))
    return comparison.worse


def _limit(option: str, value: float | None) -> float | None:
    if value is not None and (math.isnan(value) or value < 0):
        raise UsageProblem(f"{option} {value:g}", expected="a number from 0 on", do="give another")
    return value


def _both(base: Path, new: Path) -> Iterator[Record]:
    """Read two records, settings of one's own allowed."""
    if base.resolve() == new.resolve():
        raise UsageProblem(
            f"BASE and NEW are the same file, {base}",
            expected="two records",
            do="name another for one of them",
        )
    for path in (base, new):
        yield read_verdicts(path, measured=True, cases=True, own_settings=True)


def _written(comparison: Comparison, form: str, full: bool, beyond: Sequence[str]) -> str:
    if form == JSON:
        return as_json(comparison, full=full, beyond=beyond)
    if form == MARKDOWN:
        return markdown(comparison, full=full, beyond=beyond)
    return _plain(lines(comparison, full=full, beyond=beyond))


def _plain(written: Sequence[Line]) -> str:
    return "".join(f"{text.rstrip()}\n" for text, _ in written)


def _print(written: Sequence[Line]) -> None:
    """Print styled in a terminal, plainly elsewhere."""
    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        write(_plain(written))
        return
    for text, style in written:
        # What doesn't fit into the line goes on below its own beginning.
        indent = len(text) - len(text.lstrip())
        console.print(Padding(Text(text.strip(), style), (0, 0, 0, indent), expand=False))
