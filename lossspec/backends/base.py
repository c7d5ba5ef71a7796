"""What a library that computes losses gives: a Protocol.

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
        """The loss of each sample, ``(n,)``; entropies in nats."""

    def gradient(self, targets: ArrayLike, predictions: ArrayLike) -> Array:
        """Each sample's derivative by its predictions, ``(n, k)``."""

    def mean(self, targets: ArrayLike, predictions: ArrayLike) -> float:
        """The loss of the batch, reduced by default."""

    def as_given(self, targets: object, predictions: object) -> Array:
        """The loss of each sample, with values unconverted: lists, say."""


@runtime_checkable
class Backend(Protocol):
    """A library that computes losses, as installed."""

    @property
    def name(self) -> str:
        """Its name in `lossspec.backends.catalog`."""

    @property
    def versions(self) -> Mapping[str, str]:
        """Its packages' versions: ``{"tensorflow": "2.21.0", "keras": "3.15.1"}``."""

    @property
    def modes(self) -> Sequence[str]:
        """Its execution modes, from the plainest to the most compiled."""

    @property
    def given_as(self) -> Sequence[str]:
        """How values are given: ``tensors``, ``arrays``, ``lists``, ``mixed``.

        The first is what compiled modes compute with: others differ in the plainest mode alone.
        Arrays are NumPy's; mixed are targets as an array beside predictions as a tensor.
        """

    @property
    def internal_errors(self) -> tuple[type[Exception], ...]:
        """What it raises where this machine can't compute."""

    def refuses(self, error: Exception) -> bool:
        """Whether it raises an error about what it was given."""

    def seeded(self, seed: int) -> ContextManager[None]:
        """Seed what a block draws: not negative, below 2**32."""

    def lacks(self, loss: str, dtype: str = "float32") -> str | None:
        """Why it lacks a loss in a precision; None if not."""

    def loss(
        self, name: str, mode: str = ..., dtype: str = "float32", *, given_as: str = ...
    ) -> LossFunction:
        """The loss of a documented name.

        Raises:
            CallGone: when the library `lacks` it.
        """

    def initial_weights(self, training: Training, seed: int) -> list[Array]:
        """A network's initial kernel and bias, layer by layer."""

    def ensemble(self, training: Training, replicates: int, mode: str) -> Ensemble:
        """Networks to be trained side by side."""

    def training_step(self, training: Training, batch: Part, mode: str) -> TrainingStep:
        """A training step on a float32 batch."""
