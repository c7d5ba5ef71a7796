"""The ``lossspec`` command: thin, and every problem is one line and exit code 2."""

from __future__ import annotations

import os
from pathlib import Path

import click

from lossspec import __version__, shipped
from lossspec.bisection.commands import bisect
from lossspec.compare.command import compare
from lossspec.explaining import explain
from lossspec.files import write_whole
from lossspec.listing import claims
from lossspec.matrix.command import matrix
from lossspec.one_clear_line import one_clear_line
from lossspec.output import say
from lossspec.problems import UsageProblem
from lossspec.running import run
from lossspec.studies.commands import recipes, replicate
from lossspec.sweeps.commands import sweep
from lossspec.timing.command import time

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
    loaded = room.read(records or [shipped.at_hand()])
    found = output.with_name("faults.json")
    faults = found if found.exists() else None
    page = room.build(loaded, faults)
    others = {output.with_name(name): content for name, content in room.beside(loaded, faults).items()}
    for path, content in {output: page, **others}.items():
        write_whole(path, content)
    beside = f"beside the page: {', '.join(path.name for path in others)}"
    say(*room.summary(loaded), beside, f"page: {os.path.abspath(output)}")
