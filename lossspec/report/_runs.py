"""A claim along the subjects: runs of subjects in a row on which it is decided alike, for the same reason."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any, NamedTuple, Sequence

from lossspec.records.findings import is_changed, shows, state
from lossspec.records.record import Record
from lossspec.report import _words

ABSENT = "absent"


class Said(NamedTuple):
    """What a record says of a claim.

    Attributes:
        verdict: one of the four, ``undecided``, or ``absent``.
        expected: the verdict expected; empty where it isn't decided.
        reason: why, or why it isn't decided.
        place: in which modes or calls the verdict shows, where not in all.
        state: what is the same where nothing is changed, of any call.
        changed: whether anything is not as expected.
    """

    verdict: str
    expected: str
    reason: str
    place: str = ""
    state: str = ""
    changed: bool = False


@dataclass(frozen=True)
class Run:
    """Subjects in a row: their places, and what all their records say."""

    places: tuple[int, ...]
    said: Said


def verdict_in(record: Record, claim: str) -> str | None:
    """The record's verdict on a claim, ``undecided``, or None where it doesn't know the claim."""
    if claim in record["claims"]:
        return str(record["claims"][claim]["verdict"])
    return _words.UNDECIDED if claim in record["undecided"] else None


def said(record: Record, claim: str) -> Said:
    """What a record says of a claim; of one that it doesn't know, that it is absent."""
    if claim in record["claims"]:
        entry = record["claims"][claim]
        reason = str(entry.get("reason", ""))
        return Said(
            entry["verdict"],
            entry["expected"],
            reason,
            shows(entry),
            state(entry),
            is_changed(entry),
        )
    return Said(verdict_in(record, claim) or ABSENT, "", str(record["undecided"].get(claim, "")))


def runs(claim: str, records: Sequence[Record]) -> list[Run]:
    """The claim's runs over all records, the oldest first."""
    every = [said(record, claim) for record in records]
    grouped = itertools.groupby(range(len(every)), key=lambda place: every[place])
    return [Run(tuple(places), what) for what, places in grouped]


def shown(claim: str, records: Sequence[Record]) -> list[int]:
    """Whose evidence the page shows in full: the newest subject's that decided it, and one of each other outcome.

    Of an outcome, a verdict with its reason, it is the newest subject's; the newest comes first.
    """
    found: dict[Said, int] = {}
    for place in reversed(range(len(records))):
        if claim in records[place]["claims"]:
            found.setdefault(said(records[place], claim), place)
    return list(found.values())


def wanted(records: Sequence[Record]) -> list[set[str]]:
    """Of each record, the claims whose evidence the page shows."""
    claims: dict[str, Any] = dict.fromkeys(
        claim for part in ("claims", "undecided") for claim in records[-1][part]
    )
    needed: list[set[str]] = [set() for _ in records]
    for claim in claims:
        for place in shown(claim, records):
            needed[place].add(claim)
    return needed
