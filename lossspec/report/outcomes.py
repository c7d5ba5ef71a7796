"""What records say of a claim along the subjects."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple, Sequence

from lossspec.core.errors import UsageProblem
from lossspec.ledger.verdicts import ABSENT, UNDECIDED
from lossspec.records.changes import outline
from lossspec.records.findings import is_changed, of_one_specification, shows, verdict_where_asked
from lossspec.records.record import files_of, read_claims, read_record, read_verdicts
from lossspec.records.record_types import Record
from lossspec.report.elsewhere import apart


class Said(NamedTuple):
    """What a record says of a claim.

    Attributes:
        expected: the verdict expected; empty where it isn't decided.
        reason: why, or why it isn't decided.
        place: in which modes or calls the verdict shows, where not in all.
        state: equal where no call has changed, in whatever modes each was made.
        changed: whether anything is not as expected.
    """

    verdict: str
    expected: str
    reason: str
    place: str = ""
    state: str = ""
    changed: bool = False


class Outcome(NamedTuple):
    """Subjects whose records say the same, by place."""

    places: tuple[int, ...]
    said: Said


def ids(record: Record) -> list[str]:
    """A record's claims, the undecided last."""
    return [*record["claims"], *record["undecided"]]


def said(record: Record, claim: str) -> Said:
    """What a record says of a claim."""
    verdict = verdict_where_asked(record, claim)
    if verdict in (UNDECIDED, ABSENT):
        return Said(verdict, "", record["undecided"].get(claim, ""))
    entry = record["claims"][claim]
    why = entry.get("reason", "")
    return Said(verdict, entry["expected"], why, shows(entry), outline(entry), is_changed(entry))


def counts(record: Record) -> Counter[str]:
    """Count a record's claims by verdict, the undecided among them, and not those not asked."""
    found = Counter(verdict_where_asked(record, claim) for claim in ids(record))
    del found[ABSENT]
    return found


def document_of(claim: str, record: Record) -> str:
    """A claim's document, from its entry or its id."""
    entry = record["claims"].get(claim)
    return entry["document"] if entry else claim.rpartition(".")[0]


def outcomes(claim: str, records: Sequence[Record]) -> list[Outcome]:
    """A claim's outcomes over all records, that of the newest last."""
    found: dict[Said, list[int]] = {}
    for place, record in enumerate(records):
        found.setdefault(said(record, claim), []).append(place)
    every = [Outcome(tuple(places), what) for what, places in found.items()]
    return sorted(every, key=lambda outcome: outcome.places[-1])


def shown(claim: str, records: Sequence[Record]) -> list[int]:
    """The newest record of each outcome, newest first."""
    newest = [outcome.places[-1] for outcome in reversed(outcomes(claim, records))]
    return [place for place in newest if claim in records[place]["claims"]]


def read(paths: Sequence[Path]) -> list[Record]:
    """Read records only as far as the page shows them: all would take 285 MB.

    Of records of another specification only what `of_one_specification` leaves is read.

    Raises:
        UsageProblem: when one can't be read or breaks its schema, or there is none.
    """
    files = [file for path in paths for file in files_of(path)]
    if not files:
        raise UsageProblem(
            f"no record in {', '.join(map(str, paths))}",
            expected="at least one .json file",
            do="run 'lossspec run --lossspec-record reports/records' first",
        )
    light = [(file, read_verdicts(file, measured=True)) for file in files]
    where = {id(record): file for file, record in light}
    records, others = apart([record for _, record in light])
    records = of_one_specification(records, records[-1])
    whole = [
        read_record(where[id(record)])
        for of_library in others.values()
        for record in of_one_specification(of_library, of_library[-1])
    ]
    trained = max((place for place, record in enumerate(records) if record["studies"]), default=-1)
    wanted: list[set[str]] = [set() for _ in records]
    for claim in ids(records[-1]):
        for place in shown(claim, records):
            wanted[place].add(claim)
    return whole + [
        _fuller(record, where[id(record)], wanted[place], place in (trained, len(records) - 1))
        for place, record in enumerate(records)
    ]


def _fuller(record: Record, file: Path, claims: set[str], whole: bool) -> Record:
    fuller = read_record(file) if whole else record
    known = fuller["claims"] if whole else read_claims(file, claims) if claims else {}
    kept = {name: known.get(name, claim) for name, claim in record["claims"].items()}
    return {**fuller, "claims": kept}
