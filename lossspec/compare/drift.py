"""How far two records' fingerprints lie apart, in ULPs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lossspec.compare.parts import Part, flat, pair
from lossspec.losses.fingerprints import PRECISIONS, decode, ulps
from lossspec.records.record_types import Record


@dataclass(frozen=True)
class Distance:
    """The distance of one fingerprint from another.

    Attributes:
        ulps: the largest distance; infinite where only one is finite, or their counts differ. The
            unit is that of the finer precision.
        differ: how many numbers differ, of how many.
        precisions: in which BASE and NEW answer.
        counts: how many numbers BASE and NEW have.
        same: whether they are so to the bit; the sign of a zero is no distance.
    """

    ulps: float
    differ: int
    of: int
    precisions: tuple[str, str]
    counts: tuple[int, int]
    same: bool
    not_finite_in_new_alone: int = 0
    not_finite_in_base_alone: int = 0

    def __str__(self) -> str:
        if self.same:
            return "the same"
        if self.counts[0] != self.counts[1]:
            return "{} numbers → {}".format(*self.counts)
        same_precision = len(set(self.precisions)) == 1
        if not self.differ and same_precision:
            return "in the sign of a zero alone"
        unit = "ULP" if self.ulps == 1 else "ULPs"
        size = f"{self.ulps:.6g} {unit}" if math.isfinite(self.ulps) else "no finite distance"
        appeared, vanished = self.not_finite_in_new_alone, self.not_finite_in_base_alone
        parts = {
            f"{size} in {self.differ} of {self.of}": True,
            f"NaN or infinite in NEW alone: {appeared}": appeared,
            f"NaN or infinite in BASE alone: {vanished}": vanished,
            "{} → {}".format(*self.precisions): not same_precision,
        }
        return "; ".join(part for part, is_so in parts.items() if is_so)


@dataclass(frozen=True)
class Drift:
    """A loss in one mode and precision."""

    loss: str
    mode: str
    dtype: str
    values: Distance
    gradients: Distance

    @property
    def name(self) -> str:
        """``hinge, eager, float32``."""
        return f"{self.loss}, {self.mode}, {self.dtype}"

    def __str__(self) -> str:
        return f"values {self.values}, slopes {self.gradients}"

    @property
    def ulps(self) -> float:
        """The largest distance of either."""
        return max(self.values.ulps, self.gradients.ulps)

    @property
    def drifted(self) -> bool:
        """Whether any bit, or the precision, differs."""
        return not (self.values.same and self.gradients.same)


def drifts(base: Record, new: Record) -> Part[Drift]:
    """The distances of all fingerprints of both records."""
    pairs = pair(flat(base["fingerprints"]), flat(new["fingerprints"]), "fingerprint")
    found: list[Drift] = []
    missing: list[str] = []
    for (loss, mode, dtype), was, now in pairs.found:
        if was["grid"] != now["grid"]:
            missing.append(f"{loss}, {mode}, {dtype}: taken on other inputs")
            continue
        try:
            values = distance(was["values"], now["values"])
            gradients = distance(was["gradients"], now["gradients"])
        except ValueError as error:
            missing.append(f"{loss}, {mode}, {dtype}: {error}")
            continue
        found.append(Drift(loss, mode, dtype, values, gradients))
    return pairs.now(found, missing, [])


def distance(base: str, new: str) -> Distance:
    """How far apart two texts of `fingerprints.encode` are.

    Raises:
        ValueError: when one is no such text.
    """
    (dtype, one), (other_dtype, other) = decode(base), decode(new)
    precisions, counts = (dtype, other_dtype), (len(one), len(other))
    if base == new:
        return Distance(0.0, 0, len(one), precisions, counts, same=True)
    if counts[0] != counts[1]:
        return Distance(math.inf, max(counts), max(counts), precisions, counts, same=False)
    unit = min(precisions, key=PRECISIONS.index)
    if unit == "float16" and dtype != other_dtype:
        unit = "float32"  # only there float16 and bfloat16 meet
    apart = ulps(one, other, unit)
    was, now = np.isfinite(one), np.isfinite(other)
    return Distance(
        ulps=float(np.max(apart, initial=0.0)),
        differ=int(np.sum(apart > 0)),
        of=len(one),
        precisions=precisions,
        counts=counts,
        same=False,
        not_finite_in_new_alone=int(np.sum(was & ~now)),
        not_finite_in_base_alone=int(np.sum(~was & now)),
    )
