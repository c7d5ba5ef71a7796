"""Many networks side by side on torch: step by step, operation by operation."""

from __future__ import annotations

import contextlib
from typing import Iterator

import numpy as np

from lossspec.backends.keras.engines.torch import Torch
from lossspec.backends.keras.stacked_training import StackedTraining
from lossspec.backends.keras.untyped import KerasObject, Tensor
from lossspec.backends.training import Part, Training
from lossspec.core.arrays import AnyArray, Array


class StepwiseTraining(StackedTraining):
    """Networks, their optimizer, and Python's loops that train them."""

    def __init__(
        self,
        engine: Torch,
        training: Training,
        loss: tuple[KerasObject, KerasObject],
        replicates: int,
    ) -> None:
        self._torch, self._engine = engine.library, engine
        super().__init__(engine.keras, engine.keras.ops, training, loss, replicates)
        self._rows = self._tensor(np.arange(replicates)[:, None])

    def load(self, *parts: Part) -> None:
        """Take the data: to train on, validate on, and others.

        Inputs are ``(n, features)`` for all replicates, or ``(replicates, n, features)``.
        """
        self._parts = [tuple(map(self._tensor, part)) for part in parts]

    def compile(self) -> None:
        """Do nothing: nothing is compiled."""

    def _history(self, orders: AnyArray) -> Array:
        with self._one_thread():
            epochs = [np.concatenate([self._epoch(each), self._measured(1)]) for each in orders]
        return np.stack(epochs)

    def _epoch(self, order: AnyArray) -> Array:
        """Take a step for each batch, the last of which may be smaller; average the measures."""
        size = self._training.batch_size
        of_batches = self._torch.split(self._tensor(order.astype(np.int64)), size, dim=1)
        return self._mean_of([self._step(index) for index in of_batches], order.shape[1])

    def _step(self, index: Tensor) -> Tensor:
        """Take a step on samples ``(replicates, batch)``; sum each measure before it."""
        inputs, targets = (
            # Data of its own for each replicate are taken from its row.
            data[self._rows, index] if data.ndim == 3 else data[index]
            for data in self._parts[0]
        )
        targets = self._flat(targets)
        predictions = self._outputs(inputs)
        # The class averages over replicates and batch alike; only the batch is meant.
        loss = self._mean(targets, predictions) * self._replicates
        slopes = self._torch.autograd.grad(loss, self._raw)
        with self._torch.no_grad():
            self._optimizer.apply(list(slopes), self._weights)
            return self._sums(targets, predictions)

    def _measured(self, part: int) -> Array:
        inputs, targets = self._parts[part]
        samples = inputs.shape[-2]
        with self._one_thread(), self._torch.no_grad():
            sums = [
                self._sums_from(start, inputs, targets) for start in range(0, samples, self.block)
            ]
            return self._mean_of(sums, samples)

    def _sums_from(self, start: int, *data: Tensor) -> Tensor:
        inputs, targets = (
            each[..., start : start + self.block, :].expand(self._replicates, -1, -1)
            for each in data
        )
        return self._sums(self._flat(targets), self._outputs(inputs))

    def _sums(self, targets: Tensor, predictions: Tensor) -> Tensor:
        measured = [measure(targets, predictions) for measure in self._measures.values()]
        by_replicate = [each.reshape(self._replicates, -1).sum(1) for each in measured]
        return self._torch.stack(by_replicate)

    def _mean_of(self, sums: list[Tensor], samples: int) -> Array:
        return self._engine.array(self._torch.stack(sums).sum(0)) / samples

    def _predicted(self, points: AnyArray) -> Array:
        with self._one_thread(), self._torch.no_grad():
            inputs = self._tensor(points).expand(self._replicates, -1, -1)
            return self._engine.array(self._unflat(self._outputs(inputs)))

    def _linear(self, inputs: Tensor, kernel: KerasObject, bias: KerasObject) -> Tensor:
        return self._torch.baddbmm(bias.value, inputs, kernel.value)

    def _array(self, variable: KerasObject) -> AnyArray:
        return np.asarray(self._engine.keras.ops.convert_to_numpy(variable.value))

    def _tensor(self, values: AnyArray) -> Tensor:
        return self._engine.keras.ops.convert_to_tensor(values)

    @contextlib.contextmanager
    def _one_thread(self) -> Iterator[None]:
        """Compute in one thread: operations this small take twice the time in two."""
        threads = self._torch.get_num_threads()
        self._torch.set_num_threads(1)
        try:
            yield
        finally:
            self._torch.set_num_threads(threads)
