"""Losses of directions: cosine similarity."""

from __future__ import annotations

import numpy as np

from lossspec.core.arrays import Array, ArrayLike
from lossspec.losses import inputs
from lossspec.losses.definition import Definition, Domain, arrays
from lossspec.losses.inputs import Batch


def unit_rows(rows: ArrayLike) -> Array:
    """Rows ``(n, k)`` divided by their lengths."""
    rows = np.asarray(rows, np.float64)
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def cosine_similarity(t: ArrayLike, y: ArrayLike) -> Array:
    """L = -Σ t y / (|t| |y|): less the cosine of the angle between two rows that aren't all 0.

    Salton and McGill, "Introduction to Modern Information Retrieval", 1983.
    """
    return -np.sum(unit_rows(t) * unit_rows(y), axis=-1)


def cosine_similarity_derivative(t: ArrayLike, y: ArrayLike) -> Array:
    """∂L/∂y = -(t/|t| - cos y/|y|) / |y|: what of the target's direction lies across y."""
    t, y = arrays(t, y)
    cosine = -cosine_similarity(t, y)[..., None]
    return (cosine * unit_rows(y) - unit_rows(t)) / np.linalg.norm(y, axis=-1, keepdims=True)


def terms_of_cosine(t: ArrayLike, y: ArrayLike) -> Array:
    """Σ |t y| / (|t| |y|): the products, as if they added up."""
    return np.sum(np.abs(unit_rows(t) * unit_rows(y)), axis=-1)


COSINE = Definition(
    slug="cosine",
    name="cosine_similarity",
    title="Cosine similarity",
    caption="From +1, the opposite direction, to -1, the target's own; lengths are of no matter.",
    keras=("CosineSimilarity",),
    targets=Domain.ROWS,
    predictions=Domain.ROWS,
    value=cosine_similarity,
    derivative=cosine_similarity_derivative,
    batch=lambda: inputs.numbers(-4),
    line=inputs.row_line,
    extremes=lambda: Batch(inputs.NUMBERS[::-1].copy(), inputs.NUMBERS),
    perfect=None,
    minimisers=None,
    cancels=terms_of_cosine,
)
