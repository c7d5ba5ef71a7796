"""What a record found of a claim, call by call; and what a change is: the one definition that all comparisons use.

A call is one run of a spec: in an execution mode, with parameters. Its condition is what pytest's brackets hold,
``[xla-hinge]``. A change is a call with another verdict, or one that only one of two records holds; the calls of a
counter-spec, which say what happens instead of the claim, count as those of the spec.
"""

from __future__ import annotations

import functools
import zlib
from dataclasses import dataclass
from typing import Final, Iterable, Iterator, Literal, NamedTuple, Sequence

from lossspec.ledger.verdicts import Verdict, combine
from lossspec.records.record_types import Case, Claim

Part = Literal["evidence", "instead"]
EVIDENCE: Final = "evidence"
INSTEAD: Final = "instead"
PARTS: tuple[Part, Part] = (EVIDENCE, INSTEAD)
NOT_RUN = "not run"
"""Why a claim is undecided that the run was told to leave out."""

ORDER = (Verdict.HOLDS, Verdict.VARIES, Verdict.REFUTED, Verdict.UNSUPPORTED)
"""From the best to the worst, as a reader meets it: true, true at times, false, no longer callable."""

WORSE, BETTER, OTHER = "worse", "better", "other"
LOST, DECIDED = "no longer decided", "decided"

_MOST = 3  # calls that are named one by one


class Finding(NamedTuple):
    """What one call of a spec found.

    Attributes:
        part: ``evidence``, or ``instead`` for a counter-spec.
        spec: its name, ``test_hinge.py::test_it``.
        call: what tells its calls apart, ``[xla-hinge]``; empty where there is one.
        mode: the execution mode; None where the spec has none.
        verdict: ``holds``, and so on; of a counter-spec, ``holds`` where it happens.
    """

    part: str
    spec: str
    call: str
    mode: str | None
    verdict: str

    @property
    def name(self) -> str:
        """The whole name of the call, as records write it."""
        return self.spec + self.call


@dataclass(frozen=True)
class Change:
    """A call that differs between two records.

    Attributes:
        base: what BASE found; None where it didn't decide it.
        new: what NEW found, likewise.
        change: ``worse``, ``better``, ``no longer decided`` or ``decided``; ``other`` where another counter-spec
            says what happens instead.
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


def findings(entry: Claim) -> list[Finding]:
    """The calls of a claim, its spec's first.

    Args:
        entry: the claim's, as `records.record.read_record` gives it, or with ``calls`` in the place of the cases.
    """
    if "calls" in entry:
        return list(entry["calls"])
    return [_finding(part, case) for part in PARTS if part in entry for case in entry[part]]


def _finding(part: Part, case: Case) -> Finding:
    spec, bracket, call = case["spec"].partition("[")
    return Finding(part, spec, bracket + call, case["mode"], case["verdict"])


def expected_of(entry: Claim, finding: Finding) -> str:
    """The verdict that the ledger expects of a call: where it is limited to some modes, the claim holds in others."""
    shows = finding.mode is None or finding.mode in entry.get("modes", (finding.mode,))
    return str(entry["expected"]) if finding.part == EVIDENCE and shows else str(Verdict.HOLDS)


def unexpected(entry: Claim) -> list[Finding]:
    """The calls of a claim that found something else than the ledger expects, counter-specs among them."""
    return [each for each in findings(entry) if each.verdict != expected_of(entry, each)]


def is_changed(entry: Claim) -> bool:
    """Whether a claim is not as its ledger expects: any call, what happens instead, or the verdict of it all.

    Of a claim that was run in some modes alone, only what is expected in these counts.
    """
    expected = [expected_of(entry, each) for each in findings(entry) if each.part == EVIDENCE]
    whole = str(combine(map(Verdict, expected))) if expected else entry["expected"]
    return bool(unexpected(entry)) or entry["verdict"] != whole


def direction(was: str, now: str) -> str:
    """Whether one verdict is worse or better than another before it."""
    return WORSE if ORDER.index(Verdict(now)) > ORDER.index(Verdict(was)) else BETTER


def changes(base: Claim, new: Claim) -> list[Change]:
    """Every call of a claim that both records decided and that differs between them.

    A counter-spec is missed only where the claim doesn't hold: elsewhere nothing happens instead.

    Args:
        base: the claim's entry in one record, as for `findings`.
        new: that in the other.
    """
    was, now = (
        {(each.part, each.name, each.mode): each for each in _telling(entry)}
        for entry in (base, new)
    )
    found, paired = [], set()
    for key in dict.fromkeys([*now, *was]):
        before, after = was.get(key), now.get(key)
        if before and after:
            if before.verdict != after.verdict:
                found.append(Change(before, after, direction(before.verdict, after.verdict)))
        elif before and _applies(before, now.values()):
            other = _in_its_place(before, [each for place, each in now.items() if place not in was])
            paired.add(other)
            found.append(Change(before, other, _other(before, other) if other else LOST))
    for key, after in now.items():
        if key not in was and after not in paired and _applies(after, was.values()):
            found.append(Change(None, after, DECIDED))
    return found


def _telling(entry: Claim) -> list[Finding]:
    """The calls of a claim, without counter-specs in modes in which it holds: there nothing happens instead."""
    every = findings(entry)
    return [each for each in every if _applies(each, every)]


def _other(before: Finding, after: Finding) -> str:
    """What another counter-spec in the place of one is: worse where it isn't so."""
    return OTHER if before.verdict == after.verdict else direction(before.verdict, after.verdict)


