"""The amount of work: what of it a recipe asks for, and how much of it this machine can do."""

from __future__ import annotations

import numpy as np

from lossspec.experiments.datasets import SEEDED
from lossspec.experiments.recipes import Recipe
from tools.benchmarks.isolated import seconds

FORMULA = (
    "training samples x (3 F - F1) + validation samples x F;  "
    "F = sum of 2 inputs units over layers, F1 the first's"
)


def operations(recipe: Recipe) -> int:
    """Floating-point operations of one epoch of one replicate, those of the matrix products alone.

    A layer multiplies and adds ``inputs x units`` times a sample: forward; for the gradient of its
    kernel; and for the gradient of its inputs, which the first layer doesn't need. Validation goes
    forward only. Biases, activations, the loss, the metrics and the optimizer are left out, so the
    share of the peak is a lower bound.
    """
    data = SEEDED[recipe.data]()
    forward = [2 * layer.inputs * layer.units for layer in recipe.layers]
    training = 3 * sum(forward) - forward[0]
    return len(data.training) * training + len(data.testing) * sum(forward)


def peak_operations(size: int = 3072, repeats: int = 7) -> float:
    """Operations a second of NumPy's float32 matrix product: the best of a few, on all cores."""
    matrix = np.random.RandomState(0).rand(size, size).astype(np.float32)
    fastest = min(seconds(lambda: matrix @ matrix) for _ in range(repeats))
    return 2 * size**3 / fastest
