"""Which claims and calls two records decide otherwise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Iterator, Sequence

from lossspec.compare.figures import SameRate, cases_of, same_rates
from lossspec.judging.figures import in_words
from lossspec.ledger.verdicts import ABSENT, UNDECIDED, Verdict, combine
from lossspec.records.changes import DECIDED, LOST, OTHER, WORSE, Change, changes, direction
from lossspec.records.findings import (
    EVIDENCE,
    INSTEAD,
    NOT_RUN,
    Finding,
    expected_of,
    findings,
    is_unasked,
    shows,
    verdict_in,
    why_unasked,
)
from lossspec.records.record_types import Case, Claim, Document, Record

SAME, CHANCE, ADDED, GONE = "same", "chance", "added", "gone"

FALSE_ALARM = 1e-4
"""How often runs that differ by seeds alone are said to differ: over all claims, or figures."""

DOCUMENTS, BESIDE, LAWS = "documents", "beside", "laws"
GROUPS = {
    DOCUMENTS: "the documents' claims",
    BESIDE: "statements of our own beside them",
    LAWS: "laws",
}


@dataclass(frozen=True)
class CallChange:
    """A call that differs, with NEW's expectation, and what both specs say and measured."""

    found: Change
    expected: str
    says: tuple[str, str]
    figures: tuple[str, str]

    @property
    def change(self) -> str:
        """``worse``, ``better``, ``other``, ``no longer decided`` or ``decided``."""
        return self.found.change

    @property
    def verdicts(self) -> tuple[str, str]:
        """BASE's and NEW's verdicts, or their counter-specs' names."""
        base, new = self.found.base, self.found.new
        if self.change == OTHER and base and new:
            return base.spec.partition("::")[2], new.spec.partition("::")[2]
        return base.verdict if base else UNDECIDED, new.verdict if new else UNDECIDED


@dataclass(frozen=True)
class VerdictChange:
    """A claim in both records.

    Attributes:
        group: whose statement it is, a key of `GROUPS`.
        base: its verdict in BASE, or ``undecided``, or ``absent``. NEW likewise.
        shown: in which modes, or calls, each of these shows, in words; empty where it is all.
        change: ``same``, ``worse`` (also where NEW doesn't decide it), ``better``, ``decided`` for
            the first time, ``added`` to the ledger, or ``gone`` from it; ``chance`` where other
            seeds may have done it, ``other`` where one isn't asked it, or it is undecided for
            another reason.
        expected: the verdict that NEW's ledger expects; None where NEW didn't decide it.
        why: the ledger's reason for it, or why NEW didn't decide the claim.
        unasked: why BASE isn't asked it, and NEW; empty where it is.
        same_rates: what both verdicts rest on, where the change is ``chance``.
        calls: those that differ, of a claim that both decided.
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
    expected: str | None
    why: str
    unasked: tuple[str, str] = ("", "")
    same_rates: tuple[SameRate, ...] = ()
    calls: tuple[CallChange, ...] = ()
    every: tuple[Finding, ...] = ()

    @property
    def as_expected(self) -> bool:
        """Whether NEW's ledger expects its verdict."""
        return self.new == self.expected

    @property
    def figures(self) -> tuple[str, str]:
        """BASE's and NEW's figures in the most telling call."""
        alike = [call for call in self.calls if call.change == self.change]
        telling = [call for call in alike if call.verdicts == (self.base, self.new)]
        return next((call.figures for call in (*telling, *alike, *self.calls)), ("", ""))

    @property
    def own_calls(self) -> tuple[CallChange, ...]:
        """The calls whose change the claim's doesn't say.

        Of another verdict's claim it goes without saying that something else happens instead.
        """
        unsaid = {self.change} if self.base == self.new else {self.change, OTHER}
        return tuple(
            call
            for call in self.calls
            if call.change not in unsaid
            or (call.change != OTHER and call.found.finding.part == INSTEAD)
        )


def claims_of(records: Sequence[Record]) -> list[str]:
    """The claims of any record, in the first's order."""
    parts = (names for record in records for names in (record["claims"], record["undecided"]))
    return list(dict.fromkeys(claim for names in parts for claim in names))


