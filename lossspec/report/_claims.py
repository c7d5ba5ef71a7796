"""Every claim across the records: what the newest subject says of it, and what the others say."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Mapping, Sequence
from urllib.parse import quote

from lossspec.record import Record
from lossspec.report import _words
from lossspec.report._evidence import Spec, specs


@dataclass(frozen=True)
class Chip:
    """One subject's verdict on a claim."""

    label: str
    subject: str
    verdict: str
    expected: str


@dataclass(frozen=True)
class Detail:
    """What one subject's record holds on a claim."""

    subject: str
    verdict: str
    expected: str
    where: str
    reason: str
    specs: list[Spec]
    instead: list[Spec]

    @property
    def changed(self) -> bool:
        """Whether the verdict is not the expected one."""
        return self.verdict != self.expected


@dataclass(frozen=True)
class Claim:
    """One claim, as the page shows it.

    Attributes:
        id: its id.
        anchor: its place in the page.
        document: id of its document.
        section: its section; empty where no record says.
        kind: its kind, likewise.
        statement: its statement, likewise.
        verdict: the newest record's, or ``undecided``.
        why_undecided: why the newest record decides nothing; empty where it does.
        detail: of the newest record that decided it; None where none did.
        older: of the other records that decided it, the newest first.
        chips: of every record that has the claim, the oldest first.
        links: ids and places of the claims of the page that it belongs to, or that belong to it.
    """

    id: str
    anchor: str
    document: str
    section: str
    kind: str
    statement: str
    verdict: str
    why_undecided: str
    detail: Detail | None
    older: list[Detail]
    chips: list[Chip]
    links: Mapping[str, str]

    @property
    def changed(self) -> bool:
        """Whether the newest record's verdict is not the expected one."""
        return self.verdict != _words.UNDECIDED and self.detail is not None and self.detail.changed

    @property
    def differs(self) -> bool:
        """Whether the subjects disagree."""
        return len({chip.verdict for chip in self.chips}) > 1


def claims(records: Sequence[Record]) -> list[Claim]:
    """Every claim of the newest record, in its ledger's order, those that it left undecided last."""
    newest, labels = records[-1], _words.labels(records)
    return [_claim(claim, records, labels) for claim in [*newest["claims"], *newest["undecided"]]]


def retired(records: Sequence[Record]) -> list[str]:
    """The ids that older records know and the newest doesn't."""
    *older, newest = records
    known = dict.fromkeys(claim for record in older for part in ("claims", "undecided") for claim in record[part])
    return [claim for claim in known if verdict_in(newest, claim) is None]


def anchor(claim: str) -> str:
    """A claim's place in the page; different for each id, and safe both as an id and behind a ``#``."""
    return "claim-" + quote(claim, safe="")


def verdict_in(record: Record, claim: str) -> str | None:
    """The record's verdict on a claim, ``undecided``, or None where it doesn't know the claim."""
    if claim in record["claims"]:
        return str(record["claims"][claim]["verdict"])
    return _words.UNDECIDED if claim in record["undecided"] else None


def counts(record: Record) -> Counter[str]:
    """How many claims of a record have each verdict, the undecided among them."""
    return Counter(
        [str(claim["verdict"]) for claim in record["claims"].values()] + [_words.UNDECIDED] * len(record["undecided"])
    )


def document_of(claim: str, entry: Mapping[str, Any]) -> str:
    """The document of a claim: as its entry says, else by its id, which the ledger starts with the document's."""
    return str(entry.get("document") or claim.partition(".")[0])


def _links(claim: str, record: Record) -> dict[str, str]:
    """The claims that this one stands beside, then those that stand beside this one, each with its place."""
    entries: Mapping[str, Any] = record["claims"]
    own = [each for each in entries.get(claim, {}).get("beside", ()) if verdict_in(record, each)]
    others = [each for each, entry in entries.items() if claim in entry.get("beside", ())]
    return {each: anchor(each) for each in [*own, *others]}


def _claim(claim: str, records: Sequence[Record], labels: Sequence[str]) -> Claim:
    decided = [record for record in reversed(records) if claim in record["claims"]]
    entry: Mapping[str, Any] = decided[0]["claims"][claim] if decided else {}
    details = [_detail(record, claim) for record in decided]
    newest = records[-1]
    return Claim(
        id=claim,
        anchor=anchor(claim),
        document=document_of(claim, entry),
        section=entry.get("section", ""),
        kind=entry.get("kind", ""),
        statement=entry.get("statement", ""),
        verdict=verdict_in(newest, claim) or _words.UNDECIDED,
        why_undecided=newest["undecided"].get(claim, ""),
        detail=details[0] if details else None,
        older=details[1:],
        chips=[chip for record, label in zip(records, labels) for chip in _chips(record, label, claim)],
        links=_links(claim, newest),
    )


def _chips(record: Record, label: str, claim: str) -> list[Chip]:
    verdict = verdict_in(record, claim)
    expected = record["claims"].get(claim, {}).get("expected", "")
    return [Chip(label, _words.subject(record["subject"]), verdict, expected)] if verdict else []


def _detail(record: Record, claim: str) -> Detail:
    entry = record["claims"][claim]
    return Detail(
        subject=_words.subject(record["subject"]),
        verdict=entry["verdict"],
        expected=entry["expected"],
        where=entry.get("where", ""),
        reason=entry.get("reason", ""),
        specs=specs(entry["evidence"]),
        instead=specs(entry.get("instead", ())),
    )
