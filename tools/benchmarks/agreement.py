"""Whether two ways of training do the same work: their final losses must have the same median."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

NORMAL_999 = 3.29
"""The standard normal's two-sided 99.9 % point."""


@dataclass(frozen=True)
class Agreement:
    """Two medians, and how far apart chance alone may bring them."""

    ours: float
    theirs: float
    bound: float

    @property
    def holds(self) -> bool:
        """Whether the medians are no further apart than the bound."""
        return abs(self.ours - self.theirs) <= self.bound


def agreement(ours: np.ndarray, theirs: np.ndarray) -> Agreement:
    """Compare the medians of two samples.

    The standard error of a median of n is sqrt(pi/2) sigma / sqrt(n) near the normal distribution;
    sigma is taken from the quartiles, which lie 1.349 sigma apart, so that a few replicates that
    got stuck don't widen the bound.
    """
    error = np.hypot(_error_of_median(ours), _error_of_median(theirs))
    return Agreement(float(np.median(ours)), float(np.median(theirs)), float(NORMAL_999 * error))


def _error_of_median(sample: np.ndarray) -> float:
    low, high = np.percentile(sample, [25, 75])
    return float(np.sqrt(np.pi / 2 / len(sample)) * (high - low) / 1.349)
