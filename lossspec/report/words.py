"""Verdicts, counts, numbers and dates in words."""

from __future__ import annotations

import datetime
import math
from typing import Mapping, Sequence

from lossspec.ledger.verdicts import UNDECIDED

MEANINGS = {
    "holds": "measured as the document says, in every case",
    "varies": "true for some seeds only",
    "refuted": "measured otherwise in at least one case",
    "unsupported": "what the document calls no longer exists",
    UNDECIDED: "not run, or stopped by an error; never a pass",
}

_ONE_AND_MANY = {
    "varies": ("{} varies with the seed", "{} vary with the seed"),
    "refuted": ("{} is refuted", "{} are refuted"),
    "unsupported": ("{} calls what no longer exists", "{} call what no longer exists"),
    UNDECIDED: ("{} is undecided, which is not a pass", "{} are undecided, which is not a pass"),
}
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_NOT_NUMBERS = {"nan": "NaN", "inf": "∞", "-inf": "−∞"}


def score(counts: Mapping[str, int], what: str = "claim") -> str:
    """``112 of 126 claims hold and 10 are refuted``."""
    total, hold = sum(counts.values()), counts.get("holds", 0)
    claims = what if total == 1 else f"{what}s"
    first = f"{hold} of {total} {claims} {'holds' if hold == 1 else 'hold'}"
    rest = [
        forms[counts[verdict] != 1].format(counts[verdict])
        for verdict, forms in _ONE_AND_MANY.items()
        if counts.get(verdict)
    ]
    return in_a_row([first, *rest])


def in_a_row(parts: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def number(value: float | str, digits: int = 9) -> str:
    """``0.5``, ``1.51 × 10⁻⁸``, ``−∞``; 9 digits tell float32 apart."""
    value = float(value)
    if not math.isfinite(value):
        return _NOT_NUMBERS[str(value)]
    mantissa, _, exponent = f"{value:.{digits}g}".partition("e")
    text = mantissa.replace("-", "−")
    return f"{text} × 10{str(int(exponent)).translate(_SUPERSCRIPTS)}" if exponent else text


def unbroken(text: str) -> str:
    """Keep each per cent sign beside its number."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def date(text: str) -> str:
    """``22 November 2026, 15:19 UTC``; unknown texts stay."""
    try:
        moment = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return text
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"
