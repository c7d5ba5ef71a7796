"""What is measured of each sample: its loss, and the metric in every way it is counted."""

from __future__ import annotations

from typing import Callable, Mapping

from lossspec.backends.keras.untyped import KerasObject, Library, Tensor
from lossspec.backends.training import Training

Measure = Callable[[Tensor, Tensor], Tensor]
"""Of targets and predictions, ``(n, k)`` each: a number a sample, ``(n,)``."""


def measures_of(
    tensorflow: Library, training: Training, per_sample: KerasObject
) -> Mapping[str, Measure]:
    """The measures by name, the loss first.

    An accuracy of one output is counted in three ways: as ``compile(metrics=["accuracy"])`` counts
    it, by the right class, and as Keras 2.3 did.

    Args:
        tensorflow: the module.
        training: whose metric.
        per_sample: its loss's function.
    """
    keras, last = tensorflow.keras, training.layers[-1]
    if training.metric == "mse":
        return {"loss": per_sample, "mse": keras.losses.get("mean_squared_error")}

    def as_number(right: Tensor) -> Tensor:
        # One a sample: Keras 3 keeps the last axis of an accuracy, Keras 2 averages over it.
        return tensorflow.reshape(tensorflow.cast(right, tensorflow.float32), [-1])

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
            tensorflow.equal(targets > boundary, predictions > boundary)
        ),
        "accuracy by rounding": lambda targets, predictions: as_number(
            tensorflow.equal(targets, tensorflow.round(predictions))
        ),
    }
