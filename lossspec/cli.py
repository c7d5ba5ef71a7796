"""The ``lossspec`` command: thin, and every problem is one line and exit code 2."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Mapping

import click

from lossspec import __version__, shipped
from lossspec.bisection.commands import bisect
from lossspec.claims import Claim, load_ledger
from lossspec.compare.command import compare
from lossspec.evidence import in_words
from lossspec.listing import claims, ledger_option
from lossspec.matrix.command import matrix
from lossspec.one_clear_line import one_clear_line
from lossspec.problems import UsageProblem
from lossspec.record import Record, read_records, write_whole
from lossspec.results import subject_in_words
from lossspec.running import run
from lossspec.studies.commands import recipes, replicate
from lossspec.sweeps.commands import sweep

PAGE = Path("reports/index.html")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """The executable specification of neural-network loss functions."""


main.add_command(bisect)
main.add_command(claims)
main.add_command(compare)
main.add_command(matrix)
main.add_command(recipes)
main.add_command(replicate)
main.add_command(run)
main.add_command(sweep)


@main.command()
@click.argument("claim_id", metavar="ID")
@click.option(
    "--records",
    type=click.Path(path_type=Path),
    default=lambda: shipped.at_hand(),
    show_default="reports/records, else those that lossspec brings",
    help="File or folder of the records to look in.",
)
@ledger_option
@one_clear_line
def explain(claim_id: str, records: Path, ledger: Path) -> None:
    """Show one claim: what it says, where, what is expected of it, and what the last record saw."""
    loaded = load_ledger(ledger)
    claim = loaded.claim(claim_id)
    document = loaded.documents[claim.document]
    click.echo(f"{claim.id} ({claim.kind})\n  {claim.statement}\n")
    click.echo(f"source\n  {document.author}, “{document.title}”, {document.date}\n  section “{claim.section}”\n")
    for title, linked in (("beside", claim.beside), ("see also", loaded.besides(claim.id))):
        if linked:
            click.echo("\n".join([title, *(f"  {each}: {loaded.claims[each].statement}" for each in linked), ""]))
    if not claim.decided:
        click.echo(f"not decided\n  {claim.why}")
        return
    click.echo("expected")
    for each in claim.expected:
        click.echo(f"  {each.verdict} ({each.where()}){f': {each.reason}' if each.reason else ''}")
    click.echo("")
    if not records.exists():
        click.echo(f"seen\n  no record in {records}; 'tox -e report' writes one")
        return
    known = read_records([records])
    last = max(known, key=lambda record: str(record["environment"]["date"]))
    click.echo("\n".join(["seen", *(_verdict(claim, record) for record in known), "", *_figures(claim, last)]))


def _verdict(claim: Claim, record: Record) -> str:
    entry = record["claims"].get(claim.id)
    verdict = entry["verdict"] if entry else f"undecided: {record['undecided'].get(claim.id, 'not run')}"
    return f"  {verdict} on {subject_in_words(record['subject'])}"


def _figures(claim: Claim, record: Record) -> list[str]:
    """What a record measured to decide a claim, line by line."""
    entry = record["claims"].get(claim.id, {"evidence": []})
    lines = [f"figures of the last run, on {subject_in_words(record['subject'])}, {record['environment']['date']}"]
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
        lines.append(f"        errs at most {judged['false_alarm']:.0%} of the time; sees {judged['visible']}")
    return lines


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
    faults = output.with_name("faults.json")
    page = room.build(loaded, faults if faults.exists() else None)
    others = {output.with_name(name): content for name, content in room.beside(loaded).items()}
    for path, content in {output: page, **others}.items():
        write_whole(path, content)
    for sentence in room.summary(loaded):
        click.echo(sentence)
    click.echo(f"beside the page: {', '.join(path.name for path in others)}")
    click.echo(f"page: {output.resolve()}")
