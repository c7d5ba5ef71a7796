"""The two-sample test: exact in its errors with any ties, and able to see what it says it sees."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from lossspec.compare.samples import holm, shift
from lossspec.compare.verdicts import FALSE_ALARM

RANDOM = np.random.RandomState


def exact_p_value(base, new):
    """The two-sided p-value by every way to split the pooled sample: twice the smaller tail."""
    ranks = stats.rankdata(np.concatenate([base, new]))
    middle = len(new) * (len(ranks) + 1) / 2
    seen = abs(np.sum(ranks[len(base) :]) - middle)
    sums = np.array([sum(chosen) for chosen in combinations(ranks, len(new))]) - middle
    return min(1.0, 2 * max(np.mean(sums >= seen - 1e-9), np.mean(sums <= -seen + 1e-9)))


@pytest.mark.parametrize("seed", range(12))
def test_the_p_value_is_never_below_the_exact_one(seed):
    """On small samples with many ties it bounds what counting every split gives."""
    drawn = np.sort(RANDOM(seed).randint(0, 6, 16)).astype(float)
    base, new = drawn[:8], drawn[8:]

    assert exact_p_value(base, new) <= shift(base, new)[1] + 1e-12


@pytest.mark.parametrize(
    ("n", "m", "many"), [(200, 200, 15), (200, 200, 25), (200, 200, 40), (200, 40, 12)]
)
def test_the_p_value_bounds_fishers_when_there_are_two_values(n, m, many):
    """With two values the test is Fisher's, whose tails are known; each way has its own."""
    base, new = np.zeros(n), np.where(np.arange(m) < many, 1.0, 0.0)
    exact = 2 * stats.hypergeom.sf(many - 1, n + m, many, m)

    assert exact <= shift(base, new)[1] <= 100 * exact
    assert shift(-base, -new)[1] == pytest.approx(shift(base, new)[1], rel=1e-6)


@pytest.mark.parametrize(("n", "m"), [(200, 200), (200, 40), (30, 3000), (3000, 3000)])
def test_the_bound_is_near_the_normal_approximation(n, m):
    """Far out it costs about a factor of ten, whatever the sizes and which is called first."""
    base, new = RANDOM(1).normal(0, 1, n), RANDOM(2).normal(8 * np.sqrt(1 / n + 1 / m), 1, m)
    normal = stats.mannwhitneyu(base, new, alternative="two-sided").pvalue

    assert normal < 1e-6
    assert -1 < np.log10(shift(base, new)[1] / normal) < 1.5
    assert shift(base, new)[1] == pytest.approx(shift(new, base)[1], rel=0.1)


@pytest.mark.parametrize(
    ("base", "new", "above", "p_value"),
    [
        ([1.0, 2.0], [2.0, 3.0], 0.875, 1),
        ([2.0, 3.0], [1.0, 2.0], 0.125, 1),
        ([0.0] * 200, [0.0] * 150, 0.5, 1),
        ([np.inf] * 200, [np.inf] * 150, 0.5, 1),
        ([0.0], [1.0], 1, 1),
    ],
)
def test_the_effect_is_that_of_the_second_sample(base, new, above, p_value):
    """The probability is of the second above the first, ties counting half."""
    assert shift(np.array(base), np.array(new)) == (above, p_value)


def test_the_utmost_is_held_by_floats():
    """Thousands of runs, all above all others, give a number above zero; one run, its rank's."""
    assert 0 < shift(np.zeros(3000), np.ones(3000))[1] < 1e-80
    assert shift(np.zeros(200), np.ones(1))[1] > 2 / 201 - 1e-12


def test_chance_alone_is_told_no_shift():
    """Of 3,000 pairs of samples of one distribution, none has a p-value far below 1 in 3,000."""
    random = RANDOM(0)
    drawn = [np.round(random.normal(0, 1, (2, 200)), 1) for _ in range(3000)]

    assert min(shift(*pair)[1] for pair in drawn) > 1e-4


def test_a_shift_of_three_quarters_of_a_deviation_is_nearly_always_seen():
    """Among 64 figures of 200 runs, Holm's least level finds it nine times of ten."""
    random = RANDOM(0)
    pairs = [(random.normal(0, 1, 200), random.normal(0.75, 1, 200)) for _ in range(200)]

    assert np.mean([shift(*pair)[1] <= FALSE_ALARM / 64 for pair in pairs]) >= 0.9


def test_holm_multiplies_the_least_by_their_number():
    """Each p-value is times how many are as large, and never below one before it."""
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
