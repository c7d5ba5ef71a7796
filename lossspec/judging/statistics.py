"""Exact tests over the replicates of a study.

Each says how often it would be wrong (`FALSE_ALARM`), and the smallest effect that so many
replicates see nine times of ten (`POWER`). Nothing here decides: `verdicts` turns p-values and
intervals into verdicts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lossspec.core.arrays import AnyArray, Array
from lossspec.ledger.verdicts import FALSE_ALARM, NEARLY_ALWAYS

POWER = 0.9
LEAST = 200
"""Replicates a rank test needs at least: with fewer, no figure is ever at odds with them."""


@dataclass(frozen=True)
class Interval:
    """An estimate, with its interval of confidence 1 - `FALSE_ALARM`."""

    estimate: float
    low: float
    high: float


def _stats() -> Any:
    """SciPy's, which takes longer to import than a run's every other module."""
    from scipy import stats

    return stats


def rank_p_value(sample: Array, figure: float, half_unit: float = 0.0) -> float:
    """The two-sided p-value of a figure among a sample.

    If figure and sample are draws from one distribution, each rank of the figure among them is as
    probable as any other, so the p-value is at most p with a probability of at most p, whatever the
    distribution.

    Args:
        sample: of the replicates, ``(n,)``; one that is not finite lies above every figure.
        figure: the printed one.
        half_unit: half a unit of its last digit. A draw that may have been printed so is a tie,
            which counts on both sides.
    """
    sample = np.where(np.isfinite(sample), sample, np.inf)
    near = half_unit * (1 + 1e-9)  # for the binary fraction of a decimal one
    ties = np.abs(sample - figure) <= near
    below = int(np.sum((sample < figure) & ~ties))
    above = len(sample) - below - int(np.sum(ties))
    return min(1.0, 2 * (len(sample) - max(below, above) + 1) / (len(sample) + 1))


def rank_sees(n: int) -> float:
    """The largest tail share whose figure is refuted with probability `POWER`.

    It is refuted when at most k of n draws are as extreme, where ``2 (k + 1) / (n + 1)`` is below
    `FALSE_ALARM`.
    """
    most = int(np.ceil(FALSE_ALARM * (n + 1) / 2 - 1)) - 1
    return 0.0 if most < 0 else float(_stats().beta.ppf(1 - POWER, most + 1, n - most))


def envelope_p_value(curves: AnyArray, curve: Array, half_units: Array) -> float:
    """The p-value of a printed curve among curves.

    The test by extreme rank lengths (Myllymäki, Mrkvička, Grabarnik, Seijo and Hahn, 2017, J. R.
    Stat. Soc. B 79). At each point the curves are ranked from either side; a curve is as extreme as
    its most extreme rank, and among equals as the next, and so on. It is an exact test of one
    hypothesis, whatever the dependence between points.

    Args:
        curves: of the replicates, ``(points, n)``; what is not finite lies above every figure.
        curve: the printed one, ``(points,)``.
        half_units: half a unit of each figure's last digit, ``(points,)``; all curves are rounded
            likewise.
    """
    together = np.column_stack([curve, curves])
    extremes = np.sort(_ranks_from_the_nearer_side(together, half_units), axis=0)
    documented = tuple(extremes[:, 0])
    return float(np.mean([tuple(each) <= documented for each in extremes.T]))


def envelope_sees(curves: AnyArray, half_units: Array) -> int:
    """At how many points beyond all others a curve is refuted.

    Such a curve's extreme ranks begin with k ones, so only curves with as many are as extreme: of
    the others those that have them among themselves, and no more than share the 2 points - k ones
    that it leaves. They must be few. More than there are points when no number suffices.

    Args:
        curves: of the replicates, ``(points, n)``, as in `envelope_p_value`.
        half_units: likewise.
    """
    points, n = curves.shape
    outermost = np.sum(_ranks_from_the_nearer_side(curves, half_units) == 1, axis=0)
    ones = np.arange(1, points + 1)
    as_extreme = np.minimum(np.sum(outermost >= ones[:, None], axis=1), (2 * points - ones) // ones)
    return 1 + int(np.sum((as_extreme + 1) / (n + 1) >= FALSE_ALARM))


def _ranks_from_the_nearer_side(curves: AnyArray, half_units: Array) -> AnyArray:
    """Each rounded curve's rank at each point, from the nearer side."""
    rounded = np.rint(np.where(np.isfinite(curves), curves, np.inf) / (2 * half_units[:, None]))
    # Equals get the rank of the least extreme among them, which errs on the side of the document.
    upwards, downwards = (_stats().rankdata(c, method="max", axis=1) for c in (rounded, -rounded))
    return np.asarray(np.minimum(upwards, downwards))


def rate(successes: AnyArray) -> Interval:
    """The share of successes ``(n,)``, with Clopper's and Pearson's exact interval."""
    n, k = len(successes), int(np.sum(successes))
    low = 0.0 if k == 0 else float(_stats().beta.ppf(FALSE_ALARM / 2, k, n - k + 1))
    high = 1.0 if k == n else float(_stats().beta.ppf(1 - FALSE_ALARM / 2, k + 1, n - k))
    return Interval(k / n, low, high)


def rate_sees(n: int) -> float:
    """The least rate shown above `NEARLY_ALWAYS` with probability `POWER`.

    By symmetry one less it is the greatest that they show to be below `NEARLY_NEVER`. 1 when even n
    successes don't suffice.
    """
    least = _stats().beta.ppf(FALSE_ALARM / 2, np.arange(1, n + 1), np.arange(n, 0, -1))
    enough = int(np.searchsorted(least, NEARLY_ALWAYS, side="right")) + 1
    return 1.0 if enough > n else float(_stats().beta.ppf(POWER, enough, n - enough + 1))


def median(values: Array) -> Interval:
    """The median of ``(n,)``, NaN as infinite, with an interval of order statistics."""
    ordered, n = np.sort(np.where(np.isnan(values), np.inf, values)), len(values)
    # The k-th smallest lies above the median with the probability that fewer than k of n lie below.
    k = int(_stats().binom.ppf(FALSE_ALARM / 2, n, 0.5))
    low, high = (-np.inf, np.inf) if k < 1 else (ordered[k - 1], ordered[n - k])
    return Interval(float(np.median(ordered)), float(low), float(high))
