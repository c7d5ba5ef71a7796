"""What is most surprising in the records, chosen by rule.

What a reader believes: the documents' claims that don't hold on the newest subject and name the
sentences that they stand for, if any of their document's do, each with how far off it is, from 0 to
1 (`distance`). Of claims with one reason only the farthest stays. Then the kinds take turns, in the
order of `KINDS`, each with the farthest left, until there are `MOST`.

What changed: the subjects at which most verdicts are others than on the subject before.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from typing import Collection, Iterator, NamedTuple, Sequence

from markupsafe import Markup

from lossspec.judging.figures import in_words, relation_of
from lossspec.ledger.verdicts import ABSENT
from lossspec.records.changes import BETTER, WORSE, direction
from lossspec.records.findings import ORDER
from lossspec.records.record_types import Claim as Entry
from lossspec.records.record_types import Figure, Record
from lossspec.report.chance import judgement
from lossspec.report.claims import Claim
from lossspec.report.outcomes import said
from lossspec.report.subjects import Subject, before
from lossspec.studies.summary import documented

KINDS = ("mathematics", "behaviour", "training", "api", "data")
"""From what is true of every program to what is true of one call or data set."""
MOST = 6
TURNS = 4


class Finding(NamedTuple):
    """A claim, and what decides it, in words and drawn."""

    claim: Claim
    words: str
    strip: Markup


@dataclass(frozen=True)
class Turn:
    """A subject whose claims differ from one before."""

    subject: Subject
    since: Subject
    better: list[tuple[str, str, str]] = field(default_factory=list)
    worse: list[tuple[str, str, str]] = field(default_factory=list)
    other: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def all(self) -> list[tuple[str, str, str]]:
        """The claims that differ, worse ones first."""
        return self.worse + self.better + self.other


def findings(claims: Sequence[Claim], record: Record, own: Collection[str]) -> list[Finding]:
    """Choose the claims that head the page."""
    entries = record["claims"]
    numbered = {entry["document"] for entry in entries.values() if entry.get("sentences")}
    wrong = [
        claim
        for claim in claims
        if claim.verdict in ORDER[1:]
        and claim.document not in own
        and (claim.document not in numbered or entries[claim.id].get("sentences"))
    ]
    told: set[str] = set()
    by_kind: dict[str, list[Claim]] = {kind: [] for kind in [*KINDS, ""]}
    # Stable: of those as far off, the ledger's first.
    for claim in sorted(wrong, key=lambda claim: -distance(record["claims"][claim.id])):
        reason = record["claims"][claim.id].get("reason", "")
        if not reason or reason not in told:
            told.add(reason)
            by_kind[claim.kind if claim.kind in KINDS else ""].append(claim)
    turns = itertools.zip_longest(*by_kind.values())
    chosen = [claim for turn in turns for claim in turn if claim is not None]
    return [Finding(claim, *_decisive(record["claims"][claim.id])) for claim in chosen[:MOST]]


def _decisive(entry: Entry) -> tuple[str, Markup]:
    """The first figure that is off, else a judged one."""
    figures = _figures(entry)
    off = [figure for figure in figures if not figure["ok"]]
    for figure in off + [figure for figure in figures if "chance" in figure]:
        strips = judgement(figure).strips if "chance" in figure else ()
        return in_words({**figure}), strips[0] if strips else Markup("")
    return "", Markup("")


def _figures(entry: Entry) -> list[Figure]:
    return [figure for case in entry.get("evidence", ()) for figure in case["figures"]]


def distance(entry: Entry) -> float:
    """How far off a claim's figures are, from 0 to 1."""
    if entry["verdict"] == "unsupported":
        return 1.0
    wrong = [figure for figure in _figures(entry) if not figure["ok"]]
    return max((far for figure in wrong for far in _far(figure)), default=0.0)


def _far(figure: Figure) -> Iterator[float]:
    chance, relation = figure.get("chance"), relation_of({**figure})
    if chance:
        if "rate" in chance:  # in how many runs it is not true
            yield 1 - float(chance["rate"])
        printed = documented(chance.get("documented", ""))
        if printed and "50" in chance.get("quantiles", {}):
            yield _apart(float(chance["quantiles"]["50"]), printed.value)
        if "margin" in chance and "difference" in chance:
            yield _apart(float(chance["difference"]), float(chance["margin"]))
    elif relation and "got" in figure:
        # None above zero was claimed to be some, and is not.
        alike = 0.0 if relation == "should_be" else 1.0
        yield _apart(float(figure["got"]), float(figure[relation]), alike)  # type: ignore[literal-required] # a key of it


def _apart(measured: float, wanted: float, alike: float = 0.0) -> float:
    """The difference as a share of the larger, ``alike`` for zeros."""
    if not (math.isfinite(measured) and math.isfinite(wanted)):
        return 1.0
    larger = max(abs(measured), abs(wanted))
    return min(1.0, abs(measured - wanted) / larger) if larger else alike


def turns(records: Sequence[Record], ordered: Sequence[Subject]) -> list[Turn]:
    """The subjects at which most verdicts turn."""
    found = []
    for subject in ordered:
        if (since := before(ordered, subject.place)) is not None:
            found.append(_turn(Turn(subject, ordered[since]), records))
    return sorted((turn for turn in found if turn.all), key=lambda turn: -len(turn.all))[:TURNS]


def _turn(turn: Turn, records: Sequence[Record]) -> Turn:
    groups = {WORSE: turn.worse, BETTER: turn.better}
    for claim in records[turn.subject.place]["claims"]:
        was, now = (said(records[subject.place], claim) for subject in (turn.since, turn.subject))
        known = was.verdict != ABSENT and claim in records[-1]["claims"]
        if known and (was.verdict, was.state) != (now.verdict, now.state):
            ranked = was.verdict in ORDER and was.verdict != now.verdict
            group = groups[direction(was.verdict, now.verdict)] if ranked else turn.other
            group.append((claim, was.verdict, now.verdict))
    return turn
