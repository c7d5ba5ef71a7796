"""Every claim across the records."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Mapping, Sequence
from urllib.parse import quote

from lossspec.core.errors import CallGone
from lossspec.ledger.sentences import in_words
from lossspec.ledger.verdicts import ABSENT, UNDECIDED
from lossspec.records.findings import is_changed, unexpected_in_words, verdict_in
from lossspec.records.record_types import Claim as Entry
from lossspec.records.record_types import Record
from lossspec.report.code import Code, code
from lossspec.report.evidence import Spec, specs
from lossspec.report.outcomes import Outcome, document_of, ids, outcomes, shown
from lossspec.report.subjects import Group, Subject, ranges

_GONE = f"refused with {CallGone.__name__}"


@dataclass(frozen=True)
class Found:
    """An outcome: on which subjects, and where its figures stand.

    ``refused`` says all that was found where there is no more to show.
    """

    anchor: str
    words: str
    outcome: Outcome
    figures: str = ""
    refused: str = ""


@dataclass(frozen=True)
class Detail:
    """What one record holds on a claim, as tables."""

    anchor: str
    subject: str
    entry: Entry
    specs: list[Spec]
    instead: list[Spec]

    @property
    def changed(self) -> bool:
        """Whether anything is not as expected."""
        return is_changed(self.entry)

    @property
    def refused(self) -> str:
        """What the call was refused with, if nothing else was found; else empty."""
        gone = [
            figure["what"] for case in self.entry.get("instead", ()) for figure in case["figures"]
        ]
        cases = [*self.entry["evidence"], *self.entry.get("instead", ())]
        plain = gone and all(what.endswith(_GONE) for what in gone) and not self.changed
        if not plain or any(case["figures"] for case in self.entry["evidence"]):
            return ""
        messages = [case["message"] for case in cases if case.get("message")]
        return "; ".join(dict.fromkeys([*messages, *gone]))

    @property
    def unexpected(self) -> str:
        """Where it is unexpected, if not everywhere."""
        return unexpected_in_words(self.entry)


@dataclass(frozen=True)
class Claim:
    """One claim; texts are empty where no record decided it.

    ``details`` are of one record for each outcome, the newest first; ``codes`` those of the specs
    that they show, by name; ``links`` the claims that it stands beside, or that stand beside it.
    """

    id: str
    document: str
    section: str
    kind: str
    statement: str
    verdict: str
    why_undecided: str
    details: list[Detail]
    found: list[Found]
    codes: Mapping[str, Code]
    links: list[str]

    @property
    def anchor(self) -> str:
        """Its place in the page."""
        return anchor(self.id)

    @property
    def detail(self) -> Detail | None:
        """What the newest record that decided it holds."""
        return self.details[0] if self.details else None

    @property
    def sentences(self) -> str:
        """The document's sentences, by number."""
        numbers = self.detail.entry.get("sentences", []) if self.detail else []
        return in_words(numbers) if numbers else ""

    @property
    def quoted(self) -> str:
        """Its id as a shell takes it."""
        return shlex.quote(self.id)

    @property
    def changed(self) -> bool:
        """Whether the newest record is unexpected."""
        return self.verdict != UNDECIDED and bool(self.details) and self.details[0].changed


def claims(
    records: Sequence[Record], ordered: Sequence[Subject], groups: Sequence[Group]
) -> list[Claim]:
    """The newest record's claims, the undecided last."""
    shown_at: dict[str, str] = {}
    return [_claim(claim, records, ordered, groups, shown_at) for claim in ids(records[-1])]


def retired(records: Sequence[Record]) -> list[str]:
    """The ids that only older records know."""
    *older, newest = records
    known = dict.fromkeys(claim for record in older for claim in ids(record))
    return [claim for claim in known if verdict_in(newest, claim) == ABSENT]


def anchor(claim: str) -> str:
    """A claim's anchor in the page, safe behind ``#``."""
    return "claim-" + quote(claim, safe="")


def _claim(
    claim: str,
    records: Sequence[Record],
    ordered: Sequence[Subject],
    groups: Sequence[Group],
    shown_at: dict[str, str],
) -> Claim:
    newest, place, every = records[-1], anchor(claim), outcomes(claim, records)
    deciding = {number: records[number]["claims"][claim] for number in shown(claim, records)}
    details = {
        number: Detail(
            anchor=f"{place}:on-{number}",
            subject=ordered[number].name,
            entry=entry,
            specs=specs(entry["evidence"]),
            instead=specs(entry.get("instead", ())),
        )
        for number, entry in deciding.items()
        if "evidence" in entry
    }
    # Of a call that is gone from older releases the outcome says all.
    told = {n: detail for n, detail in details.items() if n == max(details) or not detail.refused}
    decided = records[next(iter(deciding), -1)]
    entry = decided["claims"].get(claim)
    return Claim(
        id=claim,
        document=document_of(claim, decided),
        section=entry["section"] if entry else "",
        kind=entry["kind"] if entry else "",
        statement=entry["statement"] if entry else "",
        verdict=verdict_in(newest, claim),
        why_undecided=newest["undecided"].get(claim, ""),
        details=list(told.values()),
        found=[
            _found(
                f"{place}:{number}" if len(every) > 1 else place,
                ranges(outcome.places, ordered, groups),
                outcome,
                details,
            )
            for number, outcome in enumerate(every, 1)
        ],
        codes=_codes(claim, {number: records[number] for number in told}, shown_at),
        links=_links(claim, newest),
    )


def _found(place: str, words: str, outcome: Outcome, details: Mapping[int, Detail]) -> Found:
    newest = outcome.places[-1]
    detail = details.get(newest)
    if detail is None or newest == max(details):  # whose figures stand right below
        return Found(place, words, outcome)
    return Found(place, words, outcome, "" if detail.refused else detail.anchor, detail.refused)


def _codes(claim: str, records: Mapping[int, Record], shown_at: dict[str, str]) -> dict[str, Code]:
    """Each spec's code once, or where another claim shows it."""
    found: dict[str, Code] = {}
    for record in records.values():
        entry = record["claims"][claim]
        for case in [*entry["evidence"], *entry.get("instead", ())]:
            name = case["spec"].partition("[")[0]
            if name not in found:
                first = shown_at.setdefault(name, claim)
                known = code(name, record["modules"])
                elsewhere = first != claim and known.text
                found[name] = Code("", known.note, anchor(first)) if elsewhere else known
    return found


def _links(claim: str, record: Record) -> list[str]:
    """The claims beside a claim, in either direction."""
    entries = record["claims"]
    own = entries[claim].get("beside", []) if claim in entries else []
    others = [name for name, entry in entries.items() if claim in entry.get("beside", ())]
    return [name for name in [*own, *others] if verdict_in(record, name) != ABSENT]
