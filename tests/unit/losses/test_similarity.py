"""Circle loss: worked out by hand, pair by pair, and its derivative against differences."""

import math

import numpy as np
import pytest

from lossspec.losses.similarity import (
    CIRCLE,
    Pairs,
    circle,
    circle_derivative,
    circle_of,
    circle_slopes,
)

# A pair at a right angle, with one more of another class on the first.
LABELS, EMBEDDINGS = [0, 0, 1], [[1, 0], [0, 1], [1, 0]]


def one_by_one(labels, y, gamma, margin):
    """The loss as its formula reads, one pair after another."""
    losses = []
    for i, label in enumerate(labels):
        repelled, attracted = 0.0, 0.0
        for j, other in enumerate(labels):
            s = float(np.dot(y[i], y[j]))
            if other != label:
                repelled += math.exp(gamma * max(0, s + margin) * (s - margin))
            elif j != i:
                attracted += math.exp(-gamma * max(0, 1 + margin - s) * (s - 1 + margin))
        losses.append(math.log(1 + repelled * attracted))
    return losses


def test_three_samples_by_hand():
    """The first is in the way of its own class and near another; the last has no other."""
    # Of the first: γ (1² - m²) and γ ((1 - 0)² - m²); of the second: γ (0² - m²) and the same.
    far, near = 80 * (1 - 0.16), 80 * (0 - 0.16)
    wanted = [far + far + math.log1p(math.exp(-2 * far)), far + near, 0]

    np.testing.assert_allclose(circle(LABELS, EMBEDDINGS), wanted, rtol=1e-14)


@pytest.mark.parametrize(("gamma", "margin"), [(80, 0.4), (2, 0.25), (16, 0)])
def test_it_is_the_sum_over_pairs(gamma, margin):
    """On the batch, for three scales and margins."""
    batch = CIRCLE.batch()
    pairs = Pairs(batch.targets, batch.predictions, gamma, margin)

    wanted = one_by_one(batch.targets, batch.predictions, gamma, margin)
    np.testing.assert_allclose(circle_of(pairs), wanted, rtol=1e-12)


def test_pairs_with_others_than_the_batch():
    """References may be fewer or more; the diagonal is taken out where it is told."""
    references = [0, 1], [[1, 0], [0, 1]]
    kept = Pairs([0, 0, 1], EMBEDDINGS, references=references, remove_diagonal=False)
    removed = Pairs([0, 0, 1], EMBEDDINGS, references=references)

    np.testing.assert_array_equal(kept.positive, [[1, 0], [1, 0], [0, 1]])
    np.testing.assert_array_equal(removed.positive, [[0, 0], [1, 0], [0, 1]])
    np.testing.assert_array_equal(kept.negative, [[0, 1], [0, 1], [1, 0]])
    np.testing.assert_array_equal(removed.negative, kept.negative)


def test_what_is_alone_costs_nothing():
    """Neither a sample without another of its class, nor one without one of another; no slope."""
    alone, alike = circle([0, 1, 2], np.eye(3)), circle([4, 4, 4], np.eye(3))

    np.testing.assert_array_equal(alone, 0)
    np.testing.assert_array_equal(alike, 0)
    np.testing.assert_array_equal(circle_derivative([0, 1, 2], np.eye(3)), 0)


def test_its_derivative_is_that_of_the_sum():
    """Whatever way all embeddings move, the batch's losses change by what it says."""
    batch, generator, h = CIRCLE.batch(), np.random.RandomState(0), 2.0**-17
    t, y = batch.targets, batch.predictions
    for _ in range(4):
        step = h * generator.normal(size=y.shape)
        once, twice = (
            (circle(t, y + times * step) - circle(t, y - times * step)).sum() / times
            for times in (1, 2)
        )
        slope = 2 * np.sum(circle_derivative(t, y) * step)

        assert abs(once - (twice - once) / 3 - slope) < 1e-9 * abs(slope) + abs(twice - once)
        assert abs(twice - once) < 1e-5 * abs(slope)


def test_its_slope_by_a_cosine_is_that_of_each_pair():
    """2 γ s of a pair that repels, down to its margin, 2 γ (s - 1) of one that attracts."""
    # The first: a pair at s = 1/2 that attracts, one at -1/4 and one at -1/2 that repel.
    y = [[1, 0], [0.5, math.sqrt(0.75)], [-0.25, math.sqrt(15) / 4], [-0.5, math.sqrt(0.75)]]
    pairs = Pairs([0, 0, 1, 1], y, gamma=2)
    attracts, repels = np.exp(2 * (0.25 - 0.16)), np.exp([2 * (1 / 16 - 0.16), 0])
    steep = attracts * repels.sum() / (1 + attracts * repels.sum())

    wanted = steep * np.array([0, -2, -1 * repels[0] / repels.sum(), 0])
    np.testing.assert_allclose(circle_slopes(pairs)[0], wanted, rtol=1e-12, atol=1e-15)