def verdict_changes(base: Record, new: Record, false_alarm: float) -> Iterator[VerdictChange]:
    """Every claim of both records, in NEW's order, others last.

    ``false_alarm`` is how often at most one share of runs may be said to differ by chance.
    """
    same_ledger = base["specification"] == new["specification"]
    if same_ledger:  # then a claim that a record doesn't list was not run
        base, new = _listing(base, new), _listing(new, base)
    for name in claims_of([new, base]):
        before, after = base["claims"].get(name), new["claims"].get(name)
        verdicts = verdict_in(base, name), verdict_in(new, name)
        calls: list[CallChange] = []
        rates: list[SameRate] = []
        if before and after and before != after:
            verdicts = _over_common_calls(before, after) or verdicts
            calls, rates = _calls(before, after, false_alarm, same_ledger)
        reasons = [record["undecided"].get(name, "") for record in (base, new)]
        change = _change(*verdicts, reasons)
        if rates and (change == SAME or not calls):  # chance is behind every call
            change = CHANCE
        claim = after or before
        document = (new if after else base)["documents"].get(claim["document"] if claim else "")
        yield VerdictChange(
            claim=name,
            group=_group(claim, document),
            document=document["title"] if document else claim["document"] if claim else "",
            section=claim["section"] if claim else "",
            statement=claim["statement"] if claim else "",
            base=verdicts[0],
            new=verdicts[1],
            shown=(shows(before) if before else "", shows(after) if after else ""),
            change=change,
            expected=after["expected"] if after else None,
            why=after.get("reason", "") if after else reasons[1],
            unasked=(why_unasked(reasons[0]), why_unasked(reasons[1])),
            same_rates=tuple(rates) if change == CHANCE else (),
            calls=tuple(calls),
            every=tuple(findings(after)) if after else (),
        )


def _listing(record: Record, other: Record) -> Record:
    """A record with another's claims as not run."""
    unlisted = [name for name in claims_of([other]) if verdict_in(record, name) == ABSENT]
    undecided = {**record["undecided"], **dict.fromkeys(unlisted, NOT_RUN)}
    return {**record, "undecided": undecided}


def _group(claim: Claim | None, document: Document | None) -> str:
    if claim and claim.get("beside"):
        return BESIDE
    return LAWS if document and document.get("own") else DOCUMENTS


def _over_common_calls(base: Claim, new: Claim) -> tuple[str, str] | None:
    """A claim's verdicts over common calls, if others exist."""
    was, now = (
        {call.name: Verdict(call.verdict) for call in findings(claim) if call.part == EVIDENCE}
        for claim in (base, new)
    )
    both = was.keys() & now.keys()
    if not both or was.keys() == now.keys():
        return None
    return str(combine(was[name] for name in both)), str(combine(now[name] for name in both))


def _calls(
    base: Claim, new: Claim, false_alarm: float, same_ledger: bool
) -> tuple[list[CallChange], list[SameRate]]:
    """Calls that differ, and rates that seeds may explain."""
    was, now = cases_of(base), cases_of(new)
    specs = {call.spec for call in findings(new)}
    found: list[CallChange] = []
    rates: list[SameRate] = []
    for change in changes(base, new):
        if change.change == LOST and not same_ledger and change.finding.spec not in specs:
            change = replace(change, change=OTHER)  # another spec decides the claim
        before = was.get((change.base.part, change.base.name)) if change.base else None
        after = now.get((change.new.part, change.new.name)) if change.new else None
        same = same_rates(before, after, false_alarm) if before and after else []
        rates += same
        if not same:
            says = before["says"] if before else "", after["says"] if after else ""
            expected = expected_of(new, change.finding)
            found.append(CallChange(change, expected, says, _figures(before, after)))
    return found, rates


def _figures(base: Case | None, new: Case | None) -> tuple[str, str]:
    """What two cases measured, failing figures first, in words."""
    figures = [figure for case in (new, base) if case for figure in case["figures"]]
    failing = {figure["what"] for figure in figures if not figure["ok"]}

    def told(case: Case | None) -> str:
        if not case:
            return ""
        wanted = [figure for figure in case["figures"] if figure["what"] in failing]
        measured = [*wanted, *case["figures"]]
        return in_words(dict(measured[0])) if measured else case.get("message", "")

    return told(base), told(new)


def _change(was: str, now: str, reasons: Sequence[str]) -> str:
    if was == now:
        one_was_run = was == UNDECIDED and (reasons[0] == NOT_RUN) != (reasons[1] == NOT_RUN)
        return OTHER if one_was_run else SAME
    if now == ABSENT:
        return GONE
    if was == ABSENT:
        return ADDED
    if any(map(is_unasked, reasons)):
        return OTHER
    if now == UNDECIDED:  # not run is never a pass
        return WORSE
    return DECIDED if was == UNDECIDED else direction(was, now)
