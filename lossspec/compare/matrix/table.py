"""Claims by subjects: the verdicts of many records, and where each changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, Mapping, Sequence, cast

from lossspec.core.errors import UsageProblem
from lossspec.ledger.verdicts import Verdict
from lossspec.records.findings import INSTEAD, Finding, by_mode, changes, differ, shows
from lossspec.records.record import Claim, Record
from lossspec.records.subjects import age, is_legacy, lineage, subject_in_words

HOLDS = str(Verdict.HOLDS)
UNDECIDED, ABSENT = "undecided", "absent"


Entry = Claim


@dataclass(frozen=True)
class Turn:
    """Where a claim changes: from one subject to the next, by their places in the matrix.

    Attributes:
        before: a subject's place.
        after: the next one's.
        verdicts: on each, with where it shows, ``refuted in xla mode``; where these are the same and what happens
            instead is another, with the counter-specs' names.
    """

    before: int
    after: int
    verdicts: tuple[str, str]


@dataclass(frozen=True)
class Row:
    """A claim, and its verdict on each subject: one of the four, ``undecided``, or ``absent`` from that ledger.

    Attributes:
        modes: on each subject, the verdict in each mode, where modes differ; else nothing.
        entries: what each record holds of it; empty where nothing is.
    """

    claim: str
    document: str
    section: str
    statement: str
    verdicts: tuple[str, ...]
    modes: tuple[Mapping[str, str], ...]
    entries: tuple[Entry, ...]

    @property
    def holds_everywhere(self) -> bool:
        """Whether it was found to hold on every subject; what was not decided was not found so."""
        return all(each == HOLDS for each in self.verdicts)

    @property
    def changes(self) -> bool:
        """Whether it is not the same on one subject as on the next: its verdict, that of a call, or what happens."""
        return any(self.differs(place, place + 1) for place in range(len(self.verdicts) - 1))

    def differs(self, one: int, other: int) -> bool:
        """Whether it is not the same on two subjects."""
        before, after = self.entries[one], self.entries[other]
        if before and after:
            return differ(before, after)
        return self.verdicts[one] != self.verdicts[other]

    def said(self, place: int) -> str:
        """The verdict on a subject, and in which modes or calls it shows, where not in all."""
        entry = self.entries[place]
        return f"{self.verdicts[place]} {shows(entry) if entry else ''}".strip()

    def in_mode(self, mode: str) -> tuple[str, ...]:
        """The verdict in a mode on each subject: the claim's own, where modes don't differ."""
        return tuple(modes.get(mode, verdict) for modes, verdict in zip(self.modes, self.verdicts))

    @property
    def differing_modes(self) -> list[str]:
        """The modes, if they differ on any subject."""
        return list(dict.fromkeys(mode for modes in self.modes for mode in modes))


@dataclass(frozen=True)
class Matrix:
    """Rows in the ledger's order, subjects in their `lineage`, and the title of each document."""

    subjects: tuple[Mapping[str, str], ...]
    files: tuple[Path, ...]
    specifications: tuple[str, ...]
    titles: Mapping[str, str]
    rows: tuple[Row, ...]

    def turns(self, row: Row) -> list[Turn]:
        """Where the verdict of a row changes, along the releases.

        ``tf_keras``, which is Keras 2 beside TensorFlow 2.16 and later, is a line of its own behind the Kerases 2.
        """
        legacy = [place for place, subject in enumerate(self.subjects) if is_legacy(subject)]
        late = [place for place in range(len(self.subjects)) if place not in legacy]
        before = [place for place in late if age(self.subjects[place])[1].major < 3]
        lines = [late, *([[*before[-1:], *legacy]] if legacy else [])]
        return [turn for line in lines for turn in _turns_along(row, line)]

    @property
    def last_line(self) -> str:
        """``3 subjects, 391 claims: 334 hold on every subject, 57 do not; 21 change``."""
        subjects, claims = len(self.subjects), len(self.rows)
        everywhere = sum(row.holds_everywhere for row in self.rows)
        changing = sum(row.changes for row in self.rows)
        undecided = sum(verdict == UNDECIDED for row in self.rows for verdict in row.verdicts)
        return (
            f"{subjects} subject{'' if subjects == 1 else 's'}, {claims} claim{'' if claims == 1 else 's'}: "
            f"{everywhere} hold on every subject, {claims - everywhere} do not; {changing} change"
            + (f"; {undecided} verdicts are undecided" if undecided else "")
        )


