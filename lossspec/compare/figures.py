"""Which figures moved, and whether seeds alone explain it.

What one run of a spec measures comes out the same in the next, to the last of nine digits; so any
other number has moved. What rests on many seeds is compared number by number where both records
have the same seeds. Where they have not, a share of runs has moved if Fisher's exact test says so;
the rest is left to the studies' own tests.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Iterator, Sequence, Tuple, TypeVar

from lossspec.judging.figures import in_words
from lossspec.records.findings import PARTS, unnumbered
from lossspec.records.record_types import Case, Claim, Curve, Figure, Record

_COUNTED = ("rate", "pairs")
"""Tests of how many runs, or pairs of runs, something is true of."""

_MILLIONTH = 1e-6
_TRAINING = "training"  # the kind of claims whose figures rest on seeds

F = TypeVar("F", Figure, Curve)
Call = Tuple[str, str]
"""A call: ``evidence`` or ``instead``, and its whole name."""


@dataclass(frozen=True)
class SameRate:
    """A figure true of ``rates`` of ``n`` runs, as other seeds may explain."""

    what: str
    rates: tuple[float, float]
    n: tuple[int, int]
    p_value: float

    def __str__(self) -> str:
        of = "" if self.n[0] == self.n[1] else f" of {self.n[0]}"
        return (
            f"{self.what}: true of {self.rates[0]:.1%}{of} and {self.rates[1]:.1%} of {self.n[1]} "
            f"runs, as other seeds may make it (Fisher's exact test, p = {self.p_value:.1g})"
        )


@dataclass(frozen=True)
class FigureMove:
    """A figure, or a curve, that isn't as it was, or that one record alone has.

    Attributes:
        base: what BASE measured, in words; empty where it has none. NEW likewise.
        tolerances: how far it moved, as a multiple of its own tolerance, or of a millionth of its
            size where it has none; infinite where it is no number, or has nothing beside it.
        of_training: whether it rests on training, in which a last bit may grow to anything.
    """

    claim: str
    part: str
    call: str
    what: str
    base: str
    new: str
    tolerances: float
    of_training: bool

    @property
    def in_both(self) -> bool:
        """Whether both records have it, so that it moved."""
        return bool(self.base and self.new)


def cases_of(claim: Claim) -> dict[Call, Case]:
    """The cases of a claim by call, as its findings name these."""
    return {
        (part, unnumbered(case["spec"])): case for part in PARTS for case in claim.get(part, ())
    }


def count_rates(record: Record) -> int:
    """Count a record's figures that are shares of runs."""
    return sum(
        "chance" in figure and figure["chance"]["test"] in _COUNTED
        for claim in record["claims"].values()
        for case in cases_of(claim).values()
        for figure in case["figures"]
    )


def same_rates(base: Case, new: Case, false_alarm: float) -> list[SameRate]:
    """The figures of two verdicts, if seeds may explain them."""
    before, after = ({figure["what"]: figure for figure in case["figures"]} for case in (base, new))
    if before.keys() != after.keys():
        return []
    pairs = [(before[what], after[what]) for what in before]
    tested = [_rates(*pair) for pair in pairs if _verdict(pair[0]) != _verdict(pair[1])]
    same = [rates for rates in tested if rates and rates.p_value > false_alarm]
    return same if len(same) == len(tested) else []


def _verdict(figure: Figure) -> str | bool:
    return figure["chance"]["verdict"] if "chance" in figure else figure["ok"]


def _rates(base: Figure, new: Figure) -> SameRate | None:
    """What Fisher's test says of two figures, if anything."""
    if "chance" not in base or "chance" not in new:
        return None
    before, after = base["chance"], new["chance"]
    if before["test"] not in _COUNTED or after["test"] != before["test"]:
        return None
    rates = float(before.get("rate", "nan")), float(after.get("rate", "nan"))
    if not all(0 <= rate <= 1 for rate in rates):
        return None
    # Imported here: it takes longer than all else, and few comparisons ask for it.
    from scipy import stats

    n = before["n"], after["n"]
    true = [round(rate * runs) for rate, runs in zip(rates, n)]
    table = [[count, runs - count] for count, runs in zip(true, n)]
    return SameRate(base["what"], rates, n, float(stats.fisher_exact(table)[1]))


