"""The matrix: claims' verdicts along the subjects, as bands."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Iterator, Sequence

from lossspec.ledger.verdicts import ABSENT
from lossspec.records.record_types import Record
from lossspec.report.claims import Claim
from lossspec.report.outcomes import said
from lossspec.report.subjects import Group, Subject

_LETTERS = 2.0  # of the verdict have room in a column, its sign aside


@dataclass(frozen=True)
class Band:
    """Subjects in a row of one verdict: of one group, or all."""

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
    """A claim's bands, and whether it holds or stays throughout."""

    claim: Claim
    everywhere: bool
    still: bool
    bands: list[Band]


@dataclass(frozen=True)
class Matrix:
    """The columns' heads, and rows by claim."""

    subjects: list[Subject]
    groups: list[Group]
    rows: dict[str, Row]

    def column(self, subject: Subject) -> int:
        """A subject's column, from 1, with gaps between groups."""
        return subject.place + 1 + subject.group

    @property
    def everywhere(self) -> int:
        """How many claims hold on every subject that decides them."""
        return sum(row.everywhere for row in self.rows.values())

    @property
    def css(self) -> str:
        """Classes of columns and widths, since elements have no styles."""
        sizes = [group.stop - group.start for group in self.groups]
        template = " .45rem ".join(f"repeat({size}, minmax(0, 1fr))" for size in sizes)
        many = len(self.subjects)
        columns = range(1, many + len(self.groups))
        return "\n".join(
            [f".bands{{grid-template-columns:{template}}}"]
            + [f".c{column}{{grid-column-start:{column}}}" for column in columns]
            + [f".w{wide}{{grid-column-end:span {wide}}}" for wide in range(1, columns.stop)]
        )


def matrix(
    claims: Sequence[Claim], records: Sequence[Record], found: list[Subject], groups: list[Group]
) -> Matrix:
    """The matrix of some claims, in their order."""
    rows = {}
    for claim in claims:
        bands = list(_bands(claim, records, groups))
        deciding = [band for band in bands if band.verdict != ABSENT] or bands
        same = len({(band.verdict, band.state) for band in deciding}) == 1
        still = same and not any(band.changed for band in bands)
        if still:
            bands = [_throughout(bands, deciding)]
        # What is unexpected is to be seen, also where it holds.
        holds = all(band.verdict == "holds" and not band.changed for band in deciding)
        rows[claim.id] = Row(claim, holds, still, bands)
    return Matrix(found, groups, rows)


def _throughout(bands: Sequence[Band], deciding: Sequence[Band]) -> Band:
    """One band for groups that all say the same, or nothing."""
    first, last = bands[0], bands[-1]
    wide = last.column + last.wide - first.column
    return replace(deciding[0], column=first.column, wide=wide)


def _bands(claim: Claim, records: Sequence[Record], groups: Sequence[Group]) -> Iterator[Band]:
    every = [said(record, claim.id) for record in records]
    keys = [(outcome.verdict, outcome.expected, outcome.state) for outcome in every]
    for number, group in enumerate(groups):
        row = range(group.start, group.stop)
        for (verdict, *_), places in itertools.groupby(row, key=keys.__getitem__):
            run = list(places)
            first = every[run[0]]
            absent = "not asked" if first.reason else "not in that ledger"
            what = absent if verdict == ABSENT else f"{verdict} {first.place}".strip()
            yield Band(
                anchor=next(
                    found.anchor for found in claim.found if run[0] in found.outcome.places
                ),
                verdict=verdict,
                column=run[0] + 1 + number,
                wide=len(run),
                words=what,
                changed=any(every[place].changed for place in run),
                state=first.state,
            )
