"""How fast this machine's memory is: what a loss of very many samples can't be faster than."""

from __future__ import annotations

from typing import Callable, Mapping

import numpy as np

SIZE = 2**26
"""Bytes of each array: several times what a processor's caches hold."""

ARRAYS: Mapping[str, int] = {"copy": 2, "triad": 3, "read": 2}
"""Ways of moving memory and nothing else, and how many arrays each goes through, as McCalpin's STREAM counts.

``copy`` reads one and writes another, ``triad`` reads two and writes a third; ``read`` reads two and gives a number, as
a loss does.
"""


def kernels(size: int = SIZE) -> dict[str, Callable[[], object]]:
    """A call of NumPy's for each of `ARRAYS`."""
    one, other, third = (np.full(size // 4, value, np.float32) for value in (1, 2, 3))
    return {
        "copy": lambda: np.copyto(third, one),
        "triad": lambda: np.add(one, other, out=third),
        "read": lambda: np.dot(one, other),
    }


def bandwidth(seconds: Mapping[str, float], size: int = SIZE) -> tuple[str, float]:
    """The kernel that moved most bytes a second, and how many.

    Args:
        seconds: that each kernel took.
        size: bytes of each of its arrays.
    """
    rates = {name: arrays * size / seconds[name] for name, arrays in ARRAYS.items()}
    best = max(rates, key=lambda name: rates[name])
    return best, rates[best]