def figure_moves(
    base: Record, new: Record, same_seeds: bool, false_alarm: float
) -> tuple[list[FigureMove], int]:
    """The figures that moved, the farthest first, then those of one record; of how many in both.

    Of calls with another verdict, figures are told with it, and not here. ``false_alarm`` is how
    often at most one share of runs may be said to have moved that has not.
    """
    moves: list[FigureMove] = []
    compared = 0
    for claim in new["claims"].keys() & base["claims"].keys():
        cases = cases_of(base["claims"][claim])
        of_training = new["claims"][claim]["kind"] == _TRAINING
        for (part, call), case in cases_of(new["claims"][claim]).items():
            other = cases.get((part, call))
            if other and other["verdict"] == case["verdict"]:
                found = list(_moved(other, case, of_training and not same_seeds, false_alarm))
                told = [FigureMove(claim, part, call, *it, of_training) for it in found if it]
                compared += len(found) - sum(not move.in_both for move in told)
                moves += told
    # What rests on training comes last: there a last bit may grow to anything.
    moves.sort(
        key=lambda move: (
            not move.in_both,
            move.of_training,
            -move.tolerances,
            move.claim,
            move.call,
        )
    )
    return moves, compared


Moved = Tuple[str, str, str, float]
"""A figure's name, BASE's and NEW's in words, and by how many tolerances it moved."""


def _moved(base: Case, new: Case, by_seed: bool, false_alarm: float) -> Iterator[Moved | None]:
    """How each figure and curve moved, shares alone by seed; None if unmoved."""
    for what, before, after in _paired(base["figures"], new["figures"]):
        rates = _rates(before, after) if by_seed and before and after else None
        if before == after or (rates and rates.p_value > false_alarm):
            yield None
        elif not by_seed or rates:
            yield what, _said(before), _said(after), _tolerances(before, after)
    for what, was, now in () if by_seed else _paired(base["curves"], new["curves"]):
        yield (what, _points(was), _points(now), _millionths(was, now)) if was != now else None


def _paired(base: Sequence[F], new: Sequence[F]) -> Iterator[tuple[str, F | None, F | None]]:
    """Pair what two cases hold by name and number."""
    was, now = _numbered(base), _numbered(new)
    return ((key[0], was.get(key), now.get(key)) for key in {**was, **now})


def _numbered(items: Sequence[F]) -> dict[tuple[str, int], F]:
    numbered: dict[tuple[str, int], F] = {}
    for item in items:
        number = sum(what == item["what"] for what, _ in numbered)
        numbered[item["what"], number] = item
    return numbered


def _tolerances(base: Figure | None, new: Figure | None) -> float:
    """How far a figure's distance from its target moved, in tolerances or millionths."""
    if not base or not new or "got" not in base or "got" not in new:
        return math.inf
    was, now = float(base["got"]), float(new["got"])
    if was == now or (math.isnan(was) and math.isnan(now)):
        return 0.0
    within = min(float(base.get("within", 0)), float(new.get("within", 0)))
    if within and "should_be" in base and "should_be" in new:
        within = max(float(base["within"]), float(new["within"]))
        far = abs((now - float(new["should_be"])) - (was - float(base["should_be"])))
    else:
        far, within = abs(now - was), _MILLIONTH * max(abs(was), abs(now))
    return far / within if math.isfinite(far) and within else math.inf


def _millionths(base: Curve | None, new: Curve | None) -> float:
    """How far a curve's farthest point moved, in millionths of the curve's size."""
    if not base or not new or base["x"] != new["x"] or len(base["y"]) != len(new["y"]):
        return math.inf
    moved = [(float(was), float(now)) for was, now in zip(base["y"], new["y"]) if was != now]
    if not all(math.isfinite(y) for pair in moved for y in pair):
        return math.inf
    size = max(abs(y) for y in map(float, (*base["y"], *new["y"])) if math.isfinite(y))
    return max(abs(now - was) for was, now in moved) / (_MILLIONTH * size)


def _said(figure: Figure | None) -> str:
    return in_words(dict(figure)) if figure else ""


def _points(curve: Curve | None) -> str:
    return f"{len(curve['x'])} points of a curve" if curve else ""
