"""lossspec's side: `replicate`, compile included and steady, and over many seeds."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from lossspec.backends.keras.adapter import load_keras
from lossspec.experiments.recipes import RECIPES
from lossspec.experiments.replication import Study, replicate
from tools.benchmarks.isolated import peak_memory, seconds


@dataclass(frozen=True)
class Trained:
    """Seconds of a process's first call and of its next, and the last validation losses."""

    first: float
    steady: float
    losses: np.ndarray


@dataclass(frozen=True)
class Load:
    """Many seeds in one process: seconds, bytes held at most, and bytes of the study."""

    seeds: int
    seconds: float
    peak: int
    result: int


def trained(name: str, seeds: int, epochs: int) -> Trained:
    """Train a recipe twice in this process; the subject is imported before the clock starts."""
    recipe = dataclasses.replace(RECIPES[name], epochs=epochs)
    backend = load_keras()
    studies: list[Study] = []

    def once() -> None:
        studies.append(replicate(recipe, range(seeds), backend=backend))

    first, steady = seconds(once), seconds(once)
    return Trained(first, steady, np.asarray(studies[-1].history["val_loss"][-1]))


def first_call(name: str, seeds: int) -> float:
    """Seconds of the first `replicate` in this process, all documented epochs."""
    backend = load_keras()
    return seconds(lambda: replicate(RECIPES[name], range(seeds), backend=backend))


def load(name: str, seeds: int, epochs: int) -> Load:
    """Train a recipe with many seeds once in this process."""
    recipe = dataclasses.replace(RECIPES[name], epochs=epochs)
    backend = load_keras()
    studies: list[Study] = []
    took = seconds(lambda: studies.append(replicate(recipe, range(seeds), backend=backend)))
    arrays = [*studies[0].history.values(), *studies[0].weights]
    return Load(seeds, took, peak_memory(), sum(array.nbytes for array in arrays))
