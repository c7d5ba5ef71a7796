"""Many networks side by side, on a leading axis of weights, whatever computes them.

The subject's own activations, losses, initializers, metrics and optimizers do the work, on arrays
of shape ``(replicates, batch, …)``; from the last activation on ``(replicates * batch, …)``, as a
network alone would give them, since some releases choose their kernels by the number of axes.
Replicates don't meet: each one's loss is averaged over its own batch, and the gradient of the sum
over replicates by one replicate's weights is the gradient of that replicate's loss alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Sequence

import numpy as np

from lossspec.backends.keras.training_parts import built_optimizer, measures_of, raw, stacked
from lossspec.backends.keras.untyped import KerasObject, Library, Tensor
from lossspec.backends.training import Training
from lossspec.core.arrays import AnyArray, Array, ArrayLike, float32


class StackedTraining(ABC):
    """Networks and their optimizer; subclasses train and measure them.

    ``ops`` are TensorFlow's or Keras's operations. ``loss`` is its function, and an instance of its
    class.
    """

    block = 50
    """Samples measured or predicted at once: so few that a layer's values stay in the cache."""

    def __init__(
        self,
        keras: Library,
        ops: Library,
        training: Training,
        loss: tuple[KerasObject, KerasObject],
        replicates: int,
    ) -> None:
        self._ops, self._training, self._replicates = ops, training, replicates
        per_sample, self._mean = loss
        self._measures = measures_of(keras, ops, training, per_sample)
        self._layers = [stacked(keras, layer, replicates) for layer in training.layers]
        self._weights = [weight for layer in self._layers for weight in layer.trainable_weights]
        self._raw = raw(self._weights)
        self._optimizer = built_optimizer(keras, training, self._weights)
        self._fresh = [self._array(variable).copy() for variable in self._optimizer_state()]

    def reset(self, weights: Sequence[ArrayLike]) -> None:
        """Start anew from these weights."""
        for variable, value in zip(self._weights, weights):
            variable.assign(float32(value).reshape(variable.shape))
        for variable, value in zip(self._optimizer_state(), self._fresh):
            variable.assign(value)

    def weights(self) -> list[Array]:
        """Kernels ``(replicates, inputs, units)``, biases ``(replicates, units)``, by layer."""
        values = [self._array(weight).astype(np.float64) for weight in self._weights]
        return [value[:, 0] if number % 2 else value for number, value in enumerate(values)]

    def train(self, orders: AnyArray) -> dict[str, Array]:
        """Train some epochs; return ``(epochs, replicates)`` as ``fit`` reports.

        ``val_`` stands before measures of the validation data. Orders of samples are
        ``(epochs, replicates, n)``, at most `BURST` epochs.
        """
        history = self._history(orders)
        names = [*self._measures, *(f"val_{name}" for name in self._measures)]
        return {name: history[:, row] for row, name in enumerate(names)}

    def measure(self, part: int) -> dict[str, Array]:
        """Measure each replicate on one part, as ``evaluate`` does."""
        return dict(zip(self._measures, self._measured(part)))

    def predict(self, inputs: ArrayLike) -> Array:
        """Predict at points ``(m, features)``: ``(replicates, m, outputs)``."""
        points, size = float32(inputs), self.block
        blocks = [points[start : start + size] for start in range(0, len(points), size)]
        return np.concatenate([self._predicted(block) for block in blocks], axis=1)

    @abstractmethod
    def _history(self, orders: AnyArray) -> Array:
        """Train; give ``(epochs, measures, replicates)``, the validation data's last."""

    @abstractmethod
    def _measured(self, part: int) -> Array:
        """Give the measures of a part, ``(measures, replicates)``."""

    @abstractmethod
    def _predicted(self, points: AnyArray) -> Array:
        """Give predictions at a block of points, ``(replicates, m, outputs)``."""

    @abstractmethod
    def _linear(self, inputs: Tensor, kernel: KerasObject, bias: KerasObject) -> Tensor:
        """Multiply each replicate's inputs by its kernel, and add its bias ``(1, units)``."""

    @abstractmethod
    def _array(self, variable: KerasObject) -> AnyArray:
        """A variable's value."""

    def _optimizer_state(self) -> list[KerasObject]:
        variables = self._optimizer.variables
        return list(variables() if callable(variables) else variables)

    def _outputs(self, inputs: Tensor) -> Tensor:
        """Predictions ``(replicates * batch, outputs)``."""
        *hidden, last = self._layers
        for layer in hidden:
            inputs = layer.activation(self._linear(inputs, layer.kernel, layer.bias))
        return last.activation(self._flat(self._linear(inputs, last.kernel, last.bias)))

    def _unflat(self, predictions: Tensor) -> Tensor:
        """Reshape ``(replicates * batch, k)`` to ``(replicates, batch, k)``."""
        return self._ops.reshape(predictions, [self._replicates, -1, predictions.shape[-1]])

    def _flat(self, values: Tensor) -> Tensor:
        """Reshape ``(replicates, batch, k)`` to ``(replicates * batch, k)``."""
        return self._ops.reshape(values, [-1, values.shape[-1]])
