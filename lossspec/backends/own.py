"""What a library gives to check somebody's own loss: a Protocol.

Everything goes in as NumPy and comes out as float64, unrounded: n samples along the first axis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping, Protocol, Sequence

import numpy as np

from lossspec.core.arrays import AnyArray, Array, ArrayLike

FLOATS = ("float64", "float32", "float16", "bfloat16")
"""Precisions that predictions may have."""


class LossRaised(Exception):
    """Somebody's loss raised an error, or gave what isn't numbers."""


@dataclass(frozen=True)
class Evaluated:
    """A loss at some predictions.

    Attributes:
        value: what it gives, unreduced: ``()``, ``(n,)`` or ``(n, k)``.
        slope: the derivative of its sum by the predictions, shaped like them; None where nothing
            connects the two.
        bits: the width of the numbers it gives.
    """

    value: Array
    slope: Array | None
    bits: int = 32

    @property
    def finite(self) -> bool:
        """Whether all of it is."""
        return bool(np.all(np.isfinite(self.value)) and np.all(np.isfinite(self.slope_or_zeros)))

    @property
    def slope_or_zeros(self) -> Array:
        """The slope, 0 where there is none."""
        return np.zeros(1) if self.slope is None else self.slope

    @property
    def per_sample(self) -> Array | None:
        """The mean over each sample's axes, ``(n,)``; None of one number a batch."""
        if self.value.ndim == 0:
            return None
        numbers = int(np.prod(self.value.shape[1:]))
        return np.asarray(self.value.reshape(len(self.value), numbers).mean(axis=1), np.float64)


class OwnLoss(Protocol):
    """Somebody's loss, called as its library calls it."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def modes(self) -> Sequence[str]:
        """Execution modes, the plainest first."""

    @property
    def takes(self) -> str:
        """Its arguments, in its library's order: ``(y_true, y_pred)``."""

    @property
    def lacks(self) -> Mapping[str, str]:
        """What can't be asked of it, and why.

        Of ``fit``, ``mask``, ``weights``, ``config``, ``save``, ``empty``, ``arrays``,
        ``reduction``.
        """

    @property
    def known(self) -> Mapping[str, str]:
        """Checks that losses of its library may fail without a fault of their own, and why."""

    def at(
        self, targets: AnyArray, predictions: ArrayLike, mode: str = ..., dtype: str = "float32"
    ) -> Evaluated:
        """Value and slope, called by hand.

        Raises:
            LossRaised: as every method here does.
        """

    def in_training(
        self,
        targets: AnyArray,
        predictions: ArrayLike,
        weights: ArrayLike | None = None,
        mask: AnyArray | None = None,
    ) -> Evaluated:
        """What training minimises, ``()``, and its slope, float32, in the plainest mode."""

    def as_given(self, targets: object, predictions: object) -> AnyArray:
        """What it gives for values unconverted, in the plainest mode."""

    def stepped(
        self, targets: AnyArray, inputs: Array, kernel: Array, activation: str, mode: str
    ) -> Array:
        """The kernel of ``activation(inputs @ kernel)`` after a step of SGD at rate 0.1."""

    def fitted(
        self, targets: AnyArray, inputs: Array, kernel: Array, activation: str
    ) -> tuple[float, Array]:
        """The loss that the library's own loop reports for that step, and the kernel after it."""

    def from_config(self) -> OwnLoss:
        """The loss made anew from its configuration."""

    def reloaded(self, targets: AnyArray, predictions: Array) -> float:
        """The loss in training, within a model that was saved and loaded."""

    def with_arguments(self, arguments: Mapping[str, object]) -> OwnLoss:
        """The same loss called with other arguments."""

    def settings(self) -> Mapping[str, object]:
        """The library's global settings, by name."""

    def code(self, targets: AnyArray, predictions: AnyArray, mode: str = ...) -> str:
        """Lines of Python that print value and slope at these inputs, in a mode."""
