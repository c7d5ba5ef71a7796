"""Whether different ways of taking the same training steps do the same work: losses and weights must agree.

How far two correct float32 computations may drift apart is measured, as in ``tests/unit/test_parity.py``: twins start
from weights moved by one unit in the last place, the size of a single rounding, and each step rounds anew. The first
step moves a weight by the learning rate times its gradient, so weights that agree are gradients that agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Mapping, Sequence

import numpy as np

from lossspec.core.arrays import Array

STEPS = 3
TWINS = 4
ONE_ULP = 2.0**-23


@dataclass(frozen=True)
class Path:
    """A few steps: the loss before each, ``(steps,)``, and the weights after them, one after another ``(m,)``."""

    losses: Array
    weights: Array


@dataclass(frozen=True)
class Apart:
    """How far two paths are apart and how far they may be, of the weight or loss for which that is closest."""

    what: str
    measured: float
    allowed: float

    @property
    def same(self) -> bool:
        """Whether that is no farther than rounding may bring them; no number at all is not the same."""
        return self.measured <= self.allowed


def path(step: Callable[[], object], weights: Callable[[], Sequence[Array]]) -> Path:
    """Take the steps.

    Args:
        step: takes one and gives the loss before it.
        weights: gives the weights after them.
    """
    losses = [float(np.asarray(step())) for _ in range(STEPS)]
    return Path(np.array(losses), np.concatenate([np.ravel(each) for each in weights()]))


def twins(start: Sequence[Array], seed: int = 0) -> list[list[Array]]:
    """Starts that are one unit in the last place away, each weight up or down by chance."""
    random = np.random.RandomState(seed)
    return [[each * (1 + ONE_ULP * random.choice([-1, 1], each.shape)) for each in start] for _ in range(TWINS)]


def apart(one: Path, other: Path, of_twins: Sequence[Path]) -> Apart:
    """Compare two paths that began at the same weights.

    Args:
        one: the path that twins were taken of.
        other: what is held to it.
        of_twins: how far rounding brings it; each step may do so again.
    """
    found = []
    for what in ("losses", "weights"):
        values = getattr(one, what)
        drift = max(np.abs(getattr(each, what) - values).max() for each in of_twins)
        allowed = STEPS * (drift + ONE_ULP * max(1.0, np.abs(values).max()))
        found.append(Apart(what, float(np.abs(getattr(other, what) - values).max()), float(allowed)))
    return max(found, key=lambda each: each.measured / each.allowed if np.isfinite(each.measured) else np.inf)


def differing(found: Mapping[str, Apart]) -> list[str]:
    """What is not the same, in words."""
    return [
        f"{name}: {each.what} {each.measured:.2g} apart, rounding allows {each.allowed:.2g}"
        for name, each in found.items()
        if not each.same
    ]