def state(entry: Claim) -> str:
    """Eight digits that are the same for two records of a claim if nothing is changed between them."""
    told = sorted((each.part, each.name, str(each.mode), each.verdict) for each in _telling(entry))
    return f"{zlib.crc32(repr([str(entry['verdict']), told]).encode()):08x}"


def differ(base: Claim, new: Claim) -> bool:
    """Whether a claim that two records decided is not the same in both: its verdict, or any call."""
    return base is not new and state(base) != state(new)


def _applies(finding: Finding, others: Iterable[Finding]) -> bool:
    """Whether a call that another record lacks has something to say there: a counter-spec only of what fails."""
    if finding.part == EVIDENCE:
        return True
    return any(
        each.part == EVIDENCE and _in_one_mode(each, finding) and each.verdict != Verdict.HOLDS
        for each in others
    )


def _in_its_place(finding: Finding, others: Iterable[Finding]) -> Finding | None:
    """The call of another counter-spec in the same mode, where there is one."""
    if finding.part == EVIDENCE:
        return None
    same = [each for each in others if each.part == INSTEAD and _in_one_mode(each, finding)]
    return min(same, key=lambda each: each.call != finding.call, default=None)


def _in_one_mode(one: Finding, other: Finding) -> bool:
    return one.mode == other.mode or one.mode is None or other.mode is None


def where(some: Sequence[Finding], every: Sequence[Finding]) -> str:
    """Some of a claim's calls in words: nothing for all of them, ``in graph mode``, or ``in [xla-hinge]``.

    Args:
        some: of them.
        every: all calls of the same part.
    """
    chosen = {each.name for each in some}
    if chosen >= {each.name for each in every}:
        return ""
    modes = list(dict.fromkeys(each.mode for each in some if each.mode))
    of_modes = {each.name for each in every if each.mode in modes}
    if modes and chosen == of_modes:
        return f"in {' and '.join(modes)} mode"
    calls = list(dict.fromkeys(each.call or each.spec.partition("::")[2] for each in some))
    more = f" and {len(calls) - _MOST} more" if len(calls) > _MOST else ""
    return f"in {', '.join(calls[:_MOST])}{more}"


def shows(entry: Claim) -> str:
    """Where a claim's verdict shows, as `where` says it; nothing where all calls found the same."""
    every = [each for each in findings(entry) if each.part == EVIDENCE]
    deciding = [each for each in every if each.verdict == entry["verdict"]]
    return where(deciding, every) if deciding else ""


def by_mode(entry: Claim) -> dict[str, str]:
    """The worst verdict of a claim in each mode that its spec runs in, where these differ; else nothing."""
    return dict(_by_mode(tuple(findings(entry))))


@functools.lru_cache(maxsize=4096)
def _by_mode(calls: tuple[Finding, ...]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for each in calls:
        if each.part == EVIDENCE and each.mode:
            found.setdefault(each.mode, []).append(each.verdict)
    worst = {mode: str(combine(map(Verdict, verdicts))) for mode, verdicts in found.items()}
    return worst if len(set(worst.values())) > 1 else {}


def unexpected_in_words(entry: Claim) -> str:
    """Where a claim is not as the ledger expects: nothing for all of it, ``in graph mode: refuted``, and so on."""
    wrong = unexpected(entry)
    every = [each for each in findings(entry) if each.part == EVIDENCE]
    of_spec = [each for each in wrong if each.part == EVIDENCE]
    found = dict.fromkeys(each.verdict for each in of_spec)
    told = [
        f"{place}: {verdict}"
        for verdict in found
        for place in [where([each for each in of_spec if each.verdict == verdict], every)]
        if place
    ]
    if len(of_spec) < len(wrong):
        told.append("what happens instead isn't so")
    return "; ".join(told)


def changed_in_words(entries: Iterable[Claim]) -> str:
    """``2 changed``, or ``3 changed, 2 of them in graph mode alone``: the claims that aren't as the ledger expects.

    Args:
        entries: of the claims of one record.
    """
    changed = [entry for entry in entries if is_changed(entry)]
    places: dict[str, int] = {}
    for place in (place for entry in changed for place in _places(entry)):
        places[place] = places.get(place, 0) + 1
    told = ", ".join(
        place if count == len(changed) else f"{count} {place}"
        for place, count in sorted(places.items())
    )
    return f"{len(changed)} changed" + (f" ({told})" if told else "")


def _places(entry: Claim) -> Iterator[str]:
    """In which part of a changed claim the change lies, where it isn't all of it."""
    wrong = unexpected(entry)
    every = [each for each in findings(entry) if each.part == EVIDENCE]
    of_spec = [each for each in wrong if each.part == EVIDENCE]
    if not of_spec and wrong:
        yield "in what happens instead"
    elif of_spec and len(of_spec) < len(every):
        modes = list(dict.fromkeys(each.mode for each in of_spec if each.mode))
        whole = {each.mode for each in every if each.mode}
        yield (
            f"in {' and '.join(modes)} mode"
            if modes and set(modes) < whole
            else "for some parameters"
        )
