"""The page's data for other programs, and for the page's own script: JSON, and the verdicts as CSV. docs/page.md."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import Any, Mapping, Sequence

import lossspec
from lossspec.records.record import Record, storable
from lossspec.report._claims import counts
from lossspec.report._drift import Fingerprints
from lossspec.report._runs import Said, said
from lossspec.report._subjects import Group, Subject
from lossspec.report._timings import Step
from lossspec.studies.summary import median

FORMAT = 2
"""Grows when a key changes its meaning or goes; new keys don't count."""


def data(
    records: Sequence[Record],
    ordered: Sequence[Subject],
    groups: Sequence[Group],
    prints: Sequence[Fingerprints],
    times: Sequence[Step],
) -> dict[str, Any]:
    """What `docs/page.md` says: records in the page's order, fingerprints and step times along them."""
    newest = records[-1]
    own = {name for name, about in newest["documents"].items() if about.get("own")}
    every = dict.fromkeys(
        claim for record in reversed(records) for claim in [*record["claims"], *record["undecided"]]
    )
    found = {
        "page": FORMAT,
        "lossspec": lossspec.__version__,
        "subjects": [
            _subject(subject, record, groups) for subject, record in zip(ordered, records)
        ],
        "documents": {
            name: {**about, "own": name in own} for name, about in newest["documents"].items()
        },
        "claims": [_claim(claim, records, own) for claim in every],
        "studies": [each for name in newest["studies"] for each in _study(name, records)],
        "fingerprints": [_fingerprint(each) for each in prints],
        "timings": [_step(each) for each in times],
    }
    known: dict[str, Any] = storable(found)
    return known


def as_json(content: Mapping[str, Any]) -> str:
    """The data as JSON text, a line for each claim and so on."""
    parts = []
    for key, value in content.items():
        each = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        if isinstance(value, list) and value:
            rows = [
                json.dumps(row, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
                for row in value
            ]
            each = "[\n" + ",\n".join(rows) + "\n]"
        parts.append(f"{json.dumps(key)}:{each}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def as_csv(content: Mapping[str, Any]) -> str:
    """A row for each claim; its verdicts in a column for each subject, the newest's expectation and reason before."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    keys = [subject["key"] for subject in content["subjects"]]
    words = ["claim", "document", "section", "kind", "statement"]
    writer.writerow([*words, "expected", "reason", *keys])
    for claim in content["claims"]:
        expected, reason = claim["said"][claim["outcomes"][-1]][1:3]
        verdicts = [claim["said"][each][0] for each in claim["outcomes"]]
        writer.writerow([*(claim[word] for word in words), expected, reason, *verdicts])
    return text.getvalue()


def _subject(subject: Subject, record: Record, groups: Sequence[Group]) -> dict[str, Any]:
    about = record["environment"]
    return {
        "key": subject.key,
        "name": subject.name,
        "tensorflow": subject.versions["tensorflow"],
        "keras": subject.versions["keras"],
        "group": groups[subject.group].about,
        "date": about["date"],
        "python": about["python"],
        "specification": record["specification"],
        "verdicts": dict(counts(record)),
    }


def _claim(claim: str, records: Sequence[Record], own: set[str]) -> dict[str, Any]:
    """A claim, what is said of it on any subject, and of each subject which of these."""
    holders = (record["claims"][claim] for record in reversed(records) if claim in record["claims"])
    entry: Mapping[str, Any] = next(holders, {})
    known: dict[Said, int] = {}
    outcomes = [known.setdefault(said(record, claim), len(known)) for record in records]
    return {
        "claim": claim,
        "document": entry.get("document", claim.partition(".")[0]),
        "section": entry.get("section", ""),
        "kind": entry.get("kind", ""),
        "statement": entry.get("statement", ""),
        "own": entry.get("document", "") in own,
        "said": [list(each[:-1]) for each in known],
        "outcomes": outcomes,
    }


def _study(name: str, records: Sequence[Record]) -> list[dict[str, Any]]:
    """The median of every figure at the end, of each subject; what diverged is left out of it."""
    studies = [record["studies"].get(name) for record in records]
    newest = records[-1]["studies"][name]
    rows = []
    for part, measures in newest["final"].items():
        for measure in measures:
            values = [_short(median(study, part, measure)) for study in studies]
            printed = newest["documented"].get(f"{part} {measure}", "")
            rows.append(
                {
                    "study": name,
                    "part": part,
                    "measure": measure,
                    "documented": printed,
                    "medians": values,
                }
            )
    return rows


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")


def _step(each: Step) -> dict[str, Any]:
    """How many times zlib's a step takes on each subject."""
    loss, part, mode = each.key
    return {"of": loss, "part": part, "mode": mode, "zlib": list(each.multiples)}


def _fingerprint(each: Fingerprints) -> dict[str, Any]:
    """Of each two states, the largest distance in ULPs (-1 for none that is finite), and how many numbers differ."""
    loss, mode, precision = each.key
    apart = [
        [a, b, -1 if math.isinf(far) else int(far), many]
        for (a, b), (far, many) in each.apart.items()
    ]
    return {
        **{"loss": loss, "mode": mode, "precision": precision, "numbers": each.numbers},
        **{"states": each.states, "apart": apart},
    }
