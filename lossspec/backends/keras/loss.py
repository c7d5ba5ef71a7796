"""One loss in one execution mode."""

from __future__ import annotations

from typing import Sequence

import numpy as np

from lossspec.backends.keras.engines.base import Engine
from lossspec.backends.keras.untyped import InMode, KerasObject, Tensor
from lossspec.core.arrays import AnyArray, Array, ArrayLike

_ENDS_OF_INT64 = 2.0**63


class Giving:
    """Converts values as people give them, by ``KERAS.given_as``.

    Arrays hold predictions in the precision asked for, as a model's are, and targets as data sets
    have them: integers where all are whole, else float64.
    """

    def __init__(self, engine: Engine, given_as: str, dtypes: Sequence[str]) -> None:
        self._engine, self._given_as, self._dtypes = engine, given_as, dtypes

    def __call__(self, *values: ArrayLike) -> list[Tensor]:
        """Convert targets, predictions and maybe weights."""
        return [self._given(number, np.asarray(each)) for number, each in enumerate(values)]

    def _given(self, place: int, values: AnyArray) -> Tensor:
        of_prediction = place == 1
        if self._given_as == "tensors" or (self._given_as == "mixed" and of_prediction):
            return self._engine.tensor(values, self._dtypes[min(place, 1)])
        if of_prediction:
            values = values.astype(self._dtypes[1])
        elif np.array_equal(values, np.round(values)) and np.all(np.abs(values) < _ENDS_OF_INT64):
            values = values.astype(np.int64)
        return values.tolist() if self._given_as == "lists" else values


class Loss:
    """A loss in one execution mode: function and class instance."""

    def __init__(
        self,
        engine: Engine,
        function: KerasObject,
        instance: KerasObject,
        in_mode: InMode,
        dtype: str = "float32",
        targets_in: str | None = None,
        given_as: str = "tensors",
    ) -> None:
        self._engine, self._dtype = engine, dtype
        dtypes = targets_in or dtype, dtype
        self._tensors = Giving(engine, "tensors", dtypes)
        self._values = Giving(engine, given_as, dtypes)
        self._function = function
        self._per_sample = in_mode(function)
        # A plain function around the instance: some TensorFlows can't trace a callable object.
        self._mean = in_mode(lambda targets, predictions: instance(targets, predictions))
        self._gradient = in_mode(engine.gradient(function))

    def per_sample(self, targets: ArrayLike, predictions: ArrayLike) -> Array:
        """The loss of each sample, ``(n,)``."""
        with self._engine.computing_in(self._dtype):
            return _array(self._engine, self._per_sample(*self._values(targets, predictions)))

    def mean(self, targets: ArrayLike, predictions: ArrayLike) -> float:
        """The batch's loss, as ``fit`` minimises it."""
        with self._engine.computing_in(self._dtype):
            return float(_array(self._engine, self._mean(*self._values(targets, predictions))))

    def gradient(self, targets: ArrayLike, predictions: ArrayLike) -> Array:
        """Each sample's derivative by its predictions, ``(n, k)``."""
        with self._engine.computing_in(self._dtype):
            return _array(self._engine, self._gradient(*self._tensors(targets, predictions)))

    def as_given(self, targets: object, predictions: object) -> Array:
        """The loss of each sample in eager mode, values unconverted."""
        with self._engine.computing_in(self._dtype):
            return _array(self._engine, self._function(targets, predictions))

    def bits(self, targets: ArrayLike, predictions: ArrayLike) -> int:
        """The width of samples' losses: 32 of float32."""
        with self._engine.computing_in(self._dtype):
            return self._engine.width(self._per_sample(*self._tensors(targets, predictions)))


class LossClass:
    """A class instance in one execution mode."""

    def __init__(
        self, engine: Engine, instance: KerasObject, in_mode: InMode, given_as: str = "tensors"
    ) -> None:
        self._engine, self._instance = engine, instance
        self._tensors = Giving(engine, "tensors", ("float32", "float32"))
        self._values = Giving(engine, given_as, ("float32", "float32"))
        # Plain functions around the instance: some TensorFlows can't trace a callable object.
        self._unweighted = in_mode(lambda t, y: instance(t, y))
        self._weighted = in_mode(lambda t, y, weights: instance(t, y, sample_weight=weights))
        self._carrying = in_mode(self._of_predictions_that_carry)

    def __call__(
        self, targets: ArrayLike, predictions: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Array:
        """Call the instance: ``()`` of a mean, ``(n,)`` without reduction."""
        if sample_weight is None:
            return _array(self._engine, self._unweighted(*self._values(targets, predictions)))
        given = self._values(targets, predictions, sample_weight)
        return _array(self._engine, self._weighted(*given))

    def masked(
        self, targets: ArrayLike, predictions: ArrayLike, mask: ArrayLike, *weights: ArrayLike
    ) -> Array:
        """The same of predictions that carry a mask.

        Targets and predictions are ``(n, steps, k)``, the mask ``(n, steps)``: 0 is to be skipped.
        """
        given = self._tensors(targets, predictions, mask, *weights)
        return _array(self._engine, self._carrying(*given))

    def _of_predictions_that_carry(
        self, targets: Tensor, predictions: Tensor, mask: Tensor, *weights: Tensor
    ) -> Tensor:
        return self._instance(targets, self._engine.carrying(predictions, mask), *weights)

    def as_given(self, *given: object) -> Array:
        """The same in eager mode, values unconverted."""
        return _array(self._engine, self._instance(*given))

    def bits(self, *given: object) -> int:
        """The width of that result: 32 of float32."""
        return self._engine.width(self._instance(*given))


def _array(engine: Engine, result: Tensor) -> Array:
    return engine.array(result)
