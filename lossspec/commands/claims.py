"""The ledger to read in a terminal: ``lossspec claims``."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, Callable, Iterable

import click
from rich import box
from rich.table import Table

from lossspec.core.console import show
from lossspec.ledger.claims import (
    LEDGER,
    NARRATIVE,
    Claim,
    Document,
    Expectation,
    Ledger,
    load_ledger,
)
from lossspec.ledger.verdicts import Verdict

NEWEST = {"keras": "999", "tensorflow": "999"}
"""A subject newer than any range ends."""

ledger_option = click.option(
    "--ledger",
    type=click.Path(path_type=Path),
    default=LEDGER,
    help="Folder of the ledger's TOML files; by default lossspec's own.",
)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
@click.option(
    "--counts", is_flag=True, help="Print only how many claims there are of each kind and verdict."
)
@ledger_option
def claims(as_json: bool, counts: bool, ledger: Path) -> None:
    """List every claim of the ledger, with the verdicts expected of it, and how many there are."""
    loaded = load_ledger(ledger)
    every = list(loaded.claims.values())
    if as_json:
        click.echo(json.dumps([_as_data(loaded, claim) for claim in every], indent=1))
        return
    for document in loaded.documents.values():
        of_document = [each for each in every if each.document == document.id]
        if not counts:
            show(_table(document, of_document))
        show(
            _counted(
                document.title,
                "section",
                of_document,
                document.sections,
                lambda claim: claim.section,
            )
        )
    kinds = list(dict.fromkeys(claim.kind for claim in every))
    show(_counted("All documents", "kind", every, kinds, lambda claim: claim.kind))
    told = len(loaded.narratives)
    click.echo(
        f"{len(loaded.decided)} claims of {len(loaded.documents)} documents, and {told} narratives"
    )


def _table(document: Document, of_document: list[Claim]) -> Table:
    """The claims of a document, section by section in its order."""
    table = Table(
        title=f"{document.title} — {document.author}", box=box.SIMPLE, title_justify="left"
    )
    table.add_column("claim\n  statement", ratio=1)
    table.add_column("expected", max_width=30)
    for section in document.sections:
        of_section = [claim for claim in of_document if claim.section == section]
        if of_section:
            table.add_section()
            table.add_row(section, "", style="bold")
        for claim in of_section:
            table.add_row(f"{claim.id}\n  {claim.statement}", "\n".join(_expected(claim)))
    return table


def _expected(claim: Claim) -> list[str]:
    if not claim.decided:
        return [NARRATIVE]
    everywhere = Expectation(Verdict.HOLDS).where()
    return [
        str(each.verdict) + (f" ({each.where()})" if each.where() != everywhere else "")
        for each in claim.expected
    ]


def _counted(
    title: str,
    what: str,
    every: Iterable[Claim],
    groups: Iterable[str],
    group_of: Callable[[Claim], str],
) -> Table:
    """How many claims of each group have which verdict expected on the newest versions."""
    columns = [*(str(each) for each in Verdict), NARRATIVE]
    counted = Counter((group_of(claim), _newest(claim)) for claim in every)
    table = Table(
        title=f"{title}, on the newest versions",
        box=None,
        title_justify="left",
        padding=(0, 1, 0, 0),
    )
    table.add_column(what, ratio=1)
    for column in [*columns, "together"]:
        table.add_column(column, justify="right")
    rows = [(group, [counted[group, column] for column in columns]) for group in groups]
    for group, numbers in rows:
        table.add_row(group, *(str(number or "") for number in [*numbers, sum(numbers)]))
    totals = [sum(column) for column in zip(*(numbers for _, numbers in rows))]
    table.add_row("together\n", *(str(number or "") for number in [*totals, sum(totals)]))
    return table


def _newest(claim: Claim) -> str:
    return str(claim.expectation(NEWEST).verdict) if claim.decided else NARRATIVE


def _as_data(ledger: Ledger, claim: Claim) -> dict[str, Any]:
    expected = [
        {
            "verdict": str(each.verdict),
            "where": each.where(),
            "reason": each.reason,
            "instead": each.instead,
        }
        for each in claim.expected
    ]
    return {
        "id": claim.id,
        "document": ledger.documents[claim.document].title,
        "section": claim.section,
        "kind": claim.kind,
        "statement": claim.statement,
        **({"expected": expected} if claim.decided else {"why": claim.why}),
    }
