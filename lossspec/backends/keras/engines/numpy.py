"""NumPy computes: values alone, since it differentiates nothing."""

from __future__ import annotations

from typing import Callable, NoReturn

import numpy as np

from lossspec.backends.keras.engines.eager import EagerEngine
from lossspec.backends.keras.engines.sequences import lacks_ctc
from lossspec.backends.keras.untyped import KerasObject, Tensor
from lossspec.core.arrays import AnyArray, Array
from lossspec.core.errors import NotAsked
from lossspec.losses.sequence import CTC


class NumPy(EagerEngine):
    """NumPy with the Keras 3 that computes with it."""

    package, title = "numpy", "NumPy"
    internal_errors: tuple[type[Exception], ...] = ()  # it computes on every machine

    def lacks(self, loss: str, dtype: str) -> str | None:  # noqa: ARG002 # whatever the precision
        """Why a loss can't be computed; None if it can, and so in each precision."""
        return lacks_ctc(self.keras) if loss == CTC.name else None

    def refuses(self, error: Exception) -> bool:
        """Whether an error is about what was given."""
        return isinstance(error, (ValueError, IndexError))

    def tensor(self, values: AnyArray, dtype: str) -> Tensor:
        """An array of these values."""
        return np.array(values, dtype)

    def array(self, result: Tensor) -> Array:
        """A result as float64, unrounded."""
        return np.asarray(result, np.float64)

    def gradient(self, function: KerasObject) -> Callable[..., NoReturn]:  # noqa: ARG002 # of none
        """Nothing has a slope."""

        def slope(targets: Tensor, predictions: Tensor) -> NoReturn:  # noqa: ARG001 # likewise
            raise NotAsked("NumPy differentiates nothing: there are no slopes")

        return slope

    def seed(self, seed: int) -> None:
        """Nothing: what Keras draws with NumPy, it draws from seeds of Python's generator."""
