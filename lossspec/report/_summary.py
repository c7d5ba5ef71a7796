"""The newest record in a few sentences, for a terminal."""

from __future__ import annotations

from collections import Counter
from typing import Iterator, Sequence

from lossspec.records.findings import is_changed, unexpected_in_words
from lossspec.records.record import Record
from lossspec.report import _words
from lossspec.report._claims import counts, document_of, verdict_in
from lossspec.report._runs import said
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
        known = document in record["documents"]
        title = record["documents"][document]["title"] if known else document
        yield f"“{title}”: {_words.score(verdicts)}."


def _changed(record: Record) -> Iterator[str]:
    changed = {claim: of for claim, of in record["claims"].items() if is_changed(of)}
    for claim, entry in changed.items():
        place = unexpected_in_words(entry)
        whole = f"should be “{entry['expected']}” and is “{entry['verdict']}”"
        yield f"Changed: {claim} {f'is “{place}”' if entry['verdict'] == entry['expected'] else whole}."
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
    both = [
        claim for record in (newest, before) for claim in [*record["claims"], *record["undecided"]]
    ]
    moved = []
    for claim in dict.fromkeys(both):
        was, now = said(before, claim), said(newest, claim)
        if (was.verdict, was.state) != (now.verdict, now.state):
            one, other = (f"{each.verdict} {each.place}".strip() for each in (was, now))
            moved.append(
                f"{claim} went from {one} to {other}"
                if one != other
                else f"{claim} is {one}, with other calls"
            )
    yield from (f"{lead}, {each}." for each in moved)
    if not moved:
        yield f"{lead}, no verdict differs."
