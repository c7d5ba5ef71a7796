"""Losses of similarity: Circle.

It compares each sample's embedding with those of all others of its batch: a loss of a batch, whose
derivative is that of the sum of all samples' losses.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logsumexp

from lossspec.core.arrays import AnyArray, Array, ArrayLike
from lossspec.losses import inputs
from lossspec.losses.definition import Definition, Domain
from lossspec.losses.inputs import Batch

GAMMA, MARGIN = 80.0, 0.4


class Pairs:
    """Each sample with each reference: those of its class attract, others repel.

    Attributes:
        cosines: s = y · reference, ``(n, m)``.
        positive: of one class, as a mask ``(n, m)``; without a sample's pair with itself.
        negative: of different classes.
        exponents: -γ [1 + m - s]₊ (s - 1 + m) of the positive, γ [s + m]₊ (s - m) of the negative.
        slopes: their derivatives by s; none where a weight [·]₊ is 0.
    """

    def __init__(
        self,
        labels: ArrayLike,
        y: ArrayLike,
        gamma: float = GAMMA,
        margin: float = MARGIN,
        references: tuple[ArrayLike, ArrayLike] | None = None,
        *,
        remove_diagonal: bool = True,
    ) -> None:
        embeddings, classes = np.asarray(y, np.float64), np.asarray(labels, int)
        of_references, given = references or (classes, embeddings)
        self.cosines = embeddings @ np.asarray(given, np.float64).T
        same = classes[:, None] == np.asarray(of_references, int)[None, :]
        self.positive = same & (np.eye(*same.shape) == 0) if remove_diagonal else same
        self.negative = ~same
        s = self.cosines
        self.weights = np.maximum(np.where(same, 1 + margin - s, s + margin), 0)
        self.beyond = np.where(same, s - 1 + margin, s - margin)
        self.exponents = np.where(same, -gamma, gamma) * self.weights * self.beyond
        self.slopes = np.where(self.weights > 0, 2 * gamma * np.where(same, s - 1, s), 0)

    def sum_of(self, mask: AnyArray, off: ArrayLike = 0) -> Array:
        """The logarithm of Σ exp of the exponents that a mask holds, -∞ of none: ``(n,)``."""
        with np.errstate(divide="ignore"):
            return np.asarray(logsumexp(np.where(mask, self.exponents + off, -np.inf), axis=1))

    def shares(self, mask: AnyArray) -> Array:
        """What each pair contributes to that sum, ``(n, m)``."""
        sums = self.sum_of(mask)[:, None]
        known = np.where(np.isfinite(sums), sums, 0)
        return np.exp(np.where(mask, self.exponents - known, -np.inf))


def circle(labels: ArrayLike, y: ArrayLike) -> Array:
    """L = ln(1 + Σ exp(γ [s + m]₊ (s - m)) Σ exp(-γ [1 + m - s]₊ (s - 1 + m))).

    The first sum is over a sample's pairs with those of other classes, the second over those with
    others of its own, s = y · y' their cosine, γ = 80 and m = 0.4. Sun et al., "Circle Loss: A
    Unified Perspective of Pair Similarity Optimization", CVPR 2020, eqs. 4 to 6.
    """
    return circle_of(Pairs(labels, y))


def circle_of(pairs: Pairs) -> Array:
    """The same of pairs: 0 for a sample that lacks either kind."""
    return np.logaddexp(0, pairs.sum_of(pairs.positive) + pairs.sum_of(pairs.negative))


def circle_slopes(pairs: Pairs) -> Array:
    """Each sample's loss by each of its cosines, ``(n, m)``, through the weights of pairs too."""
    steep = expit(pairs.sum_of(pairs.positive) + pairs.sum_of(pairs.negative))[:, None]
    shares = pairs.shares(pairs.positive) + pairs.shares(pairs.negative)
    return np.asarray(steep * shares * pairs.slopes)


def circle_derivative(labels: ArrayLike, y: ArrayLike) -> Array:
    """∂ΣL/∂y = (G + Gᵀ) y, G each sample's loss by its cosines: 2 γ s or 2 γ (s - 1) by a share."""
    slopes = circle_slopes(Pairs(labels, y))
    return (slopes + slopes.T) @ np.asarray(y, np.float64)


CIRCLE = Definition(
    slug="circle",
    name="circle",
    title="Circle",
    caption="Pairs of one class are pulled together, others to right angles, the farther the more.",
    keras=("Circle",),
    targets=Domain.CLASSES,
    predictions=Domain.DIRECTIONS,
    value=circle,
    derivative=circle_derivative,
    batch=inputs.directions,
    line=None,
    extremes=lambda: Batch(inputs.CLASSES.astype(float), inputs.DIRECTIONS),
    perfect=None,
    minimisers=None,
    of_batch=True,
)
