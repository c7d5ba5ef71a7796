"""The peers' side: ``model.fit``, and ``jax.vmap`` over ``jax.lax.scan``, on the same recipe."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import os
from typing import Any, Callable

import numpy as np

from lossspec.backends.keras.stacked_training import StackedTraining
from lossspec.experiments.datasets import SEEDED, Data
from lossspec.experiments.recipes import RECIPES, Recipe
from lossspec.experiments.replication import ahead, orders_of
from tools.benchmarks.isolated import seconds
from tools.benchmarks.ours import Trained


def fit_epoch(name: str, epochs: int) -> float:
    """Seconds of an epoch of ``model.fit`` after warm-up, many in one call."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow

    recipe, keras = RECIPES[name], tensorflow.keras
    layers = [
        keras.layers.Dense(
            each.units,
            activation=each.activation,
            kernel_initializer=each.initializer or "glorot_uniform",
        )
        for each in recipe.layers
    ]
    model = keras.Sequential([keras.Input((recipe.layers[0].inputs,)), *layers])
    optimizer = getattr(keras.optimizers, recipe.optimizer)(**recipe.settings)
    model.compile(loss=recipe.loss, optimizer=optimizer, metrics=[recipe.metric])
    training, targets, *validation = _float32(SEEDED[recipe.data]())

    def fit(count: int) -> None:
        model.fit(
            training,
            targets,
            validation_data=validation,
            epochs=count,
            batch_size=recipe.batch_size,
            verbose=0,
        )

    fit(2)
    return seconds(lambda: fit(epochs)) / epochs


def vmapped(name: str, replicates: int, epochs: int) -> Trained:
    """The same by JAX, as fast as we could make it.

    Ten epochs make one call, as lossspec's do, with orders drawn ahead by the same thread:
    `jax.random.permutation` sorts, which took more time than training. Weights come from NumPy too,
    which spares JAX compiling that.
    """
    import jax

    recipe = dataclasses.replace(RECIPES[name], epochs=epochs)
    run = jax.jit(jax.vmap(_epochs(recipe, lambda order: order)), donate_argnums=0)
    samples = len(SEEDED[recipe.data]().training)
    losses: list[np.ndarray] = []

    def once() -> None:
        with concurrent.futures.ThreadPoolExecutor(1) as drawing:
            orders = ahead(drawing, orders_of(recipe, range(replicates), samples))
            state = _initial(recipe, replicates)
            for order in orders:
                state, history = run(state, order.transpose(1, 0, 2).astype(np.int32))
                histories = {measure: np.asarray(each) for measure, each in history.items()}
        losses.append(histories["val_loss"][:, -1])

    first, steady = seconds(once), seconds(once)
    return Trained(first, steady, losses[-1].astype(np.float64))


def in_one_call(name: str, replicates: int, epochs: int) -> Trained:
    """The same by JAX as one would write it: one compiled call, which shuffles by itself."""
    import jax

    recipe = dataclasses.replace(RECIPES[name], epochs=epochs)
    samples = len(SEEDED[recipe.data]().training)
    run = jax.jit(
        jax.vmap(_epochs(recipe, lambda key: jax.random.permutation(key, samples))),
        donate_argnums=0,
    )
    losses: list[np.ndarray] = []

    def once() -> None:
        keys = jax.random.split(jax.random.PRNGKey(0), replicates * epochs)
        _, history = run(_initial(recipe, replicates), keys.reshape(replicates, epochs, -1))
        losses.append(np.asarray(history["val_loss"])[:, -1])

    first, steady = seconds(once), seconds(once)
    return Trained(first, steady, losses[-1].astype(np.float64))


def _initial(recipe: Recipe, replicates: int) -> Any:
    """Weights by the documented initializers, and the optimizer's state."""
    import jax

    random, weights = np.random.RandomState(0), []
    for layer in recipe.layers:
        limit = np.sqrt(6 / (layer.inputs if layer.initializer else layer.inputs + layer.units))
        kernel = random.uniform(-limit, limit, (replicates, layer.inputs, layer.units))
        weights.append((kernel.astype(np.float32), np.zeros((replicates, layer.units), np.float32)))
    # As arrays of JAX's own from the start, for the second call not to compile anew.
    return jax.tree.map(
        jax.numpy.asarray, (weights, jax.tree.map(np.zeros_like, _optimizer(recipe).init(weights)))
    )


def _optimizer(recipe: Recipe) -> Any:
    import optax

    return optax.sgd(recipe.settings["learning_rate"], momentum=recipe.settings["momentum"])


def _epochs(recipe: Recipe, order_of: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    """A function of one replicate's state and its epochs' shuffles: its state, and its history."""
    import jax
    import optax

    training, targets, *validation = (
        jax.numpy.asarray(each) for each in _float32(SEEDED[recipe.data]())
    )
    at_once = StackedTraining.block
    blocks = [each.reshape(-1, at_once, each.shape[1]) for each in validation]
    optimizer, samples, size = _optimizer(recipe), len(training), recipe.batch_size
    # One step to compile, as lossspec has: the last batch is filled up with what counts nothing.
    fill = -samples % size
    counted = (np.arange(samples + fill) < samples).astype(np.float32).reshape(-1, size, 1)

    def step(state: Any, batch: Any) -> tuple[Any, Any]:
        (weights, moments), (index, counts) = state, batch
        slope = jax.grad(_measured, has_aux=True)
        gradient, sums = slope(weights, training[index], targets[index], counts)
        updates, moments = optimizer.update(gradient, moments)
        return (optax.apply_updates(weights, updates), moments), sums

    def validate(weights: Any, block: Any) -> tuple[Any, Any]:
        return weights, _measured(weights, *block, np.ones((at_once, 1), np.float32))[1]

    def epoch(state: Any, shuffle: Any) -> tuple[Any, Any]:
        order = order_of(shuffle)
        filled = jax.numpy.concatenate([order, order[samples - fill :]]).reshape(-1, size)
        state, sums = jax.lax.scan(step, state, (filled, counted))
        loss, accuracy = (each.sum() / samples for each in sums)
        val_loss, val_accuracy = (
            each.sum() / len(validation[0]) for each in jax.lax.scan(validate, state[0], blocks)[1]
        )
        return state, {
            "loss": loss,
            "accuracy": accuracy,
            "val_loss": val_loss,
            "val_accuracy": val_accuracy,
        }

    return lambda state, shuffles: jax.lax.scan(epoch, state, shuffles)


def _measured(weights: Any, inputs: Any, targets: Any, counts: Any) -> tuple[Any, tuple[Any, Any]]:
    """Mean binary cross-entropy from logits; then its sum, and the number of right answers."""
    import jax
    import optax

    (kernel, bias), (last_kernel, last_bias) = weights
    # A product with so few inputs is faster as multiplications, in JAX as in TensorFlow.
    hidden = (
        sum(inputs[:, number, None] * kernel[number] for number in range(kernel.shape[0])) + bias
    )
    logits = jax.nn.relu(hidden) @ last_kernel + last_bias
    losses = optax.sigmoid_binary_cross_entropy(logits, targets) * counts
    right = ((logits > 0) == (targets > 0.5)) * counts
    return losses.sum() / counts.sum(), (losses.sum(), right.sum())


def _float32(data: Data) -> list[np.ndarray]:
    parts = data.training, data.training_targets, data.testing, data.testing_targets
    return [np.asarray(each, np.float32) for each in parts]
