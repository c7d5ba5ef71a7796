"""Whether other seeds alone may have given another verdict: of statements that are true of so many runs.

A statement that is true of nine runs in ten holds of some sets of seeds and varies over others. So such a verdict has
changed only where the runs themselves differ more than seeds make them, by Fisher's exact test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping

from lossspec.records.findings import PARTS

_COUNTED = ("rate", "pairs")
"""Tests of how many runs, or pairs of runs, something is true of."""


@dataclass(frozen=True)
class SameRate:
    """A figure whose verdict differs though its runs need not.

    Attributes:
        what: its name.
        rates: the share of runs of which it was true, in BASE and in NEW.
        n: how many runs each had.
        p_value: of Fisher's exact test.
    """

    what: str
    rates: tuple[float, float]
    n: tuple[int, int]
    p_value: float


def same_rates(
    base: Mapping[str, Any], new: Mapping[str, Any], false_alarm: float
) -> list[SameRate]:
    """The figures behind two verdicts of a call, if seeds alone may have made them differ; else none.

    Args:
        base: the case in one record.
        new: that in the other.
        false_alarm: how often at most a difference may be seen where there is none.
    """
    one, other = (
        {figure["what"]: figure for figure in case.get("figures", ())} for case in (base, new)
    )
    differing = [
        name for name in one if name in other and _verdict(one[name]) != _verdict(other[name])
    ]
    if one.keys() != other.keys() or not differing:
        return []
    tested = [rates_of(name, one[name], other[name]) for name in differing]
    same = [each for each in tested if each and each.p_value > false_alarm]
    return same if len(same) == len(tested) else []


def counted(entry: Mapping[str, Any]) -> int:
    """How many figures of a claim count the runs that something is true of."""
    figures = (
        figure for part in PARTS for case in entry.get(part, ()) for figure in case["figures"]
    )
    return sum(figure.get("chance", {}).get("test") in _COUNTED for figure in figures)


def _verdict(figure: Mapping[str, Any]) -> Any:
    return figure["chance"]["verdict"] if "chance" in figure else figure["ok"]


def rates_of(what: str, base: Mapping[str, Any], new: Mapping[str, Any]) -> SameRate | None:
    """What Fisher's test says of two figures, where it can be asked."""
    one, other = (figure.get("chance", {}) for figure in (base, new))
    if one.get("test") not in _COUNTED or other.get("test") != one["test"]:
        return None
    rates, n = (one.get("rate"), other.get("rate")), (one["n"], other["n"])
    if not all(isinstance(rate, (int, float)) and 0 <= rate <= 1 for rate in rates):
        return None
    # Imported here: it takes longer than all else, and few comparisons ask for it.
    from scipy import stats

    table = [[round(rate * runs), runs - round(rate * runs)] for rate, runs in zip(rates, n)]
    return SameRate(what, rates, n, float(stats.fisher_exact(table)[1]))
