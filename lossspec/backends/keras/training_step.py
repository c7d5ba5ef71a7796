"""What a training step with a loss does on the subject, as calls to be timed: part of the door to TensorFlow and Keras.

A call takes nothing, and returns once its result is there as NumPy: what it costs is the subject's own work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Dict, Mapping, Sequence

import numpy as np

from lossspec.core.arrays import AnyArray, Array, ArrayLike, float32

if TYPE_CHECKING:
    from lossspec.experiments.recipes import Recipe

Call = Callable[[], object]
Calls = Dict[str, Call]

PARTS: Mapping[str, str] = {
    "forward": "the loss of a batch, by its class",
    "gradient": "the same, and its slope by each prediction",
    "step": "the network, the loss, the gradient of every weight, and the optimizer's update",
    "large": "the loss of 262,144 samples at once",
}
"""What is timed of each loss."""

LARGE = 2**18
"""Samples: so many that the work on them outweighs what calling costs."""


class TrainingStep:
    """One batch of a recipe, and all that a training step does with it, in one execution mode.

    Args:
        tensorflow: the subject's.
        keras: the subject's.
        recipe: whose network, batch size and optimizer.
        of_class: an instance of its loss's class.
        batch: inputs ``(batch, features)`` and targets ``(batch, outputs)`` in float32.
        in_mode: turns a function of tensors into one that runs in the execution mode.
    """

    def __init__(
        self,
        tensorflow: Any,
        keras: Any,
        recipe: Recipe,
        of_class: Any,
        batch: tuple[AnyArray, AnyArray],
        in_mode: Callable[[Any], Callable[..., Any]],
    ) -> None:
        self._tf, self._of_class = tensorflow, of_class
        self._inputs, self._targets = (tensorflow.constant(each) for each in batch)
        self._model = keras.models.Sequential()
        for layer in recipe.layers:
            initializer = {"kernel_initializer": layer.initializer} if layer.initializer else {}
            self._model.add(
                keras.layers.Dense(layer.units, activation=layer.activation, **initializer)
            )
        self._model.build((None, recipe.layers[0].inputs))
        self._weights = self._model.trainable_weights
        # A Keras 3 variable wraps TensorFlow's, which alone the tape knows.
        self._raw = [each.value if not callable(each.value) else each for each in self._weights]
        self._optimizer = getattr(keras.optimizers, recipe.optimizer)(**recipe.settings)
        # TensorFlow up to 2.10 has no public way to make an optimizer's variables before its first step.
        build = getattr(self._optimizer, "build", None) or self._optimizer._create_all_weights
        build(self._weights)
        # As written: what is timed is the subject's own code, and these calls have no loops or conditions to translate.
        as_written = tensorflow.autograph.experimental.do_not_convert
        self._forward, self._gradient, self._step = (
            in_mode(as_written(each)) for each in (self._loss, self._slopes, self._update)
        )

    def start_from(self, weights: Sequence[ArrayLike]) -> None:
        """Give the network its weights: kernel and bias, layer by layer."""
        for variable, value in zip(self._weights, weights):
            variable.assign(float32(value))

    def weights(self) -> list[Array]:
        """The network's weights now: kernel and bias, layer by layer."""
        return [np.asarray(self._tf.convert_to_tensor(each), np.float64) for each in self._raw]

    def calls(self, large: int = LARGE) -> Calls:
        """A call for each of `PARTS`.

        Args:
            large: samples of the last of them.
        """
        targets, predictions = self._targets, self._tf.constant(self._model(self._inputs).numpy())
        times = -(-large // len(targets))
        many = [self._tf.tile(each, [times, 1])[:large] for each in (targets, predictions)]
        return {
            "forward": lambda: self._forward(targets, predictions).numpy(),
            "gradient": lambda: self._gradient(targets, predictions).numpy(),
            "step": lambda: self._step(self._inputs, targets).numpy(),
            "large": lambda: self._forward(*many).numpy(),
        }

    def _loss(self, targets: Any, predictions: Any) -> Any:
        return self._of_class(targets, predictions)

    def _slopes(self, targets: Any, predictions: Any) -> Any:
        with self._tf.GradientTape() as tape:
            tape.watch(predictions)
            total = self._of_class(targets, predictions)
        return tape.gradient(total, predictions)

    def _update(self, inputs: Any, targets: Any) -> Any:
        with self._tf.GradientTape() as tape:
            total = self._of_class(targets, self._model(inputs))
        gradients = tape.gradient(total, self._raw)
        self._optimizer.apply_gradients(zip(gradients, self._weights))
        return total


def bare_call(tensorflow: Any) -> Call:
    """The least that a call of a compiled function costs: one that adds 1 to a number."""
    add_one, number = tensorflow.function(lambda value: value + 1.0), tensorflow.constant(1.0)
    return lambda: add_one(number).numpy()
