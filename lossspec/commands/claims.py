"""``lossspec claims``: the ledger."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from pathlib import Path
from typing import Callable, Iterable, Iterator, Sequence

import click
from rich import box
from rich.table import Table

from lossspec.backends.catalog import BACKENDS, BackendInfo
from lossspec.commands.options import json_option, ledger_option
from lossspec.core.console import show
from lossspec.ledger.claims import NARRATIVE, Claim, Document, Ledger, load_ledger
from lossspec.ledger.expectations import Expectation
from lossspec.ledger.verdicts import Verdict

EVERYWHERE = Expectation(Verdict.HOLDS).where()


@click.command()
@json_option
@click.option("--counts", is_flag=True, help="Print only how many claims there are of each kind.")
@ledger_option
def claims(as_json: bool, counts: bool, ledger: Path) -> None:
    """List every claim of the ledger, with the verdicts expected of it, and how many there are."""
    loaded = load_ledger(ledger)
    every = list(loaded.claims.values())
    if as_json:
        click.echo(json.dumps([_as_data(loaded, claim) for claim in every], indent=1))
        return
    for document in loaded.documents.values():
        of_document = [claim for claim in every if claim.document == document.id]
        own = sorted(of_document, key=lambda claim: document.sections.index(claim.section))
        if not counts:
            show(_listed(document, own))
        about = f"{document.title}, on the newest {_backend_of(document.libraries).in_words}"
        show(_counted(about, "section", own, lambda claim: claim.section))
    show(_counted("All documents", "kind", every, lambda claim: claim.kind))
    of, told = f"of {len(loaded.documents)} documents", f"{len(loaded.narratives)} narratives"
    click.echo(f"{len(loaded.decided)} claims {of}, and {told}")


def _listed(document: Document, claims: Sequence[Claim]) -> Table:
    """Draw a document's claims, section by section."""
    title = f"{document.title} — {document.author}"
    table = Table(title=title, box=box.SIMPLE, title_justify="left")
    longest = max((len(claim.id) for claim in claims), default=0)
    table.add_column("claim\n  statement", ratio=1, min_width=longest)  # an id isn't broken
    table.add_column("expected", max_width=30)
    for section, own in itertools.groupby(claims, lambda claim: claim.section):
        table.add_section()
        table.add_row(section, "", style="bold")
        for claim in own:
            table.add_row(f"{claim.id}\n  {claim.statement}", "\n".join(_expected(claim)))
    return table


def _expected(claim: Claim) -> Iterator[str]:
    if not claim.decided:
        yield NARRATIVE
        return
    for expectation in claim.expected:
        where = expectation.where()
        yield f"{expectation.verdict}{'' if where == EVERYWHERE else f' ({where})'}"


def _counted(
    title: str, what: str, claims: Iterable[Claim], group_of: Callable[[Claim], str]
) -> Table:
    """Draw verdicts on the newest subject, counted by group."""
    columns = [*map(str, Verdict), NARRATIVE]
    counts = Counter((group_of(claim), _newest(claim)) for claim in claims)
    table = Table(title=title, box=None, title_justify="left")
    table.add_column(what, ratio=1, overflow="fold")
    for column in (*columns, "together"):
        table.add_column(column, justify="right")
    groups = list(dict.fromkeys(group for group, _ in counts))
    rows = {group: [counts[group, column] for column in columns] for group in groups}
    rows["together\n"] = [sum(numbers) for numbers in zip(*rows.values())]
    for group, numbers in rows.items():
        table.add_row(group, *(str(number or "") for number in (*numbers, sum(numbers))))
    return table


def _newest(claim: Claim) -> str:
    if not claim.decided:
        return NARRATIVE
    # Newer than any range ends.
    subject = dict.fromkeys(_backend_of(claim.libraries).packages, "999")
    return str(claim.expectation(subject).verdict)


def _backend_of(libraries: Sequence[str]) -> BackendInfo:
    """The first backend of one of these."""
    return next(info for info in BACKENDS.values() if info.library in libraries)


def _as_data(ledger: Ledger, claim: Claim) -> dict[str, object]:
    expected = [
        {
            "verdict": str(expectation.verdict),
            "where": expectation.where(),
            "reason": expectation.reason,
            "instead": expectation.instead,
        }
        for expectation in claim.expected
    ]
    return {
        "id": claim.id,
        "document": ledger.documents[claim.document].title,
        "section": claim.section,
        "kind": claim.kind,
        "statement": claim.statement,
        **({"expected": expected} if claim.decided else {"why": claim.why}),
    }
