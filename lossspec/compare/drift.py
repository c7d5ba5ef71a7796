"""How far the fingerprints of two records lie apart, in units in the last place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Iterator, Mapping

import numpy as np

from lossspec.core.arrays import Array
from lossspec.losses.fingerprints import PRECISIONS, decode, ulps
from lossspec.records.record import Record

Fingerprint = Mapping[str, Any]


@dataclass(frozen=True)
class Distance:
    """Numbers of one fingerprint against those of another.

    Attributes:
        ulps: the largest distance in units in the last place; infinite where only one is a finite number.
        differ: how many numbers differ.
        of: how many there are.
        appeared: how many are NaN or infinite in NEW alone.
        vanished: how many are in BASE alone.
        precisions: in which BASE and NEW answer. Where they differ, the unit is the finer one's.
        counts: how many numbers BASE and NEW have; where these differ, the distance is infinite.
        bits: whether they are the same to the bit; the sign of a zero is no distance.
    """

    ulps: float
    differ: int
    of: int
    appeared: int
    vanished: int
    precisions: tuple[str, str]
    counts: tuple[int, int]
    bits: bool

    @property
    def same(self) -> bool:
        """Whether nothing differs, not a bit."""
        return self.bits and not self.differ and len(set(self.precisions)) == 1


@dataclass(frozen=True)
class Drift:
    """A loss in one mode, asked in one precision: its values, and its slopes."""

    loss: str
    mode: str
    dtype: str
    values: Distance
    gradients: Distance

    @property
    def ulps(self) -> float:
        """The largest distance of either."""
        return max(self.values.ulps, self.gradients.ulps)

    @property
    def drifted(self) -> bool:
        """Whether any bit differs, or comes in another precision."""
        return not (self.values.same and self.gradients.same)


def drifts(base: Record, new: Record) -> tuple[list[Drift], list[str], list[str]]:
    """The distances of all fingerprints in both records; in words what can't be compared, and what NEW lacks."""
    found: list[Drift] = []
    missing: list[str] = []
    lost: list[str] = []
    ours, theirs = dict(_flat(new["fingerprints"])), dict(_flat(base["fingerprints"]))
    for key in dict.fromkeys([*ours, *theirs]):
        name = " ".join(key)
        if key not in ours or key not in theirs:
            said = f"{name}: only {'NEW' if key in ours else 'BASE'} has this fingerprint"
            (missing if key in ours else lost).append(said)
            continue
        if theirs[key]["grid"] != ours[key]["grid"]:
            missing.append(f"{name}: taken on other inputs")
            continue
        try:
            parts = [
                distance(theirs[key][part], ours[key][part]) for part in ("values", "gradients")
            ]
        except ValueError as error:
            missing.append(f"{name}: {error}")
            continue
        found.append(Drift(*key, *parts))
    return found, missing, lost


def distance(base: str, new: str) -> Distance:
    """How far apart two texts of `fingerprints.encode` are.

    Raises:
        ValueError: when one is no such text.
    """
    if base == new:
        dtype, numbers = decode(base)
        return Distance(0.0, 0, len(numbers), 0, 0, (dtype, dtype), (len(numbers),) * 2, bits=True)
    (dtype, one), (other_dtype, other) = decode(base), decode(new)
    counts = len(one), len(other)
    if counts[0] != counts[1]:
        return Distance(
            math.inf, max(counts), max(counts), 0, 0, (dtype, other_dtype), counts, bits=False
        )
    apart = _ulps(one, other, dtype, other_dtype)
    was, now = np.isfinite(one), np.isfinite(other)
    return Distance(
        ulps=float(np.max(apart, initial=0.0)),
        differ=int(np.sum(apart > 0)),
        of=len(one),
        appeared=int(np.sum(was & ~now)),
        vanished=int(np.sum(~was & now)),
        precisions=(dtype, other_dtype),
        counts=counts,
        bits=False,
    )


def _ulps(one: Array, other: Array, dtype: str, other_dtype: str) -> Array:
    """Distances in the precision of both, or in the finer of two; float16 and bfloat16 only meet in float32."""
    if dtype == other_dtype:
        return ulps(one, other, dtype)
    finer = min(dtype, other_dtype, key=PRECISIONS.index)
    return ulps(one, other, "float32" if finer == "float16" else finer)


def _flat(fingerprints: Any) -> Iterator[tuple[tuple[str, str, str], Fingerprint]]:
    for loss, by_mode in fingerprints.items():
        for mode, by_dtype in by_mode.items():
            for dtype, each in by_dtype.items():
                yield (loss, mode, dtype), each