def matrix_of(
    records: Sequence[Record], files: Sequence[Path], document: str | None = None
) -> Matrix:
    """The matrix of some records.

    Args:
        records: as `record.read_verdicts` or `record.read_record` gives them.
        files: where each was read.
        document: the id of the one whose claims are wanted; None for all.

    Raises:
        UsageProblem: when two are of the same subject, or no record knows the document.
    """
    ordered = sorted(zip(records, files), key=lambda each: lineage(each[0]["subject"]))
    for (record, file), (other, other_file) in zip(ordered, ordered[1:]):
        if record["subject"] == other["subject"]:
            raise UsageProblem(
                f"{file} and {other_file} are both of {subject_in_words(record['subject'])}",
                expected="one record a subject",
                do="leave one out, or set them side by side with 'lossspec compare'",
            )
    known = [record for record, _ in ordered]
    titles = {
        name: about["title"] for record in known for name, about in record["documents"].items()
    }
    wanted = _document(document, titles)
    rows = tuple(row for row in _rows(known) if wanted is None or row.document == wanted)
    return Matrix(
        subjects=tuple(record["subject"] for record in known),
        files=tuple(file for _, file in ordered),
        specifications=tuple(record["specification"] for record in known),
        titles=titles,
        rows=rows,
    )


def _document(asked: str | None, titles: Mapping[str, str]) -> str | None:
    if asked is None:
        return None
    by_id = {name.lower(): name for name in titles}
    if asked.lower() not in by_id:
        raise UsageProblem(
            f"there is no document {asked!r}",
            expected=f"one of {', '.join(titles) or 'none: no record names a document'}",
            do="name one of them",
        )
    return by_id[asked.lower()]


def _rows(records: Sequence[Record]) -> Iterator[Row]:
    """A row for every claim of any record: in the order of the newest, then of those before."""
    newest_first = list(reversed(records))
    known = dict.fromkeys(
        claim
        for part in ("claims", "undecided")
        for record in newest_first
        for claim in record[part]
    )
    documents = dict.fromkeys(name for record in newest_first for name in record["documents"])
    rows = [_row(claim, records) for claim in known]
    # Stable: within a document the order stays.
    places = {name: place for place, name in enumerate(documents)}
    yield from sorted(rows, key=lambda row: places.get(row.document, len(places)))


def _row(claim: str, records: Sequence[Record]) -> Row:
    entry: Mapping[str, Any] = next(
        (each["claims"][claim] for each in reversed(records) if claim in each["claims"]), {}
    )
    entries = tuple(record["claims"].get(claim, cast(Claim, {})) for record in records)
    return Row(
        claim=claim,
        # A claim that nothing decided is known by its id alone, which starts with its document's.
        document=entry.get("document", claim.partition(".")[0]),
        section=entry.get("section", ""),
        statement=entry.get("statement", ""),
        verdicts=tuple(_verdict(claim, record) for record in records),
        modes=tuple(by_mode(each) if each else {} for each in entries),
        entries=entries,
    )


def _verdict(claim: str, record: Record) -> str:
    if claim in record["claims"]:
        return str(record["claims"][claim]["verdict"])
    return UNDECIDED if claim in record["undecided"] else ABSENT


def _turns_along(row: Row, line: Sequence[int]) -> Iterator[Turn]:
    for before, after in zip(line, line[1:]):
        if row.differs(before, after):
            one, other = row.said(before), row.said(after)
            if one == other:  # a call differs, or what happens instead
                for first in changes(row.entries[before], row.entries[after])[:1]:
                    one, other = (_named(one, each) for each in (first.base, first.new))
            yield Turn(before, after, (one, other))


def _named(said: str, finding: Finding | None) -> str:
    """A verdict, and the call that differs beside it: ``refuted (instead test_it_is_nan)``."""
    if finding is None:
        return f"{said} (nothing)"
    spec = finding.spec.partition("::")[2]
    return (
        f"{said} ({spec})"
        if finding.part == INSTEAD
        else f"{said} ({spec}{finding.call}: {finding.verdict})"
    )
