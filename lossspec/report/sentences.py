"""The newest record in sentences, for a terminal."""

from __future__ import annotations

from collections import Counter
from typing import Iterator, Sequence

from lossspec.ledger.verdicts import ABSENT
from lossspec.records.findings import is_changed, unexpected_in_words, verdict_in
from lossspec.records.record_types import Record
from lossspec.report import words
from lossspec.report.elsewhere import apart
from lossspec.report.outcomes import counts, document_of, ids, said
from lossspec.report.subjects import before, name_of, subjects

_AT_MOST = 10


def summary(records: Sequence[Record]) -> list[str]:
    """Tell of the newest record, and changes since the last; nothing of none."""
    if not records:
        return []
    ordered = apart(records)[0]
    newest, since = ordered[-1], before(subjects(ordered)[0], len(ordered) - 1)
    return [
        f"On {name_of(newest['subject'])}, {words.score(counts(newest))}.",
        *_by_document(newest),
        *_changed(newest),
        *_undecided(newest),
        *(_since(ordered[since], newest) if since is not None else ()),
    ]


def _by_document(record: Record) -> Iterator[str]:
    found: dict[str, Counter[str]] = {}
    for claim in ids(record):
        counter = found.setdefault(document_of(claim, record), Counter())
        counter[verdict_in(record, claim)] += 1
    for document, verdicts in found.items():
        about = record["documents"].get(document)
        yield f"“{about['title'] if about else document}”: {words.score(verdicts)}."


def _changed(record: Record) -> Iterator[str]:
    changed = {claim: entry for claim, entry in record["claims"].items() if is_changed(entry)}
    for claim, entry in changed.items():
        if entry["verdict"] == entry["expected"]:
            yield f"Changed: {claim} is “{unexpected_in_words(entry)}”."
        else:
            yield (f"Changed: {claim} should be “{entry['expected']}” and is “{entry['verdict']}”.")
    if not changed:
        reached = " that was reached" if record["undecided"] else ""
        yield f"Every verdict{reached} is the expected one."


def _undecided(record: Record) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for claim, reason in record["undecided"].items():
        by_reason.setdefault(reason, []).append(claim)
    for reason, claims in by_reason.items():
        more = f" and {len(claims) - _AT_MOST} more" if len(claims) > _AT_MOST else ""
        yield f"Undecided ({reason}): {', '.join(claims[:_AT_MOST])}{more}."


def _since(older: Record, newest: Record) -> Iterator[str]:
    """What differs; of two specifications only verdicts on what both decide."""
    lead = f"Since {name_of(older['subject'])}"
    alike = older["specification"] == newest["specification"]
    moved = 0
    only: Counter[str] = Counter()
    for claim in dict.fromkeys([*ids(newest), *ids(older)]):
        was, now = said(older, claim), said(newest, claim)
        if ABSENT in (was.verdict, now.verdict):
            only["newer" if was.verdict == ABSENT else "older"] += 1
        elif was.verdict != now.verdict or (alike and was.state != now.state):
            moved += 1
            old, new = (f"{outcome.verdict} {outcome.place}".strip() for outcome in (was, now))
            went = f"went from {old} to {new}" if old != new else f"is {old}, with other calls"
            yield f"{lead}, {claim} {went}."
    if not moved:
        yield f"{lead}, no verdict differs."
    for which in sorted(only):
        yield f"Claims that only the {which} ledger has: {only[which]}."
