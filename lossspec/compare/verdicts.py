"""Which claims are decided otherwise in one record than in another: as a whole, and call by call."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any, Iterator, Mapping, Sequence, cast

from lossspec.compare.rates import SameRate, counted, same_rates
from lossspec.judging.figures import in_words
from lossspec.ledger.verdicts import Verdict, combine
from lossspec.records.findings import (
    DECIDED,
    EVIDENCE,
    INSTEAD,
    LOST,
    NOT_RUN,
    OTHER,
    WORSE,
    Change,
    Finding,
    changes,
    direction,
    expected_of,
    findings,
    shows,
    where,
)
from lossspec.records.record import Claim, Record

UNDECIDED, ABSENT = "undecided", "absent"
SAME, CHANCE, ADDED, GONE = "same", "chance", "added", "gone"

TUTORIALS, BESIDE, LAWS = "tutorials", "beside", "laws"
FALSE_ALARM = 1e-4
"""How often at most runs are said to differ that differ by their seeds alone: all claims, or all figures, together."""

GROUPS = {
    TUTORIALS: "the tutorials' claims",
    BESIDE: "statements of our own beside them",
    LAWS: "laws",
}


@dataclass(frozen=True)
class CallChange:
    """A call of a claim's spec, or of its counter-spec, that differs between both records.

    Attributes:
        found: what BASE and NEW found.
        expected: the verdict that NEW's ledger expects of it.
        figures: what BASE and NEW measured, in words; empty where nothing was.
    """

    found: Change
    expected: str
    figures: tuple[str, str]

    @property
    def change(self) -> str:
        """``worse``, ``better``, ``other``, ``no longer decided`` or ``decided``."""
        return self.found.change

    @property
    def verdicts(self) -> tuple[str, str]:
        """BASE's and NEW's; where another counter-spec says what happens, the names of both."""
        sides = self.found.base, self.found.new
        if self.change == OTHER:
            base, new = (each.spec.partition("::")[2] if each else "" for each in sides)
        else:
            base, new = (each.verdict if each else UNDECIDED for each in sides)
        return base, new


@dataclass(frozen=True)
class CallGroup:
    """Calls of one claim that differ alike: which, in words, and the first of them."""

    claim: str
    where: str
    calls: tuple[CallChange, ...]

    @property
    def first(self) -> CallChange:
        """The first call, for its figures."""
        return self.calls[0]


@dataclass(frozen=True)
class VerdictChange:
    """A claim in both records.

    Attributes:
        claim: its id.
        group: whose statement it is, a key of `GROUPS`.
        base: its verdict in BASE, or ``undecided``, or ``absent`` where that ledger lacks it.
        new: likewise in NEW.
        shown: in which modes, or calls, each of these shows, in words; empty where it is all.
        change: ``same``, ``worse``, ``better``, ``decided`` for the first time, ``added`` to the ledger, or ``gone``
            from it. What is no longer decided is worse. ``chance`` where other seeds may have done it, ``other``
            where it is undecided for another reason.
        expected: the verdict that NEW's ledger expects; empty where NEW didn't decide it.
        why: the ledger's reason for it, or why NEW didn't decide the claim.
        same_rates: where the change is ``chance``, what both verdicts rest on.
        calls: those that differ; where only one record decided the claim, none.
        every: all calls that NEW holds.
    """

    claim: str
    group: str
    document: str
    section: str
    statement: str
    base: str
    new: str
    shown: tuple[str, str]
    change: str
    expected: str
    why: str
    same_rates: tuple[SameRate, ...] = ()
    calls: tuple[CallChange, ...] = ()
    every: tuple[Finding, ...] = ()

    @property
    def as_expected(self) -> bool:
        """Whether NEW's verdict is the one that its ledger expects."""
        return self.new == self.expected

    @property
    def figures(self) -> tuple[str, str]:
        """What BASE and NEW measured in the call that says most: one that changed as the claim did, to its verdict."""
        found = [each for each in self.calls if each.change == self.change]
        telling = (
            [each for each in found if each.verdicts == (self.base, self.new)]
            or found
            or list(self.calls)
        )
        return telling[0].figures if telling else ("", "")

    @property
    def own_calls(self) -> tuple[CallChange, ...]:
        """The calls whose change the claim's own doesn't say."""
        return tuple(
            each
            for each in self.calls
            if each.change != self.change or each.found.finding.part == INSTEAD
        )

    @property
    def call_groups(self) -> list[CallGroup]:
        """The same, those that differ alike together."""

        def alike(call: CallChange) -> tuple[str, str, tuple[str, str]]:
            return call.found.finding.part, call.change, call.verdicts

        found = []
        for (part, *_), calls in itertools.groupby(sorted(self.own_calls, key=alike), key=alike):
            group = tuple(calls)
            # What NEW lacks is a part of what BASE had.
            whole = [
                *self.every,
                *(each.found.base for each in self.calls if each.found.base and not each.found.new),
            ]
            of_part = [each for each in whole if each.part == part]
            found.append(
                CallGroup(self.claim, where([each.found.finding for each in group], of_part), group)
            )
        return found


