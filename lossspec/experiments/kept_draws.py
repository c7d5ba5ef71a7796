"""Draws that recipes share, kept for the next one of the same seeds.

Three recipes in a row train the same network on as many samples: each replicate of them starts from
the same weights and takes the same orders, which cost more to draw than to keep.
"""

from __future__ import annotations

import dataclasses
import sys
from typing import Iterator, Sequence

import numpy as np

from lossspec.backends.base import Backend
from lossspec.backends.training import BURST
from lossspec.core.arrays import AnyArray, Array
from lossspec.experiments.recipes import Recipe
from lossspec.experiments.replication import Draws, orders_of, starts_of

KEPT = 2
"""Sets of orders that are kept: those of 200 seeds, epochs and 500 samples take 40 MB."""


class KeptDraws(Draws):
    """Initial weights and orders of samples, each drawn once; of one backend."""

    def __init__(self) -> None:
        self._starts: dict[object, list[Array]] = {}
        self._orders: dict[object, tuple[list[AnyArray], Iterator[AnyArray]]] = {}

    def starts(self, backend: Backend, recipe: Recipe, seeds: Sequence[int]) -> list[Array]:
        """Initial weights: they depend on seeds, sizes and initializers alone."""
        layers = tuple(dataclasses.replace(layer, activation="") for layer in recipe.layers)
        key = layers, tuple(seeds)
        if key not in self._starts:
            self._starts[key] = starts_of(backend, recipe, seeds)
        return self._starts[key]

    def orders(self, recipe: Recipe, seeds: Sequence[int], samples: int) -> Iterator[AnyArray]:
        """Orders of samples: those of fewer epochs begin those of more."""
        key = tuple(seeds), samples
        if key not in self._orders:
            for oldest in list(self._orders)[: 1 - KEPT]:
                self._orders.pop(oldest, None)  # another thread may have
            endless = dataclasses.replace(recipe, epochs=sys.maxsize)
            self._orders[key] = [], orders_of(endless, seeds, samples)
        bursts, more = self._orders[key]
        for number, start in enumerate(range(0, recipe.epochs, BURST)):
            if number == len(bursts):
                bursts.append(next(more).astype(np.min_scalar_type(samples)))
            yield bursts[number][: recipe.epochs - start]
