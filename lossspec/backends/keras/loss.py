"""One loss of the subject, in one execution mode and precision: part of the door to TensorFlow and Keras.

Everything goes in and comes out as NumPy; what was computed in less than float64 is handed out in float64, unrounded.
"""

from __future__ import annotations

from typing import Any, Callable

import numpy as np

from lossspec.core.arrays import Array, ArrayLike


class Loss:
    """One loss of the subject in one execution mode.

    Args:
        tensorflow: the module.
        function: what the loss's string stands for.
        of_class: an instance of the loss's class, made without arguments.
        in_mode: turns a function of tensors into one that runs in the execution mode.
        dtype: what predictions, and targets too unless said otherwise, are given in.
        targets_in: what targets are given in, where that is something else.
    """

    def __init__(
        self,
        tensorflow: Any,
        function: Any,
        of_class: Any,
        in_mode: Callable[[Any], Callable[..., Any]],
        dtype: str = "float32",
        targets_in: str | None = None,
    ) -> None:
        def gradient(targets: Any, predictions: Any) -> Any:
            with tensorflow.GradientTape() as tape:
                tape.watch(predictions)
                total = tensorflow.reduce_sum(function(targets, predictions))
            return tape.gradient(total, predictions)

        self._tf = tensorflow
        self._dtype, self._targets_in = (
            getattr(tensorflow, name) for name in (dtype, targets_in or dtype)
        )
        self._function = function
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

    def as_given(self, targets: Any, predictions: Any) -> Array:
        """The loss of each sample in eager mode, called with what is given as it is: lists, say."""
        return _handed_out(self._tf, self._function(targets, predictions))

    def bits(self, targets: ArrayLike, predictions: ArrayLike) -> int:
        """How many bits each number has in which the losses of samples are handed out: 32 of float32."""
        return 8 * int(self._in_tensors(self._per_sample, targets, predictions).dtype.size)

    def _run(
        self, function: Callable[..., Any], targets: ArrayLike, predictions: ArrayLike
    ) -> Array:
        return _handed_out(self._tf, self._in_tensors(function, targets, predictions))

    def _in_tensors(
        self, function: Callable[..., Any], targets: ArrayLike, predictions: ArrayLike
    ) -> Any:
        return function(
            _tensor(self._tf, targets, self._targets_in),
            _tensor(self._tf, predictions, self._dtype),
        )


class LossClass:
    """An instance of a loss's class in one execution mode, called as its users call it.

    Args:
        tensorflow: the module.
        instance: of the loss's class.
        in_mode: turns a function of tensors into one that runs in the execution mode.
    """

    def __init__(
        self, tensorflow: Any, instance: Any, in_mode: Callable[[Any], Callable[..., Any]]
    ) -> None:
        self._tf, self._instance, self._in_mode = tensorflow, instance, in_mode
        # Plain functions around the instance: some TensorFlows can't trace a callable object.
        self._unweighted = in_mode(lambda targets, predictions: instance(targets, predictions))
        self._weighted = in_mode(
            lambda targets, predictions, weights: instance(
                targets, predictions, sample_weight=weights
            )
        )

    def __call__(
        self, targets: ArrayLike, predictions: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Array:
        """What the instance gives, of the shape it gives it in: ``()`` for a mean, ``(n,)`` without reduction."""
        weights = () if sample_weight is None else (sample_weight,)
        given = [
            _tensor(self._tf, each, self._tf.float32) for each in (targets, predictions, *weights)
        ]
        return _handed_out(self._tf, (self._weighted if weights else self._unweighted)(*given))

    def masked(
        self, targets: ArrayLike, predictions: ArrayLike, mask: ArrayLike, *weights: ArrayLike
    ) -> Array:
        """The same of predictions that carry a mask, ``(n, steps)``, as a layer hands them on: 0 is to be skipped."""

        def call(targets: Any, predictions: Any, mask: Any, *weights: Any) -> Any:
            carrying = self._tf.identity(predictions)
            carrying._keras_mask = self._tf.cast(mask, self._tf.bool)
            return self._instance(targets, carrying, *weights)

        given = [
            _tensor(self._tf, each, self._tf.float32)
            for each in (targets, predictions, mask, *weights)
        ]
        return _handed_out(self._tf, self._in_mode(call)(*given))

    def as_given(self, *given: Any) -> Array:
        """The same in eager mode, called with targets, predictions and maybe weights as they are: lists, say."""
        return _handed_out(self._tf, self._instance(*given))

    def bits(self, *given: Any) -> int:
        """How many bits each number has in which that comes out: 32 of float32."""
        return 8 * int(self._instance(*given).dtype.size)


def _handed_out(tensorflow: Any, result: Any) -> Array:
    return np.asarray(tensorflow.cast(result, tensorflow.float64), np.float64)


def _tensor(tensorflow: Any, values: ArrayLike, dtype: Any) -> Any:
    return tensorflow.cast(tensorflow.constant(np.asarray(values, np.float64)), dtype)
