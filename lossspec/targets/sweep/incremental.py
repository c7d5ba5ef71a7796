"""Records brought up to date from changed files alone.

What an unchanged file found, it would find again, whichever lossspec ran it: digests tell, since a
version changes with every commit. What is said and expected of a claim is the ledger's of today.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Callable, Collection, Iterator, Mapping, NamedTuple, cast

from lossspec.ledger import specification
from lossspec.ledger.claims import Ledger
from lossspec.ledger.verdicts import Verdict
from lossspec.records.findings import NOT_RUN, failed_to_decide, is_unasked
from lossspec.records.record_types import Case, Machine, Record
from lossspec.records.results import Results
from lossspec.targets.requirements import Pins

# One from before some of these were kept doesn't say them: that is not known to be the same.
_CAN_MOVE_VERDICTS = "python", "platform", "packages", "variables"
_CAN_MOVE_BITS = "processors", "processor", "instructions", "blas"


class Today(NamedTuple):
    """The specification as it is: digests, ledger, which file a spec lies in.

    `asides` are the files that hold counter-specs alone.
    """

    digest: str
    modules: Mapping[str, str]
    ledger: Ledger
    files: Mapping[str, str]
    asides: frozenset[str]

    @classmethod
    def of(cls, specs: Path, ledger: Ledger) -> Today:
        """Describe a folder of specs and a ledger, as asked of its library."""
        states = specification.modules(specs, ledger)
        files = specification.files_of_specs(specs, ledger.unasked)
        asides = specification.asides(specs, ledger.unasked)
        return cls(specification.digest(specs, ledger), states, ledger, files, asides)


def todays(specs: Path, ledger: Ledger) -> Callable[[Pins], Today]:
    """The specification as it is asked of each subject."""

    @functools.lru_cache(maxsize=None)
    def of_library(library: str) -> Today:
        return Today.of(specs, ledger.of(library))

    return lambda pins: of_library(pins.backend.library)


def to_run(record: Record, today: Today) -> list[str] | None:
    """List new and changed files that say something of a subject; None for a whole run.

    Of counter-specs alone, those are run that it is expected to meet, newly named ones too.
    """
    unchanged = _unchanged(record, today)
    # What was left out, or found nothing, has left nothing to keep.
    still = today.ledger.decided.keys() & record["undecided"].keys()
    accident = any(not is_unasked(record["undecided"][claim]) for claim in still)
    if not unchanged or accident:
        return None
    asked = _counter_specs(record, today, today.ledger.decided.keys())
    kept = {claim for claim, _, instead in _cases(record, today, unchanged) if instead}
    newly = _counter_specs(record, today, today.ledger.decided.keys() - kept)
    changed = today.modules.keys() - unchanged
    return sorted((changed - (today.asides - asked)) | newly)


def _counter_specs(record: Record, today: Today, claims: Collection[str]) -> set[str]:
    """The files of the counter-specs that claims name for a subject."""
    named = (today.ledger.claims[claim].expectation(record["subject"]).instead for claim in claims)
    return {today.files[spec] for spec in named if spec and spec in today.files}


def mended(record: Record, part: Record | None, today: Today) -> Record | None:
    """Merge a run of changed files, if any had to be run, into a record.

    Another processor moves no verdict: it is told of, and of fingerprints and studies nothing is
    merged.

    Returns:
        None where the two are of different subjects or environments, or together lack findings.
    """
    if part and not _alike(record, part):
        return None
    results = Results(subject=dict(record["subject"]))
    fresh = [*_cases(part, today, today.modules.keys())] if part else []
    # An unchanged file is run for a counter-spec that is newly named: what it found is found anew.
    anew = {case["spec"].partition("::")[0] for _, case, _ in fresh}
    cases = [*_cases(record, today, _unchanged(record, today) - anew), *fresh]
    results.studies, results.fingerprints = record["studies"], record["fingerprints"]
    results.unasked = _unasked(record)
    environment = record["environment"]
    if part:
        dates = [*environment.get("mended", []), part["environment"]["date"]]
        environment = {**environment, "mended": dates}
        here, machines = _machine(part), environment.get("also_on", [])
        if here not in (_machine(record), *machines):
            environment["also_on"] = [*machines, here]
        of_part = part["undecided"].items()
        results.errors = {claim: why for claim, why in of_part if failed_to_decide(why)}
        results.unasked.update(_unasked(part))
        results.studies = {**record["studies"], **part["studies"]}
        results.fingerprints = part["fingerprints"] or record["fingerprints"]
    for claim, case, instead in cases:
        results.add(claim, case, instead=instead)
    whole = results.record(today.ledger, today.digest, today.modules)
    lacking = (
        entry["expected"] != Verdict.HOLDS and not entry.get("instead")
        for entry in whole["claims"].values()
    )
    if NOT_RUN in whole["undecided"].values() or any(lacking):
        return None
    return {**whole, "environment": environment, "timings": record["timings"]}


def _unasked(record: Record) -> dict[str, str]:
    """Why claims weren't asked for, where they are without a verdict."""
    undecided = record["undecided"].items()
    return {claim: why.partition(": ")[2] for claim, why in undecided if is_unasked(why)}


def _unchanged(record: Record, today: Today) -> set[str]:
    return {name for name, state in today.modules.items() if record["modules"].get(name) == state}


def _cases(
    record: Record, today: Today, files: Collection[str]
) -> Iterator[tuple[str, Case, bool]]:
    """Give what files found of today's claims, instead or not.

    What happens instead counts only where the same counter-spec is expected in the same place.
    """
    aside = record.get("aside", {})
    for name in (record["claims"].keys() | aside.keys()) & today.ledger.decided.keys():
        expected = today.ledger.claims[name].expectation(record["subject"])
        same, found = True, [(case, True) for case in aside.get(name, [])]
        if entry := record["claims"].get(name):
            same = entry.get("where") == expected.where()
            found += [(case, False) for case in entry["evidence"]]
            found += [(case, True) for case in entry.get("instead", [])]
        for case, instead in found:
            file, _, call = case["spec"].partition("::")
            stays = not instead or (same and call.partition("[")[0] == expected.instead)
            if file in files and stays:
                yield name, case, instead


def _alike(record: Record, part: Record) -> bool:
    """Whether a run's findings can stand among a record's."""
    was: Mapping[str, object] = record["environment"]
    now: Mapping[str, object] = part["environment"]
    asked: tuple[str, ...] = _CAN_MOVE_VERDICTS
    if part["fingerprints"] or part["studies"]:
        asked += _CAN_MOVE_BITS
    same = all(key in was and was[key] == now.get(key) for key in asked)
    return same and record["subject"] == part["subject"]


def _machine(record: Record) -> Machine:
    """What of a record's environment can move bits."""
    about: Mapping[str, object] = record["environment"]
    return cast("Machine", {key: about[key] for key in _CAN_MOVE_BITS if key in about})
