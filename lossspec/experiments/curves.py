"""The curves of many runs, in numbers."""

from __future__ import annotations

import warnings
from typing import Sequence

import numpy as np

from lossspec.core.arrays import AnyArray, Array

PERCENTS = (2.5, 25, 50, 75, 97.5)
TENTH = 0.1
A_QUARTER = 0.25
HARDLY = 0.05


def quantiles(values: Array, percents: Sequence[float] = PERCENTS) -> Array:
    """Quantiles of finite values along the last axis, ``(percents, …)``; else NaN."""
    finite = np.where(np.isfinite(values), values, np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # NumPy's for nothing but NaN
        return np.asarray(np.nanpercentile(finite, percents, axis=-1))


def not_finite(values: Array) -> Array:
    """Count values that aren't finite, along the last axis."""
    return np.asarray(np.sum(~np.isfinite(values), axis=-1))


def bumpiness(curves: Array, towards: int = -1) -> Array:
    """The share of a curve's way in the wrong direction.

    0 for one that only falls, 0.5 for one that gets nowhere.

    Args:
        curves: ``(epochs, n)``.
        towards: -1 where falling is right, as for a loss, and 1 where rising is.

    Returns:
        ``(n,)``; NaN for a curve that doesn't move.
    """
    steps = np.diff(curves, axis=0) * towards
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.maximum(-steps, 0).sum(axis=0) / np.abs(steps).sum(axis=0))


def goes_and_rests(curves: Array, *, rising: bool = False) -> AnyArray:
    """Which curves go far enough, and hardly move at the end: the change is below 5 % of the way.

    A loss has to fall by a quarter of its first value; what should rise has to end higher. Single
    epochs are bumpy: the medians of the last tenth of them and of the one before count.

    Args:
        curves: ``(epochs, n)``.
        rising: whether rising is right, as for an accuracy.

    Returns:
        ``(n,)``, of truth values.
    """
    tenth = max(1, int(len(curves) * TENTH))
    before = np.median(curves[-2 * tenth : -tenth], axis=0)
    last = np.median(curves[-tenth:], axis=0)
    way = last - curves[0] if rising else curves[0] - last
    far = way > (0 if rising else A_QUARTER * curves[0])
    return np.asarray(far & (np.abs(last - before) < HARDLY * way))


def mean_step(curves: Array) -> Array:
    """How much a curve changes in an epoch of its second half on average, over its last value.

    Args:
        curves: ``(epochs, n)``.

    Returns:
        ``(n,)``.
    """
    steps = np.abs(np.diff(curves[len(curves) // 2 :], axis=0))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(steps.mean(axis=0) / np.abs(curves[-1]))
