"""Verdicts by ranges of versions, for other programs, as browsers' data have them."""

from __future__ import annotations

import itertools
from typing import Callable, Dict, Mapping, NamedTuple, Sequence

from packaging.version import Version

from lossspec.backends.catalog import DEFAULT, Subject, backend_of
from lossspec.core.errors import UsageProblem
from lossspec.core.version import VERSION
from lossspec.ledger.claims import Ledger
from lossspec.losses import DEFINITIONS, OF_SEQUENCES
from lossspec.records.record_types import Record
from lossspec.records.subjects import age, is_legacy

FORMAT = "1.0.0"
"""Of the file's form, which ``compat.schema.json`` says; docs/data.md says what changes which."""

UNDECIDED = "undecided"

Range = Dict[str, str]
"""A verdict ``from`` a version on, and ``before`` which it ended."""


class Line(NamedTuple):
    """Releases that follow each other, told apart by one package's versions."""

    title: str
    package: str
    holds: Callable[[Subject], bool]


LINES: Mapping[str, Line] = {
    "tensorflow": Line(
        "each TensorFlow beside the newest Keras that was tried with it",
        "tensorflow",
        lambda subject: not is_legacy(subject),
    ),
    "tf_keras": Line("Keras 2 as tf_keras, beside its TensorFlow", "keras", is_legacy),
    "keras": Line(
        "each Keras 3 beside the newest TensorFlow that was tried with it",
        "keras",
        lambda subject: Version(subject["keras"]).major >= 3,
    ),
}


def comparable(records: Sequence[Record]) -> tuple[list[Record], list[Record]]:
    """Those of Keras on TensorFlow: of the newest's specification, and of others.

    A claim could mean two things in two specifications.

    Raises:
        UsageProblem: when none is of Keras on TensorFlow.
    """
    own = [record for record in records if backend_of(record["subject"]).name == DEFAULT]
    if not own:
        raise UsageProblem(
            "no record is of Keras on TensorFlow",
            expected="at least one",
            do="make one with 'lossspec run --lossspec-record FOLDER', or name another folder",
        )
    newest = max(own, key=lambda record: age(record["subject"]))["specification"]
    of_it = [record["specification"] == newest for record in own]
    kept, left = (
        [record for record, same in zip(own, of_it) if same is wanted] for wanted in (True, False)
    )
    return kept, left


def compat(own: Sequence[Record], ledger: Ledger) -> dict[str, object]:
    """Gather the ranges of every claim that specs decide.

    Args:
        own: records' verdicts, `comparable`.
        ledger: says of which loss a claim is.
    """
    lines = {name: _along(line, own) for name, line in LINES.items()}
    claims = {name: _claim(name, entry, ledger, lines) for name, entry in own[-1]["claims"].items()}
    return {
        "compat": FORMAT,
        "lossspec": VERSION,
        "specification": own[-1]["specification"],
        "lines": {name: _described(name, line) for name, line in lines.items()},
        "losses": {
            loss.slug: {"title": loss.title, "keras": list(loss.keras)}
            for loss in (*DEFINITIONS.values(), *OF_SEQUENCES.values())
        },
        "claims": claims,
    }


def _along(line: Line, records: Sequence[Record]) -> list[Record]:
    """A line's records, oldest first: of one version of its package the newest subject."""
    ordered = sorted(
        (record for record in records if line.holds(record["subject"])),
        key=lambda record: age(record["subject"]),
    )
    newest = {record["subject"][line.package]: record for record in ordered}
    return sorted(newest.values(), key=lambda each: Version(each["subject"][line.package]))


def _described(name: str, records: Sequence[Record]) -> dict[str, object]:
    line, subjects = LINES[name], [dict(record["subject"]) for record in records]
    return {"title": line.title, "package": line.package, "subjects": subjects}


def _claim(
    name: str, entry: Mapping[str, object], ledger: Ledger, lines: Mapping[str, Sequence[Record]]
) -> dict[str, object]:
    said = {key: entry[key] for key in ("document", "section", "kind", "statement")}
    known = ledger.claims.get(name)
    of_loss = {"loss": known.loss} if known and known.loss else {}
    along = {line: ranges(name, LINES[line].package, each) for line, each in lines.items() if each}
    return {**said, **of_loss, "verdicts": along}


def ranges(claim: str, package: str, records: Sequence[Record]) -> list[Range]:
    """The stretches of a line in which a claim has one verdict.

    Between two versions that were tried, a verdict is taken to last until the later.
    """
    tried = [
        (record["subject"][package], record["claims"][claim]["verdict"])
        if claim in record["claims"]
        else (record["subject"][package], UNDECIDED)
        for record in records
    ]
    stretches = [list(group) for _, group in itertools.groupby(tried, key=lambda each: each[1])]
    firsts = [stretch[0] for stretch in stretches]
    return [
        {"verdict": verdict, "from": version, **({"before": after[0]} if after else {})}
        for (version, verdict), after in itertools.zip_longest(firsts, firsts[1:])
    ]
