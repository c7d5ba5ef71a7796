"""What a record found call by call, and what a change is.

A call is one run of a spec: in an execution mode, with values given in some way, with parameters.
Its condition is what pytest's brackets hold, ``[xla-hinge]``. A change is a call with another
verdict, or one that only one of two records holds; the calls of a counter-spec, which say what
happens instead, count as the spec's.
"""

from __future__ import annotations

import functools
import re
import zlib
from collections import Counter
from dataclasses import dataclass
from typing import Final, Iterable, Iterator, Literal, NamedTuple, Sequence

from lossspec.ledger.calls import is_call_of
from lossspec.ledger.verdicts import ABSENT, UNDECIDED, Verdict, combine
from lossspec.losses import DEFINITIONS, OF_SEQUENCES
from lossspec.records.record_types import Case, Claim, Record
from lossspec.records.subjects import library_of, seniority

Part = Literal["evidence", "instead"]
EVIDENCE: Final = "evidence"
INSTEAD: Final = "instead"
PARTS: tuple[Part, Part] = (EVIDENCE, INSTEAD)
NOT_RUN = "not run"
"""Why a claim is undecided that the run was told to leave out."""

NOT_ASKED = "not asked"
"""How the reason begins of a claim about what the subject's backend doesn't have."""

ORDER = (Verdict.HOLDS, Verdict.VARIES, Verdict.REFUTED, Verdict.UNSUPPORTED)
"""From the best to the worst, as a reader meets it."""

WORSE, BETTER, OTHER = "worse", "better", "other"
LOST, DECIDED = "no longer decided", "decided"

_MOST = 3  # calls that are named one by one

_SLUGS = "|".join(loss.slug for loss in (*DEFINITIONS.values(), *OF_SEQUENCES.values()))
_NUMBERED = re.compile(rf"(?<=[\[-])({_SLUGS})\d+(?=[\]-])")


class Finding(NamedTuple):
    """One call's finding: ``test_hinge.py::test_it`` with its ``[xla-hinge]``.

    Mode and way are None where the spec has none; a counter-spec holds where what it says happens.
    """

    part: str
    spec: str
    call: str
    mode: str | None
    verdict: str
    given_as: str | None = None

    @property
    def name(self) -> str:
        """The call's whole name, as records write it."""
        return self.spec + self.call


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


def is_unasked(why: str) -> bool:
    """Whether a claim is undecided because it isn't asked there."""
    return why.startswith(f"{NOT_ASKED}: ")


def failed_to_decide(why: str) -> bool:
    """Whether a claim is undecided by accident: run, and asked."""
    return why != NOT_RUN and not is_unasked(why)


def verdict_in(record: Record, claim: str) -> str:
    """A claim's verdict, or ``undecided``, or ``absent``."""
    if claim in record["claims"]:
        return record["claims"][claim]["verdict"]
    return UNDECIDED if claim in record["undecided"] else ABSENT


def verdict_where_asked(record: Record, claim: str) -> str:
    """The same, and ``absent`` where it isn't asked: nothing is lacking there."""
    unasked = is_unasked(record["undecided"].get(claim, ""))
    return ABSENT if unasked else verdict_in(record, claim)


def unnumbered(call: str) -> str:
    """``[circle]`` of ``[circle9]``: pytest's number changes with the ledger's other claims."""
    return _NUMBERED.sub(r"\1", call)


def findings(claim: Claim) -> list[Finding]:
    """The calls of a claim, its spec's first."""
    if "calls" in claim:
        return list(claim["calls"])
    return [_finding(part, case) for part in PARTS if part in claim for case in claim[part]]


def _finding(part: str, case: Case) -> Finding:
    spec, bracket, call = case["spec"].partition("[")
    way = case.get("given_as")
    return Finding(part, spec, unnumbered(bracket + call), case["mode"], case["verdict"], way)


def _of_spec(claim: Claim) -> list[Finding]:
    return [finding for finding in findings(claim) if finding.part == EVIDENCE]


def expected_of(claim: Claim, finding: Finding) -> str:
    """The verdict expected of a call; beyond limits, *holds*."""
    in_mode = finding.mode is None or finding.mode in claim.get("modes", (finding.mode,))
    way = finding.given_as
    shows = in_mode and (way is None or way in claim.get("given_as", (way,)))
    name = finding.name.partition("::")[2]
    shows = shows and is_call_of(claim.get("in_calls", ()), name)
    return claim["expected"] if finding.part == EVIDENCE and shows else str(Verdict.HOLDS)


def decided_alike(record: Record, newest: Record) -> dict[str, Claim]:
    """A record's claims whose specs are those of the newest record, file by file.

    What another spec decided is no verdict on what the claim says today.
    """
    if record["specification"] == newest["specification"]:
        return record["claims"]
    files = newest["modules"].items() & record["modules"].items()
    alike = {file for file, _ in files}
    return {
        name: claim
        for name, claim in record["claims"].items()
        if {finding.spec.partition("::")[0] for finding in findings(claim)} <= alike
    }


