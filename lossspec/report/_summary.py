"""The newest record in a few sentences, for a terminal."""

from __future__ import annotations

from collections import Counter
from typing import Iterator, Sequence

from lossspec.record import Record
from lossspec.report import _words
from lossspec.report._claims import counts, document_of, verdict_in
from lossspec.report._subjects import in_order

_AT_MOST = 10


def summary(records: Sequence[Record]) -> list[str]:
    """Plain sentences on the newest record, and on what differs from the one before.

    Args:
        records: the oldest subject first; none gives no sentence.
    """
    if not records:
        return []
    records = in_order(records)
    newest = records[-1]
    return [
        f"On {_words.subject(newest['subject'])}, {_words.score(counts(newest))}.",
        *_by_document(newest),
        *_changed(newest),
        *_undecided(newest),
        *(_since(records[-2], newest) if len(records) > 1 else ()),
    ]


def _by_document(record: Record) -> Iterator[str]:
    found: dict[str, Counter[str]] = {}
    for claim in [*record["claims"], *record["undecided"]]:
        document = document_of(claim, record["claims"].get(claim, {}))
        found.setdefault(document, Counter())[verdict_in(record, claim) or ""] += 1
    for document, verdicts in found.items():
        title = record["documents"].get(document, {}).get("title", document)
        yield f"“{title}”: {_words.score(verdicts)}."


def _changed(record: Record) -> Iterator[str]:
    changed = {claim: of for claim, of in record["claims"].items() if of["verdict"] != of["expected"]}
    for claim, entry in changed.items():
        yield f"Changed: {claim} should be “{entry['expected']}” and is “{entry['verdict']}”."
    if not changed:
        yield f"Every verdict{' that was reached' if record['undecided'] else ''} is the expected one."


def _undecided(record: Record) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for claim, reason in record["undecided"].items():
        by_reason.setdefault(reason, []).append(claim)
    for reason, ids in by_reason.items():
        yield f"Undecided ({reason}): {_some(ids)}."


def _some(ids: Sequence[str]) -> str:
    more = len(ids) - _AT_MOST
    return ", ".join(ids) if more <= 0 else f"{', '.join(ids[:_AT_MOST])} and {more} more"


def _since(before: Record, newest: Record) -> Iterator[str]:
    lead = f"Since {_words.subject(before['subject'])}"
    both = [claim for record in (newest, before) for claim in [*record["claims"], *record["undecided"]]]
    moved = [
        f"{claim} went from {_or_absent(before, claim)} to {_or_absent(newest, claim)}"
        for claim in dict.fromkeys(both)
        if verdict_in(before, claim) != verdict_in(newest, claim)
    ]
    yield from (f"{lead}, {each}." for each in moved)
    if not moved:
        yield f"{lead}, no verdict differs."


def _or_absent(record: Record, claim: str) -> str:
    return verdict_in(record, claim) or "absent"
