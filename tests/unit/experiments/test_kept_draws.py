"""Draws that are kept for the next recipe are those that it would draw itself."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from lossspec.experiments import kept_draws
from lossspec.experiments.kept_draws import KeptDraws
from lossspec.experiments.recipes import RECIPES, VARIANTS
from lossspec.experiments.replication import orders_of, starts_of

SEEDS = (3, 4)


class Counting:
    """A backend whose weights tell which layers and seed they were drawn for."""

    def __init__(self):
        self.drawn = []

    def initial_weights(self, training, seed):
        """Note the call; one number a layer, other for other sizes and initializers."""
        self.drawn.append(seed)
        return [
            np.array([seed, layer.inputs, layer.units, len(layer.initializer or "")])
            for layer in training.layers
        ]


def recipe_of(epochs):
    """A recipe of so many epochs."""
    return dataclasses.replace(RECIPES["circles-hinge"], epochs=epochs)


def same(one, other):
    """Whether two sequences of arrays are the same."""
    one, other = list(one), list(other)
    return len(one) == len(other) and all(map(np.array_equal, one, other))


@pytest.mark.parametrize("epochs", [(12, 25, 12), (25, 3, 40)])
def test_orders_are_those_of_the_recipe(epochs):
    """Whether fewer epochs were drawn before, or more."""
    draws = KeptDraws()

    for count in epochs:
        recipe = recipe_of(count)
        assert same(draws.orders(recipe, SEEDS, 30), orders_of(recipe, SEEDS, 30))


def test_orders_are_drawn_once(monkeypatch):
    """Other recipes of the same seeds and samples draw none, and others draw theirs."""
    asked = []

    def counted(recipe, seeds, samples):
        asked.append(samples)
        return orders_of(recipe, seeds, samples)

    monkeypatch.setattr(kept_draws, "orders_of", counted)
    draws = KeptDraws()
    for samples in (30, 20, 30, 20, 10, 20, 30):
        assert same(
            draws.orders(recipe_of(12), SEEDS, samples), orders_of(recipe_of(12), SEEDS, samples)
        )

    assert asked == [30, 20, 10, 30]  # two are kept


def test_many_samples_are_not_cut_short():
    """Numbers of samples that take two bytes, or four, stay themselves."""
    for samples in (256, 70_000):
        (order,) = KeptDraws().orders(recipe_of(1), (0,), samples)
        assert order.max() == samples - 1
        assert same([order], orders_of(recipe_of(1), (0,), samples))


def test_networks_alike_start_from_the_same_weights():
    """Drawn once for one network, and anew for another network or other seeds."""
    backend, draws = Counting(), KeptDraws()
    hinge, squared = RECIPES["separable-hinge"], RECIPES["separable-squared-hinge"]
    glorot = VARIANTS["separable-hinge-glorot"]

    assert same(draws.starts(backend, hinge, SEEDS), starts_of(Counting(), hinge, SEEDS))
    assert same(draws.starts(backend, squared, SEEDS), starts_of(Counting(), squared, SEEDS))
    assert backend.drawn == [*SEEDS]
    for recipe, seeds in ((glorot, SEEDS), (hinge, (4, 3))):
        assert same(draws.starts(backend, recipe, seeds), starts_of(Counting(), recipe, seeds))
    assert backend.drawn == [*SEEDS, *SEEDS, 4, 3]
