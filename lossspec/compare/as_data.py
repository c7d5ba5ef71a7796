"""A comparison as JSON, for another program; `docs/compare.md` documents the keys."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from typing import Any, Sequence

from lossspec.compare.comparison import Comparison, Side
from lossspec.compare.drift import Distance
from lossspec.compare.studies import FigureShift
from lossspec.compare.verdicts import ADDED, CHANCE, FALSE_ALARM, GONE, CallChange, VerdictChange
from lossspec.records.findings import BETTER, DECIDED, LOST, OTHER, WORSE
from lossspec.records.record import storable

_CHANGES = (WORSE, BETTER, OTHER, DECIDED)

FORMAT = 1
"""Grows when a key changes its meaning or goes; new keys don't count."""


def as_json(comparison: Comparison, *, full: bool = False, beyond: Sequence[str] = ()) -> str:
    """The comparison as JSON text; arguments as `as_text.lines`."""
    return json.dumps(storable(as_data(comparison, full=full, beyond=beyond)), indent=1) + "\n"


def as_data(
    comparison: Comparison, *, full: bool = False, beyond: Sequence[str] = ()
) -> dict[str, Any]:
    """The comparison as what JSON can hold, but for infinities."""
    verdicts = comparison.verdicts if full else comparison.told_verdicts
    studies = comparison.studies if full else comparison.shifted
    fingerprints = comparison.fingerprints if full else comparison.drifted
    return {
        "comparison": FORMAT,
        "base": _side(comparison.base),
        "new": _side(comparison.new),
        "notes": list(comparison.notes),
        "machines": comparison.machines,
        "summary": {
            **_counts(comparison),
            "beyond_limits": len(beyond),
            "line": comparison.last_line,
        },
        "worse": comparison.worse or bool(beyond),
        "beyond_limits": list(beyond),
        "verdicts": [_verdict(each) for each in verdicts],
        "calls": [_call(change, call) for change in comparison.verdicts for call in change.calls],
        "figures": [
            {
                "claim": each.claim,
                "part": each.finding.part,
                "call": each.finding.name,
                "what": each.what,
                "base": each.base,
                "new": each.new,
                "tolerances": each.tolerances,
            }
            for each in comparison.figures
        ],
        "left_out": list(comparison.left_out),
        "false_alarm": FALSE_ALARM,
        "studies": [_figure(each) for each in studies],
        "studies_moved": [dataclasses.asdict(each) for each in comparison.studies_moved],
        "studies_missing": list(comparison.studies_missing),
        "studies_lost": list(comparison.studies_lost),
        "fingerprints": [
            {
                "loss": each.loss,
                "mode": each.mode,
                "dtype": each.dtype,
                "values": _distance(each.values),
                "gradients": _distance(each.gradients),
            }
            for each in fingerprints
        ],
        "fingerprints_missing": list(comparison.fingerprints_missing),
        "fingerprints_lost": list(comparison.fingerprints_lost),
        "timings": [
            {
                "name": each.name,
                "seconds": list(each.seconds),
                "ratio": each.ratio,
                "ratios": dict(each.ratios),
                "slower": each.slower,
            }
            for each in comparison.timings
        ],
        "timings_missing": list(comparison.timings_missing),
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        "subject": dict(side.subject),
        "environment": dict(side.environment),
        "lossspec": side.lossspec,
        "specification": side.specification,
    }


def _counts(comparison: Comparison) -> dict[str, int]:
    verdicts = Counter(each.change for each in comparison.verdicts)
    studies = Counter(each.change for each in comparison.studies)
    calls = Counter(call.change for group in comparison.call_groups for call in group.calls)
    return {
        "verdicts": len(comparison.verdicts),
        **{f"verdicts_{change}": verdicts[change] for change in (*_CHANGES, CHANCE, ADDED, GONE)},
        "calls": sum(calls.values()),
        **{f"calls_{change.replace(' ', '_')}": calls[change] for change in (*_CHANGES, LOST)},
        "figures": comparison.figures_compared,
        "figures_moved": len(comparison.figures),
        "study_figures": len(comparison.studies),
        **{f"study_figures_{change}": studies[change] for change in (WORSE, BETTER)},
        "studies_moved": len(comparison.studies_moved),
        "fingerprints": len(comparison.fingerprints),
        "fingerprints_drifted": len(comparison.drifted),
        "timings": len(comparison.timings),
        "timings_slower": len(comparison.slower),
    }


def _verdict(change: VerdictChange) -> dict[str, Any]:
    return {
        "claim": change.claim,
        "group": change.group,
        "document": change.document,
        "section": change.section,
        "statement": change.statement,
        "base": change.base,
        "new": change.new,
        "shown": list(change.shown),
        "change": change.change,
        "expected": change.expected or None,
        "as_expected": change.as_expected,
        "why": change.why,
        **(
            {"same_rates": [dataclasses.asdict(each) for each in change.same_rates]}
            if change.same_rates
            else {}
        ),
    }


def _call(change: VerdictChange, call: CallChange) -> dict[str, Any]:
    base, new = (
        {"call": each.name, "verdict": each.verdict} if each else None
        for each in (call.found.base, call.found.new)
    )
    return {
        "claim": change.claim,
        "part": call.found.finding.part,
        "mode": call.found.finding.mode,
        "change": call.change,
        "base": base,
        "new": new,
        "expected": call.expected,
        "figures": list(call.figures),
    }


def _figure(figure: FigureShift) -> dict[str, Any]:
    return {
        "recipe": figure.recipe,
        "part": figure.part,
        "measure": figure.measure,
        "change": figure.change,
        "n": list(figure.n),
        "diverged": list(figure.diverged),
        "medians": list(figure.medians),
        "median_difference": figure.difference,
        "new_above_base": figure.above,
        "p_value": figure.p_value,
        "identical_runs": figure.identical,
    }


def _distance(each: Distance) -> dict[str, Any]:
    return {
        "ulps": each.ulps,
        "differ": each.differ,
        "of": each.of,
        "not_finite_in_new_alone": each.appeared,
        "not_finite_in_base_alone": each.vanished,
        "precisions": list(each.precisions),
    }
