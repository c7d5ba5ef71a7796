"""What one run's specs found, as a record's content."""

from __future__ import annotations

import datetime
import os
import platform
from collections import Counter
from dataclasses import dataclass, field
from importlib import metadata
from typing import Iterable, Mapping, cast

from lossspec.backends.catalog import backend_of
from lossspec.core import machine
from lossspec.core.version import VERSION
from lossspec.experiments.recipes import RECIPES
from lossspec.ledger.claims import Claim, Document, Ledger
from lossspec.ledger.verdicts import Verdict, combine
from lossspec.records import record_types
from lossspec.records.findings import NOT_ASKED, NOT_RUN, changed_in_words
from lossspec.records.record_types import Case, Environment, Fingerprints, Record, Setting, Study
from lossspec.records.schema import SCHEMA_NUMBER
from lossspec.records.subjects import subject_in_words

PACKAGES = ("numpy", "scipy", "scikit-learn", "pytest", "hypothesis")


@dataclass
class Results:
    """The cases of a run, as they come in."""

    subject: dict[str, str] = field(default_factory=dict)
    started: str = field(default_factory=lambda: now())
    evidence: dict[str, list[Case]] = field(default_factory=dict)
    instead: dict[str, list[Case]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    unasked: dict[str, str] = field(default_factory=dict)
    studies: dict[str, Study] = field(default_factory=dict)
    fingerprints: Fingerprints = field(default_factory=dict)
    settings: dict[str, Setting] = field(default_factory=dict)

    def add(self, claim: str, case: Case, *, instead: bool) -> None:
        """Take in a case of a claim, or instead of it."""
        for loss, by_mode in case.get("fingerprints", {}).items():
            for mode, by_dtype in by_mode.items():
                self.fingerprints.setdefault(loss, {}).setdefault(mode, {}).update(by_dtype)
        # Fingerprints have a place of their own in the record.
        judged = cast(Case, {key: value for key, value in case.items() if key != "fingerprints"})
        (self.instead if instead else self.evidence).setdefault(claim, []).append(judged)

    def add_error(self, claim: str, message: str) -> None:
        """Take in an error: its claim is undecided."""
        self.errors.setdefault(claim, message)

    def verdicts(self) -> dict[str, Verdict]:
        """The verdict on every decided claim."""
        return {
            claim: combine(Verdict(case["verdict"]) for case in cases)
            for claim, cases in self.evidence.items()
            if claim not in self.errors
        }

    def in_a_line(self, ledger: Ledger) -> str:
        """``TensorFlow 2.21.0, Keras 3.15.1: 58 hold, 0 changed``."""
        verdicts = self.verdicts()
        # A claim whose counter-spec alone was run is changed where that fails.
        tried = [
            name for name in dict.fromkeys([*verdicts, *self.instead]) if name not in self.errors
        ]
        entries = [self._entry(ledger.claims[name], verdicts.get(name)) for name in tried]
        undecided = f", {len(self.errors)} undecided" if self.errors else ""
        unasked = self.unasked.keys() - verdicts.keys() - self.errors.keys()
        undecided += f", {len(unasked)} {NOT_ASKED}" if unasked else ""
        counts = f"{counted(verdicts.values())}{undecided}, {changed_in_words(entries)}"
        return f"{subject_in_words(self.subject)}: {counts}"

    def record(self, ledger: Ledger, specification: str, modules: Mapping[str, str]) -> Record:
        """Write the run down, with `specification.digest` and `specification.modules`."""
        verdicts = self.verdicts()
        record: Record = {
            "schema": SCHEMA_NUMBER,
            "lossspec": VERSION,
            "specification": specification,
            "backend": backend_of(self.subject).name,
            "subject": dict(self.subject),
            "environment": environment(self.started),
            "modules": dict(modules),
            "documents": {document.id: _cited(document) for document in ledger.documents.values()},
            "claims": {
                claim.id: self._entry(claim, verdicts[claim.id])
                for claim in ledger.claims.values()
                if claim.id in verdicts
            },
            "undecided": {
                claim: self._why_undecided(claim)
                for claim in ledger.decided
                if claim not in verdicts
            },
            "narratives": {claim.id: _narrative(claim) for claim in ledger.narratives.values()},
            "studies": {name: self.studies[name] for name in RECIPES if name in self.studies},
            "fingerprints": _by_name(self.fingerprints),
            "timings": {},
        }
        left_out = [name for name, why in record["undecided"].items() if why == NOT_RUN]
        if aside := {name: self.instead[name] for name in left_out if name in self.instead}:
            record["aside"] = aside
        if self.settings:
            record["settings"] = dict(self.settings)
        return record

    def _why_undecided(self, claim: str) -> str:
        unasked = f"{NOT_ASKED}: {self.unasked[claim]}" if claim in self.unasked else NOT_RUN
        return self.errors.get(claim, unasked)

    def _entry(self, claim: Claim, verdict: Verdict | None) -> record_types.Claim:
        """A claim as a record holds it; without a verdict, the expected."""
        expectation = claim.expectation(self.subject)
        of_some = {
            "modes": list(expectation.modes),
            "given_as": list(expectation.given_as),
            "in_calls": list(expectation.calls),
            "reason": expectation.reason,
            "sentences": list(claim.sentences),
            "beside": list(claim.beside),
            "upstream": list(claim.upstream),
        }
        entry = {
            "document": claim.document,
            "section": claim.section,
            "kind": claim.kind,
            "statement": claim.statement,
            "verdict": str(verdict or expectation.verdict),
            "expected": str(expectation.verdict),
            "where": expectation.where(),
            **{key: value for key, value in of_some.items() if value},
            "evidence": _in_order(self.evidence.get(claim.id, [])),
        }
        if claim.id in self.instead:
            entry["instead"] = _in_order(self.instead[claim.id])
        return cast(record_types.Claim, entry)


def _narrative(claim: Claim) -> record_types.Narrative:
    entry: record_types.Narrative = {
        "document": claim.document,
        "section": claim.section,
        "statement": claim.statement,
        "why": claim.why or "",
    }
    if claim.sentences:
        entry["sentences"] = list(claim.sentences)
    return entry


def _cited(document: Document) -> record_types.Document:
    cited: record_types.Document = {
        "title": document.title,
        "author": document.author,
        "date": document.date,
        "sections": list(document.sections),
    }
    if document.own:
        cited["own"] = True
    return cited


def _by_name(fingerprints: Fingerprints) -> Fingerprints:
    return {
        loss: {mode: dict(sorted(by_dtype.items())) for mode, by_dtype in sorted(by_mode.items())}
        for loss, by_mode in sorted(fingerprints.items())
    }


def _in_order(cases: list[Case]) -> list[Case]:
    """Sort cases, so that the order of running leaves no trace."""
    return sorted(cases, key=lambda case: str(case["spec"]))


# Verdicts that are said otherwise of claims, and whether of one alone.
_IN_WORDS = {
    (Verdict.HOLDS, True): "hold",
    (Verdict.HOLDS, False): "hold",
    (Verdict.VARIES, False): "vary",
}


def counted(verdicts: Iterable[str]) -> str:
    """``58 hold, 4 vary, 9 refuted``; how many hold is always said."""
    counts = Counter(Verdict(verdict) for verdict in verdicts)
    shown = [v for v in Verdict if counts[v] or v is Verdict.HOLDS]
    return ", ".join(f"{counts[v]} {_IN_WORDS.get((v, counts[v] == 1), v)}" for v in shown)


def now() -> str:
    """The time in UTC: ``2026-11-22T21:04:05Z``."""
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def environment(started: str) -> Environment:
    """Describe this process's environment for a record."""
    versions = {name: _version_of(name) for name in PACKAGES}
    made = {
        "date": started,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "processors": os.cpu_count() or 1,
        **machine.about(),
        "packages": {name: version for name, version in versions.items() if version},
    }
    return cast(Environment, made)


def _version_of(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
