"""The page's data for its own script: less than beside it."""

from __future__ import annotations

import itertools
from typing import Any, Collection, Iterable, Mapping

from lossspec.report.data import ClaimData, PageData


def own_data(content: PageData, shown: Collection[str]) -> dict[str, object]:
    """Leave out what `page.js` reads in the page, or never.

    Reasons stand once. A claim is its id; its statement, empty if it is ``shown`` in the page; what
    is said, ``[verdict, number of the reason, place, number of the state]`` each; and which of it,
    by subject. What there is by subject are runs, ``[value, times in a row]``.
    """
    reasons: dict[str, int] = {}
    return {
        "verdicts": list(content["signs"]),
        "subjects": [[subject["key"], subject["name"]] for subject in content["subjects"]],
        "claims": [_claim(claim, shown, reasons) for claim in content["claims"]],
        "reasons": list(reasons),
        "studies": [_in_runs(row, "medians") for row in content["studies"]],
        "fingerprints": [_in_runs(row, "states") for row in content["fingerprints"]],
        "timings": content["timings"],
    }


def _claim(claim: ClaimData, shown: Collection[str], reasons: dict[str, int]) -> list[object]:
    states: dict[str, int] = {}
    said = [
        [
            verdict,
            reasons.setdefault(reason, len(reasons)),
            place,
            states.setdefault(state, len(states)),
        ]
        for verdict, _, reason, place, state in claim["said"]
    ]
    statement = "" if claim["claim"] in shown else claim["statement"]
    return [claim["claim"], statement, said, _runs(claim["outcomes"])]


def _in_runs(row: Mapping[str, Any], key: str) -> dict[str, object]:
    return {**row, key: _runs(row[key])}


def _runs(values: Iterable[object]) -> list[list[object]]:
    return [[value, len(list(run))] for value, run in itertools.groupby(values)]
