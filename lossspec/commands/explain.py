"""``lossspec explain``: one claim, and its records."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Iterator, Sequence

import click

from lossspec.backends.catalog import backend_of
from lossspec.commands.options import FILE, ledger_option
from lossspec.core.console import say
from lossspec.judging import figures as measured
from lossspec.ledger.claims import Claim, Ledger, load_ledger
from lossspec.ledger.sentences import in_words
from lossspec.ledger.verdicts import UNDECIDED, signed
from lossspec.ledger.versions import LIBRARIES
from lossspec.records import catalog
from lossspec.records.findings import NOT_RUN, PARTS, decided_alike, newest_by_library, shows
from lossspec.records.record import files_of, read_verdicts
from lossspec.records.record_types import Case, Record
from lossspec.records.subjects import library_of, lineage, subject_in_words


@click.command()
@click.argument("claim_id", metavar="ID")
@click.option(
    "--records",
    type=FILE,
    default=lambda: catalog.at_hand(),
    show_default="reports/records, else those that lossspec brings",
    help="File or folder of the records to look in.",
)
@ledger_option
def explain(claim_id: str, records: Path, ledger: Path) -> None:
    """Show one claim, what is expected of it, and what the records saw."""
    loaded = load_ledger(ledger)
    claim = loaded.claim(claim_id)
    about = list(_about(loaded, claim))
    if claim.decided:
        say(*about, *_expected(claim), *_found(claim, records))
    else:
        say(*about, "not decided", f"  {claim.why}")


def _about(ledger: Ledger, claim: Claim) -> Iterator[str]:
    document = ledger.documents[claim.document]
    yield from (f"{claim.id} ({claim.kind})", f"  {claim.statement}", "")
    yield from ("source", f"  {document.author}, “{document.title}”, {document.date}")
    cited = f", {in_words(claim.sentences)}" if claim.sentences else ""
    yield from (f"  section “{claim.section}”{cited}", "")
    if claim.upstream:
        yield from ("reported", *(f"  {report}" for report in claim.upstream), "")
    for title, linked in (("beside", claim.beside), ("see also", ledger.besides(claim.id))):
        if linked:
            yield title
            yield from (f"  {name}: {ledger.claims[name].statement}" for name in linked)
            yield ""


def _expected(claim: Claim) -> Iterator[str]:
    yield "expected"
    for expectation in claim.expected:
        reason = f": {expectation.reason}" if expectation.reason else ""
        yield f"  {signed(expectation.verdict)} ({expectation.where()}){reason}"
    yield ""


def _found(claim: Claim, records: Path) -> Iterator[str]:
    """What the records say, and the newest's figures."""
    yield "seen"
    files = list(files_of(records)) if records.exists() else []
    if not files:
        yield f"  no record in {records}; 'tox -e report' writes one"
        return
    read = (read_verdicts(file, only=[claim.id], cases=True) for file in files)
    known = [record for record in read if library_of(record["subject"]) in claim.libraries]
    if not known:
        asked = " or ".join(LIBRARIES[library] for library in claim.libraries)
        yield f"  no record of {asked} in {records}"
        return
    newest = newest_by_library(known)
    alike = [
        record for record in known if _speaks_for(record, newest[library_of(record["subject"])])
    ]
    yield from _seen(claim, sorted(alike, key=lambda record: lineage(record["subject"])))
    if others := len(known) - len(alike):
        yield f"  (decided by another spec, or by none, on {others} subjects more)"
    yield from ("", *_figures(claim, list(newest.values())[-1]))


def _speaks_for(record: Record, newest: Record) -> bool:
    """Whether what a record says of the one claim that it was read for is what is asked today."""
    of_today = record["specification"] == newest["specification"]
    return of_today or bool(decided_alike(record, newest))


def _seen(claim: Claim, in_order: Sequence[Record]) -> Iterator[str]:
    """The verdicts, equal ones of a backend in a row together."""

    def found(record: Record) -> tuple[str, str]:
        backend = backend_of(record["subject"]).name
        if entry := record["claims"].get(claim.id):
            return backend, f"{signed(entry['verdict'])} {shows(entry)}".strip()
        return backend, f"{signed(UNDECIDED)}: {record['undecided'].get(claim.id, NOT_RUN)}"

    for (_, verdict), group in itertools.groupby(in_order, key=found):
        first, *rest = [subject_in_words(record["subject"]) for record in group]
        until = f" to {rest[-1]} ({1 + len(rest)} subjects)" if rest else ""
        yield f"  {verdict} on {first}{until}"


def _figures(claim: Claim, record: Record) -> Iterator[str]:
    yield f"figures of {subject_in_words(record['subject'])}, {record['environment']['date']}"
    entry = record["claims"].get(claim.id)
    for part in PARTS if entry else ():
        # Calls that found the same are told once.
        found: dict[tuple[str, ...], list[str]] = {}
        for case in entry.get(part, []) if entry else []:
            found.setdefault(tuple(_told(case)), []).append(_condition(case))
        for (says, *lines), conditions in found.items():
            where = ", ".join(filter(None, dict.fromkeys(conditions)))
            yield f"  {part}{f' [{where}]' if where else ''}: {says}"
            yield from lines


def _condition(case: Case) -> str:
    """``eager as lists``, of what of both a call has."""
    given_as = f"as {case['given_as']}" if "given_as" in case else ""
    return " ".join(filter(None, [case["mode"], given_as]))


def _told(case: Case) -> Iterator[str]:
    """What a call asserts, and its figures, each in a line."""
    yield case["says"]
    for figure in case["figures"]:
        yield f"    {'ok ' if figure['ok'] else 'off'} {measured.in_words(dict(figure))}"
        if "chance" in figure:
            errs = f"errs at most {figure['chance']['false_alarm']:.0%} of the time"
            yield f"        {errs}; sees {figure['chance']['visible']}"
