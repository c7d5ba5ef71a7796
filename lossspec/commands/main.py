"""The ``lossspec`` command: thin, and every problem is one line and exit code 2."""

from __future__ import annotations

import os
from pathlib import Path

import click

from lossspec import __version__
from lossspec.commands.bisect import bisect
from lossspec.commands.claims import claims
from lossspec.commands.compare import compare
from lossspec.commands.explain import explain
from lossspec.commands.matrix import matrix
from lossspec.commands.replicate import recipes, replicate
from lossspec.commands.run import run
from lossspec.commands.sweep import sweep
from lossspec.commands.time import time
from lossspec.core.console import say
from lossspec.core.errors import UsageProblem
from lossspec.core.files import write_whole
from lossspec.core.one_line_errors import one_clear_line
from lossspec.records import catalog

PAGE = Path("reports/index.html")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """The executable specification of neural-network loss functions."""


main.add_command(bisect)
main.add_command(claims)
main.add_command(compare)
main.add_command(explain)
main.add_command(matrix)
main.add_command(recipes)
main.add_command(replicate)
main.add_command(run)
main.add_command(sweep)
main.add_command(time)


@main.command()
@click.argument("records", nargs=-1, type=click.Path(path_type=Path), metavar="[RECORD]...")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=PAGE,
    show_default=True,
    help="The page to write.",
)
@one_clear_line
def report(records: tuple[Path, ...], output: Path) -> None:
    """Build the page from records: files, or folders; by default reports/records, else those that lossspec brings.

    Beside the page go its data, data.json and claims.csv, and badge.svg. A faults.json that lies there is shown, too.
    """
    try:
        from lossspec import report as room
    except ImportError as error:
        raise UsageProblem(
            f"the report needs {error.name}, which is not installed",
            expected="the packages of the extra 'report'",
            do="run 'python -m pip install \"lossspec[report]\"' on Python 3.10 or newer",
        ) from error
    loaded = room.read(records or [catalog.at_hand()])
    found = output.with_name("tools.faults.json")
    faults = found if found.exists() else None
    page = room.build(loaded, faults)
    others = {output.with_name(name): content for name, content in room.beside(loaded, faults).items()}
    for path, content in {output: page, **others}.items():
        write_whole(path, content)
    beside = f"beside the page: {', '.join(path.name for path in others)}"
    say(*room.summary(loaded), beside, f"page: {os.path.abspath(output)}")
