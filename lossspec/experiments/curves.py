"""The curves of many runs in numbers: their quantiles, and what documents see in one: bumpy, still moving."""

from __future__ import annotations

import warnings
from typing import Sequence

import numpy as np

from lossspec.core.arrays import Array

PERCENTS = (2.5, 25, 50, 75, 97.5)
TENTH = 0.1


def quantiles(values: Array, percents: Sequence[float] = PERCENTS) -> Array:
    """Quantiles over the last axis, of what is finite there: ``(percents, …)``, NaN where nothing is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # NumPy's for nothing but NaN
        return np.asarray(
            np.nanpercentile(np.where(np.isfinite(values), values, np.nan), percents, axis=-1)
        )


def not_finite(values: Array) -> Array:
    """How many replicates, along the last axis, have no finite value."""
    return np.asarray(np.sum(~np.isfinite(values), axis=-1))


def bumpiness(curves: Array, towards: int = -1) -> Array:
    """How much of a curve's way is in the wrong direction: 0 for one that only falls, 0.5 for one that gets nowhere.

    Args:
        curves: ``(epochs, n)``.
        towards: -1 where falling is right, as for a loss, and 1 where rising is, as for an accuracy.

    Returns:
        ``(n,)``; NaN for a curve that doesn't move.
    """
    steps = np.diff(curves, axis=0) * towards
    way = np.abs(steps).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(steps < 0, -steps, 0).sum(axis=0) / way)


def change_at_the_end(curves: Array) -> Array:
    """How much a curve still moves at the end, as a share of the whole way from its first epoch to its last.

    Single epochs are bumpy, so that the medians of the last tenth of the epochs and of the tenth before it are
    compared.

    Args:
        curves: ``(epochs, n)``.

    Returns:
        ``(n,)``; infinite for a curve that ends where it began, and NaN where it has come to rest there.
    """
    tenth = max(1, int(len(curves) * TENTH))
    before, last = (
        np.median(curves[-2 * tenth : -tenth], axis=0),
        np.median(curves[-tenth:], axis=0),
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.abs(last - before) / np.abs(curves[0] - curves[-1]))
