"""What is most surprising in the records, chosen by rule, so that nobody's taste decides what heads the page.

What a reader believes: the documents' claims that don't hold on the newest subject, each with how far off it is, from
0 to 1 (`distance`). Of claims with one reason only the farthest stays. Then the kinds take turns, in the order of
`KINDS`, each with the farthest that it has left, until there are `MOST`.

What changed: the subjects at which most verdicts are others than on the subject before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Iterator, Mapping, Sequence

from lossspec.records.record import Record
from lossspec.report._claims import Claim
from lossspec.report._runs import ABSENT, said
from lossspec.report._subjects import Subject, before
from lossspec.studies.summary import documented

KINDS = ("mathematics", "behaviour", "training", "api", "data")
"""From what is true of every program to what is true of one call or data set."""

MOST = 6
TURNS = 4
_ORDER = ("holds", "varies", "refuted", "unsupported")
_BOUNDS = ("should_be", "at_least", "at_most", "above", "below")


@dataclass(frozen=True)
class Turn:
    """A subject, the one before it, and the claims that differ between them: ``(claim, before, after)``.

    ``other`` are those with a verdict of which one is ``undecided``, or with the same in other modes or calls.
    """

    subject: Subject
    since: Subject
    better: list[tuple[str, str, str]]
    worse: list[tuple[str, str, str]]
    other: list[tuple[str, str, str]]

    @property
    def count(self) -> int:
        """How many verdicts differ."""
        return len(self.better) + len(self.worse) + len(self.other)


def findings(every: Sequence[Claim], record: Record, own: set[str]) -> list[Claim]:
    """The claims that head the page."""
    wrong = [each for each in every if each.verdict in _ORDER[1:] and each.document not in own]
    far = {each.id: distance(record["claims"][each.id]) for each in wrong}
    ranked = sorted(
        wrong, key=lambda each: -far[each.id]
    )  # stable: of those as far off, the ledger's first
    told: set[str] = set()
    left: dict[str, list[Claim]] = {kind: [] for kind in [*KINDS, ""]}
    for claim in ranked:
        reason = claim.detail.reason if claim.detail else ""
        if not reason or reason not in told:
            told.add(reason)
            left[claim.kind if claim.kind in KINDS else ""].append(claim)
    chosen: list[Claim] = []
    while len(chosen) < MOST and any(left.values()):
        chosen += [row.pop(0) for row in left.values() if row]
    return chosen[:MOST]


def distance(entry: Mapping[str, Any]) -> float:
    """How far off a claim's farthest figure is: 0 for one at its bound, 1 for one that has nothing to do with it.

    A call that is gone is as far off as can be; one that raises something else measured nothing.
    """
    if entry["verdict"] == "unsupported":
        return 1.0
    wrong = [
        figure
        for case in entry.get("evidence", ())
        for figure in case["figures"]
        if not figure["ok"]
    ]
    return max((each for figure in wrong for each in _far(figure)), default=0.0)


def _far(figure: Mapping[str, Any]) -> Iterator[float]:
    if "chance" in figure:
        yield from _far_in_runs(figure["chance"])
        return
    bound = next((figure[each] for each in _BOUNDS if each in figure), None)
    if bound is not None and "got" in figure:
        yield apart(float(figure["got"]), float(bound), alike=0.0 if "should_be" in figure else 1.0)


def _far_in_runs(judged: Mapping[str, Any]) -> Iterator[float]:
    """Of a statement, in how many runs it is not true; of a printed figure, how far the runs' median lies from it."""
    if "rate" in judged:
        yield 1 - float(judged["rate"])
    printed = documented(judged.get("documented", ""))
    if printed and "50" in judged.get("quantiles", {}):
        yield apart(float(judged["quantiles"]["50"]), printed.value, alike=0.0)
    if "margin" in judged and "difference" in judged:
        yield apart(float(judged["difference"]), float(judged["margin"]), alike=0.0)


def apart(one: float, other: float, *, alike: float) -> float:
    """The difference of two numbers as a share of the larger, at most 1.

    Args:
        one: a number; what is none is as far as can be.
        other: likewise.
        alike: for two zeros: none above zero was claimed to be some, and is not.
    """
    if not (math.isfinite(one) and math.isfinite(other)):
        return 1.0
    larger = max(abs(one), abs(other))
    return min(1.0, abs(one - other) / larger) if larger else alike


def turns(records: Sequence[Record], ordered: Sequence[Subject]) -> list[Turn]:
    """The subjects at which most verdicts turn, most first."""
    found = []
    for subject in ordered:
        since = before(ordered, subject.place)
        if since is not None:
            found.append(_turn(subject, ordered[since], records))
    return sorted((turn for turn in found if turn.count), key=lambda turn: -turn.count)[:TURNS]


def _turn(subject: Subject, since: Subject, records: Sequence[Record]) -> Turn:
    turn = Turn(subject, since, [], [], [])
    old, new = records[since.place], records[subject.place]
    newest = records[-1]["claims"]
    for claim in (each for each in new["claims"] if each in newest):
        was, now = said(old, claim), said(new, claim)
        if ABSENT in (was.verdict, now.verdict) or (was.verdict, was.state) == (
            now.verdict,
            now.state,
        ):
            continue
        known = was.verdict in _ORDER and now.verdict in _ORDER and was.verdict != now.verdict
        group = turn.other
        if known:
            group = (
                turn.worse if _ORDER.index(now.verdict) > _ORDER.index(was.verdict) else turn.better
            )
        group.append((claim, was.verdict, now.verdict))
    return turn
