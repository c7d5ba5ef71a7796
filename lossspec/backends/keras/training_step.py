"""A training step and its loss, as calls to be timed."""

from __future__ import annotations

from typing import Sequence

from lossspec.backends.keras.timed_loss import LARGE, KerasTimedLoss
from lossspec.backends.keras.training_parts import built_optimizer, raw
from lossspec.backends.keras.untyped import InMode, KerasObject, Library, Tensor
from lossspec.backends.training import Call, Part, Training
from lossspec.core.arrays import ArrayLike, float32


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
        self._timed_loss = KerasTimedLoss(tensorflow, loss, in_mode)
        self._step = in_mode(tensorflow.autograph.experimental.do_not_convert(self._update))

    def start_from(self, weights: Sequence[ArrayLike]) -> None:
        """Set the weights: kernel and bias, layer by layer."""
        for variable, value in zip(self._weights, weights):
            variable.assign(float32(value))

    def calls(self, large: int = LARGE) -> dict[str, Call]:
        """A call for each of `PARTS`, one of them with ``large`` samples."""
        predictions = self._tf.constant(self._model(self._inputs).numpy())
        return {
            **self._timed_loss.calls(self._targets, predictions, large),
            "step": lambda: self._step(self._inputs, self._targets).numpy(),
        }

    def _update(self, inputs: Tensor, targets: Tensor) -> Tensor:
        with self._tf.GradientTape() as tape:
            total = self._instance(targets, self._model(inputs))
        self._optimizer.apply_gradients(zip(tape.gradient(total, self._raw), self._weights))
        return total
