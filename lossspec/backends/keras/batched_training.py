"""Many networks side by side on TensorFlow: one compiled program trains them."""

from __future__ import annotations

from typing import Sequence

import numpy as np

from lossspec.backends.keras.stacked_training import StackedTraining
from lossspec.backends.keras.untyped import InMode, KerasObject, Library, Tensor
from lossspec.backends.training import BURST, Part, Training
from lossspec.core.arrays import AnyArray, Array


class BatchedTraining(StackedTraining):
    """Networks, their optimizer, and one compiled program to train them."""

    def __init__(
        self,
        tensorflow: Library,
        training: Training,
        loss: tuple[KerasObject, KerasObject],
        replicates: int,
        in_mode: InMode,
    ) -> None:
        self._tf = tensorflow
        super().__init__(tensorflow.keras, tensorflow, training, loss, replicates)
        # Without Python's loops on tensors: translating takes longer than tracing.
        as_written = tensorflow.autograph.experimental.do_not_convert
        self._run, self._forward = (in_mode(as_written(f)) for f in (self._epochs, self._predict))

    def load(self, *parts: Part) -> None:
        """Take the data: to train on, validate on, and others.

        Inputs are ``(n, features)`` for all replicates, or ``(replicates, n, features)``.
        """
        sizes = [inputs.shape[-2] for inputs, _ in parts]
        self._parts = [(sum(sizes[:number]), size) for number, size in enumerate(sizes)]
        # Every part lies in one array, so that one program measures them all.
        self._points, self._targets = (
            self._tf.constant(np.concatenate(arrays, axis=-2)) for arrays in zip(*parts)
        )

    def _history(self, orders: AnyArray) -> Array:
        return self._called(orders, 1, len(orders))[: len(orders)]

    def _measured(self, part: int) -> Array:
        return self._called([], part, 1)[0, len(self._measures) :]

    def compile(self) -> None:
        """Compile the program for the data as loaded."""
        self._called([], 0, 0)

    def _called(self, orders: AnyArray | Sequence[AnyArray], part: int, epochs: int) -> Array:
        """Call the program on arrays of one shape, compiled once."""
        samples, training = self._parts[0][1], self._training
        padded = np.zeros((min(BURST, training.epochs), self._replicates, samples), np.int32)
        for epoch, order in enumerate(orders):
            padded[epoch] = order
        steps = -(-samples // training.batch_size) if len(orders) else 0
        scalars = (np.int32(each) for each in (epochs, steps, *self._parts[part]))
        return np.asarray(self._run(self._points, self._targets, padded, *scalars), np.float64)

    def _epochs(
        self,
        points: Tensor,
        targets: Tensor,
        orders: Tensor,
        epochs: Tensor,
        steps: Tensor,
        start: Tensor,
        count: Tensor,
    ) -> Tensor:
        """Train ``steps`` steps and measure `count` samples, each epoch.

        Gives ``(epochs, measures, replicates)``, those in training before those of the samples.
        """
        tf, most = self._tf, orders.shape[0]

        def epoch(number: Tensor, history: Tensor) -> tuple[Tensor, Tensor]:
            # Gathered: XLA of TensorFlow 2.5 and 2.6 knows no length of slices.
            trained = self._train(points, targets, tf.gather(orders, number), steps)
            row = tf.concat([trained, self._measure(points, targets, start, count)], 0)
            here = tf.equal(tf.range(most), number)[:, tf.newaxis, tf.newaxis]
            return number + 1, tf.where(here, row, history)

        history = tf.zeros([most, 2 * len(self._measures), self._replicates])
        return tf.while_loop(lambda number, _: number < epochs, epoch, [0, history])[1]

    def _train(self, points: Tensor, targets: Tensor, order: Tensor, steps: Tensor) -> Tensor:
        tf, samples = self._tf, order.shape[1]
        size = min(self._training.batch_size, samples)
        gather = {"batch_dims": 1} if len(points.shape) == 3 else {}

        def step(number: Tensor, totals: Tensor) -> tuple[Tensor, Tensor]:
            # The last batch is as long as others, so that one step compiles; repeats don't count.
            first = tf.minimum(number * size, samples - size)
            index = tf.slice(order, [0, first], [self._replicates, size])
            new = first + tf.range(size) >= number * size
            index = tf.where(new, index, index[:, -1:])
            inputs, expected = (tf.gather(each, index, **gather) for each in (points, targets))
            counted = new if samples % size else None
            return number + 1, totals + self._step(inputs, expected, counted)

        totals = tf.zeros([len(self._measures), self._replicates])
        return tf.while_loop(lambda number, _: number < steps, step, [0, totals])[1] / samples

    def _step(self, inputs: Tensor, targets: Tensor, counted: Tensor | None) -> Tensor:
        """Take a step; sum each measure over the batch before it."""
        tf, weights = self._tf, None
        if counted is not None:
            share = tf.cast(counted, tf.float32) / tf.reduce_mean(tf.cast(counted, tf.float32))
            weights = tf.reshape(tf.broadcast_to(share, inputs.shape[:2]), [-1])
        targets = self._flat(targets)
        with tf.GradientTape() as tape:
            predictions = self._outputs(inputs)
            # The class averages over replicates and batch alike; only the batch is meant.
            loss = self._mean(targets, predictions, weights) * float(self._replicates)
        self._optimizer.apply_gradients(zip(tape.gradient(loss, self._raw), self._weights))
        return self._sums(targets, predictions, True if counted is None else counted)

    def _measure(self, points: Tensor, targets: Tensor, start: Tensor, count: Tensor) -> Tensor:
        tf, size = self._tf, self.block

        def block(number: Tensor, totals: Tensor) -> tuple[Tensor, Tensor]:
            place = number * size + tf.range(size)
            # Gathered and not sliced: XLA compiles a slice anew for each place where it may start.
            index = start + tf.minimum(place, count - 1)
            inputs, expected = (tf.gather(each, index, axis=-2) for each in (points, targets))
            expected = tf.broadcast_to(expected, [self._replicates, size, expected.shape[-1]])
            sums = self._sums(self._flat(expected), self._outputs(inputs), place < count)
            return number + 1, totals + sums

        totals = tf.zeros([len(self._measures), self._replicates])
        measured = tf.while_loop(lambda number, _: number * size < count, block, [0, totals])[1]
        return measured / tf.cast(count, tf.float32)

    def _sums(self, targets: Tensor, predictions: Tensor, counted: Tensor | bool) -> Tensor:
        """Each measure's sum over counted samples, ``(measures, replicates)``."""
        tf = self._tf
        # Summed before they are stacked: XLA computes all of them for each element of a stack.
        by_replicate = (
            tf.reshape(measure(targets, predictions), [self._replicates, -1])
            for measure in self._measures.values()
        )
        sums = (tf.reduce_sum(tf.where(counted, each, 0.0), axis=1) for each in by_replicate)
        return tf.stack(list(sums))

    def _predicted(self, points: AnyArray) -> Array:
        return np.asarray(self._forward(points), np.float64)

    def _predict(self, inputs: Tensor) -> Tensor:
        return self._unflat(self._outputs(inputs))

    def _array(self, variable: KerasObject) -> AnyArray:
        return np.asarray(self._tf.convert_to_tensor(variable))

    def _linear(self, inputs: Tensor, kernel: KerasObject, bias: KerasObject) -> Tensor:
        kernel, bias = (self._tf.convert_to_tensor(each) for each in (kernel, bias))
        return self._product(inputs, kernel) + bias

    def _product(self, inputs: Tensor, kernel: Tensor) -> Tensor:
        """Multiply each replicate's inputs by its kernel.

        A product with a side this short is faster as a few multiplications that XLA fuses with what
        is around them than as many small matrix products.
        """
        if kernel.shape[1] > 4:
            return self._tf.matmul(inputs, kernel)
        # Taken apart and not sliced: gradients aren't added up from padded ones then.
        columns = zip(self._tf.unstack(inputs, axis=-1), self._tf.unstack(kernel, axis=1))
        return sum(column[..., None] * row[:, None] for column, row in columns)
