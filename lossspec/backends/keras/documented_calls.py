"""What the documents call beside losses."""

from __future__ import annotations

import contextlib
import functools
import importlib
import random
import threading
from typing import Iterator, Mapping, Sequence

import numpy as np

from lossspec.backends.keras.engines.base import Engine
from lossspec.backends.keras.network import Network
from lossspec.backends.keras.serialized import SerializedLosses
from lossspec.backends.training import Training
from lossspec.core.arrays import Array, ArrayLike, float32
from lossspec.core.errors import CallGone

_DRAWING = threading.Lock()  # TensorFlow's own seed is one for all threads

FIRST_SEED = 0
"""Of what is drawn outside of all specs."""


class DocumentedCalls(SerializedLosses):
    """Losses, and other calls of Keras's documents, seeded."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._coming_seed: int | None = FIRST_SEED

    @property
    def internal_errors(self) -> tuple[type[Exception], ...]:
        """What the subject raises where this machine can't compute."""
        return self._engine.internal_errors

    def refuses(self, error: Exception) -> bool:
        """Whether the subject raises an error about what it was given."""
        return self._engine.refuses(error)

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

    def _seed_engine(self) -> None:
        """Seed what computes, where a block first may draw.

        TensorFlow makes every kernel anew then; at the beginning of each block that would take
        20 ms a call of a loss.
        """
        if self._coming_seed is not None:
            self._engine.seed(self._coming_seed)
            self._coming_seed = None

    def network(
        self, layers: Sequence[Mapping[str, object]], masking: Mapping[str, object] | None = None
    ) -> Network:
        """A ``Sequential`` of ``Dense`` layers, maybe behind a ``Masking``."""
        self._seed_engine()
        return Network(self._engine, layers, masking)

    def dense(self, activation: str, linear_part: ArrayLike, mode: str = "eager") -> Array:
        """``Dense(k, activation=…)`` of a linear part ``(n, k)``."""
        given = float32(linear_part)
        units = given.shape[-1]
        self._seed_engine()
        layer = self._keras.layers.Dense(units, activation=activation)
        layer.build((None, units))
        layer.set_weights([np.eye(units), np.zeros(units)])
        run = self._in(mode)(lambda inputs: layer(inputs))
        return self._engine.array(run(self._engine.tensor(given, "float32")))

    def activated(
        self, activation: str, linear_part: ArrayLike, mode: str = "eager", **arguments: object
    ) -> Array:
        """An activation of numbers of any shape."""
        activate = self._keras.activations.get(activation)
        run = self._in(mode)(lambda given: activate(given, **arguments))
        return self._engine.array(run(self._engine.tensor(float32(linear_part), "float32")))

    def initial_kernel(self, fan_in: int, units: int, initializer: str | None, seed: int) -> Array:
        """A new ``Dense``'s kernel ``(fan_in, units)``; None is the default initializer."""
        given = {} if initializer is None else {"kernel_initializer": initializer}
        # From Keras 2.10 on, an initializer without a seed takes one from Python's own generator.
        before = random.getstate()
        random.seed(seed)
        self._engine.seed(seed)
        try:
            layer = self._keras.layers.Dense(units, **given)
            layer.build((None, fan_in))
        finally:
            random.setstate(before)
        return np.asarray(layer.get_weights()[0], np.float64)

    def initial_weights(self, training: Training, seed: int) -> list[Array]:
        """A network's initial kernel and bias, layer by layer."""
        weights: list[Array] = []
        with _DRAWING:
            if not self._seeds_repeat:
                self._engine.seed(seed)
            for number, layer in enumerate(training.layers):
                named = layer.initializer or "glorot_uniform"
                initializer = getattr(self._keras.initializers, named)
                drawn = initializer(seed=seed * len(training.layers) + number)
                weights.append(np.asarray(drawn((layer.inputs, layer.units)), np.float64))
                weights.append(np.zeros(layer.units))
        return weights

    @functools.cached_property
    def _seeds_repeat(self) -> bool:
        """Whether an initializer repeats itself for a seed.

        In Keras up to 2.9 it goes on where the last one stopped, unless TensorFlow's own seed is
        set anew, which takes longer than the drawing.
        """
        he_uniform = self._keras.initializers.he_uniform
        first, second = (np.asarray(he_uniform(seed=1)((2, 4))) for _ in range(2))
        return bool(np.array_equal(first, second))

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
        self._seed_engine()
        layer = self._keras.layers.Dense(1, use_bias=False)
        layer.build((None, 1))
        layer.set_weights([np.zeros((1, 1))])
        positions = [0.0]
        for _ in range(count):
            built.apply_gradients(
                [(self._engine.tensor(np.ones((1, 1)), "float32"), layer.trainable_weights[0])]
            )
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
