"""Many networks side by side, each trained by one function that ``jax.vmap`` maps over them.

Keras's own layers, losses and optimizers do the work, without state of their own: weights go in and
come out. A replicate is written as the document writes its network, alone.
"""

from __future__ import annotations

from typing import List, Mapping, Sequence, Tuple

import numpy as np

from lossspec.backends.keras.engines.jax import Jax
from lossspec.backends.keras.training_parts import built_optimizer, measures_of
from lossspec.backends.keras.untyped import InMode, KerasObject, Tensor
from lossspec.backends.training import Part, Training
from lossspec.core.arrays import AnyArray, Array, ArrayLike, float32

Weights = List[Tensor]
State = Tuple[Weights, Weights]
"""A network's weights, and its optimizer's variables."""


class VmappedTraining:
    """Networks, their optimizer, and a compiled program for each way of measuring or training them.

    ``loss`` is its function, and an instance of its class.
    """

    def __init__(
        self,
        engine: Jax,
        training: Training,
        loss: tuple[KerasObject, KerasObject],
        replicates: int,
        in_mode: InMode,
    ) -> None:
        self._jax, self._training, self._replicates = engine.jax, training, replicates
        keras = engine.keras
        per_sample, self._mean = loss
        self._measures = measures_of(keras, keras.ops, training, per_sample)
        layers = [keras.layers.Dense(each.units, each.activation) for each in training.layers]
        self._model = keras.models.Sequential([keras.Input((training.layers[0].inputs,)), *layers])
        variables = self._model.trainable_variables
        self._optimizer = built_optimizer(keras, training, variables)
        self._fresh = [np.asarray(each.value) for each in self._optimizer.variables]
        self._in_mode = in_mode
        self._predict = in_mode(engine.jax.vmap(self._outputs, (0, None)))

    def load(self, *parts: Part) -> None:
        """Take the data: to train on, validate on, and others.

        Inputs are ``(n, features)`` for all replicates, or ``(replicates, n, features)``.
        """
        self._parts = [tuple(map(self._jax.numpy.asarray, part)) for part in parts]
        # Data of its own for each replicate are mapped over, too.
        axes = [0 if len(inputs.shape) == 3 else None for inputs, _ in self._parts]
        of_data = [axis for axis in axes[:2] for _ in range(2)]
        vmap = self._jax.vmap
        self._run = self._in_mode(vmap(self._trained, (0, *of_data, 1), (0, 1)))
        self._measured = [self._in_mode(vmap(self._measure, (0, axis, axis))) for axis in axes]

    def compile(self) -> None:
        """Do nothing: the first call compiles."""

    def reset(self, weights: Sequence[ArrayLike]) -> None:
        """Start anew from these weights."""
        numpy = self._jax.numpy
        fresh = [np.broadcast_to(each, (self._replicates, *each.shape)) for each in self._fresh]
        self._state: State = (
            [numpy.asarray(float32(each)) for each in weights],
            [numpy.asarray(each) for each in fresh],
        )

    def weights(self) -> list[Array]:
        """Kernels ``(replicates, inputs, units)``, biases ``(replicates, units)``, by layer."""
        return [np.asarray(each, np.float64) for each in self._state[0]]

    def train(self, orders: AnyArray) -> dict[str, Array]:
        """Train some epochs; return ``(epochs, replicates)`` as ``fit`` reports.

        ``val_`` stands before measures of the validation data. Orders of samples are
        ``(epochs, replicates, n)``.
        """
        data = [array for part in self._parts[:2] for array in part]
        self._state, reported = self._run(self._state, *data, orders.astype(np.int32))
        return {name: np.asarray(values, np.float64) for name, values in reported.items()}

    def measure(self, part: int) -> dict[str, Array]:
        """Measure each replicate on one part, as ``evaluate`` does."""
        measured = self._measured[part](self._state[0], *self._parts[part])
        return {name: np.asarray(values, np.float64) for name, values in measured.items()}

    def predict(self, inputs: ArrayLike) -> Array:
        """Predict at points ``(m, features)``: ``(replicates, m, outputs)``."""
        return np.asarray(self._predict(self._state[0], float32(inputs)), np.float64)

    # What follows is of one replicate.

    def _outputs(self, weights: Weights, inputs: Tensor) -> Tensor:
        outputs, _ = self._model.stateless_call(weights, [], inputs)
        return outputs

    def _trained(
        self,
        state: State,
        inputs: Tensor,
        targets: Tensor,
        val_inputs: Tensor,
        val_targets: Tensor,
        orders: Tensor,
    ) -> tuple[State, dict[str, Tensor]]:
        """Train an epoch for each order of the samples, and report it."""

        def epoch(state: State, order: Tensor) -> tuple[State, dict[str, Tensor]]:
            state, reported = self._epoch(state, inputs[order], targets[order])
            validated = self._measure(state[0], val_inputs, val_targets)
            return state, {**reported, **{f"val_{name}": of for name, of in validated.items()}}

        result: tuple[State, dict[str, Tensor]] = self._jax.lax.scan(epoch, state, orders)
        return result

    def _epoch(
        self, state: State, inputs: Tensor, targets: Tensor
    ) -> tuple[State, Mapping[str, Tensor]]:
        """Take a step for each batch, the last of which may be smaller."""
        size, samples = self._training.batch_size, len(inputs)
        whole = samples - samples % size
        batches = [each[:whole].reshape(-1, size, each.shape[-1]) for each in (inputs, targets)]
        state, sums = self._jax.lax.scan(self._step, state, batches)
        totals = {name: each.sum() for name, each in sums.items()}
        if whole < samples:
            state, more = self._step(state, (inputs[whole:], targets[whole:]))
            totals = {name: total + more[name] for name, total in totals.items()}
        return state, {name: total / samples for name, total in totals.items()}

    def _step(self, state: State, batch: Sequence[Tensor]) -> tuple[State, Mapping[str, Tensor]]:
        """Take a step; sum each measure over the batch before it."""
        (weights, variables), (inputs, targets) = state, batch

        def loss(weights: Weights) -> tuple[Tensor, Tensor]:
            predictions = self._outputs(weights, inputs)
            return self._mean(targets, predictions), predictions

        slopes, predictions = self._jax.grad(loss, has_aux=True)(weights)
        new = self._optimizer.stateless_apply(variables, slopes, weights)
        return new, self._sums(targets, predictions)

    def _measure(self, weights: Weights, inputs: Tensor, targets: Tensor) -> Mapping[str, Tensor]:
        sums = self._sums(targets, self._outputs(weights, inputs))
        return {name: total / len(inputs) for name, total in sums.items()}

    def _sums(self, targets: Tensor, predictions: Tensor) -> Mapping[str, Tensor]:
        return {
            name: measure(targets, predictions).sum() for name, measure in self._measures.items()
        }
