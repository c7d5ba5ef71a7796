"""Claims by subjects: verdicts, and where they change."""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping, Sequence

from lossspec.backends.catalog import Subject, backend_of
from lossspec.compare.parts import count_of
from lossspec.compare.verdicts import claims_of
from lossspec.core.errors import UsageProblem
from lossspec.ledger.verdicts import ABSENT, UNDECIDED, Verdict
from lossspec.records.changes import changes, differ
from lossspec.records.findings import INSTEAD, Finding, by_mode, shows, verdict_where_asked
from lossspec.records.record_types import Claim, Record
from lossspec.records.subjects import is_legacy, lineage, subject_in_words


@dataclass(frozen=True)
class Row:
    """A claim's verdict and entry on each subject."""

    claim: str
    document: str
    verdicts: tuple[str, ...]
    entries: tuple[Claim | None, ...]

    @property
    def upstream(self) -> list[str]:
        """Public reports, as the last deciding record names them."""
        decided = [entry for entry in self.entries if entry]
        return decided[-1].get("upstream", []) if decided else []

    def differs(self, place: int, next_place: int) -> bool:
        """Whether verdict, a call, or what happens instead differs."""
        before, after = self.entries[place], self.entries[next_place]
        if before and after:
            return differ(before, after)
        return self.verdicts[place] != self.verdicts[next_place]

    def turn(self, place: int, next_place: int) -> str:
        """``holds → refuted in xla mode``, or the call that differs."""
        before, after = self._said(place), self._said(next_place)
        was, now = self.entries[place], self.entries[next_place]
        if before == after and was and now:  # a call differs, or what happens instead
            for change in changes(was, now)[:1]:
                before, after = (_named(before, call) for call in (change.base, change.new))
        return f"{before} → {after}"

    def _said(self, place: int) -> str:
        entry = self.entries[place]
        return f"{self.verdicts[place]} {shows(entry) if entry else ''}".strip()

    def by_mode(self) -> dict[str, tuple[str, ...]]:
        """The verdicts by mode, if modes ever differ."""
        sides = [
            (by_mode(entry) if entry else {}, verdict)
            for entry, verdict in zip(self.entries, self.verdicts)
        ]
        names = dict.fromkeys(mode for modes, _ in sides for mode in modes)
        return {name: tuple(modes.get(name, own) for modes, own in sides) for name in names}


def _named(said: str, call: Finding | None) -> str:
    """A verdict with its call: ``refuted (test_it_is_nan)``."""
    if call is None:
        return f"{said} (nothing)"
    spec = call.spec.partition("::")[2]
    return f"{said} ({spec if call.part == INSTEAD else f'{spec}{call.call}: {call.verdict}'})"


@dataclass(frozen=True)
class Matrix:
    """Rows in the ledger's order, subjects by `lineage`."""

    subjects: tuple[Subject, ...]
    specifications: tuple[str, ...]
    titles: Mapping[str, str]
    rows: tuple[Row, ...]

    @property
    def groups(self) -> list[list[int]]:
        """The places of each backend's subjects."""
        names = [backend_of(subject).name for subject in self.subjects]
        places = range(len(names))
        return [list(group) for _, group in itertools.groupby(places, key=names.__getitem__)]

    @functools.cached_property
    def steps(self) -> list[tuple[int, int]]:
        """Each subject's place, with that of the next release.

        Legacy subjects, as ``tf_keras``, are a line behind the last of their major release.
        """
        steps: list[tuple[int, int]] = []
        for group in self.groups:
            legacy = [place for place in group if is_legacy(self.subjects[place])]
            others = [place for place in group if place not in legacy]
            older = [place for place in others if place < min(legacy, default=0)]
            for line in (others, [*older[-1:], *legacy]):
                steps += zip(line, line[1:])
        return steps

    def turns(self, row: Row) -> list[str]:
        """A row's changes: ``holds → refuted at Keras 2.11.0``."""
        return [
            f"{row.turn(*step)} at {subject_in_words(self.subjects[step[1]])}"
            for step in self.steps
            if row.differs(*step)
        ]

    @functools.cached_property
    def changing(self) -> list[Row]:
        """The rows that ever change."""
        return [row for row in self.rows if any(itertools.starmap(row.differs, self.steps))]

    @property
    def failing(self) -> list[Row]:
        """The rows that don't hold on every subject that is asked."""
        good = {Verdict.HOLDS, ABSENT}
        return [row for row in self.rows if not good.issuperset(row.verdicts)]

    @property
    def last_line(self) -> str:
        """``3 subjects, 391 claims: 334 hold wherever they are asked, …``."""
        failing = len(self.failing)
        unasked = sum({ABSENT}.issuperset(row.verdicts) for row in self.rows)
        undecided = sum(row.verdicts.count(UNDECIDED) for row in self.rows)
        return (
            f"{count_of(len(self.subjects), 'subject')}, {count_of(len(self.rows), 'claim')}: "
            f"{len(self.rows) - failing - unasked} hold wherever they are asked, {failing} do not; "
            f"{len(self.changing)} change"
            + (f"; {unasked} are asked of none" if unasked else "")
            + (f"; {undecided} verdicts are undecided" if undecided else "")
        )


def matrix_of(
    records: Sequence[Record], files: Sequence[Path], document: str | None = None
) -> Matrix:
    """The matrix of records, read from files; of one document, by its id, or all.

    Raises:
        UsageProblem: when two are of the same subject, or no record knows the document.
    """
    ordered = sorted(zip(records, files), key=lambda pair: lineage(pair[0]["subject"]))
    for (record, file), (next_record, next_file) in zip(ordered, ordered[1:]):
        if record["subject"] == next_record["subject"]:
            raise UsageProblem(
                f"{file} and {next_file} are both of {subject_in_words(record['subject'])}",
                expected="one record a subject",
                do="leave one out, or set them side by side with 'lossspec compare'",
            )
    in_order = [record for record, _ in ordered]
    titles = {
        name: about["title"] for record in in_order for name, about in record["documents"].items()
    }
    wanted = _document(document, titles)
    rows = (_row(claim, in_order) for claim in claims_of(in_order[::-1]))
    return Matrix(
        subjects=tuple(record["subject"] for record in in_order),
        specifications=tuple(record["specification"] for record in in_order),
        titles=titles,
        # In the order of the newest, then of those before.
        rows=tuple(row for row in rows if wanted in (None, row.document)),
    )


def _document(asked: str | None, titles: Mapping[str, str]) -> str | None:
    by_id = {name.lower(): name for name in titles}
    if asked is not None and asked.lower() not in by_id:
        raise UsageProblem(
            f"there is no document {asked!r}",
            expected=f"one of {', '.join(titles) or 'none: no record names a document'}",
            do="name one of them",
        )
    return None if asked is None else by_id[asked.lower()]


def _row(claim: str, records: Sequence[Record]) -> Row:
    entries = tuple(record["claims"].get(claim) for record in records)
    newest = next((entry for entry in reversed(entries) if entry), None)
    return Row(
        claim=claim,
        # A claim that nothing decided is known by its id alone, which starts with its document's.
        document=newest["document"] if newest else claim.rpartition(".")[0],
        verdicts=tuple(verdict_where_asked(record, claim) for record in records),
        entries=entries,
    )
