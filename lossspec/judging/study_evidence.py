"""Evidence over many seeds: each check judges a sample, keeps what it rests on, and says what it can see.

A check returns where the claim holds, raises an ``AssertionError`` where it is refuted, and `Mixed` where it is true
of some runs only.
"""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np

from lossspec.core.arrays import AnyArray, Array, ArrayLike
from lossspec.core.errors import Mixed
from lossspec.experiments.curves import PERCENTS, quantiles
from lossspec.experiments.printed_figures import Printed
from lossspec.judging import statistics
from lossspec.judging.evidence import Evidence
from lossspec.judging.figures import in_words
from lossspec.ledger.verdicts import FALSE_ALARM, Verdict, of_difference, of_p_value, of_rate


class ChanceEvidence(Evidence):
    """Evidence, with checks over the replicates of studies."""

    def one_more_run(self, what: str, sample: Array, printed: Printed) -> None:
        """Check that a printed figure may be one more draw among the replicates' figures.

        Args:
            what: the figure's name, for a reader.
            sample: the replicates' figures, ``(n,)``.
            printed: the document's.
        """
        n = _runs(what, sample)
        p_value = statistics.rank_p_value(sample, float(printed), printed.half_unit)
        self._ruled(
            what,
            of_p_value(p_value),
            test="rank",
            n=n,
            visible=_beyond(statistics.rank_sees(n)),
            documented=str(printed),
            p_value=p_value,
            quantiles=_by_percent(sample),
        )

    def one_more_log(self, what: str, curves: AnyArray, printed: Sequence[Printed]) -> None:
        """Check that a printed log, figure by figure, may be one more among the replicates' curves.

        Args:
            what: the log's name, for a reader.
            curves: the replicates', ``(epochs, n)``.
            printed: the document's, one an epoch.
        """
        n = _runs(what, *curves)
        figures, half_units = (
            np.array([read(each) for each in printed]) for read in (float, _half_unit)
        )
        p_value = statistics.envelope_p_value(curves, figures, half_units)
        self._ruled(
            f"{what}, {len(printed)} figures together",
            of_p_value(p_value),
            test="envelope",
            n=n,
            visible=_outside(statistics.envelope_sees(curves, half_units), len(printed)),
            p_value=p_value,
        )

    def nearly_always(self, what: str, happened: AnyArray) -> None:
        """Check that what a document says of its run is true of nearly every run.

        Args:
            what: what happened, for a reader.
            happened: in which replicates, ``(n,)``.
        """
        n, share = _runs(what, happened), statistics.rate(happened)
        self._ruled(
            what,
            of_rate(share.low, share.high),
            test="rate",
            n=n,
            visible=_rates(n),
            **_share(share),
        )

    def nearly_always_lower(self, what: str, one: ArrayLike, other: ArrayLike) -> None:
        """Check that one figure is lower than another in nearly every pair of runs with the same seed.

        Args:
            what: what is compared, for a reader.
            one: the figure that should be lower, ``(n,)``.
            other: the figure that should be higher, ``(n,)``.
        """
        ours, theirs = np.asarray(one, np.float64), np.asarray(other, np.float64)
        n, share = _runs(what, ours, theirs), statistics.rate(ours < theirs)
        difference = statistics.median(_less(ours, theirs))
        self._ruled(
            what,
            of_rate(share.low, share.high),
            test="pairs",
            n=n,
            visible=_rates(n),
            **_share(share),
            **_difference(difference),
            quantiles=_by_percent(ours),
            other_quantiles=_by_percent(theirs),
        )

    def the_same(self, what: str, one: ArrayLike, other: ArrayLike, *, margin: float) -> None:
        """Check that the median difference between two figures of the same seed lies within a margin.

        Args:
            what: what is compared, for a reader.
            one: a figure of each replicate, ``(n,)``.
            other: likewise.
            margin: how far apart is still the same; why belongs beside the call.
        """
        ours, theirs = np.asarray(one, np.float64), np.asarray(other, np.float64)
        n, difference = _runs(what, ours, theirs), statistics.median(_less(ours, theirs))
        width = difference.high - difference.low
        self._ruled(
            what,
            of_difference(difference.low, difference.high, margin),
            test="equivalence",
            n=n,
            visible=f"median differences beyond {margin + width:.2g}"
            if np.isfinite(width)
            else _NOTHING,
            margin=margin,
            **_difference(difference),
            quantiles=_by_percent(ours),
            other_quantiles=_by_percent(theirs),
        )

    def _ruled(self, what: str, verdict: Verdict, **basis: Any) -> None:
        """Keep a judgement with what it rests on, and raise what it amounts to."""
        judged = {"verdict": str(verdict), "false_alarm": FALSE_ALARM, **basis}
        figure = {"what": what, "ok": verdict is Verdict.HOLDS, "chance": judged}
        self.figures.append(figure)
        if verdict is Verdict.VARIES:
            raise Mixed(in_words(figure))
        if verdict is Verdict.REFUTED:
            raise AssertionError(in_words(figure))


def _runs(what: str, *samples: AnyArray) -> int:
    """How many runs each sample has a figure of.

    Raises:
        ValueError: when there is none, or not the same number; that decides nothing, so that it is no judgement.
    """
    shapes = [np.shape(each) for each in samples]
    if not shapes or any(shape != shapes[0] or len(shape) != 1 or shape[0] < 1 for shape in shapes):
        raise ValueError(
            f"{what}: got figures of the shapes {sorted(set(shapes))}, should be one of each run"
        )
    return int(shapes[0][0])


def _less(ours: Array, theirs: Array) -> Array:
    """One figure less the other, pair by pair; NaN where both are infinite."""
    with np.errstate(invalid="ignore"):
        return ours - theirs


def _half_unit(printed: Printed) -> float:
    return printed.half_unit


def _by_percent(values: Array) -> dict[str, float]:
    return {f"{percent:g}": float(each) for percent, each in zip(PERCENTS, quantiles(values))}


def _share(share: statistics.Interval) -> dict[str, Any]:
    return {"rate": share.estimate, "interval": [share.low, share.high]}


def _difference(difference: statistics.Interval) -> dict[str, Any]:
    return {
        "difference": difference.estimate,
        "difference_interval": [difference.low, difference.high],
    }


_NOTHING = "nothing: too few runs"


def _beyond(share: float) -> str:
    return f"a figure that fewer than 1 in {1 / share:.0f} runs reach" if share else _NOTHING


def _outside(epochs: int, of: int) -> str:
    return (
        f"a log that lies outside of all runs in {epochs} of its {of} epochs"
        if epochs <= of
        else _NOTHING
    )


def _rates(n: int) -> str:
    sure = statistics.rate_sees(n)
    return f"true of at least {sure:.1%}, or at most {1 - sure:.1%}" if sure < 1 else _NOTHING
