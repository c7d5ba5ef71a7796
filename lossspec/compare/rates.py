"""Whether other seeds alone may have given another verdict: of statements that are true of so many runs.

A statement that is true of nine runs in ten holds of some sets of seeds and varies over others. So such a verdict has
changed only where the runs themselves differ more than seeds make them, by Fisher's exact test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Iterator, Mapping, Tuple

_COUNTED = ("rate", "pairs")
"""Tests of how many runs, or pairs of runs, something is true of."""

Figures = Dict[Tuple[str, str], Mapping[str, Any]]


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


def same_rates(base: Mapping[str, Any], new: Mapping[str, Any], false_alarm: float) -> list[SameRate]:
    """The figures behind a claim's two verdicts, if seeds alone may have made them differ; else none.

    Args:
        base: the claim's entry in one record, with its evidence.
        new: likewise in the other.
        false_alarm: how often at most a difference may be seen where there is none.
    """
    one, other = _figures(base), _figures(new)
    differing = [name for name in one if name in other and _verdict(one[name]) != _verdict(other[name])]
    if one.keys() != other.keys() or not differing:
        return []
    tested = [_tested(name[1], one[name], other[name]) for name in differing]
    same = [each for each in tested if each and each.p_value > false_alarm]
    return same if len(same) == len(tested) else []


def counted(entry: Mapping[str, Any]) -> bool:
    """Whether a claim was judged by how many runs something is true of."""
    return any(figure.get("chance", {}).get("test") in _COUNTED for figure in _figures(entry).values())


def _figures(entry: Mapping[str, Any]) -> Figures:
    return dict(_named(entry))


def _named(entry: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    for case in entry.get("evidence", []):
        for figure in case["figures"]:
            yield (case["spec"], figure["what"]), figure


def _verdict(figure: Mapping[str, Any]) -> Any:
    return figure["chance"]["verdict"] if "chance" in figure else figure["ok"]


def _tested(what: str, base: Mapping[str, Any], new: Mapping[str, Any]) -> SameRate | None:
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
