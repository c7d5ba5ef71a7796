"""``lossspec report``: the page."""

from __future__ import annotations

from pathlib import Path

import click

from lossspec.commands.options import FILE
from lossspec.compare.parts import count_of
from lossspec.core.console import say
from lossspec.core.errors import UsageProblem
from lossspec.core.files import write_whole
from lossspec.records import catalog
from lossspec.records.record import files_of


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
    paths = records or [catalog.at_hand()]
    loaded = room.read(paths)
    stale = sum(len(list(files_of(path))) for path in paths) - len(loaded)
    page, others = room.build(loaded), room.beside(loaded)
    write_whole(output, page)
    for name, content in others.items():
        write_whole(output.with_name(name), content)
    beside = f"beside the page: {', '.join(others)}"
    left = f"left out: {count_of(stale, 'record')} that other specs decided; 'lossspec sweep' makes"
    say(*room.summary(loaded), *([f"{left} them anew"] if stale else []), beside)
    say(f"page: {output.absolute()}")
