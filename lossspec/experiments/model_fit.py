"""One recipe through ``model.fit``, as documented: what a replicate is measured against."""

from __future__ import annotations

from typing import Sequence

from lossspec.backends.keras.network import Network, Part
from lossspec.backends.keras.subject import Subject
from lossspec.core.arrays import AnyArray, Array, ArrayLike
from lossspec.experiments.recipes import Recipe


def fit(
    subject: Subject,
    recipe: Recipe,
    weights: Sequence[ArrayLike],
    training: Part,
    validation: Part,
    orders: Sequence[AnyArray],
) -> tuple[list[dict[str, float]], list[Array]]:
    """Train one network, an epoch for each order.

    Args:
        subject: the library under test.
        recipe: what to train.
        weights: what to start with: kernel and bias, layer by layer.
        training: inputs ``(n, features)`` and targets ``(n, outputs)``.
        validation: likewise.
        orders: for each epoch the order in which the samples are taken, ``(n,)``.

    Returns:
        What ``fit`` reports of each epoch, by name, and the weights at the end.
    """
    network = documented_network(subject, recipe)
    network.set_weights(weights)
    return network.fit_in_order(training, validation, orders, recipe.batch_size), network.weights()


def documented_network(subject: Subject, recipe: Recipe) -> Network:
    """A recipe's network, compiled as documented."""
    network = subject.network(
        [
            {
                "units": layer.units,
                "input_shape": (layer.inputs,),
                "activation": layer.activation,
                **({"kernel_initializer": layer.initializer} if layer.initializer else {}),
            }
            for layer in recipe.layers
        ]
    )
    loss = subject.string_of(recipe.loss)
    network.compile(
        loss=loss, optimizer=recipe.optimizer, settings=recipe.settings, metric=recipe.metric
    )
    return network
