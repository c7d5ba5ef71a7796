"""A training step, as calls to be timed.

A call takes nothing, and returns once its result is there as NumPy: what it costs is the subject's
own work.
"""

from __future__ import annotations

from typing import Sequence

from lossspec.backends.keras.training_parts import built_optimizer, raw
from lossspec.backends.keras.untyped import InMode, KerasObject, Library, Tensor
from lossspec.backends.training import Call, Part, Training
from lossspec.core.arrays import ArrayLike, float32

LARGE = 2**18
"""Samples: so many that the work on them outweighs what calling costs."""


class KerasTrainingStep:
    """One batch, and a training step's parts on it."""

    def __init__(
        self,
        tensorflow: Library,
        training: Training,
        loss: KerasObject,
        batch: Part,
        in_mode: InMode,
    ) -> None:
        self._tf, self._instance, keras = tensorflow, loss, tensorflow.keras
        self._inputs, self._targets = (tensorflow.constant(each) for each in batch)
        self._model = keras.models.Sequential()
        for layer in training.layers:
            initializer = {"kernel_initializer": layer.initializer} if layer.initializer else {}
            dense = keras.layers.Dense(layer.units, activation=layer.activation, **initializer)
            self._model.add(dense)
        self._model.build((None, training.layers[0].inputs))
        self._weights = self._model.trainable_weights
        self._raw = raw(self._weights)
        self._optimizer = built_optimizer(keras, training, self._weights)
        # As written: what is timed is the subject's own code, with nothing to translate.
        as_written = tensorflow.autograph.experimental.do_not_convert
        self._forward, self._gradient, self._step = (
            in_mode(as_written(each)) for each in (self._loss, self._slopes, self._update)
        )

    def start_from(self, weights: Sequence[ArrayLike]) -> None:
        """Set the weights: kernel and bias, layer by layer."""
        for variable, value in zip(self._weights, weights):
            variable.assign(float32(value))

    def calls(self, large: int = LARGE) -> dict[str, Call]:
        """A call for each of `PARTS`, the last with ``large`` samples."""
        targets, predictions = self._targets, self._tf.constant(self._model(self._inputs).numpy())
        times = -(-large // len(targets))
        many = [self._tf.tile(each, [times, 1])[:large] for each in (targets, predictions)]
        return {
            "forward": lambda: self._forward(targets, predictions).numpy(),
            "gradient": lambda: self._gradient(targets, predictions).numpy(),
            "step": lambda: self._step(self._inputs, targets).numpy(),
            "large": lambda: self._forward(*many).numpy(),
        }

    def _loss(self, targets: Tensor, predictions: Tensor) -> Tensor:
        return self._instance(targets, predictions)

    def _slopes(self, targets: Tensor, predictions: Tensor) -> Tensor:
        with self._tf.GradientTape() as tape:
            tape.watch(predictions)
            total = self._instance(targets, predictions)
        return tape.gradient(total, predictions)

    def _update(self, inputs: Tensor, targets: Tensor) -> Tensor:
        with self._tf.GradientTape() as tape:
            total = self._instance(targets, self._model(inputs))
        self._optimizer.apply_gradients(zip(tape.gradient(total, self._raw), self._weights))
        return total
