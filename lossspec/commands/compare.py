"""``lossspec compare BASE NEW``."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Iterator, Sequence

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from lossspec.compare.as_data import as_json
from lossspec.compare.as_markdown import markdown
from lossspec.compare.as_text import Line, lines
from lossspec.compare.comparison import Comparison, Limits
from lossspec.compare.comparison import compare as compared
from lossspec.compare.machines import advice
from lossspec.core.console import say, write
from lossspec.core.errors import UsageProblem
from lossspec.core.files import write_whole
from lossspec.records.catalog import find
from lossspec.records.record import Record, read_verdicts

TEXT, MARKDOWN, JSON = "text", "markdown", "json"


@click.command()
@click.argument("base")
@click.argument("new")
@click.option(
    "--format", "form", type=click.Choice([TEXT, MARKDOWN, JSON]), default=TEXT, show_default=True
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to a file instead.")
@click.option("--all", "full", is_flag=True, help="Show what is the same, too.")
@click.option(
    "--across",
    is_flag=True,
    help="Compare records of different specifications, as far as both decide.",
)
@click.option(
    "--partly", is_flag=True, help="Leave aside what NEW was told to leave out, instead of failing."
)
@click.option(
    "--here",
    is_flag=True,
    help="Make BASE anew on this machine first, in an environment that uv builds.",
)
@click.option(
    "--fail-on-slowdown",
    "slowdown",
    type=float,
    metavar="R",
    help="Fail when a step takes R times as long.",
)
@click.option(
    "--fail-on-drift",
    "drift",
    type=float,
    metavar="ULPS",
    help="Fail when a fingerprint drifts further.",
)
def compare(
    base: str,
    new: str,
    form: str,
    output: Path | None,
    full: bool,
    across: bool,
    partly: bool,
    here: bool,
    slowdown: float | None,
    drift: float | None,
) -> None:
    """Say what changed from record BASE to record NEW.

    Each is a file, or the name of a record that lossspec brings: tensorflow-2.10, 2.10, tf2.21-keras3.13, keras-3.13.

    Exit code 0: nothing got worse; 1: a verdict or a study did, or a limit is exceeded; 2: the input can't be used.
    """
    limits = Limits(_limit("--fail-on-slowdown", slowdown), _limit("--fail-on-drift", drift))
    comparison = _read_both(base, new, across, partly, here)
    beyond = comparison.beyond(limits)
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
    """Print what changed from one record's file to another's, of what was run, and say whether anything got worse."""
    comparison = compared(*_both(base, new), partly=True)
    _print(lines(comparison, full=False, beyond=[]))
    return comparison.worse


def _limit(option: str, value: float | None) -> float | None:
    if value is not None and (math.isnan(value) or value < 0):
        raise UsageProblem(f"{option} {value:g}", expected="a number from 0 on", do="give another")
    return value


def _read_both(base: str, new: str, across: bool, partly: bool, here: bool) -> Comparison:
    found = [find(base), find(new)]
    for each in found:
        if each.note:
            say(f"lossspec: {each.note}.", err=True)
    one, other = (each.path for each in found)
    if one.resolve() == other.resolve():
        raise UsageProblem(
            f"BASE and NEW are the same file, {one}",
            expected="two records",
            do="name another for one of them",
        )
    base_record, new_record = _both(one, other)
    if not here:
        return compared(base_record, new_record, across=across, partly=partly)
    # Imported here: other comparisons build no environment.
    from lossspec.targets.base_here import made_here, moved

    base_here = made_here(base_record, new_record, across=across)
    comparison = compared(base_here, new_record, across=across, partly=partly)
    notes = [
        each for each in comparison.notes if each != advice(base_here["subject"])
    ]  # which was taken
    return replace(comparison, notes=(moved(base_record, base_here), *notes))


def _both(base: Path, new: Path) -> Iterator[Record]:
    """Two records, with what they measured; either may have been decided under settings of one's own."""
    return (
        read_verdicts(each, measured=True, cases=True, own_settings=True) for each in (base, new)
    )


def _written(comparison: Comparison, form: str, full: bool, beyond: Sequence[str]) -> str:
    if form == JSON:
        return as_json(comparison, full=full, beyond=beyond)
    if form == MARKDOWN:
        return markdown(comparison, full=full, beyond=beyond)
    return _plain(lines(comparison, full=full, beyond=beyond))


def _plain(written: Sequence[Line]) -> str:
    return "".join(f"{text.rstrip()}\n" for text, _ in written)


def _print(written: Sequence[Line]) -> None:
    """Colours and folded lines in a terminal, plain lines elsewhere."""
    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        write(_plain(written))
        return
    for text, style in written:
        # What doesn't fit into the line goes on below its own beginning.
        indent = len(text) - len(text.lstrip())
        console.print(
            Padding(Text(text.strip(), style=style), (0, 0, 0, indent), expand=False)
            if text
            else ""
        )
