"""What a record found call by call, and against what the ledger expects.

A call is one run of a spec: in an execution mode, with values given in some way, with parameters.
Its condition is what pytest's brackets hold, ``[xla-hinge]``.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
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


def is_unasked(why: str) -> bool:
    """Whether a claim is undecided because it isn't asked there."""
    return why.startswith(f"{NOT_ASKED}: ")


def why_unasked(why: str) -> str:
    """The reason that a claim isn't asked there; empty where it is."""
    return why[len(f"{NOT_ASKED}: ") :] if is_unasked(why) else ""


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
