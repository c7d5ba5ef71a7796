"""``lossspec matrix``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Iterable, Sequence

import click

from lossspec.compare.matrix.drawing import drawn
from lossspec.compare.matrix.table import Matrix, Row, matrix_of
from lossspec.core.console import say
from lossspec.core.errors import UsageProblem
from lossspec.records.catalog import at_hand, find
from lossspec.records.record import read_verdicts

FORMAT = 1
_WIDE = 120  # characters a line, where no terminal says

TEXT, JSON = "text", "json"


@click.command()
@click.argument("records", nargs=-1, metavar="[RECORD]...")
@click.option("--all", "full", is_flag=True, help="Also claims that hold on every subject.")
@click.option(
    "--changed", is_flag=True, help="Only claims whose verdict changes, and at which release."
)
@click.option("--document", metavar="D", help="Only the claims of a document, by its id.")
@click.option("--format", "form", type=click.Choice([TEXT, JSON]), default=TEXT, show_default=True)
def matrix(
    records: tuple[str, ...], full: bool, changed: bool, document: str | None, form: str
) -> None:
    """Show verdicts, claims by subjects; by default the claims that don't hold on every subject.

    A RECORD is a file, a folder of files, or the name of a record that lossspec brings; by default all of
    reports/records, or, where there is none, all that it brings.
    """
    if full and changed:
        raise UsageProblem("--all and --changed", expected="one of them", do="leave the other out")
    files = list(_files(records or [str(at_hand())]))
    table = matrix_of([read_verdicts(file) for file in files], files, document)
    rows = [
        row for row in table.rows if full or (row.changes if changed else not row.holds_everywhere)
    ]
    if form == JSON:
        click.echo(_as_json(table, rows))
    else:
        _print(table, rows, changed)


def _files(asked: Iterable[str]) -> Iterable[Path]:
    """The files meant, each once."""
    found: dict[Path, Path] = {}
    for each in asked:
        path = Path(each)
        if not path.is_dir():
            meant = find(each)
            if meant.note:
                say(f"lossspec: {meant.note}.", err=True)
            files = [meant.path]
        else:
            files = sorted(path.glob("*.json"))
        if not files:
            raise UsageProblem(
                f"no record in {path}",
                expected="at least one .json file",
                do="run 'lossspec run --lossspec-record FOLDER' first",
            )
        found.update({file.resolve(): file for file in files})
    return found.values()


def _print(table: Matrix, rows: Sequence[Row], changed: bool) -> None:
    width = shutil.get_terminal_size((_WIDE, 24)).columns
    say(*drawn(table, rows, width=width, turns=changed), "")
    specifications = len(set(table.specifications))
    if specifications > 1:
        say(f"note: the records were written by {specifications} different specifications")
    say(table.last_line)


def _as_json(table: Matrix, rows: Sequence[Row]) -> str:
    content = {
        "matrix": FORMAT,
        "subjects": [
            {**subject, "file": str(file), "specification": specification}
            for subject, file, specification in zip(
                table.subjects, table.files, table.specifications
            )
        ],
        "documents": dict(table.titles),
        "claims": [
            {
                "claim": row.claim,
                "document": row.document,
                "section": row.section,
                "statement": row.statement,
                "verdicts": list(row.verdicts),
                "modes": {mode: list(row.in_mode(mode)) for mode in row.differing_modes},
                "changes": [
                    {
                        "at": turn.after,
                        "after": turn.before,
                        "from": turn.verdicts[0],
                        "to": turn.verdicts[1],
                    }
                    for turn in table.turns(row)
                ],
            }
            for row in rows
        ],
        "summary": table.last_line,
    }
    return json.dumps(content, indent=1)
