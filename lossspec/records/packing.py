"""Records as written: what calls share stands there once.

``unpacked(packed(record)) == record``.
"""

from __future__ import annotations

import itertools
from typing import Mapping, TypedDict, cast

from lossspec.records.findings import PARTS
from lossspec.records.record_types import Case, Claim, ClaimHead, Curve, Figure, Record, RecordHead


class PackedCase(TypedDict, total=False):
    """One call, without what is usual or its spec's."""

    call: str
    says: str
    mode: str | None
    given_as: str
    verdict: str
    message: str
    seconds: float
    figures: list[Figure]
    curves: list[Curve]


class PackedCases(TypedDict):
    """One spec and its calls."""

    spec: str
    calls: list[PackedCase]


class PackedClaim(ClaimHead, total=False):
    """A claim, its cases by spec."""

    evidence: list[PackedCases]
    instead: list[PackedCases]


class PackedRecord(RecordHead):
    """What stands in a file; ``specs`` holds their docstrings."""

    specs: dict[str, str]
    claims: dict[str, PackedClaim]


def packed(record: Record) -> PackedRecord:
    """Pack a record: calls by spec, without passed ``ok`` and empty curves."""
    specs: dict[str, str] = {}

    def together(cases: list[Case]) -> list[PackedCases]:
        groups = itertools.groupby(cases, key=lambda case: case["spec"].partition("[")[0])
        return [
            {"spec": name, "calls": [_packed_case(case, specs) for case in group]}
            for name, group in groups
        ]

    claims = {}
    for name, claim in record["claims"].items():
        parts = {part: together(claim[part]) for part in PARTS if part in claim}
        claims[name] = cast(PackedClaim, {**claim, **parts})
    return cast(PackedRecord, {**record, "specs": specs, "claims": claims})


def unpacked(content: PackedRecord) -> Record:
    """Unpack a record that keeps its schema."""
    specs = content["specs"]
    claims = {name: unpacked_claim(claim, specs) for name, claim in content["claims"].items()}
    kept = {key: value for key, value in content.items() if key != "specs"}
    return cast(Record, {**kept, "claims": claims})


def unpacked_claim(claim: PackedClaim, specs: Mapping[str, str]) -> Claim:
    """Unpack one claim; ``specs`` holds docstrings."""
    parts = {
        part: [
            _unpacked_case(group["spec"], call, specs)
            for group in claim[part]
            for call in group["calls"]
        ]
        for part in PARTS
        if part in claim
    }
    return cast(Claim, {**claim, **parts})


def _packed_case(case: Case, specs: dict[str, str]) -> PackedCase:
    name, bracket, call = case["spec"].partition("[")
    content = {"call": bracket + call, **case}
    del content["spec"]
    if not bracket:
        del content["call"]
    if specs.setdefault(name, case["says"]) == case["says"]:
        del content["says"]
    if not case["curves"]:
        del content["curves"]
    content["figures"] = [
        {key: value for key, value in figure.items() if (key, value) != ("ok", True)}
        for figure in case["figures"]
    ]
    return cast(PackedCase, content)


def _unpacked_case(spec: str, call: PackedCase, specs: Mapping[str, str]) -> Case:
    content = {
        "says": specs.get(spec, ""),
        "curves": [],
        **call,
        "spec": spec + call.get("call", ""),
    }
    content.pop("call", None)
    content["figures"] = [{"ok": True, **figure} for figure in call["figures"]]
    return cast(Case, content)
