"""Verdicts of a file, parsed only where they are wanted."""

from __future__ import annotations

import functools
import re
from typing import Collection, Mapping, cast

from lossspec.records.findings import PARTS, Finding, unnumbered
from lossspec.records.layout import entries, parsed, sections
from lossspec.records.packing import PackedClaim, unpacked_claim
from lossspec.records.record_types import Claim, Record
from lossspec.records.schema import claim_validator, validator

AT_HEAD = ("schema", "lossspec", "specification", "backend", "subject", "settings")
"""What a record is of: at the head of a file, where names are looked for."""

_ABOUT = (*AT_HEAD, "environment", "modules", "documents", "undecided")
_MEASURED = ("studies", "fingerprints", "timings")
_OF_CLAIM = (
    *("document", "section", "kind", "statement", "verdict", "expected"),
    *("modes", "given_as", "in_calls", "reason", "sentences", "beside", "upstream"),
)
_LIMITED = re.compile(r", (\w+(?: and \w+)*) only$")
# Nine of ten claims of forty subjects differ in their seconds alone: each is parsed once.
_NONE = b'"seconds":0'
_SECONDS = re.compile(rb'"seconds":(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?(?=[,}])')


def verdicts_in(
    lines: list[bytes], only: Collection[str] | None, measured: bool, cases: bool
) -> Record:
    """The wanted parts of a file's lines, as `record.read_verdicts`.

    Raises:
        ValueError: when it is laid out otherwise than by `layout.render`, or breaks the schema.
        KeyError: when claims or specs are missing.
    """
    texts = sections(lines)
    keys = (*_ABOUT, *(_MEASURED if measured else ()))
    found = {key: parsed(b"\n".join(texts[key])) for key in keys if key in texts}
    validator(*keys)(found)
    specs = parsed(b"\n".join(texts["specs"])) if cases else {}
    wanted = {
        name: _SECONDS.sub(_NONE, line)
        for name, line in entries(texts["claims"]).items()
        if only is None or name in only
    }
    claims = {
        name: _with_cases(line, specs) if cases else _without_cases(line)
        for name, line in wanted.items()
    }
    left_out: dict[str, object] = {key: {} for key in _MEASURED if key not in found}
    return cast(Record, {**found, **left_out, "claims": claims})


def name_modes(claim: PackedClaim) -> None:
    """Name a claim's modes, which schema 3 says in words."""
    limited = _LIMITED.search(claim.get("where", ""))
    if limited and "modes" not in claim:
        claim["modes"] = limited[1].split(" and ")


@functools.lru_cache(maxsize=4096)
def _without_cases(line: bytes) -> Claim:
    return _verdict_of(_claim_in(line, figures=False))


def _with_cases(line: bytes, specs: Mapping[str, str]) -> Claim:
    claim = _claim_in(line, figures=True)
    return cast(Claim, {**_verdict_of(claim), **unpacked_claim(claim, specs)})


def _claim_in(line: bytes, figures: bool) -> PackedClaim:
    claim: PackedClaim = parsed(line)
    claim_validator(figures)(claim)
    name_modes(claim)
    return claim


def _verdict_of(claim: PackedClaim) -> Claim:
    calls = tuple(
        Finding(
            part,
            group["spec"],
            unnumbered(call.get("call", "")),
            call["mode"],
            call["verdict"],
            call.get("given_as"),
        )
        for part in PARTS
        for group in claim.get(part, ())
        for call in group["calls"]
    )
    kept = {key: value for key, value in claim.items() if key in _OF_CLAIM}
    decided = sum(len(group["calls"]) for group in claim["evidence"])
    return cast(Claim, {**kept, "calls": calls, "cases": decided})
