"""Every claim across the records: what the newest subject says of it, and where others say something else."""

from __future__ import annotations

import shlex
from collections import Counter
from dataclasses import dataclass
from typing import Any, Mapping, Sequence
from urllib.parse import quote

from lossspec.records.findings import is_changed, unexpected_in_words
from lossspec.records.record import Claim as RecordedClaim
from lossspec.records.record import Record
from lossspec.report import _words
from lossspec.report._code import Code, code
from lossspec.report._decisive import Decisive, decisive
from lossspec.report._evidence import Spec, specs
from lossspec.report._runs import ABSENT, Run, runs, shown, verdict_in
from lossspec.report._subjects import Group, Subject, ranges

__all__ = [
    "ABSENT",
    "Claim",
    "Detail",
    "anchor",
    "claims",
    "counts",
    "document_of",
    "retired",
    "verdict_in",
]


@dataclass(frozen=True)
class Stretch:
    """Subjects in a row on which a claim is decided alike, in words, and what is said there.

    Attributes:
        anchor: its place in the page.
        words: which subjects.
        run: what their records say.
        figures: the place of what was measured on one of them; empty where the page shows none.
    """

    anchor: str
    words: str
    run: Run
    figures: str


@dataclass(frozen=True)
class Detail:
    """What one subject's record holds on a claim.

    Attributes:
        decisive: the figure that decides it, where one can be drawn.
        changed: whether anything is not as expected.
        unexpected: in which modes or calls, where not in all.
    """

    anchor: str
    subject: str
    verdict: str
    expected: str
    where: str
    reason: str
    specs: list[Spec]
    instead: list[Spec]
    decisive: Decisive | None
    changed: bool
    unexpected: str


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
        others: of one record for each other outcome, the newest first.
        stretches: its verdicts along the subjects, the oldest first.
        codes: name and code of each spec that the page shows evidence of; what an earlier claim shows isn't repeated.
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
    others: list[Detail]
    stretches: list[Stretch]
    codes: list[tuple[str, Code]]
    links: Mapping[str, str]

    @property
    def decisive(self) -> Decisive | None:
        """The figure that decides it on the newest subject; None where there is none to draw."""
        return self.detail.decisive if self.detail else None

    @property
    def command(self) -> str:
        """How to run just its specs, safe to paste."""
        return shlex.join(["lossspec", "run", "--lossspec-claim", self.id])

    @property
    def changed(self) -> bool:
        """Whether anything in the newest record is not as expected."""
        return self.verdict != _words.UNDECIDED and self.detail is not None and self.detail.changed


def claims(
    records: Sequence[Record], ordered: Sequence[Subject], groups: Sequence[Group]
) -> list[Claim]:
    """Every claim of the newest record, in its ledger's order, those that it left undecided last."""
    newest = records[-1]
    told: dict[str, str] = {}
    return [
        _claim(claim, records, ordered, groups, told)
        for claim in [*newest["claims"], *newest["undecided"]]
    ]


def retired(records: Sequence[Record]) -> list[str]:
    """The ids that older records know and the newest doesn't."""
    *older, newest = records
    known = dict.fromkeys(
        claim for record in older for part in ("claims", "undecided") for claim in record[part]
    )
    return [claim for claim in known if verdict_in(newest, claim) is None]


def anchor(claim: str) -> str:
    """A claim's place in the page; different for each id, and safe both as an id and behind a ``#``."""
    return "claim-" + quote(claim, safe="")


def counts(record: Record) -> Counter[str]:
    """How many claims of a record have each verdict, the undecided among them."""
    return Counter(
        [str(claim["verdict"]) for claim in record["claims"].values()]
        + [_words.UNDECIDED] * len(record["undecided"])
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


def _claim(
    claim: str,
    records: Sequence[Record],
    ordered: Sequence[Subject],
    groups: Sequence[Group],
    told: dict[str, str],
) -> Claim:
    """A claim; ``told`` is in which claim's place the code of each spec stands, and grows."""
    places, newest = shown(claim, records), records[-1]
    entries = [records[place]["claims"][claim] for place in places]
    entry: Mapping[str, Any] = entries[0] if entries else {}
    details = {
        place: _detail(f"{anchor(claim)}:on-{place}", ordered[place].name, each)
        for place, each in zip(places, entries)
        if "evidence" in each
    }
    told_in_full = list(details.values())
    return Claim(
        id=claim,
        anchor=anchor(claim),
        document=document_of(claim, entry),
        section=entry.get("section", ""),
        kind=entry.get("kind", ""),
        statement=entry.get("statement", ""),
        verdict=verdict_in(newest, claim) or _words.UNDECIDED,
        why_undecided=newest["undecided"].get(claim, ""),
        detail=told_in_full[0] if told_in_full else None,
        others=told_in_full[1:],
        stretches=[
            _stretch(f"{anchor(claim)}:{number}", ranges(run.places, ordered, groups), run, details)
            for number, run in enumerate(runs(claim, records), 1)
        ],
        codes=_codes(claim, entries, [records[place]["modules"] for place in places], told),
        links=_links(claim, newest),
    )


def _stretch(place: str, words: str, run: Run, details: Mapping[int, Detail]) -> Stretch:
    return Stretch(
        place,
        words,
        run,
        next((details[each].anchor for each in run.places if each in details), ""),
    )


def _detail(place: str, subject: str, entry: RecordedClaim) -> Detail:
    return Detail(
        anchor=place,
        subject=subject,
        verdict=entry["verdict"],
        expected=entry["expected"],
        where=entry.get("where", ""),
        reason=entry.get("reason", ""),
        specs=specs(entry["evidence"]),
        instead=specs(entry.get("instead", ())),
        decisive=decisive(entry),
        changed=is_changed(entry),
        unexpected=unexpected_in_words(entry),
    )


def _codes(
    claim: str,
    entries: Sequence[Mapping[str, Any]],
    modules: Sequence[Mapping[str, str]],
    told: dict[str, str],
) -> list[tuple[str, Code]]:
    """Each spec once, with its name; the newest record that has it says of which state its file was."""
    found: dict[str, Code] = {}
    for entry, states in zip(entries, modules):
        for case in [*entry.get("evidence", ()), *entry.get("instead", ())]:
            name = str(case["spec"]).partition("[")[0]
            if name not in found:
                first = told.setdefault(name, claim)
                known = code(name, states)
                found[name] = (
                    known if first == claim or not known.text else Code("", known.note, first)
                )
    return list(found.items())
