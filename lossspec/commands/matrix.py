"""``lossspec matrix``."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Iterable, Iterator

import click

from lossspec.commands.options import record_named
from lossspec.compare.matrix.drawing import drawn
from lossspec.compare.matrix.table import matrix_of
from lossspec.compare.parts import count_of
from lossspec.core.console import say
from lossspec.core.errors import UsageProblem
from lossspec.records.catalog import at_hand
from lossspec.records.findings import newest_by_library, of_one_specification
from lossspec.records.record import files_of, read_verdicts
from lossspec.records.subjects import library_of

_WIDE = 120  # characters a line, where no terminal says


@click.command()
@click.argument("records", nargs=-1, metavar="[RECORD]...")
@click.option("--all", "full", is_flag=True, help="Also claims that hold on every subject.")
@click.option("--changed", is_flag=True, help="Only claims whose verdict changes, and where.")
@click.option("--document", metavar="D", help="Only the claims of a document, by its id.")
def matrix(records: tuple[str, ...], full: bool, changed: bool, document: str | None) -> None:
    """Show verdicts, claims by subjects; by default what doesn't hold wherever it is asked.

    A RECORD is a file, a folder of files, or the name of a record that lossspec brings; by default
    all of reports/records, or, where there is none, all that it brings.
    """
    if full and changed:
        raise UsageProblem("--all and --changed", expected="one of them", do="leave the other out")
    # By place, so that a file that is named twice is read once.
    files = list({file.resolve(): file for file in _files(records or [str(at_hand())])}.values())
    read = [read_verdicts(file) for file in files]
    newest = newest_by_library(read)
    kept = [
        record
        for library, last in newest.items()
        for record in of_one_specification(
            [record for record in read if library_of(record["subject"]) == library], last
        )
    ]
    places = {id(record): file for record, file in zip(read, files)}
    table = matrix_of(kept, [places[id(record)] for record in kept], document)
    rows = table.rows if full else table.changing if changed else table.failing
    width = shutil.get_terminal_size((_WIDE, 24)).columns
    say(*drawn(table, rows, width=width, turns=changed), "")
    if any(r["specification"] != newest[library_of(r["subject"])]["specification"] for r in read):
        gone = f", {count_of(len(read) - len(kept), 'subject')} whole" * (len(kept) < len(read))
        say(f"note: what other specs than the newest subject's decided is left out{gone}")
    say(table.last_line)


def _files(named: Iterable[str]) -> Iterator[Path]:
    for name in named:
        if not Path(name).is_dir():
            yield record_named(name)
            continue
        files = list(files_of(Path(name)))
        if not files:
            raise UsageProblem(
                f"no record in {name}",
                expected="at least one .json file",
                do="run 'lossspec run --lossspec-record FOLDER' first",
            )
        yield from files
