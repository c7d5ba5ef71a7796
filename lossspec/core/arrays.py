"""Array types, and the conversion to float32; NumPy 1.19 has no ``numpy.typing`` at run time."""

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
    """The values as the documents' code hands them to Keras."""
    return np.asarray(values, np.float32)
