"""Many networks of one recipe, trained side by side: one more leading axis on every weight.

The subject's own activations, losses, initializers, metrics and optimizers do the work, on arrays of shape
``(replicates, batch, …)``. Replicates don't meet: each one's loss is averaged over its own batch, and the
gradient of the sum over replicates by one replicate's weights is the gradient of that replicate's loss alone.
"""

from __future__ import annotations

from typing import Any, Callable, Sequence

import numpy as np

from lossspec.arrays import AnyArray, Array, ArrayLike
from lossspec.recipes import Layer, Recipe

BLOCK = 500
"""Points predicted at once: so few that the hidden layer's values of a chunk of replicates stay small."""


class Ensemble:
    """The networks, their optimizer, and one compiled epoch.

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
        self._tf, self._keras, self._recipe, self._replicates = tensorflow, keras, recipe, replicates
        self._per_sample, self._mean = loss
        self._layers = [_stacked(tensorflow, keras, layer, replicates) for layer in recipe.layers]
        self._weights = [weight for layer in self._layers for weight in layer.trainable_weights]
        # A Keras 3 variable wraps TensorFlow's, which alone the tape knows.
        self._raw = [each.value if not callable(each.value) else each for each in self._weights]
        self._optimizer = getattr(keras.optimizers, recipe.optimizer)(**recipe.settings)
        # TensorFlow up to 2.10 has no public way to make an optimizer's variables before its first step.
        build = getattr(self._optimizer, "build", None) or self._optimizer._create_all_weights
        build(self._weights)
        self._fresh = [np.array(tensorflow.convert_to_tensor(each)) for each in self._optimizer_state()]
        self._names = measure_names(recipe)
        self._epoch = compiled(self._train)
        self._evaluate = compiled(self._measure)
        self._forward = compiled(self._predict)

    # --- weights ----------------------------------------------------------------------------------------------

    def reset(self, weights: Sequence[ArrayLike]) -> None:
        """Start anew: kernels ``(replicates, inputs, units)`` and biases ``(replicates, units)``, layer by layer."""
        for variable, value in zip(self._weights, weights):
            variable.assign(np.asarray(value, np.float32).reshape(variable.shape))
        for variable, value in zip(self._optimizer_state(), self._fresh):
            variable.assign(value)

    def weights(self) -> list[Array]:
        """Kernels ``(replicates, inputs, units)`` and biases ``(replicates, units)``, layer by layer."""
        values = [np.asarray(self._tf.convert_to_tensor(each), np.float64) for each in self._weights]
        return [value[:, 0] if number % 2 else value for number, value in enumerate(values)]

    def _optimizer_state(self) -> list[Any]:
        variables = self._optimizer.variables
        return list(variables() if callable(variables) else variables)

    # --- one epoch --------------------------------------------------------------------------------------------

    def train(self, inputs: AnyArray, targets: AnyArray, order: AnyArray) -> dict[str, Array]:
        """One epoch: the measures of each replicate as ``fit`` reports them, averaged while training goes on.

        Args:
            inputs: ``(n, features)`` for all replicates, or ``(replicates, n, features)``.
            targets: likewise.
            order: ``(replicates, n)``: in which order each replicate takes its samples.
        """
        return _as_arrays(self._epoch(inputs, targets, order))

    def measure(self, inputs: AnyArray, targets: AnyArray) -> dict[str, Array]:
        """The measures of each replicate on data, as ``evaluate`` reports them."""
        return _as_arrays(self._evaluate(inputs, targets))

    def predict(self, inputs: ArrayLike) -> Array:
        """What each replicate's network gives at the points ``(m, features)``: ``(replicates, m, outputs)``."""
        points = np.asarray(inputs, np.float32)
        blocks = [points[start : start + BLOCK] for start in range(0, len(points), BLOCK)]
        return np.concatenate([np.asarray(self._forward(block), np.float64) for block in blocks], axis=1)

    def _train(self, inputs: Any, targets: Any, order: Any) -> dict[str, Any]:
        tf, size = self._tf, self._recipe.batch_size
        samples = order.shape[1]
        whole, rest = divmod(samples, size)
        gather = {"batch_dims": 1} if len(inputs.shape) == 3 else {}

        def step(index: Any) -> dict[str, Any]:
            return self._step(tf.gather(inputs, index, **gather), tf.gather(targets, index, **gather))

        # From zeros, so that the loop's step is the only whole one to compile.
        totals = {name: tf.zeros([self._replicates]) for name in self._names}
        for number in tf.range(whole):
            more = step(tf.slice(order, [0, number * size], [self._replicates, size]))
            totals = {name: totals[name] + more[name] for name in totals}
        if rest:
            more = step(order[:, whole * size :])
            totals = {name: totals[name] + more[name] for name in totals}
        return {name: total / samples for name, total in totals.items()}

    def _step(self, inputs: Any, targets: Any) -> dict[str, Any]:
        """One step of the optimizer; gives each measure's sum over the batch, from before the step."""
        tf = self._tf
        with tf.GradientTape() as tape:
            predictions = self._predict(inputs)
            # The class averages over replicates and batch alike; only the batch is meant.
            loss = self._mean(targets, predictions) * float(self._replicates)
        self._optimizer.apply_gradients(zip(tape.gradient(loss, self._raw), self._weights))
        measures = self._measures(targets, predictions)
        return {name: tf.reduce_sum(each, axis=1) for name, each in measures.items()}

    def _measure(self, inputs: Any, targets: Any) -> dict[str, Any]:
        tf = self._tf
        if len(inputs.shape) == 2:
            inputs = tf.tile(inputs[tf.newaxis], [self._replicates, 1, 1])
            targets = tf.tile(targets[tf.newaxis], [self._replicates, 1, 1])
        measures = self._measures(targets, self._predict(inputs))
        return {name: tf.reduce_mean(each, axis=1) for name, each in measures.items()}

    def _predict(self, inputs: Any) -> Any:
        for layer in self._layers:
            inputs = layer(inputs)
        return inputs

    def _measures(self, targets: Any, predictions: Any) -> dict[str, Any]:
        """Each sample's loss and metrics, ``(replicates, batch)``."""
        measures = {"loss": self._per_sample(targets, predictions)}
        if self._recipe.metric == "mse":
            measures["mse"] = self._keras.losses.get("mean_squared_error")(targets, predictions)
            return measures
        measures.update(self._accuracies(targets, predictions))
        return measures

    def _accuracies(self, targets: Any, predictions: Any) -> dict[str, Any]:
        """Accuracy as ``compile(metrics=["accuracy"])`` counts it, by the right class, and as Keras 2.3 did."""
        tf, metrics = self._tf, self._keras.metrics
        if self._recipe.layers[-1].units > 1:
            sparse = targets.shape[-1] == 1
            count = metrics.sparse_categorical_accuracy if sparse else metrics.categorical_accuracy
            compiled = tf.reshape(tf.cast(count(targets, predictions), tf.float32), tf.shape(predictions)[:2])
            return {"accuracy": compiled}
        boundary = 0.0 if self._recipe.layers[-1].activation == "tanh" else 0.5
        right = tf.equal(targets > boundary, predictions > boundary)[..., 0]
        rounded = tf.equal(targets, tf.round(predictions))[..., 0]
        compiled = tf.cast(metrics.binary_accuracy(targets, predictions), tf.float32)
        return {
            # Keras 3 keeps the last axis, Keras 2 averages over it.
            "accuracy": tf.reshape(compiled, tf.shape(predictions)[:2]),
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


def initial_weights(keras: Any, recipe: Recipe, seed: int) -> list[Array]:
    """What one network starts with, from the subject's initializers: kernel and bias, layer by layer."""
    weights = []
    for number, layer in enumerate(recipe.layers):
        name = {"he_uniform": "HeUniform", None: "GlorotUniform"}[layer.initializer]
        initializer = getattr(keras.initializers, name)(seed=seed * len(recipe.layers) + number)
        weights.append(np.asarray(initializer((layer.inputs, layer.units)), np.float64))
        weights.append(np.zeros(layer.units))
    return weights


def _as_arrays(measures: Any) -> dict[str, Array]:
    return {name: np.asarray(each, np.float64) for name, each in measures.items()}


def _stacked(tensorflow: Any, keras: Any, layer: Layer, replicates: int) -> Any:
    """A ``Dense`` with one more leading axis on kernel and bias."""

    class Stacked(keras.layers.Layer):  # type: ignore[misc] # Keras is untyped
        def __init__(self) -> None:
            super().__init__()
            self.activation = keras.activations.get(layer.activation)
            shapes = {"kernel": (replicates, layer.inputs, layer.units), "bias": (replicates, 1, layer.units)}
            self.kernel, self.bias = (self.add_weight(name=n, shape=s, initializer="zeros") for n, s in shapes.items())

        def call(self, inputs: Any) -> Any:
            kernel, bias = tensorflow.convert_to_tensor(self.kernel), tensorflow.convert_to_tensor(self.bias)
            return self.activation(_product(tensorflow, inputs, kernel, layer) + bias)

    return Stacked()


def _product(tensorflow: Any, inputs: Any, kernel: Any, layer: Layer) -> Any:
    """``inputs @ kernel`` for each replicate.

    A product with a side this short is faster as a few multiplications that XLA fuses with what is around them
    than as many small matrix products.
    """
    if layer.inputs <= 4:
        columns = range(layer.inputs)
        return sum(inputs[..., i : i + 1] * kernel[:, i : i + 1, :] for i in columns)
    if layer.units == 1:
        return tensorflow.reduce_sum(inputs * tensorflow.transpose(kernel, [0, 2, 1]), axis=-1, keepdims=True)
    return tensorflow.matmul(inputs, kernel)
