"""Many networks of one recipe, trained side by side: one more leading axis on every weight.

The subject's own activations, losses, initializers, metrics and optimizers do the work, on arrays of shape
``(replicates, batch, …)``; from the last activation on ``(replicates * batch, …)``, as a network alone would give
them, since some releases choose their kernels by the number of axes. Replicates don't meet: each one's loss is
averaged over its own batch, and the gradient of the sum over replicates by one replicate's weights is the gradient of
that replicate's loss alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Sequence, Tuple

import numpy as np

from lossspec.backends.keras.batched_dense import stacked
from lossspec.core.arrays import AnyArray, Array, ArrayLike

if TYPE_CHECKING:
    from lossspec.experiments.recipes import Recipe

Part = Tuple[AnyArray, AnyArray]
"""Inputs and targets."""

BURST = 10
"""Epochs of one compiled call: few enough for Ctrl-C, enough for the call itself to cost nothing."""

BLOCK = 50
"""Samples measured or predicted at once: so few that a layer's values for all replicates stay in the cache."""


class Ensemble:
    """The networks, their optimizer, and the one compiled program that trains and measures them.

    Args:
        tensorflow: the subject's.
        keras: the subject's.
        recipe: what to train.
        loss: the loss's function and an instance of its class.
        replicates: how many networks.
        compiled: turns a function of tensors into one that runs compiled.
    """

    def __init__(
        self,
        tensorflow: Any,
        keras: Any,
        recipe: Recipe,
        loss: tuple[Any, Any],
        replicates: int,
        compiled: Callable[[Any], Callable[..., Any]],
    ) -> None:
        self._tf, self._keras, self._recipe, self._replicates = (
            tensorflow,
            keras,
            recipe,
            replicates,
        )
        self._per_sample, self._mean = loss
        self._layers = [stacked(tensorflow, keras, layer, replicates) for layer in recipe.layers]
        self._weights = [weight for layer in self._layers for weight in layer.trainable_weights]
        # A Keras 3 variable wraps TensorFlow's, which alone the tape knows.
        self._raw = [each.value if not callable(each.value) else each for each in self._weights]
        self._optimizer = getattr(keras.optimizers, recipe.optimizer)(**recipe.settings)
        # TensorFlow up to 2.10 has no public way to make an optimizer's variables before its first step.
        build = getattr(self._optimizer, "build", None) or self._optimizer._create_all_weights
        build(self._weights)
        self._fresh = [
            np.array(tensorflow.convert_to_tensor(each)) for each in self._optimizer_state()
        ]
        self._names = measure_names(recipe)
        # Written without Python's own loops and conditions on tensors, whose translation takes longer than tracing.
        as_written = tensorflow.autograph.experimental.do_not_convert
        self._run = compiled(as_written(self._epochs))
        self._forward = compiled(as_written(self._predict))

    # --- weights ----------------------------------------------------------------------------------------------

    def reset(self, weights: Sequence[ArrayLike]) -> None:
        """Start anew: kernels ``(replicates, inputs, units)`` and biases ``(replicates, units)``, layer by layer."""
        for variable, value in zip(self._weights, weights):
            variable.assign(np.asarray(value, np.float32).reshape(variable.shape))
        for variable, value in zip(self._optimizer_state(), self._fresh):
            variable.assign(value)

    def weights(self) -> list[Array]:
        """Kernels ``(replicates, inputs, units)`` and biases ``(replicates, units)``, layer by layer."""
        values = [
            np.asarray(self._tf.convert_to_tensor(each), np.float64) for each in self._weights
        ]
        return [value[:, 0] if number % 2 else value for number, value in enumerate(values)]

    def _optimizer_state(self) -> list[Any]:
        variables = self._optimizer.variables
        return list(variables() if callable(variables) else variables)

    # --- data -------------------------------------------------------------------------------------------------

    def load(self, *parts: Part) -> None:
        """Take the data: inputs and targets of a part to train on, of one to validate on, and of any others.

        Args:
            parts: inputs ``(n, features)`` for all replicates, or ``(replicates, n, features)``; targets likewise.
        """
        sizes = [inputs.shape[-2] for inputs, _ in parts]
        self._parts = [(sum(sizes[:number]), size) for number, size in enumerate(sizes)]
        # Every part lies in one array, so that one program measures them all.
        self._points, self._targets = (
            self._tf.constant(np.concatenate(arrays, axis=-2)) for arrays in zip(*parts)
        )

    # --- epochs -----------------------------------------------------------------------------------------------

    def train(self, orders: AnyArray) -> dict[str, Array]:
        """Some epochs: the measures of each replicate ``(epochs, replicates)``, as ``fit`` reports them.

        Those of the training data are averaged while training goes on; those of the validation data have ``val_``
        before their names.

        Args:
            orders: ``(epochs, replicates, n)``, at most `BURST` epochs: in which order samples are taken.
        """
        history = self._called(orders, 1, len(orders))
        names = [*self._names, *(f"val_{name}" for name in self._names)]
        return {name: history[: len(orders), row] for row, name in enumerate(names)}

    def measure(self, part: int) -> dict[str, Array]:
        """The measures of each replicate on a part of the data, as ``evaluate`` reports them."""
        return dict(zip(self._names, self._called([], part, 1)[0, len(self._names) :]))

    def compile(self) -> None:
        """Have the program compiled, for data as loaded; training does it otherwise."""
        self._called([], 0, 0)

    def _called(self, orders: AnyArray | Sequence[AnyArray], part: int, epochs: int) -> Array:
        """The one program, always on arrays of the same shape, so that it compiles once; without orders no training."""
        samples = self._parts[0][1]
        padded = np.zeros((min(BURST, self._recipe.epochs), self._replicates, samples), np.int32)
        for epoch, order in enumerate(orders):
            padded[epoch] = order
        steps = -(-samples // self._recipe.batch_size) if len(orders) else 0
        scalars = (np.int32(each) for each in (epochs, steps, *self._parts[part]))
        return np.asarray(self._run(self._points, self._targets, padded, *scalars), np.float64)

    def _epochs(
        self,
        points: Any,
        targets: Any,
        orders: Any,
        epochs: Any,
        steps: Any,
        start: Any,
        count: Any,
    ) -> Any:
        """Train so many steps and measure `count` samples from `start`, so many times: ``(epochs, measures, n)``."""
        tf, most = self._tf, orders.shape[0]

        def epoch(number: Any, history: Any) -> tuple[Any, Any]:
            # Gathered: XLA of TensorFlow 2.5 and 2.6 takes what was sliced there for of no certain length.
            trained = self._train(points, targets, tf.gather(orders, number), steps)
            row = tf.concat([trained, self._measure(points, targets, start, count)], 0)
            here = tf.equal(tf.range(most), number)[:, tf.newaxis, tf.newaxis]
            return number + 1, tf.where(here, row, history)

        history = tf.zeros([most, 2 * len(self._names), self._replicates])
        return tf.while_loop(lambda number, _: number < epochs, epoch, [0, history])[1]

    def _train(self, points: Any, targets: Any, order: Any, steps: Any) -> Any:
        tf, samples = self._tf, order.shape[1]
        size = min(self._recipe.batch_size, samples)
        gather = {"batch_dims": 1} if len(points.shape) == 3 else {}

        def step(number: Any, totals: Any) -> tuple[Any, Any]:
            # The last batch is as long as the others, for one step to compile; what was taken before counts nothing.
            first = tf.minimum(number * size, samples - size)
            index = tf.slice(order, [0, first], [self._replicates, size])
            new = first + tf.range(size) >= number * size
            index = tf.where(new, index, index[:, -1:])
            inputs, expected = (tf.gather(each, index, **gather) for each in (points, targets))
            return number + 1, totals + self._step(
                inputs, expected, new if samples % size else None
            )

        totals = tf.zeros([len(self._names), self._replicates])
        return tf.while_loop(lambda number, _: number < steps, step, [0, totals])[1] / samples

    def _step(self, inputs: Any, targets: Any, counted: Any) -> Any:
        """One step of the optimizer; gives each measure's sum over what counts of the batch, from before the step."""
        tf = self._tf
        weights = None
        if counted is not None:
            share = tf.cast(counted, tf.float32) / tf.reduce_mean(tf.cast(counted, tf.float32))
            weights = tf.reshape(tf.broadcast_to(share, inputs.shape[:2]), [-1])
        targets = _flat(tf, targets)
        with tf.GradientTape() as tape:
            predictions = self._outputs(inputs)
            # The class averages over replicates and batch alike; only the batch is meant.
            loss = self._mean(targets, predictions, weights) * float(self._replicates)
        self._optimizer.apply_gradients(zip(tape.gradient(loss, self._raw), self._weights))
        return self._sums(targets, predictions, True if counted is None else counted)

    def _measure(self, points: Any, targets: Any, start: Any, count: Any) -> Any:
        tf = self._tf

        def block(number: Any, totals: Any) -> tuple[Any, Any]:
            place = number * BLOCK + tf.range(BLOCK)
            # Gathered and not sliced: XLA compiles a slice anew for each place where it may start.
            index = start + tf.minimum(place, count - 1)
            inputs, expected = (tf.gather(each, index, axis=-2) for each in (points, targets))
            expected = tf.broadcast_to(expected, [self._replicates, BLOCK, expected.shape[-1]])
            return number + 1, totals + self._sums(
                _flat(tf, expected), self._outputs(inputs), place < count
            )

        totals = tf.zeros([len(self._names), self._replicates])
        measured = tf.while_loop(lambda number, _: number * BLOCK < count, block, [0, totals])[1]
        return measured / tf.cast(count, tf.float32)

    def _sums(self, targets: Any, predictions: Any, counted: Any) -> Any:
        """Each measure's sum over the samples that count, ``(measures, replicates)``."""
        tf, measures = self._tf, self._measures(targets, predictions)
        each = tf.reshape(
            tf.stack([measures[name] for name in self._names]),
            [len(self._names), self._replicates, -1],
        )
        return tf.reduce_sum(tf.where(counted, each, 0.0), axis=2)

    def predict(self, inputs: ArrayLike) -> Array:
        """What each replicate's network gives at the points ``(m, features)``: ``(replicates, m, outputs)``."""
        points = np.asarray(inputs, np.float32)
        blocks = [points[start : start + BLOCK] for start in range(0, len(points), BLOCK)]
        return np.concatenate(
            [np.asarray(self._forward(block), np.float64) for block in blocks], axis=1
        )

    def _predict(self, inputs: Any) -> Any:
        return self._tf.reshape(
            self._outputs(inputs), [self._replicates, -1, self._recipe.layers[-1].units]
        )

    def _outputs(self, inputs: Any) -> Any:
        """What the networks give, ``(replicates * batch, outputs)``."""
        *hidden, last = self._layers
        for layer in hidden:
            inputs = layer.activation(layer(inputs))
        return last.activation(_flat(self._tf, last(inputs)))

    def _measures(self, targets: Any, predictions: Any) -> dict[str, Any]:
        """Each sample's loss and metrics, ``(replicates * batch,)``."""
        loss = self._per_sample(targets, predictions)
        if self._recipe.metric == "mse":
            return {
                "loss": loss,
                "mse": self._keras.losses.get("mean_squared_error")(targets, predictions),
            }
        return {"loss": loss, **self._accuracies(targets, predictions)}

    def _accuracies(self, targets: Any, predictions: Any) -> dict[str, Any]:
        """Accuracy as ``compile(metrics=["accuracy"])`` counts it, by the right class, and as Keras 2.3 did."""
        tf, metrics = self._tf, self._keras.metrics
        if self._recipe.layers[-1].units > 1:
            sparse = targets.shape[-1] == 1
            count = metrics.sparse_categorical_accuracy if sparse else metrics.categorical_accuracy
            return {"accuracy": tf.reshape(tf.cast(count(targets, predictions), tf.float32), [-1])}
        boundary = 0.0 if self._recipe.layers[-1].activation == "tanh" else 0.5
        right = tf.equal(targets > boundary, predictions > boundary)[..., 0]
        rounded = tf.equal(targets, tf.round(predictions))[..., 0]
        compiled = tf.cast(metrics.binary_accuracy(targets, predictions), tf.float32)
        return {
            # Keras 3 keeps the last axis, Keras 2 averages over it.
            "accuracy": tf.reshape(compiled, [-1]),
            "accuracy by class": tf.cast(right, tf.float32),
            "accuracy by rounding": tf.cast(rounded, tf.float32),
        }


def measure_names(recipe: Recipe) -> tuple[str, ...]:
    """What is measured of each replicate: its loss, and the recipe's metric in every way it is counted."""
    if recipe.metric == "mse":
        return "loss", "mse"
    if recipe.layers[-1].units > 1:
        return "loss", "accuracy"
    return "loss", "accuracy", "accuracy by class", "accuracy by rounding"


def _flat(tensorflow: Any, values: Any) -> Any:
    """Replicates one after the other: ``(replicates, batch, k)`` as ``(replicates * batch, k)``."""
    return tensorflow.reshape(values, [-1, values.shape[-1]])


def initial_weights(keras: Any, recipe: Recipe, seed: int) -> list[Array]:
    """What one network starts with, from the subject's initializers: kernel and bias, layer by layer."""
    weights = []
    for number, layer in enumerate(recipe.layers):
        initializer = getattr(keras.initializers, layer.initializer or "glorot_uniform")(
            seed=seed * len(recipe.layers) + number
        )
        weights.append(np.asarray(initializer((layer.inputs, layer.units)), np.float64))
        weights.append(np.zeros(layer.units))
    return weights
