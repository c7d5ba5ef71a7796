"""The page's data, as JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import Dict, List, Mapping, Sequence, TypedDict

from lossspec.core.version import VERSION
from lossspec.ledger.verdicts import ABSENT, SIGNS
from lossspec.records.record import storable
from lossspec.records.record_types import Record
from lossspec.report.drift import Fingerprints
from lossspec.report.outcomes import Said, counts, ids, said
from lossspec.report.subjects import Group, Subject
from lossspec.report.timings import Step
from lossspec.studies.summary import median

FORMAT = 2
"""Grows when a key, see docs/page.md, changes its meaning or goes; new ones don't count."""

Rows = List[Dict[str, object]]


class ClaimData(TypedDict):
    """A claim: what is said of it, and which by subject."""

    claim: str
    document: str
    section: str
    kind: str
    statement: str
    own: bool
    said: list[list[str]]
    outcomes: list[int]


class PageData(TypedDict):
    """What `docs/page.md` says."""

    page: int
    lossspec: str
    signs: Mapping[str, str]
    subjects: Rows
    documents: Mapping[str, Mapping[str, object]]
    claims: list[ClaimData]
    studies: Rows
    fingerprints: Rows
    timings: Rows


def data(
    records: Sequence[Record],
    ordered: Sequence[Subject],
    groups: Sequence[Group],
    prints: Sequence[Fingerprints],
    times: Sequence[Step],
) -> PageData:
    """Gather the page's data from records in its order."""
    newest = records[-1]
    documents = newest["documents"].items()
    every = dict.fromkeys(claim for record in reversed(records) for claim in ids(record))
    return {
        "page": FORMAT,
        "lossspec": VERSION,
        "signs": SIGNS,
        "subjects": [_subject(*pair, groups) for pair in zip(ordered, records)],
        "documents": {name: {**about, "own": about.get("own", False)} for name, about in documents},
        "claims": [_claim(claim, records) for claim in every],
        "studies": [row for name in newest["studies"] for row in _study(name, records)],
        "fingerprints": [_fingerprint(states) for states in prints],
        "timings": [
            {"of": key.loss, "part": key.part, "mode": key.mode, "zlib": multiples}
            for key, multiples in times
        ],
    }


def as_json(content: Mapping[str, object]) -> str:
    """Write data as JSON, a line for each row."""

    def compact(value: object) -> str:
        return json.dumps(
            storable(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False
        )

    parts = []
    for key, value in content.items():
        rows = [compact(row) for row in value] if isinstance(value, list) else []
        text = "[\n" + ",\n".join(rows) + "\n]" if rows else compact(value)
        parts.append(f"{json.dumps(key)}:{text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def as_csv(content: PageData) -> str:
    """Write verdicts as CSV: claims by subjects."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    words = ["claim", "document", "section", "kind", "statement", "expected", "reason"]
    writer.writerow([*words, *(subject["key"] for subject in content["subjects"])])
    for claim in content["claims"]:
        own = [claim["claim"], claim["document"], claim["section"], claim["kind"]]
        outcomes = [claim["said"][outcome] for outcome in claim["outcomes"]]
        verdicts = [outcome[0] for outcome in outcomes]
        writer.writerow([*own, claim["statement"], *outcomes[-1][1:3], *verdicts])
    return text.getvalue()


def score(content: PageData) -> tuple[int, int]:
    """The documents' claims that hold on the newest subject, of how many."""
    verdicts = [
        claim["said"][claim["outcomes"][-1]][0] for claim in content["claims"] if not claim["own"]
    ]
    return verdicts.count("holds"), len(verdicts) - verdicts.count(ABSENT)


def _subject(subject: Subject, record: Record, groups: Sequence[Group]) -> dict[str, object]:
    return {
        "key": subject.key,
        "name": subject.name,
        **subject.versions,
        "group": groups[subject.group].about,
        "date": record["environment"]["date"],
        "python": record["environment"]["python"],
        "specification": record["specification"],
        "verdicts": dict(counts(record)),
    }


def _claim(claim: str, records: Sequence[Record]) -> ClaimData:
    holders = (record["claims"][claim] for record in reversed(records) if claim in record["claims"])
    entry = next(holders, None)
    about = records[-1]["documents"].get(entry["document"]) if entry else None
    known: dict[Said, int] = {}
    outcomes = [known.setdefault(said(record, claim), len(known)) for record in records]
    return {
        "claim": claim,
        "document": entry["document"] if entry else claim.partition(".")[0],
        "section": entry["section"] if entry else "",
        "kind": entry["kind"] if entry else "",
        "statement": entry["statement"] if entry else "",
        "own": bool(about and about.get("own")),
        "said": [
            [said_of.verdict, said_of.expected, said_of.reason, said_of.place, said_of.state]
            for said_of in known
        ],
        "outcomes": outcomes,
    }


def _study(name: str, records: Sequence[Record]) -> Rows:
    """A study's median figures at the end, by subject."""
    studies = [record["studies"].get(name) for record in records]
    newest = records[-1]["studies"][name]
    return [
        {
            "study": name,
            "part": part,
            "measure": measure,
            "documented": newest["documented"].get(f"{part} {measure}", ""),
            "medians": [_short(median(study, part, measure)) for study in studies],
        }
        for part, measures in newest["final"].items()
        for measure in measures
    ]


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")


def _fingerprint(fingerprints: Fingerprints) -> dict[str, object]:
    """A loss's fingerprints; ``apart`` is -1 for infinite distances."""
    return {
        **fingerprints.key._asdict(),
        "numbers": fingerprints.numbers,
        "states": fingerprints.states,
        "apart": [
            [a, b, -1 if math.isinf(far) else int(far), many]
            for (a, b), (far, many) in fingerprints.apart.items()
        ],
    }
