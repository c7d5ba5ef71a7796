"""Array types, as NumPy 1.19 allows, and conversion to float32."""

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

__all__ = ["AnyArray", "Array", "ArrayLike", "float32"]


def float32(values: ArrayLike) -> AnyArray:
    """Convert to float32, as the documents' code does."""
    return np.asarray(values, np.float32)
