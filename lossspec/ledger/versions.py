"""Version ranges of the ledger: ``>=2.11,<3``, half-open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterator, Mapping, Sequence

from packaging.version import InvalidVersion, Version

KERAS = "keras"
LIBRARIES: Mapping[str, str] = {KERAS: "Keras", "torch": "PyTorch", "optax": "optax"}
"""What documents speak of, and how prose spells it; Keras, unless they name others."""

ELSEWHERE: Mapping[str, str] = {
    "jax": "JAX",
    "torch": "PyTorch",
    "numpy": "NumPy",
    "openvino": "OpenVINO",
}
"""What Keras computes with instead of TensorFlow, and how prose spells it."""

DECIDERS: Mapping[str, str] = {**LIBRARIES, "tensorflow": "TensorFlow"}
"""Whose versions ranges are of."""


@dataclass(frozen=True)
class VersionRange:
    """Versions from ``low`` on and below ``high``; None is unbounded."""

    low: Version | None = None
    high: Version | None = None

    @classmethod
    def parse(cls, text: str) -> VersionRange:
        """Read ``>=LOW``, ``<HIGH`` or ``>=LOW,<HIGH``.

        Raises:
            ValueError: for anything else. Other operators are refused on purpose: with these two
                alone, gaps and overlaps between the ranges of a claim can be told exactly.
        """
        match = re.fullmatch(
            r"\s*(?:>=\s*([\w.]+)\s*(?:,\s*<\s*([\w.]+)\s*)?|<\s*([\w.]+)\s*)", text
        )
        if not match:
            raise ValueError(f"{text!r} is no version range")
        low, *highs = (Version(bound) if bound else None for bound in match.groups())
        high = highs[0] or highs[1]
        if low is not None and high is not None and low >= high:
            raise ValueError(f"{text!r} is an empty version range")
        return cls(low, high)

    def __contains__(self, version: str) -> bool:
        # A nightly such as 2.22.0.dev20261122 counts as the release that it is on the way to.
        release = Version(Version(version).base_version)
        from_low = self.low is None or release >= self.low
        return from_low and (self.high is None or release < self.high)

    def __and__(self, other: VersionRange) -> VersionRange | None:
        """What lies in both; None if nothing does."""
        lows = [each.low for each in (self, other) if each.low is not None]
        highs = [each.high for each in (self, other) if each.high is not None]
        low, high = max(lows, default=None), min(highs, default=None)
        empty = low is not None and high is not None and low >= high
        return None if empty else VersionRange(low, high)

    def __str__(self) -> str:
        bounds = [f">={self.low}" if self.low else "", f"<{self.high}" if self.high else ""]
        return ",".join(bound for bound in bounds if bound)


EVERY = VersionRange()


def is_range(text: str) -> bool:
    """Whether a text is a version range, not empty."""
    try:
        VersionRange.parse(text)
    except ValueError:
        return False
    return True


def is_version(text: str) -> bool:
    """Whether a text is a version, as PEP 440 has them."""
    try:
        return bool(Version(text))
    except InvalidVersion:
        return False


def seams(ranges: Sequence[VersionRange]) -> Iterator[tuple[str, str]]:
    """Where ranges overlap, leave a gap, or leave ends out."""
    lowest = Version("0.dev0")
    ordered = sorted(ranges, key=lambda each: each.low or lowest)
    if ordered[0].low is not None:
        yield "leave out all before", str(ordered[0].low)
    reach = ordered[0].high
    for each in ordered[1:]:
        if reach is None or each.low is None or reach > each.low:
            yield "overlap at", str(each.low or "the oldest")
        elif reach < each.low:
            yield "leave a gap at", str(reach)
        reach = None if reach is None or each.high is None else max(reach, each.high)
    if reach is not None:
        yield "leave out all from", str(reach)
