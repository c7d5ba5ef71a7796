"""Evidence over many seeds: checks that judge a sample.

A check returns where the claim holds, raises an ``AssertionError`` where it is refuted, and `Mixed`
where it is true of some runs only.
"""

from __future__ import annotations

from typing import Sequence

import numpy as np

from lossspec.core.arrays import AnyArray, Array, ArrayLike
from lossspec.core.errors import Mixed
from lossspec.experiments.curves import PERCENTS, quantiles
from lossspec.experiments.printed_figures import Printed
from lossspec.judging import statistics
from lossspec.judging.evidence import Evidence
from lossspec.judging.figures import in_words
from lossspec.ledger.verdicts import FALSE_ALARM, Verdict, of_difference, of_p_value, of_rate

_NOTHING = "nothing: too few runs"


class ChanceEvidence(Evidence):
    """Evidence, with checks over the replicates of studies."""

    def one_more_run(self, what: str, sample: Array, printed: Printed) -> None:
        """Check a printed figure as one more of the replicates', ``(n,)``."""
        n = _runs(what, sample)
        p_value = statistics.rank_p_value(sample, float(printed), printed.half_unit)
        share = statistics.rank_sees(n)
        self._ruled(
            what,
            of_p_value(p_value),
            test="rank",
            n=n,
            visible=f"a figure that fewer than 1 in {1 / share:.0f} runs reach"
            if share
            else _NOTHING,
            documented=str(printed),
            p_value=p_value,
            quantiles=_by_percent(sample),
        )

    def one_more_log(self, what: str, curves: AnyArray, printed: Sequence[Printed]) -> None:
        """Check a printed log as one more of the replicates', ``(epochs, n)``."""
        n, epochs = _runs(what, *curves), len(printed)
        figures = np.array([float(figure) for figure in printed])
        half_units = np.array([figure.half_unit for figure in printed])
        p_value = statistics.envelope_p_value(curves, figures, half_units)
        sees = statistics.envelope_sees(curves, half_units)
        outside = f"a log that lies outside of all runs in {sees} of its {epochs} epochs"
        self._ruled(
            f"{what}, {epochs} figures together",
            of_p_value(p_value),
            test="envelope",
            n=n,
            visible=outside if sees <= epochs else _NOTHING,
            p_value=p_value,
        )

    def nearly_always(self, what: str, happened: AnyArray) -> None:
        """Check that what happened, ``(n,)``, is true of nearly every run."""
        n, share = _runs(what, happened), statistics.rate(happened)
        self._ruled(
            what,
            of_rate(share.low, share.high),
            test="rate",
            n=n,
            visible=_rates(n),
            rate=share.estimate,
            interval=[share.low, share.high],
        )

    def nearly_always_lower(self, what: str, one: ArrayLike, other: ArrayLike) -> None:
        """Check that one figure, ``(n,)``, is nearly always lower, pair by pair."""
        lower, higher = np.asarray(one, np.float64), np.asarray(other, np.float64)
        n, share = _runs(what, lower, higher), statistics.rate(lower < higher)
        difference = _difference(lower, higher)
        self._ruled(
            what,
            of_rate(share.low, share.high),
            test="pairs",
            n=n,
            visible=_rates(n),
            rate=share.estimate,
            interval=[share.low, share.high],
            difference=difference.estimate,
            difference_interval=[difference.low, difference.high],
            quantiles=_by_percent(lower),
            other_quantiles=_by_percent(higher),
        )

    def the_same(self, what: str, one: ArrayLike, other: ArrayLike, *, margin: float) -> None:
        """Check that two figures' median difference, ``(n,)`` each, is within a margin."""
        first, second = np.asarray(one, np.float64), np.asarray(other, np.float64)
        n, difference = _runs(what, first, second), _difference(first, second)
        width = difference.high - difference.low
        beyond = f"median differences beyond {margin + width:.2g}"
        self._ruled(
            what,
            of_difference(difference.low, difference.high, margin),
            test="equivalence",
            n=n,
            visible=beyond if np.isfinite(width) else _NOTHING,
            margin=margin,
            difference=difference.estimate,
            difference_interval=[difference.low, difference.high],
            quantiles=_by_percent(first),
            other_quantiles=_by_percent(second),
        )

    def _ruled(self, what: str, verdict: Verdict, **basis: object) -> None:
        """Keep a judgement, and raise what it amounts to."""
        judged = {"verdict": str(verdict), "false_alarm": FALSE_ALARM, **basis}
        figure = {"what": what, "ok": verdict is Verdict.HOLDS, "chance": judged}
        self.figures.append(figure)
        if verdict is Verdict.VARIES:
            raise Mixed(in_words(figure))
        if verdict is Verdict.REFUTED:
            raise AssertionError(in_words(figure))


def _runs(what: str, *samples: AnyArray) -> int:
    """The number of runs that all samples share; unlike samples decide nothing."""
    shapes = {np.shape(sample) for sample in samples}
    if len(shapes) != 1 or len(min(shapes)) != 1 or min(shapes)[0] < 1:
        raise ValueError(
            f"{what}: got figures of the shapes {sorted(shapes)}, should be one of each run"
        )
    return int(min(shapes)[0])


def _difference(first: Array, second: Array) -> statistics.Interval:
    """The median difference of pairs; NaN of two infinities."""
    with np.errstate(invalid="ignore"):
        return statistics.median(first - second)


def _by_percent(values: Array) -> dict[str, float]:
    return {f"{percent:g}": float(figure) for percent, figure in zip(PERCENTS, quantiles(values))}


def _rates(n: int) -> str:
    sure = statistics.rate_sees(n)
    return f"true of at least {sure:.1%}, or at most {1 - sure:.1%}" if sure < 1 else _NOTHING
