"""What the documents call beside losses."""

from __future__ import annotations

import contextlib
import importlib
import random
from typing import Iterator, Mapping, Sequence

import numpy as np

from lossspec.backends.keras.network import Network
from lossspec.backends.keras.serialized import SerializedLosses
from lossspec.backends.keras.untyped import Library
from lossspec.core.arrays import Array, ArrayLike, float32
from lossspec.core.errors import CallGone

FIRST_SEED = 0
"""Of what is drawn outside of all specs."""


class DocumentedCalls(SerializedLosses):
    """Losses, and other calls of Keras's documents, seeded."""

    def __init__(self, tensorflow: Library) -> None:
        super().__init__(tensorflow)
        self._coming_seed: int | None = FIRST_SEED

    @contextlib.contextmanager
    def seeded(self, seed: int) -> Iterator[None]:
        """Seed all that a block draws; Python's and NumPy's generators are restored."""
        of_python, of_numpy = random.getstate(), np.random.get_state()
        random.seed(seed)
        np.random.seed(seed)
        self._coming_seed = seed
        try:
            yield
        finally:
            random.setstate(of_python)
            np.random.set_state(of_numpy)

    def _seed_tensorflow(self) -> None:
        """Seed TensorFlow, where a block first may draw.

        It makes every kernel anew then; at the beginning of each block that would take 20 ms a call
        of a loss.
        """
        if self._coming_seed is not None:
            self._tf.random.set_seed(self._coming_seed)
            self._coming_seed = None

    def network(
        self, layers: Sequence[Mapping[str, object]], masking: Mapping[str, object] | None = None
    ) -> Network:
        """A ``Sequential`` of ``Dense`` layers, maybe behind a ``Masking``."""
        self._seed_tensorflow()
        return Network(self._keras, layers, masking)

    def dense(self, activation: str, linear_part: ArrayLike, mode: str = "eager") -> Array:
        """``Dense(k, activation=…)`` of a linear part ``(n, k)``."""
        given = float32(linear_part)
        units = given.shape[-1]
        self._seed_tensorflow()
        layer = self._keras.layers.Dense(units, activation=activation)
        layer.build((None, units))
        layer.set_weights([np.eye(units), np.zeros(units)])
        run = self._in(mode)(lambda inputs: layer(inputs))
        return np.asarray(run(self._tf.constant(given)), np.float64)

    def activated(
        self, activation: str, linear_part: ArrayLike, mode: str = "eager", **arguments: object
    ) -> Array:
        """An activation of numbers of any shape."""
        activate = self._keras.activations.get(activation)
        run = self._in(mode)(lambda given: activate(given, **arguments))
        return np.asarray(run(self._tf.constant(float32(linear_part))), np.float64)

    def initial_kernel(self, fan_in: int, units: int, initializer: str | None, seed: int) -> Array:
        """A new ``Dense``'s kernel ``(fan_in, units)``; None is the default initializer."""
        given = {} if initializer is None else {"kernel_initializer": initializer}
        # From Keras 2.10 on, an initializer without a seed takes one from Python's own generator.
        before = random.getstate()
        random.seed(seed)
        self._tf.random.set_seed(seed)
        try:
            layer = self._keras.layers.Dense(units, **given)
            layer.build((None, fan_in))
        finally:
            random.setstate(before)
        return np.asarray(layer.get_weights()[0], np.float64)

    def steps(self, optimizer: str, count: int = 1, **arguments: float) -> list[float]:
        """How far updates move a weight of gradient 1.

        Raises:
            CallGone: when the class refuses an argument by its name.
        """
        try:
            built = getattr(self._keras.optimizers, optimizer)(**arguments)
        except (TypeError, ValueError) as error:
            if any(repr(name) in str(error) for name in arguments):
                raise CallGone(f"{optimizer}({', '.join(arguments)}): {error}") from error
            raise
        self._seed_tensorflow()
        layer = self._keras.layers.Dense(1, use_bias=False)
        layer.build((None, 1))
        layer.set_weights([np.zeros((1, 1))])
        positions = [0.0]
        for _ in range(count):
            built.apply_gradients([(self._tf.ones((1, 1)), layer.trainable_weights[0])])
            positions.append(float(layer.get_weights()[0][0, 0]))
        return [before - after for before, after in zip(positions, positions[1:])]

    def to_categorical(self, classes: ArrayLike) -> Array:
        """``to_categorical`` of class numbers ``(n,)``: ``(n, k)``."""
        return np.asarray(self._keras.utils.to_categorical(np.asarray(classes)), np.float64)

    def import_name(self, module: str, name: str) -> object:
        """``from module import name``.

        Raises:
            CallGone: when there is no such module, or no such name in it.
        """
        try:
            found: object = getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError) as error:
            raise CallGone(f"from {module} import {name}: {error}") from error
        return found
