"""A comparison as JSON; `docs/compare.md` documents the keys."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Dict, Sequence

from lossspec.compare.comparison import Comparison
from lossspec.compare.verdicts import FALSE_ALARM, CallChange, VerdictChange
from lossspec.records.findings import Finding
from lossspec.records.record import storable
from lossspec.records.record_types import Record

Data = Dict[str, object]

FORMAT = 2
"""Grows when a key changes its meaning or goes; new keys don't count."""

_OF_RECORD = ("subject", "environment", "lossspec", "specification")
_APART = ("calls", "every", "same_rates")  # told apart, or not at all


def as_json(comparison: Comparison, *, full: bool = False, beyond: Sequence[str] = ()) -> str:
    """The comparison as JSON text; arguments as `as_text.lines`."""
    return json.dumps(storable(as_data(comparison, full=full, beyond=beyond)), indent=1) + "\n"


def as_data(comparison: Comparison, *, full: bool = False, beyond: Sequence[str] = ()) -> Data:
    """The comparison as plain data, infinities included."""
    verdicts = comparison.verdicts if full else comparison.told_verdicts
    studies = comparison.studies.found if full else comparison.shifted
    fingerprints = comparison.fingerprints.found if full else comparison.drifted
    return {
        "comparison": FORMAT,
        "base": _side(comparison.base),
        "new": _side(comparison.new),
        "notes": comparison.notes,
        "machines": comparison.machines,
        "line": comparison.last_line,
        "worse": comparison.worse or bool(beyond),
        "beyond_limits": beyond,
        "verdicts": [_verdict(claim) for claim in verdicts],
        "calls": [_call(claim.claim, call) for claim in verdicts for call in claim.calls],
        "figures": [asdict(move) for move in comparison.figures],
        "left_out": comparison.left_out,
        "false_alarm": FALSE_ALARM,
        "studies": [asdict(figure) for figure in studies],
        "studies_moved": [asdict(move) for move in comparison.studies_moved],
        "studies_missing": comparison.studies.missing,
        "studies_lost": comparison.studies.lost,
        "fingerprints": [asdict(drift) for drift in fingerprints],
        "fingerprints_missing": comparison.fingerprints.missing,
        "fingerprints_lost": comparison.fingerprints.lost,
        "timings": [{**asdict(time), "slower": time.slower} for time in comparison.timings.found],
        "timings_missing": comparison.timings.missing,
    }


def _side(record: Record) -> Data:
    return {key: value for key, value in record.items() if key in _OF_RECORD}


def _verdict(claim: VerdictChange) -> Data:
    told = {key: value for key, value in vars(claim).items() if key not in _APART}
    rates = [asdict(same) for same in claim.same_rates]
    return {**told, "as_expected": claim.as_expected, "same_rates": rates}


def _call(claim: str, call: CallChange) -> Data:
    return {
        "claim": claim,
        "part": call.found.finding.part,
        "mode": call.found.finding.mode,
        "change": call.change,
        "base": _found(call.found.base),
        "new": _found(call.found.new),
        "expected": call.expected,
        "says": call.says,
        "figures": call.figures,
    }


def _found(finding: Finding | None) -> dict[str, str] | None:
    return {"call": finding.name, "verdict": finding.verdict} if finding else None
