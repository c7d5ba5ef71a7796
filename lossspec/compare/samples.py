"""Mann's and Whitney's two-sample test, exact with ties.

Where both samples are draws from one distribution, every way to split the pooled figures in two is
as probable as any other. The p-value bounds how many of those ways lie as far out: for any
distribution, any number of ties, any two sizes. `docs/compare.md` derives it.
"""

from __future__ import annotations

import math
from typing import Sequence

import numpy as np

from lossspec.core.arrays import AnyArray, Array

_NEAR = 3.0
"""Within so many standard deviations no alarm is near: p is given as 1, which is always safe."""

_FAR = 20.0
"""So many are enough for any alarm (p below 1e-86), and products of floats still hold them."""

_LEAST = 1e-300  # below, floats end; a bound may be larger than it has to be

_TILTS = (0.9, 1.0, 1.1, 1.25)
"""Multiples of the normal distribution's best tilt; the least of their bounds is taken."""

_GOLDEN = (math.sqrt(5) - 1) / 2


def shift(base: Array, new: Array) -> tuple[float, float]:
    """Compare two samples by their ranks.

    Args:
        base: ``(n,)``, without NaN; infinities are ranked as any number.
        new: ``(m,)``, likewise.

    Returns:
        The probability that one of NEW is above one of BASE, ties counting half; and the two-sided
        p-value: two samples of one distribution are as far apart at most this often.
    """
    n, m = len(base), len(new)
    # Midranks by hand: to import scipy.stats takes longer than a whole comparison.
    pooled = np.concatenate([base, new])
    _, where, counts = np.unique(pooled, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[where]
    centred = ranks - (n + m + 1) / 2
    total = float(np.sum(centred[n:]))  # 0 where nothing is shifted, at most ± n m / 2
    above = 0.5 + total / (n * m)
    # Variance of the sum of m values drawn without replacement; exact with ties.
    variance = n * m / (n + m) * float(np.sum(centred**2)) / max(n + m - 1, 1)
    if abs(total) <= _NEAR * math.sqrt(variance):
        return above, 1.0
    toward = centred if total > 0 else -centred
    return above, min(1.0, max(_LEAST, 2 * _tail(toward, m, abs(total), variance)))


def _tail(values: Array, m: int, total: float, variance: float) -> float:
    """Bound the share of choices whose sum reaches ``total``.

    Chernoff's: for any tilt t > 0 it is at most E exp(t S) / exp(t total), with the expectation
    over all choices of m. That is a coefficient of the polynomial ∏ (1 - q + q z exp(t value)), at
    z^m, over the same without the tilt: both are computed exactly, for several tilts at once.
    """
    deviations = min(total / math.sqrt(variance), _FAR)
    tilts = np.array([0.0, *(tilt * deviations / math.sqrt(variance) for tilt in _TILTS)])
    share = m / len(values)
    coefficients = np.zeros((len(tilts), m + 1))
    coefficients[:, 0] = 1.0
    # In an order of which every part is like the whole, so that no product grows or vanishes.
    places = np.argsort(np.arange(len(values)) * _GOLDEN % 1)
    for value in np.sort(values)[places]:
        taken = share * np.exp(tilts * value)[:, None] * coefficients[:, :-1]
        coefficients *= 1 - share
        coefficients[:, 1:] += taken
    none, tilted = coefficients[0, m], coefficients[1:, m]
    held = np.isfinite(tilted) & (tilted > 0)  # what a float can't hold bounds nothing
    if not np.any(held):
        return 1.0
    logarithms = np.log(tilted[held]) - math.log(none) - tilts[1:][held] * total
    return float(np.exp(np.min(logarithms)))


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values, valid under any dependence.

    The least is multiplied by their number k, the next by k - 1, and so on, and none is less than
    the one before it.
    """
    order: AnyArray = np.argsort(p_values, kind="stable")
    factors = np.arange(len(order), 0, -1)
    adjusted = np.empty(len(order))
    adjusted[order] = np.minimum(1, np.maximum.accumulate(factors * np.take(p_values, order)))
    return [float(p_value) for p_value in adjusted]
