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
from lossspec.judging.figures import in_words
from lossspec.records.findings import EVIDENCE, INSTEAD, Finding, findings
from lossspec.records.record import Record

_MILLIONTH = 1e-6

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
        tolerances: how far it moved, as a multiple of its own tolerance, or of a millionth of its size where it has
            none; infinite where it is no number.
        of_training: whether it rests on training, in which a last bit may grow to anything.
    """

    claim: str
    finding: Finding
    what: str
    base: str
    new: str
    tolerances: float
    of_training: bool


def figure_moves(
    base: Record, new: Record, same_seeds: bool, false_alarm: float
) -> tuple[list[FigureMove], int]:
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
        before, after = (
            {(each.part, each.name): each for each in findings(record["claims"][claim])}
            for record in (base, new)
        )
        # Of calls with another verdict, figures are told with it.
        same = {
            call for call in before if call in after and before[call].verdict == after[call].verdict
        }
        of_training = new["claims"][claim]["kind"] == TRAINING
        for key in sorted({each for each in {*was, *now} if each[:2] in same}):
            one, other = (those[key][1] if key in those else {} for those in (was, now))
            moved = _moved(key[2], one, other, of_training and not same_seeds, false_alarm)
            compared += moved is not None
            if moved:
                far, words = _tolerances(one, other), (_in_words(one), _in_words(other))
                moves.append(FigureMove(claim, after[key[:2]], key[2], *words, far, of_training))
    # What rests on training comes last: there a last bit may grow to anything.
    return sorted(
        moves, key=lambda each: (each.of_training, -each.tolerances, each.claim, each.finding.name)
    ), compared


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


def _moved(
    what: str, base: Mapping[str, Any], new: Mapping[str, Any], by_seed: bool, false_alarm: float
) -> bool | None:
    """Whether a figure is another; None where it rests on other seeds, and no test says whether these explain it."""
    if base == new or not by_seed:
        return base != new
    rates = rates_of(what, base, new)
    return None if rates is None else rates.p_value <= false_alarm


def _tolerances(base: Mapping[str, Any], new: Mapping[str, Any]) -> float:
    """How far a figure's distance from what it should be has moved, in multiples of its tolerance.

    One without a tolerance is given that of a sum in float32, a millionth of its size.
    """
    if not all("got" in each for each in (base, new)):
        return math.inf
    got = [float(each["got"]) for each in (base, new)]
    if all("should_be" in each and float(each.get("within", 0)) for each in (base, new)):
        off = [value - float(each["should_be"]) for value, each in zip(got, (base, new))]
        within = max(float(each["within"]) for each in (base, new))
        far = abs(off[1] - off[0])
    else:
        far, within = abs(got[1] - got[0]), _MILLIONTH * max(map(abs, got))
    if got[0] == got[1]:
        return 0.0
    return far / within if math.isfinite(far) and within else math.inf


def _in_words(figure: Mapping[str, Any]) -> str:
    if "x" in figure:
        return f"{len(figure['x'])} points of a curve"
    return in_words(dict(figure)) if figure else ""
