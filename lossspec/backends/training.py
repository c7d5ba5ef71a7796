"""What is trained, and the Protocols of what trains it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Mapping, Protocol, Sequence, Tuple

from lossspec.core.arrays import AnyArray, Array, ArrayLike

Part = Tuple[AnyArray, AnyArray]
"""Inputs ``(n, features)`` and targets ``(n, outputs)``, or ``(replicates, n, …)`` of both."""

Call = Callable[[], object]
"""A call to be timed, which returns once its result is there as NumPy."""

PARTS: Mapping[str, str] = {
    "forward": "the loss of a batch, by its class",
    "gradient": "the same, and its slope by each prediction",
    "step": "the network, the loss, the gradient of every weight, and the optimizer's update",
    "large": "the loss of 262,144 samples at once",
}
"""What of a training step is timed."""

BURST = 10
"""Epochs of one compiled call: few enough for Ctrl-C, enough for the call to cost nothing."""


@dataclass(frozen=True)
class Layer:
    """One ``Dense`` layer; None is Keras's default initializer."""

    inputs: int
    units: int
    activation: str
    initializer: str | None = None


@dataclass(frozen=True)
class Training:
    """A network, and how it is trained.

    ``settings`` are the optimizer's arguments, ``metric`` is ``mse`` or ``accuracy``, and both
    ``loss`` and ``optimizer`` are names.
    """

    layers: Sequence[Layer]
    loss: str
    optimizer: str
    settings: Mapping[str, float]
    epochs: int
    metric: str
    batch_size: int


class Ensemble(Protocol):
    """Networks trained side by side, as if alone.

    Weights are kernels ``(replicates, inputs, units)`` and biases ``(replicates, units)``, layer by
    layer.
    """

    def load(self, *parts: Part) -> None:
        """Take data to train on, validate on, and others."""

    def compile(self) -> None:
        """Compile the training for these data, if at all."""

    def reset(self, weights: Sequence[ArrayLike]) -> None:
        """Start anew from these weights."""

    def train(self, orders: AnyArray) -> dict[str, Array]:
        """Train some epochs; return measures ``(epochs, replicates)``, validation's as ``val_``.

        Orders of samples are ``(epochs, replicates, n)``, at most `BURST` epochs.
        """

    def measure(self, part: int) -> dict[str, Array]:
        """Measure each replicate on a part: ``(replicates,)``."""

    def weights(self) -> list[Array]:
        """The weights now."""

    def predict(self, inputs: ArrayLike) -> Array:
        """Predict at points ``(m, features)``: ``(replicates, m, outputs)``."""


class TrainingStep(Protocol):
    """A training step on one batch, as calls to be timed."""

    def calls(self) -> Mapping[str, Call]:
        """A call for each of `PARTS`."""
