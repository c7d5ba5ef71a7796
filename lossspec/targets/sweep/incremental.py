"""Records brought up to date: only the files of specs that have changed are run again.

What an unchanged file found, it would find again; what is said and expected of a claim is today's ledger's.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping

from lossspec import __version__
from lossspec.ledger import specification
from lossspec.ledger.claims import Expectation, Ledger
from lossspec.records.findings import NOT_RUN
from lossspec.records.record import Record
from lossspec.records.results import Results

_OF_THE_MACHINE = ("processor", "instructions", "blas", "variables")


@dataclass(frozen=True)
class Today:
    """The specification as it is: its digest, its files, which of them define a spec, and the ledger."""

    digest: str
    modules: Mapping[str, str]
    defined: Mapping[str, tuple[str, ...]]
    ledger: Ledger

    @classmethod
    def of(cls, specs: Path, ledger: Ledger) -> Today:
        """That of a folder of specs and a ledger."""
        defined: dict[str, tuple[str, ...]] = {}
        for file in sorted(specs.rglob("test_*.py")):
            for name in _functions(file.read_bytes()):
                defined[name] = (*defined.get(name, ()), file.name)
        return cls(specification.digest(specs, ledger), specification.modules(specs), defined, ledger)


def to_run(record: Record, today: Today) -> list[str] | None:
    """The files of specs whose findings a record lacks; None where only a whole run will do.

    They are the files that have changed or are new, and those of counter-specs that the ledger expects now.

    Args:
        record: of the same subject, of any specification.
        today: the specification as it is.
    """
    # What was left out, or found nothing, has left nothing to keep.
    if record["lossspec"] != __version__ or record["undecided"] or not record["modules"]:
        return None
    files = {name for name, state in today.modules.items() if record["modules"].get(name) != state}
    for claim in today.ledger.decided.keys() & record["claims"].keys():
        expected, entry = today.ledger.claims[claim].expectation(record["subject"]), record["claims"][claim]
        if expected.instead and not _says_of_itself(entry, expected):
            files.update(today.defined.get(expected.instead, ()))
    return sorted(files) if len(files) < len(today.modules) else None


def mended(record: Record, part: Record | None, files: list[str], today: Today) -> Record | None:
    """The record with what a run of some files found in the place of what they had found before.

    Args:
        record: the old one.
        part: of the run, on the same subject; None where no file had to be run.
        files: what was run.
        today: the specification as it is.

    Returns:
        None where the two don't go together, or leave a claim undecided that the run has not tried.
    """
    if part is not None and not _alike(record, part):
        return None
    results = Results(subject=dict(record["subject"]))
    _take(results, record, today, without=files)
    if part is not None:
        _take(results, part, today, without=[])
        for claim, why in part["undecided"].items():
            if why != NOT_RUN:
                results.add_error(claim, why)
    results.studies = {**record["studies"], **(part["studies"] if part else {})}
    results.fingerprints = (part and part["fingerprints"]) or record["fingerprints"]
    new = results.record(today.ledger, today.digest, today.modules)
    if NOT_RUN in new["undecided"].values():
        return None
    dates = [*record["environment"].get("mended", []), *([part["environment"]["date"]] if part else [])]
    new["environment"] = {**record["environment"], **({"mended": dates} if dates else {})}
    return {**new, "timings": record["timings"]}


def _take(results: Results, record: Record, today: Today, without: list[str]) -> None:
    """The cases of a record's claims that are still claims, but those of some files and of files that are gone."""
    for claim in today.ledger.decided.keys() & record["claims"].keys():
        entry, instead = record["claims"][claim], today.ledger.claims[claim].expectation(record["subject"]).instead
        for case in entry["evidence"]:
            if _file(case) in today.modules and _file(case) not in without:
                results.add(claim, case, instead=False)
        for case in entry.get("instead", []):
            if _file(case) in today.modules and _file(case) not in without and _function(case) == instead:
                results.add(claim, case, instead=True)


def _alike(record: Record, part: Record) -> bool:
    """Whether two runs were of the same subject among the same packages, on the same kind of machine."""
    one, other = record["environment"], part["environment"]
    same = all(one[key] == other[key] for key in ("python", "platform", "processors", "packages"))
    # A record from before they were kept doesn't say them: that is not known to be the same.
    same = same and all(key in one and one[key] == other.get(key) for key in _OF_THE_MACHINE)
    return same and record["subject"] == part["subject"]


def _says_of_itself(entry: Mapping[str, Any], expected: Expectation) -> bool:
    """Whether a claim's entry holds the findings of the counter-spec that is expected, where it is expected."""
    there = {_function(case) for case in entry.get("instead", [])}
    return there == {expected.instead} and entry.get("where") == expected.where()


def _file(case: Mapping[str, Any]) -> str:
    return str(case["spec"]).partition("::")[0]


def _function(case: Mapping[str, Any]) -> str:
    return str(case["spec"]).partition("::")[2].partition("[")[0]


def _functions(content: bytes) -> list[str]:
    return [node.name for node in ast.walk(ast.parse(content)) if isinstance(node, ast.FunctionDef)]
