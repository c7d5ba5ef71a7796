"""The matrix: a row for each claim of the newest record, its verdicts along the subjects as bands."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Iterator, Sequence

from lossspec.records.record import Record
from lossspec.report import _words
from lossspec.report._claims import Claim
from lossspec.report._runs import ABSENT, said
from lossspec.report._subjects import Group, Subject, ranges

_LETTERS = 2.0  # of the verdict have room in a column, its sign aside


@dataclass(frozen=True)
class Band:
    """Subjects of one group in a row with one verdict: where it leads, column and width, and what it says in words."""

    anchor: str
    verdict: str
    column: int
    wide: int
    words: str
    changed: bool
    state: str

    @property
    def spelt(self) -> bool:
        """Whether the verdict has room beside its sign."""
        return self.wide * _LETTERS >= len(self.verdict) + 3


@dataclass(frozen=True)
class Row:
    """A claim's row: whether it holds on every subject, whether its verdict is the same on all, and its bands."""

    claim: Claim
    everywhere: bool
    still: bool
    bands: list[Band]


@dataclass(frozen=True)
class Matrix:
    """What heads the columns, the rows by claim, and where the subjects and groups stand among the columns."""

    subjects: list[Subject]
    groups: list[Group]
    rows: dict[str, Row]

    def column(self, subject: Subject) -> int:
        """A subject's column, from 1; between groups lies a narrow one."""
        return subject.place + 1 + subject.group

    @property
    def template(self) -> str:
        """The columns as CSS has them."""
        return " .45rem ".join(
            f"repeat({group.stop - group.start}, minmax(0, 1fr))" for group in self.groups
        )

    @property
    def columns(self) -> int:
        """How many there are, the narrow ones among them."""
        return len(self.subjects) + len(self.groups) - 1

    @property
    def everywhere(self) -> int:
        """How many claims hold on every subject."""
        return sum(row.everywhere for row in self.rows.values())


def matrix(
    every: Sequence[Claim], records: Sequence[Record], found: list[Subject], groups: list[Group]
) -> Matrix:
    """The matrix of some claims, in their order."""
    rows = {}
    for claim in every:
        bands = list(_bands(claim, records, found, groups))
        still = len({(band.verdict, band.state) for band in bands}) == 1 and not any(
            band.changed for band in bands
        )
        rows[claim.id] = Row(claim, still and bands[0].verdict == "holds", still, bands)
    return Matrix(found, groups, rows)


def _bands(
    claim: Claim, records: Sequence[Record], found: Sequence[Subject], groups: Sequence[Group]
) -> Iterator[Band]:
    for number, group in enumerate(groups):
        row = range(group.start, group.stop)
        found_there = {place: said(records[place], claim.id) for place in row}
        for (verdict, *_), places in itertools.groupby(
            row,
            key=lambda place: (
                found_there[place].verdict,
                found_there[place].expected,
                found_there[place].state,
            ),
        ):
            run = list(places)
            first = found_there[run[0]]
            yield Band(
                anchor=next(each.anchor for each in claim.stretches if run[0] in each.run.places),
                verdict=verdict,
                column=run[0] + 1 + number,
                wide=len(run),
                words=f"{f'{_NAMED.get(verdict, verdict)} {first.place}'.strip()}: {ranges(run, found, groups)}",
                changed=any(found_there[place].changed for place in run),
                state=first.state,
            )


_NAMED = {ABSENT: "not in that ledger", _words.UNDECIDED: "undecided"}
