"""What a change is: calls of a claim, in two records.

A change is a call with another verdict, or one that only one of two records holds; the calls of a
counter-spec, which say what happens instead, count as the spec's.
"""

from __future__ import annotations

import functools
import zlib
from dataclasses import dataclass
from typing import Iterable, Sequence

from lossspec.ledger.verdicts import Verdict
from lossspec.records.findings import EVIDENCE, INSTEAD, ORDER, Finding, findings
from lossspec.records.record_types import Claim

WORSE, BETTER, OTHER = "worse", "better", "other"
LOST, DECIDED = "no longer decided", "decided"


@dataclass(frozen=True)
class Change:
    """A call that differs; None for a record that lacks it.

    ``change`` is ``worse``, ``better``, ``no longer decided`` or ``decided``; ``other`` where
    another counter-spec says what happens instead.
    """

    base: Finding | None
    new: Finding | None
    change: str

    @property
    def finding(self) -> Finding:
        """NEW's, or BASE's where NEW has none."""
        found = self.new or self.base
        assert found is not None  # noqa: S101 # one of them is there
        return found


def direction(was: str, now: str) -> str:
    """Whether a verdict is worse or better than before."""
    return WORSE if ORDER.index(Verdict(now)) > ORDER.index(Verdict(was)) else BETTER


def changes(base: Claim, new: Claim) -> list[Change]:
    """The calls that differ between two records of a claim.

    A counter-spec is missed only where the claim doesn't hold: elsewhere nothing happens instead.
    """
    was, now = (
        {
            (finding.part, finding.name, finding.mode): finding
            for finding in _telling(findings(claim))
        }
        for claim in (base, new)
    )
    found, paired = [], set()
    for key in dict.fromkeys([*now, *was]):
        before, after = was.get(key), now.get(key)
        if before and after:
            if before.verdict != after.verdict:
                found.append(Change(before, after, direction(before.verdict, after.verdict)))
        elif before and _applies(before, now.values()):
            added = [finding for place, finding in now.items() if place not in was]
            other = _in_its_place(before, added)
            paired.add(other)
            found.append(Change(before, other, _other(before, other) if other else LOST))
    gone = [finding for place, finding in was.items() if place not in now]
    for key, after in now.items():
        if key not in was and after not in paired and _applies(after, was.values()):
            # One counter-spec of all modes may stand where each mode now has its own.
            other = _in_its_place(after, gone)
            found.append(Change(other, after, _other(other, after) if other else DECIDED))
    return found


def _telling(calls: Sequence[Finding]) -> list[Finding]:
    """A claim's calls, without counter-specs where it holds."""
    return [finding for finding in calls if _applies(finding, calls)]


def _other(before: Finding, after: Finding) -> str:
    return OTHER if before.verdict == after.verdict else direction(before.verdict, after.verdict)


def state(claim: Claim) -> str:
    """Eight digits, equal where nothing of a claim changed."""
    return _state(claim["verdict"], tuple(findings(claim)))


# Most claims are the same on most subjects.
@functools.lru_cache(maxsize=4096)
def _state(verdict: str, calls: tuple[Finding, ...]) -> str:
    told = sorted((call.part, call.name, str(call.mode), call.verdict) for call in _telling(calls))
    return f"{zlib.crc32(repr([verdict, told]).encode()):08x}"


def outline(claim: Claim) -> str:
    """As `state`, and equal, too, where each call found the same in whatever modes.

    So what two backends agree on, each in its own modes, is one outcome.
    """
    return _outline(claim["verdict"], tuple(findings(claim)))


@functools.lru_cache(maxsize=4096)
def _outline(verdict: str, calls: tuple[Finding, ...]) -> str:
    found: dict[tuple[str, str], set[str]] = {}
    for call in _telling(calls):
        parameters = [word for word in call.call.strip("[]").split("-") if word != call.mode]
        found.setdefault((call.part, call.spec + "-".join(parameters)), set()).add(call.verdict)
    if any(len(verdicts) > 1 for verdicts in found.values()):
        return _state(verdict, calls)
    told = sorted((*call, *verdicts) for call, verdicts in found.items())
    return f"{zlib.crc32(repr([verdict, told]).encode()):08x}"


def differ(base: Claim, new: Claim) -> bool:
    """Whether a claim's verdict or calls differ."""
    return base is not new and state(base) != state(new)


def _applies(finding: Finding, others: Iterable[Finding]) -> bool:
    """Whether a call counts: a counter-spec where the claim fails."""
    return finding.part == EVIDENCE or any(
        call.part == EVIDENCE and _in_one_condition(call, finding) and call.verdict != Verdict.HOLDS
        for call in others
    )


def _in_its_place(finding: Finding, others: Iterable[Finding]) -> Finding | None:
    """Another counter-spec's call in the same condition, if any."""
    if finding.part == EVIDENCE:
        return None
    same = [call for call in others if call.part == INSTEAD and _in_one_condition(call, finding)]
    return min(same, key=lambda call: call.call != finding.call, default=None)


def _in_one_condition(finding: Finding, other: Finding) -> bool:
    """Whether two calls share mode and way, where both have them."""
    pairs = (finding.mode, other.mode), (finding.given_as, other.given_as)
    return all(one == another or None in (one, another) for one, another in pairs)