def newest_by_library(records: Iterable[Record]) -> dict[str, Record]:
    """The newest record of each library: whose specs are asked today."""
    by_age = sorted(records, key=lambda record: seniority(record["subject"]))
    return {library_of(record["subject"]): record for record in by_age}


def of_one_specification(records: Iterable[Record], newest: Record) -> list[Record]:
    """Take from records what `decided_alike` leaves out; keep those that half is left of."""
    kept = []
    for record in records:
        many = len(record["claims"])
        record["claims"] = decided_alike(record, newest)
        if 2 * len(record["claims"]) >= many:
            kept.append(record)
    return kept


def unexpected(claim: Claim) -> list[Finding]:
    """The calls that found something unexpected."""
    return [call for call in findings(claim) if call.verdict != expected_of(claim, call)]


def is_changed(claim: Claim) -> bool:
    """Whether a claim, or a call of it, is unexpected.

    Of a claim that was run in some modes alone, only what is expected in these counts.
    """
    expected = [Verdict(expected_of(claim, finding)) for finding in _of_spec(claim)]
    whole = str(combine(expected)) if expected else claim["expected"]
    return bool(unexpected(claim)) or claim["verdict"] != whole


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


def where(some: Sequence[Finding], every: Sequence[Finding]) -> str:
    """Some calls in words: ``in graph mode``; nothing for all."""
    chosen = {finding.name for finding in some}
    if chosen >= {finding.name for finding in every}:
        return ""
    modes = list(dict.fromkeys(finding.mode for finding in some if finding.mode))
    if modes and chosen == {finding.name for finding in every if finding.mode in modes}:
        return f"in {' and '.join(modes)} mode"
    ways = list(dict.fromkeys(finding.given_as for finding in some if finding.given_as))
    if ways and chosen == {finding.name for finding in every if finding.given_as in ways}:
        return f"given as {' and '.join(ways)}"
    names = (finding.call or finding.spec.partition("::")[2] for finding in some)
    calls = list(dict.fromkeys(names))
    more = f" and {len(calls) - _MOST} more" if len(calls) > _MOST else ""
    return f"in {', '.join(calls[:_MOST])}{more}"


def shows(claim: Claim) -> str:
    """Where a claim's verdict shows, as `where` says it."""
    every = _of_spec(claim)
    deciding = [finding for finding in every if finding.verdict == claim["verdict"]]
    return where(deciding, every) if deciding else ""


def by_mode(claim: Claim) -> dict[str, str]:
    """The worst verdict in each mode, where these differ."""
    return dict(_by_mode(tuple(findings(claim))))


@functools.lru_cache(maxsize=4096)
def _by_mode(calls: tuple[Finding, ...]) -> dict[str, str]:
    found: dict[str, list[Verdict]] = {}
    for call in calls:
        if call.part == EVIDENCE and call.mode:
            found.setdefault(call.mode, []).append(Verdict(call.verdict))
    worst = {mode: str(combine(verdicts)) for mode, verdicts in found.items()}
    return worst if len(set(worst.values())) > 1 else {}


def unexpected_in_words(claim: Claim) -> str:
    """Where a claim is unexpected: ``in graph mode: refuted``."""
    wrong = unexpected(claim)
    of_spec = [finding for finding in wrong if finding.part == EVIDENCE]
    told = []
    for verdict in dict.fromkeys(finding.verdict for finding in of_spec):
        place = where([call for call in of_spec if call.verdict == verdict], _of_spec(claim))
        told += [f"{place}: {verdict}"] if place else []
    if len(of_spec) < len(wrong):
        told.append("what happens instead isn't so")
    return "; ".join(told)


def changed_in_words(claims: Iterable[Claim]) -> str:
    """``2 changed``, or ``3 changed (2 in graph mode)``."""
    changed = [claim for claim in claims if is_changed(claim)]
    places = Counter(place for claim in changed for place in _places(claim))
    told = ", ".join(
        place if count == len(changed) else f"{count} {place}"
        for place, count in sorted(places.items())
    )
    return f"{len(changed)} changed" + (f" ({told})" if told else "")


def _places(claim: Claim) -> Iterator[str]:
    """In which part of a changed claim the change lies."""
    wrong = unexpected(claim)
    every = _of_spec(claim)
    of_spec = [finding for finding in wrong if finding.part == EVIDENCE]
    if not of_spec and wrong:
        yield "in what happens instead"
    elif of_spec and len(of_spec) < len(every):
        modes = list(dict.fromkeys(finding.mode for finding in of_spec if finding.mode))
        some = modes and set(modes) < {finding.mode for finding in every if finding.mode}
        yield f"in {' and '.join(modes)} mode" if some else "for some parameters"
