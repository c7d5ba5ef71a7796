"""How far Circle loss may lie from its definition."""

import numpy as np
from scipy.special import expit

from helpers.inputs import SAMPLES
from lossspec.losses import tolerance
from lossspec.losses.inputs import Batch
from lossspec.losses.similarity import GAMMA, circle_slopes


def with_a_sum_of_20():
    """A batch of which one sample's sums add up to 20.1."""
    embeddings = np.random.RandomState(396).standard_normal((SAMPLES, 5))
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    classes = np.arange(SAMPLES) % 3
    return Batch(classes.astype(float), np.float32(embeddings).astype(float))


def _off(pairs, gamma, unit, outputs):
    """How far each exponent may be off: what two factors round, and their product.

    A cosine is a sum of products, of vectors of length 1: it rounds as often as it has terms. Three
    more roundings lead from there to each factor (1 - s, a margin, their sum), four to the product.
    """
    of_factor = (outputs + 3) * unit * 2
    factors = pairs.weights + np.abs(pairs.beyond)
    return gamma * (of_factor * factors + of_factor**2) + 4 * unit * np.abs(pairs.exponents)


def _off_sums(pairs, gamma, unit, outputs):
    """How far the sum of both logarithms may be off, ``(n,)``: as much as its worst exponents."""
    off = _off(pairs, gamma, unit, outputs)
    sums = np.zeros(len(off))
    for mask in (pairs.positive, pairs.negative):
        total = pairs.sum_of(mask)
        total = np.where(np.isfinite(total), total, 0)
        # Exponentials (2 units each), their sum, its logarithm, and adding the largest back.
        rounds = (2 + mask.shape[1] + 2 + 2 * np.abs(total)) * 2 * unit
        sums += np.max(np.where(mask, off, 0), axis=1) + rounds
    return sums


def bound_of_circle(pairs, gamma=GAMMA, unit=tolerance.UNIT_ROUNDOFF, outputs=5):
    """The tolerance of each sample's loss: what its two sums move it by, and its own rounding."""
    total = pairs.sum_of(pairs.positive) + pairs.sum_of(pairs.negative)
    moved = total + _off_sums(pairs, gamma, unit, outputs)
    at_moved, at_total = np.logaddexp(0, moved), np.logaddexp(0, total)
    return at_moved - at_total + tolerance.rounding(at_moved, unit=unit)


def bound_of_circle_slope(pairs, y, gamma=GAMMA, unit=tolerance.UNIT_ROUNDOFF):
    """The tolerance of the slope of the batch's sum by each embedding.

    Of a slope by a cosine: its share of the sums is off by twice what an exponent is, the sigmoid
    by as much as the sums, and its factor is the difference of two that round.
    """
    outputs = y.shape[1]
    off = _off(pairs, gamma, unit, outputs)
    worst = off.max(axis=1, keepdims=True)
    sums = _off_sums(pairs, gamma, unit, outputs)[:, None]
    shares = pairs.shares(pairs.positive) + pairs.shares(pairs.negative)
    total = pairs.sum_of(pairs.positive) + pairs.sum_of(pairs.negative)
    factor = gamma * (outputs + 6) * 2 * unit * (pairs.weights + np.abs(pairs.beyond))
    steep = expit(total + sums[:, 0])[:, None]
    slopes = np.abs(circle_slopes(pairs))
    by_cosine = slopes * (np.expm1(2 * worst + sums) + 16 * unit) + steep * shares * factor
    adding = 2 * (len(y) + 2) * unit
    return (by_cosine + by_cosine.T + adding * (slopes + slopes.T)) @ np.abs(y)
