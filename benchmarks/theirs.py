"""The peers' side: ``model.fit`` on the same recipe, and the same training by ``jax.vmap`` over ``jax.lax.scan``."""

from __future__ import annotations

import os
from typing import Any, Callable

import numpy as np

from benchmarks.isolated import seconds
from benchmarks.ours import Trained
from lossspec.datasets import SEEDED, Data
from lossspec.recipes import RECIPES, Recipe


def fit_epoch(name: str, epochs: int) -> float:
    """Seconds an epoch of ``model.fit`` takes after warm-up, in one call so that what the call costs is shared."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow

    recipe, keras = RECIPES[name], tensorflow.keras
    layers = [
        keras.layers.Dense(
            each.units, activation=each.activation, kernel_initializer=each.initializer or "glorot_uniform"
        )
        for each in recipe.layers
    ]
    model = keras.Sequential([keras.Input((recipe.layers[0].inputs,)), *layers])
    optimizer = getattr(keras.optimizers, recipe.optimizer)(**recipe.settings)
    model.compile(loss=recipe.loss, optimizer=optimizer, metrics=[recipe.metric])
    training, targets, *validation = _float32(SEEDED[recipe.data]())

    def fit(count: int) -> None:
        model.fit(training, targets, validation_data=validation, epochs=count, batch_size=recipe.batch_size, verbose=0)

    fit(2)
    return seconds(lambda: fit(epochs)) / epochs


def vmapped(name: str, replicates: int, epochs: int) -> Trained:
    """The same by JAX, all epochs in one compiled call, which spares it a call an epoch."""
    import jax

    run = jax.jit(jax.vmap(_training(RECIPES[name], epochs)))
    keys = jax.vmap(jax.random.PRNGKey)(np.arange(replicates))
    results: list[Any] = []

    def once() -> None:
        results.append(jax.block_until_ready(run(keys)))

    first, steady = seconds(once), seconds(once)
    return Trained(first, steady, np.asarray(results[-1]["val_loss"][:, -1], np.float64))


def _training(recipe: Recipe, epochs: int) -> Callable[[Any], Any]:
    """A function of a key: one replicate's history by measure, each ``(epochs,)``."""
    import jax
    import optax

    training, targets, *validation = (jax.numpy.asarray(each) for each in _float32(SEEDED[recipe.data]()))
    optimizer = optax.sgd(recipe.settings["learning_rate"], momentum=recipe.settings["momentum"])
    samples, size = len(training), recipe.batch_size
    whole = samples - samples % size

    def step(state: Any, batch: Any) -> tuple[Any, Any]:
        weights, moments = state
        slope = jax.grad(_measured, has_aux=True)
        gradient, measures = slope(weights, training[batch], targets[batch])
        updates, moments = optimizer.update(gradient, moments)
        return (optax.apply_updates(weights, updates), moments), [each * len(batch) for each in measures]

    def epoch(state: Any, key: Any) -> tuple[Any, Any]:
        order = jax.random.permutation(key, samples)
        state, sums = jax.lax.scan(step, state, order[:whole].reshape(-1, size))
        state, last = step(state, order[whole:])
        loss, accuracy = ((each.sum() + more) / samples for each, more in zip(sums, last))
        _, (val_loss, val_accuracy) = _measured(state[0], *validation)
        return state, {"loss": loss, "accuracy": accuracy, "val_loss": val_loss, "val_accuracy": val_accuracy}

    def replicate(key: Any) -> Any:
        first, rest = jax.random.split(key)
        weights = _initial(recipe, first)
        return jax.lax.scan(epoch, (weights, optimizer.init(weights)), jax.random.split(rest, epochs))[1]

    return replicate


def _initial(recipe: Recipe, key: Any) -> list[tuple[Any, Any]]:
    """Kernels and biases of one network, by the documented initializers."""
    import jax

    by_name = {"he_uniform": jax.nn.initializers.he_uniform(), None: jax.nn.initializers.glorot_uniform()}
    keys = jax.random.split(key, len(recipe.layers))
    return [
        (by_name[layer.initializer](each, (layer.inputs, layer.units)), jax.numpy.zeros(layer.units))
        for layer, each in zip(recipe.layers, keys)
    ]


def _measured(weights: Any, inputs: Any, targets: Any) -> tuple[Any, tuple[Any, Any]]:
    """Mean binary cross-entropy, sigmoid and logarithm fused; then it again, beside the accuracy."""
    import jax
    import optax

    (kernel, bias), (last_kernel, last_bias) = weights
    logits = jax.nn.relu(inputs @ kernel + bias) @ last_kernel + last_bias
    loss = optax.sigmoid_binary_cross_entropy(logits, targets).mean()
    return loss, (loss, ((logits > 0) == (targets > 0.5)).mean())


def _float32(data: Data) -> list[np.ndarray]:
    parts = data.training, data.training_targets, data.testing, data.testing_targets
    return [np.asarray(each, np.float32) for each in parts]
