"""A recipe's training step in the plain operations of TensorFlow, PyTorch and JAX: what Keras's step is set beside.

Each is the same work: the network's products, biases and rectifiers, the loss, the gradient of every weight, and SGD
with momentum. Each is written as one writes it there, on one thread, and a call returns the loss as a Python float.
"""

from __future__ import annotations

import functools
import importlib.util
from typing import Any, Callable, Mapping, Protocol, Sequence

import numpy as np

from lossspec.core.arrays import AnyArray, Array
from lossspec.experiments.recipes import Recipe
from tools.benchmarks.formulas import FORMULAS, Formula
from tools.benchmarks.operations import of_jax, of_tensorflow, of_torch


class Step(Protocol):
    """A training step of one network, again and again on the same batch."""

    def __call__(self) -> float:
        """Take the step; gives the loss before it."""

    def weights(self) -> list[Array]:
        """The network's weights now: kernel and bias, layer by layer."""


class _Plain:
    """What the libraries share: the recipe's formula and settings.

    Args:
        recipe: one with a rectified hidden layer and SGD, as the second document's are.
        weights: to start with: kernel and bias, layer by layer.
        batch: inputs ``(n, features)`` and targets in float32.
    """

    def __init__(self, recipe: Recipe, weights: Sequence[AnyArray], batch: tuple[AnyArray, AnyArray]) -> None:
        if recipe.optimizer != "SGD" or [each.activation for each in recipe.layers[:-1]] != ["relu"]:
            raise ValueError(f"{recipe.name} is not written in plain operations: give a recipe of the losses document")
        self.formula: Formula = FORMULAS[recipe.loss]
        self.rate, self.momentum = recipe.settings["learning_rate"], recipe.settings["momentum"]
        self.sparse = recipe.loss.startswith("sparse")
        self.start = [np.asarray(each, np.float32) for each in weights]
        self.inputs, targets = batch
        self.targets = targets.astype(np.int64) if self.sparse else targets


class PlainTensorFlow(_Plain):
    """The step in plain TensorFlow, as a `tf.function`.

    Args:
        compiled: whether by XLA.
        given: as for the others.
    """

    def __init__(self, *given: Any, compiled: bool) -> None:
        super().__init__(*given)
        import tensorflow as tf

        self._variables = [tf.Variable(each) for each in self.start]
        velocities = [tf.Variable(tf.zeros_like(each)) for each in self._variables]
        by = of_tensorflow()

        def step(inputs: Any, targets: Any) -> Any:
            kernel, bias, last_kernel, last_bias = self._variables
            with tf.GradientTape() as tape:
                hidden = tf.nn.relu(tf.matmul(inputs, kernel) + bias)
                total = self.formula(by, targets, tf.matmul(hidden, last_kernel) + last_bias)
            for slope, weight, velocity in zip(tape.gradient(total, self._variables), self._variables, velocities):
                velocity.assign(self.momentum * velocity - self.rate * slope)
                weight.assign_add(velocity)
            return total

        self._step = tf.function(step, autograph=False, jit_compile=compiled)
        self._batch = tf.constant(self.inputs), tf.constant(self.targets)

    def __call__(self) -> float:
        """Take the step."""
        return float(self._step(*self._batch).numpy())

    def weights(self) -> list[Array]:
        """Kernel and bias, layer by layer."""
        return [each.numpy().astype(np.float64) for each in self._variables]


class PlainTorch(_Plain):
    """The step in PyTorch, eager, with its own SGD."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        import torch

        self._weights = [torch.tensor(each, requires_grad=True) for each in self.start]
        self._optimizer = torch.optim.SGD(self._weights, lr=self.rate, momentum=self.momentum)
        self._batch = torch.tensor(self.inputs), torch.tensor(self.targets)
        self._relu, self._by = torch.relu, of_torch()

    def __call__(self) -> float:
        """Take the step."""
        inputs, targets = self._batch
        kernel, bias, last_kernel, last_bias = self._weights
        self._optimizer.zero_grad()
        total = self.formula(self._by, targets, self._relu(inputs @ kernel + bias) @ last_kernel + last_bias)
        total.backward()
        self._optimizer.step()
        return float(total.item())

    def weights(self) -> list[Array]:
        """Kernel and bias, layer by layer."""
        return [each.detach().numpy().astype(np.float64) for each in self._weights]


class PlainJax(_Plain):
    """The step in JAX: one compiled call, whose state is handed over."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        import jax

        by = of_jax()

        def loss(weights: Any, inputs: Any, targets: Any) -> Any:
            kernel, bias, last_kernel, last_bias = weights
            hidden = jax.nn.relu(inputs @ kernel + bias)
            return self.formula(by, targets, hidden @ last_kernel + last_bias)

        def step(weights: Any, velocities: Any, inputs: Any, targets: Any) -> Any:
            total, slopes = jax.value_and_grad(loss)(weights, inputs, targets)
            velocities = [self.momentum * each - self.rate * slope for each, slope in zip(velocities, slopes)]
            return [each + velocity for each, velocity in zip(weights, velocities)], velocities, total

        self._step = jax.jit(step, donate_argnums=(0, 1))
        self._weights = [jax.numpy.array(each) for each in self.start]
        self._velocities = [jax.numpy.zeros_like(each) for each in self._weights]
        targets = self.targets.astype(np.int32) if self.sparse else self.targets
        self._batch = jax.numpy.array(self.inputs), jax.numpy.array(targets)

    def __call__(self) -> float:
        """Take the step."""
        self._weights, self._velocities, total = self._step(self._weights, self._velocities, *self._batch)
        return float(total)

    def weights(self) -> list[Array]:
        """Kernel and bias, layer by layer."""
        return [np.asarray(each, np.float64) for each in self._weights]


PEERS: Mapping[str, tuple[str, Callable[..., Step]]] = {
    "plain TensorFlow": ("tensorflow", functools.partial(PlainTensorFlow, compiled=False)),
    "the same by XLA": ("tensorflow", functools.partial(PlainTensorFlow, compiled=True)),
    "PyTorch": ("torch", PlainTorch),
    "JAX": ("jax", PlainJax),
}
"""Each peer's package, and what makes its step from recipe, weights and batch."""


def installed() -> list[str]:
    """Those of `PEERS` whose package is there."""
    return [name for name, (package, _) in PEERS.items() if importlib.util.find_spec(package) is not None]
