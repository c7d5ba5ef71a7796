"""Which claims are decided otherwise in one record than in another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterator, Mapping

from lossspec.compare.rates import SameRate, counted, same_rates
from lossspec.record import Record
from lossspec.verdicts import Verdict

ORDER = (Verdict.HOLDS, Verdict.VARIES, Verdict.REFUTED, Verdict.UNSUPPORTED)
"""From the best to the worst, as a reader meets it: true, true at times, false, no longer callable."""

UNDECIDED, ABSENT = "undecided", "absent"

SAME, WORSE, BETTER = "same", "worse", "better"
CHANCE = "chance"
DECIDED, ADDED, GONE = "decided", "added", "gone"

TUTORIALS, BESIDE, LAWS = "tutorials", "beside", "laws"
FALSE_ALARM = 1e-4
"""How often at most runs are said to differ that differ by their seeds alone: all claims, or all figures, together."""

GROUPS = {
    TUTORIALS: "the tutorials' claims",
    BESIDE: "statements of our own beside them",
    LAWS: "laws",
}


@dataclass(frozen=True)
class VerdictChange:
    """A claim in both records.

    Attributes:
        claim: its id.
        group: whose statement it is, a key of `GROUPS`.
        base: its verdict in BASE, or ``undecided``, or ``absent`` where that ledger lacks it.
        new: likewise in NEW.
        change: ``same``, ``worse``, ``better``, ``decided`` for the first time, ``added`` to the ledger, or ``gone``
            from it. What is no longer decided is worse. ``chance`` where other seeds may have done it.
        expected: the verdict that NEW's ledger expects; empty where NEW didn't decide it.
        why: the ledger's reason for it, or why NEW didn't decide the claim.
        same_rates: where the change is ``chance``, what both verdicts rest on.
    """

    claim: str
    group: str
    document: str
    section: str
    statement: str
    base: str
    new: str
    change: str
    expected: str
    why: str
    same_rates: tuple[SameRate, ...] = ()

    @property
    def as_expected(self) -> bool:
        """Whether NEW's verdict is the one that its ledger expects."""
        return self.new == self.expected


def verdict_changes(base: Record, new: Record) -> Iterator[VerdictChange]:
    """Every claim of both records, in the order of NEW's ledger; those that it lacks come last."""
    known = dict.fromkeys(claim for record in (new, base) for part in ("claims", "undecided") for claim in record[part])
    same_ledger = base["specification"] == new["specification"]
    false_alarm = FALSE_ALARM / max(1, sum(counted(entry) for entry in new["claims"].values()))
    for claim in known:
        was, now = _verdict(base, claim), _verdict(new, claim)
        if same_ledger:  # then a claim that a record doesn't list was not run
            was, now = (UNDECIDED if each == ABSENT else each for each in (was, now))
        holder = new if claim in new["claims"] else base
        entry = holder["claims"].get(claim, {})
        document = holder["documents"].get(entry.get("document", ""), {})
        decided = claim in new["claims"]
        change, rates = _change(was, now), []
        if change in (WORSE, BETTER) and decided and claim in base["claims"]:
            rates = same_rates(base["claims"][claim], entry, false_alarm)
        yield VerdictChange(
            claim=claim,
            group=_group(entry, document),
            document=document.get("title", entry.get("document", "")),
            section=entry.get("section", ""),
            statement=entry.get("statement", ""),
            base=was,
            new=now,
            change=CHANCE if rates else change,
            expected=entry["expected"] if decided else "",
            why=entry.get("reason", "") if decided else new["undecided"].get(claim, "not run" if same_ledger else ""),
            same_rates=tuple(rates),
        )


def _verdict(record: Record, claim: str) -> str:
    if claim in record["claims"]:
        return str(record["claims"][claim]["verdict"])
    return UNDECIDED if claim in record["undecided"] else ABSENT


def _group(entry: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    if entry.get("beside"):
        return BESIDE
    return LAWS if document.get("own") else TUTORIALS


def _change(was: str, now: str) -> str:
    if was == now:
        return SAME
    if now == ABSENT:
        return GONE
    if was == ABSENT:
        return ADDED
    if now == UNDECIDED:  # not run is never a pass
        return WORSE
    if was == UNDECIDED:
        return DECIDED
    return WORSE if ORDER.index(Verdict(now)) > ORDER.index(Verdict(was)) else BETTER
