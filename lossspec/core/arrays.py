"""Array types, as NumPy 1.19 allows, and what several rooms ask of arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]
    AnyArray = npt.NDArray[Any]
    ArrayLike = npt.ArrayLike
else:
    Array = AnyArray = np.ndarray
    ArrayLike = Any

__all__ = ["AnyArray", "Array", "ArrayLike", "float32", "in_a_line", "is_multiple"]


def float32(values: ArrayLike) -> AnyArray:
    """Convert to float32, as the documents' code does."""
    return np.asarray(values, np.float32)


def in_a_line(values: ArrayLike) -> str:
    """``[0.5, 1.25]``: six digits, however many numbers there are."""
    return np.array2string(np.asarray(values), precision=6, separator=", ").replace("\n", "")


def is_multiple(found: Array, expected: Array) -> bool:
    """Whether costs are others times a number above 0, to a thousandth.

    An epsilon of a loss's own may lie between the two; costs of other losses differ by tenths.
    """
    if found.shape != expected.shape or not np.all(np.isfinite(found)) or not np.any(expected):
        return False
    factor = np.vdot(found, expected) / np.vdot(expected, expected)
    return bool(factor > 0 and np.allclose(found, factor * expected, rtol=1e-3, atol=1e-3))
