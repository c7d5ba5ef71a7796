"""One loss of the subject, in one execution mode and precision: part of the door to TensorFlow and Keras.

Everything goes in and comes out as NumPy; what was computed in less than float64 is handed out in float64, unrounded.
"""

from __future__ import annotations

from typing import Any, Callable

import numpy as np

from lossspec.arrays import Array, ArrayLike


class Loss:
    """One loss of the subject in one execution mode.

    Args:
        tensorflow: the module.
        function: what the loss's string stands for.
        of_class: an instance of the loss's class, made without arguments.
        in_mode: turns a function of tensors into one that runs in the execution mode.
        dtype: what targets and predictions are given in.
    """

    def __init__(
        self,
        tensorflow: Any,
        function: Any,
        of_class: Any,
        in_mode: Callable[[Any], Callable[..., Any]],
        dtype: str = "float32",
    ) -> None:
        def gradient(targets: Any, predictions: Any) -> Any:
            with tensorflow.GradientTape() as tape:
                tape.watch(predictions)
                total = tensorflow.reduce_sum(function(targets, predictions))
            return tape.gradient(total, predictions)

        self._tf, self._dtype = tensorflow, getattr(tensorflow, dtype)
        self._per_sample = in_mode(function)
        # A plain function around the instance: some TensorFlows can't trace a callable object.
        self._mean = in_mode(lambda targets, predictions: of_class(targets, predictions))
        self._gradient = in_mode(gradient)

    def per_sample(self, targets: ArrayLike, predictions: ArrayLike) -> Array:
        """The loss of each sample, ``(n,)``."""
        return self._run(self._per_sample, targets, predictions)

    def mean(self, targets: ArrayLike, predictions: ArrayLike) -> float:
        """The loss of the batch as the loss's class reduces it by default: what ``fit`` minimises."""
        return float(self._run(self._mean, targets, predictions))

    def gradient(self, targets: ArrayLike, predictions: ArrayLike) -> Array:
        """The derivative of each sample's loss by each of its predictions, ``(n, k)``, as training takes it."""
        return self._run(self._gradient, targets, predictions)

    def _run(self, function: Callable[..., Any], targets: ArrayLike, predictions: ArrayLike) -> Array:
        result = function(self._tensor(targets), self._tensor(predictions))
        return np.asarray(self._tf.cast(result, self._tf.float64), np.float64)

    def _tensor(self, values: ArrayLike) -> Any:
        return self._tf.cast(self._tf.constant(np.asarray(values, np.float64)), self._dtype)
