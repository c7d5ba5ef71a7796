"""``lossspec report``: the page."""

from __future__ import annotations

from pathlib import Path

import click

from lossspec.commands.options import FILE
from lossspec.core.console import say
from lossspec.core.errors import UsageProblem
from lossspec.core.files import write_whole
from lossspec.records import catalog


@click.command()
@click.argument("records", nargs=-1, type=FILE, metavar="[RECORD]...")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("reports/index.html"),
    show_default=True,
    help="The page to write.",
)
def report(records: tuple[Path, ...], output: Path) -> None:
    """Build the page from records: files, or folders.

    By default reports/records, else those that lossspec brings. Beside the page go its data,
    data.json and claims.csv, and badge.svg.
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
    page, others = room.build(loaded), room.beside(loaded)
    write_whole(output, page)
    for name, content in others.items():
        write_whole(output.with_name(name), content)
    beside = f"beside the page: {', '.join(others)}"
    say(*room.summary(loaded), beside, f"page: {output.absolute()}")
