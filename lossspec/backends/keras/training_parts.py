"""Parts of a training: layers, optimizers, measures."""

from __future__ import annotations

from typing import Callable, Mapping, Sequence

from lossspec.backends.keras.untyped import KerasObject, Library, Tensor
from lossspec.backends.training import Layer, Training

Measure = Callable[[Tensor, Tensor], Tensor]
"""Of targets and predictions, ``(n, k)`` each: a number a sample, ``(n,)``."""


def stacked(keras: Library, layer: Layer, replicates: int) -> KerasObject:
    """What a ``Dense`` consists of, with a leading axis of replicates."""

    class Stacked(keras.layers.Layer):  # type: ignore[misc] # Keras is untyped
        def __init__(self) -> None:
            super().__init__()
            self.activation = keras.activations.get(layer.activation)
            kernel, bias = (replicates, layer.inputs, layer.units), (replicates, 1, layer.units)
            self.kernel = self.add_weight(name="kernel", shape=kernel, initializer="zeros")
            self.bias = self.add_weight(name="bias", shape=bias, initializer="zeros")

    return Stacked()


def built_optimizer(
    keras: Library, training: Training, weights: Sequence[KerasObject]
) -> KerasObject:
    """A training's optimizer, built for these weights."""
    optimizer = getattr(keras.optimizers, training.optimizer)(**training.settings)
    # TensorFlow up to 2.10 has no public way to make them before the first step.
    build = getattr(optimizer, "build", None) or optimizer._create_all_weights
    build(weights)
    return optimizer


def raw(weights: Sequence[KerasObject]) -> list[Tensor]:
    """Variables of TensorFlow or torch, by which they take slopes."""
    return [each.value if not callable(each.value) else each for each in weights]


def measures_of(
    keras: Library, ops: Library, training: Training, per_sample: KerasObject
) -> Mapping[str, Measure]:
    """The measures by name, the loss first; ``ops`` are TensorFlow's or Keras's operations.

    An accuracy of one output is counted in three ways: as ``compile(metrics=["accuracy"])`` counts
    it, by the right class, and as Keras 2.3 did.
    """
    last = training.layers[-1]
    if training.metric == "mse":
        return {"loss": per_sample, "mse": keras.losses.get("mean_squared_error")}

    def as_number(right: Tensor) -> Tensor:
        # One a sample: Keras 3 keeps the last axis of an accuracy, Keras 2 averages over it.
        return ops.reshape(ops.cast(right, "float32"), [-1])

    def of_classes(targets: Tensor, predictions: Tensor) -> Tensor:
        if targets.shape[-1] == 1:
            return as_number(keras.metrics.sparse_categorical_accuracy(targets, predictions))
        return as_number(keras.metrics.categorical_accuracy(targets, predictions))

    if last.units > 1:
        return {"loss": per_sample, "accuracy": of_classes}
    boundary = 0.0 if last.activation == "tanh" else 0.5
    return {
        "loss": per_sample,
        "accuracy": lambda targets, predictions: as_number(
            keras.metrics.binary_accuracy(targets, predictions)
        ),
        "accuracy by class": lambda targets, predictions: as_number(
            ops.equal(targets > boundary, predictions > boundary)
        ),
        "accuracy by rounding": lambda targets, predictions: as_number(
            ops.equal(targets, ops.round(predictions))
        ),
    }
