"""NumPy computes: values alone."""

from __future__ import annotations

import numpy as np

from lossspec.backends.keras.engines.values_alone import ValuesAlone
from lossspec.backends.keras.untyped import Tensor
from lossspec.core.arrays import AnyArray, Array


class NumPy(ValuesAlone):
    """NumPy with the Keras 3 that computes with it."""

    package, title = "numpy", "NumPy"

    def tensor(self, values: AnyArray, dtype: str) -> Tensor:
        """An array of these values."""
        return np.array(values, dtype)

    def array(self, result: Tensor) -> Array:
        """A result as float64, unrounded."""
        return np.asarray(result, np.float64)
