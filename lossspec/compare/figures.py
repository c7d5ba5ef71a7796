"""Which figures moved behind calls whose verdict is the same: told, and counted neither as better nor as worse.

What one run of a spec measures comes out the same in the next, to the last of nine digits; so any other number has
moved. What rests on many seeds is compared number by number where both records have the same seeds. Where they have
not, a share of runs has moved if Fisher's exact test says so, and the rest isn't compared: the studies' own tests do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Iterator, Mapping, Tuple

from lossspec.compare.rates import rates_of
from lossspec.evidence import in_words
from lossspec.findings import EVIDENCE, INSTEAD, Finding
from lossspec.record import Record

TRAINING = "training"
"""The kind of claims whose figures rest on seeds."""

Key = Tuple[str, str, str, str, int]
"""Part, call, the figure's name, whether it is a figure or a curve, and which of those of that name it is."""


@dataclass(frozen=True)
class FigureMove:
    """A figure, or a curve, of one call that isn't as it was.

    Attributes:
        claim: whose call it is.
        finding: what the call found, in both records.
        what: the figure's name.
        base: BASE's in words; empty where it has none.
        new: NEW's likewise.
        tolerances: how far it moved, as a multiple of its own tolerance; infinite where it has none, or is no number.
    """

    claim: str
    finding: Finding
    what: str
    base: str
    new: str
    tolerances: float


def figure_moves(base: Record, new: Record, same_seeds: bool, false_alarm: float) -> tuple[list[FigureMove], int]:
    """The figures that moved, those by the most of their tolerances first, and how many were compared.

    Args:
        base: a record with its cases.
        new: another.
        same_seeds: whether what was trained was so with the same seeds in both.
        false_alarm: how often at most a share of runs may be said to have moved that has not, each.
    """
    moves, compared = [], 0
    for claim in new["claims"].keys() & base["claims"].keys():
        was, now = dict(_figures(base["claims"][claim])), dict(_figures(new["claims"][claim]))
        before, after = ({key[:2]: finding for key, (finding, _) in those.items()} for those in (was, now))
        # Of calls with another verdict, figures are told with it.
        same = {call for call in before if call in after and before[call].verdict == after[call].verdict}
        by_seed = new["claims"][claim]["kind"] == TRAINING and not same_seeds
        for key in sorted({each for each in {*was, *now} if each[:2] in same}):
            one, other = (those[key][1] if key in those else {} for those in (was, now))
            compared += 1
            if _moved(key[2], one, other, by_seed, false_alarm):
                far = _tolerances(one, other)
                moves.append(FigureMove(claim, after[key[:2]], key[2], _in_words(one), _in_words(other), far))
    return sorted(moves, key=lambda each: (-each.tolerances, each.claim, each.finding.name)), compared


def _figures(entry: Mapping[str, Any]) -> Iterator[tuple[Key, tuple[Finding, Mapping[str, Any]]]]:
    for part in (EVIDENCE, INSTEAD):
        for case in entry.get(part, ()):
            spec, bracket, call = case["spec"].partition("[")
            finding = Finding(part, spec, bracket + call, case["mode"], case["verdict"])
            for kind in ("figures", "curves"):
                known: dict[str, int] = {}
                for figure in case.get(kind, ()):
                    number = known[figure["what"]] = known.get(figure["what"], -1) + 1
                    yield (part, case["spec"], figure["what"], kind, number), (finding, figure)


def _moved(what: str, base: Mapping[str, Any], new: Mapping[str, Any], by_seed: bool, false_alarm: float) -> bool:
    if base == new or not by_seed:
        return base != new
    rates = rates_of(what, base, new)
    return rates is not None and rates.p_value <= false_alarm


def _tolerances(base: Mapping[str, Any], new: Mapping[str, Any]) -> float:
    """How far a figure's distance from what it should be has moved, in multiples of its tolerance."""
    if not all("within" in each and "got" in each for each in (base, new)):
        return math.inf
    off = [float(each["got"]) - float(each["should_be"]) for each in (base, new)]
    within = max(float(each["within"]) for each in (base, new))
    far = abs(off[1] - off[0])
    return far / within if within and math.isfinite(far) else math.inf


def _in_words(figure: Mapping[str, Any]) -> str:
    if "x" in figure:
        return f"{len(figure['x'])} points of a curve"
    return in_words(dict(figure)) if figure else ""