def verdict_changes(base: Record, new: Record) -> Iterator[VerdictChange]:
    """Every claim of both records, in the order of NEW's ledger; those that it lacks come last."""
    known = dict.fromkeys(
        claim
        for record in (new, base)
        for part in ("claims", "undecided")
        for claim in record[part]
    )
    same_ledger = base["specification"] == new["specification"]
    false_alarm = FALSE_ALARM / max(1, sum(map(counted, new["claims"].values())))
    for claim in known:
        was, now = _verdict(base, claim), _verdict(new, claim)
        if same_ledger:  # then a claim that a record doesn't list was not run
            was, now = (UNDECIDED if each == ABSENT else each for each in (was, now))
        entries = [record["claims"].get(claim, cast(Claim, {})) for record in (base, new)]
        holder = new if entries[1] else base
        entry = entries[1] or entries[0]
        document: Mapping[str, Any] = {**holder["documents"]}.get(entry.get("document", ""), {})
        reasons = [
            record["undecided"].get(claim, NOT_RUN if same_ledger else "") for record in (base, new)
        ]
        if all(entries):
            was, now = _of_both(*entries) or (was, now)
        change = _change(was, now, reasons)
        calls, rates = (
            _calls(entries[0], entries[1], false_alarm, same_ledger) if all(entries) else ([], [])
        )
        # A verdict is chance where every call behind it is.
        if rates and (change == SAME or not calls):
            change = CHANCE
        yield VerdictChange(
            claim=claim,
            group=_group(entry, document),
            document=document.get("title", entry.get("document", "")),
            section=entry.get("section", ""),
            statement=entry.get("statement", ""),
            base=was,
            new=now,
            shown=(_shown(entries[0]), _shown(entries[1])),
            change=change,
            expected=entry["expected"] if entries[1] else "",
            why=entry.get("reason", "") if entries[1] else reasons[1],
            same_rates=tuple(rates) if change == CHANCE else (),
            calls=tuple(calls),
            every=tuple(findings(entries[1])),
        )


def _shown(entry: Claim) -> str:
    return shows(entry) if entry else ""


def _of_both(base: Claim, new: Claim) -> tuple[str, str] | None:
    """A claim's verdicts over the calls that both records hold, where each has others beside them.

    What one of them didn't run makes it neither better nor worse; it is told call by call.
    """
    sides = [
        {each.name: each for each in findings(entry) if each.part == EVIDENCE}
        for entry in (base, new)
    ]
    both = [name for name in sides[0] if name in sides[1]]
    if not both or sides[0].keys() == sides[1].keys():
        return None
    one, other = (str(combine(Verdict(side[name].verdict) for name in both)) for side in sides)
    return one, other


def _calls(
    base: Claim, new: Claim, false_alarm: float, same_ledger: bool
) -> tuple[list[CallChange], list[SameRate]]:
    """The calls that differ, and what those rest on that other seeds may have changed, which are left out."""
    was, now = _cases(base), _cases(new)
    found, rates = [], []
    for each in changes(base, new):
        if each.change == LOST and not same_ledger:
            each = _renamed(each, findings(new))
        before = was.get((each.base.part, each.base.name), {}) if each.base else {}
        after = now.get((each.new.part, each.new.name), {}) if each.new else {}
        same = same_rates(before, after, false_alarm) if each.base and each.new else []
        rates.extend(same)
        if not same:
            found.append(CallChange(each, expected_of(new, each.finding), _figures(before, after)))
    return found, rates


def _renamed(change: Change, others: Sequence[Finding]) -> Change:
    """A call that is lost, unless the other specification decides the claim by another spec."""
    lost = change.finding
    if any(each.spec == lost.spec for each in others):
        return change
    other = next(
        (each for each in others if each.part == lost.part and each.mode == lost.mode), None
    )
    return Change(lost, other, OTHER) if other else change


def _cases(entry: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {
        (part, case["spec"]): case for part in (EVIDENCE, INSTEAD) for case in entry.get(part, ())
    }


def _figures(base: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, str]:
    """What two cases measured, in words: the figure that fails in either, in both."""
    sides = [list(case.get("figures", ())) for case in (base, new)]
    failing = [
        figure["what"] for figures in reversed(sides) for figure in figures if not figure["ok"]
    ]
    told = []
    for figures, case in zip(sides, (base, new)):
        wanted = [figure for figure in figures if figure["what"] in failing] or figures[:1]
        told.append(in_words(dict(wanted[0])) if wanted else str(case.get("message", "")))
    return told[0], told[1]


def _verdict(record: Record, claim: str) -> str:
    if claim in record["claims"]:
        return str(record["claims"][claim]["verdict"])
    return UNDECIDED if claim in record["undecided"] else ABSENT


def _group(entry: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    if entry.get("beside"):
        return BESIDE
    return LAWS if document.get("own") else TUTORIALS


def _change(was: str, now: str, reasons: Sequence[str]) -> str:
    if was == now:
        one_was_run = was == UNDECIDED and (reasons[0] == NOT_RUN) != (reasons[1] == NOT_RUN)
        return OTHER if one_was_run else SAME
    if now == ABSENT:
        return GONE
    if was == ABSENT:
        return ADDED
    if now == UNDECIDED:  # not run is never a pass
        return WORSE
    if was == UNDECIDED:
        return DECIDED
    return direction(was, now)
