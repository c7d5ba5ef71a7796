"""One claim to read in a terminal: ``lossspec explain``."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any, Iterator, Mapping, Sequence, cast

import click

from lossspec.commands.claims import ledger_option
from lossspec.core.console import say
from lossspec.judging.figures import in_words
from lossspec.ledger.claims import Claim, Ledger, load_ledger
from lossspec.records import catalog
from lossspec.records.findings import NOT_RUN, shows
from lossspec.records.record import Claim as RecordedClaim
from lossspec.records.record import Record, files_of, read_verdicts
from lossspec.records.subjects import age, lineage, subject_in_words

Seen = Mapping[str, Any]
"""A record's verdicts alone."""


@click.command()
@click.argument("claim_id", metavar="ID")
@click.option(
    "--records",
    type=click.Path(path_type=Path),
    default=lambda: catalog.at_hand(),
    show_default="reports/records, else those that lossspec brings",
    help="File or folder of the records to look in.",
)
@ledger_option
def explain(claim_id: str, records: Path, ledger: Path) -> None:
    """Show one claim: what it says, where, what is expected of it, and what the records saw."""
    loaded = load_ledger(ledger)
    claim = loaded.claim(claim_id)
    found = (
        [*_expected(claim), *_found(claim, records)]
        if claim.decided
        else ["not decided", f"  {claim.why}"]
    )
    say(*_about(loaded, claim), *found)


def _about(ledger: Ledger, claim: Claim) -> Iterator[str]:
    """What a claim says, where it stands, and what stands beside it, line by line."""
    document = ledger.documents[claim.document]
    yield from (f"{claim.id} ({claim.kind})", f"  {claim.statement}", "")
    yield from ("source", f"  {document.author}, “{document.title}”, {document.date}")
    yield from (f"  section “{claim.section}”", "")
    for title, linked in (("beside", claim.beside), ("see also", ledger.besides(claim.id))):
        if linked:
            yield from (
                title,
                *(f"  {each}: {ledger.claims[each].statement}" for each in linked),
                "",
            )


def _expected(claim: Claim) -> Iterator[str]:
    yield "expected"
    for each in claim.expected:
        yield f"  {each.verdict} ({each.where()}){f': {each.reason}' if each.reason else ''}"
    yield ""


def _found(claim: Claim, records: Path) -> Iterator[str]:
    """What the records say of a claim, and what the newest subject's measured."""
    yield "seen"
    files = list(files_of(records)) if records.exists() else []
    if not files:
        yield f"  no record in {records}; 'tox -e report' writes one"
        return
    known = [read_verdicts(file, only=[claim.id], cases=True) for file in files]
    newest = max(known, key=lambda record: age(record["subject"]))
    yield from (*_seen(claim, known), "", *_figures(claim, newest))


def _seen(claim: Claim, records: Sequence[Seen]) -> Iterator[str]:
    """The verdicts, subjects with the same in a row together."""

    def verdict(record: Seen) -> str:
        entry = record["claims"].get(claim.id)
        return (
            f"{entry['verdict']} {shows(entry)}".strip()
            if entry
            else f"undecided: {record['undecided'].get(claim.id, NOT_RUN)}"
        )

    for found, group in itertools.groupby(
        sorted(records, key=lambda each: lineage(each["subject"])), key=verdict
    ):
        first, *rest = [subject_in_words(record["subject"]) for record in group]
        yield f"  {found} on {first}" + (
            f" to {rest[-1]} ({1 + len(rest)} subjects)" if rest else ""
        )


def _figures(claim: Claim, record: Record) -> list[str]:
    """What a record measured to decide a claim, line by line."""
    entry = record["claims"].get(claim.id, cast(RecordedClaim, {"evidence": []}))
    lines = [f"figures of {subject_in_words(record['subject'])}, {record['environment']['date']}"]
    for title, cases in (("evidence", entry["evidence"]), ("instead", entry.get("instead", []))):
        for case in cases:
            mode = f" [{case['mode']}]" if case["mode"] else ""
            lines.append(f"  {title}{mode}: {case['says']}")
            lines.extend(line for figure in case["figures"] for line in _figure(figure))
    return lines


def _figure(figure: Mapping[str, Any]) -> list[str]:
    """A figure in words; one of many runs also says how far it can be trusted."""
    lines = [f"    {'ok ' if figure['ok'] else 'off'} {in_words(dict(figure))}"]
    if "chance" in figure:
        judged = figure["chance"]
        lines.append(
            f"        errs at most {judged['false_alarm']:.0%} of the time; sees {judged['visible']}"
        )
    return lines
