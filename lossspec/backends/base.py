"""The Protocol of a backend: what a library that computes losses gives to be specified.

Everything goes in and comes out as NumPy: targets and predictions are ``(n, k)``, n samples of k
outputs each, class numbers ``(n,)``. What was computed in less than float64 comes out in float64,
unrounded, so that comparing adds no error of its own.
"""

from __future__ import annotations

from typing import ContextManager, Mapping, Protocol, Sequence, runtime_checkable

from lossspec.backends.training import Ensemble, Part, Training, TrainingStep
from lossspec.core.arrays import Array, ArrayLike


class LossFunction(Protocol):
    """One loss in one execution mode and precision."""

    def per_sample(self, targets: ArrayLike, predictions: ArrayLike) -> Array:
        """The loss of each sample, ``(n,)``; in nats, where it is an entropy."""

    def gradient(self, targets: ArrayLike, predictions: ArrayLike) -> Array:
        """The derivative of each sample's loss by each of its predictions, ``(n, k)``."""

    def mean(self, targets: ArrayLike, predictions: ArrayLike) -> float:
        """The loss of the batch, reduced as the library does by default."""

    def as_given(self, targets: object, predictions: object) -> Array:
        """The loss of each sample, called with what is given as it is: lists, say."""


@runtime_checkable
class Backend(Protocol):
    """A library that computes losses, as installed."""

    @property
    def name(self) -> str:
        """Its name in `lossspec.backends.catalog`."""

    @property
    def versions(self) -> Mapping[str, str]:
        """The version of each of its packages: ``{"tensorflow": "2.21.0", "keras": "3.15.1"}``."""

    @property
    def modes(self) -> Sequence[str]:
        """Its execution modes, the plainest first and the most compiled last."""

    @property
    def given_as(self) -> Sequence[str]:
        """How its users give values, of ``tensors``, ``arrays``, ``lists`` and ``mixed``.

        The first is what compiled modes compute with: others differ in the plainest mode alone.
        Arrays are NumPy's; mixed are targets as an array beside predictions as a tensor.
        """

    @property
    def internal_errors(self) -> tuple[type[Exception], ...]:
        """What it raises where it can't do what it was rightly asked, on this machine at least."""

    def seeded(self, seed: int) -> ContextManager[None]:
        """Draw all that is random in a block from a seed: not negative, below 2**32."""

    def lacks(self, loss: str, dtype: str = "float32") -> str | None:
        """Why a loss can't be had in a precision, as a record says it; None where it can."""

    def loss(
        self, name: str, mode: str = ..., dtype: str = "float32", *, given_as: str = ...
    ) -> LossFunction:
        """The loss of a documented name.

        Raises:
            CallGone: when the library `lacks` it.
        """

    def initial_weights(self, training: Training, seed: int) -> list[Array]:
        """What one network starts with: kernel and bias, layer by layer."""

    def ensemble(self, training: Training, replicates: int, mode: str) -> Ensemble:
        """Networks to be trained side by side."""

    def training_step(self, training: Training, batch: Part, mode: str) -> TrainingStep:
        """What a training step does with a batch in float32."""
