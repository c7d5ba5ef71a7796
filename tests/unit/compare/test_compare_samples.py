"""The two-sample test: exact in its errors with ties of any kind, and able to see what it says it sees."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from lossspec.compare.samples import holm, midranks, shift
from lossspec.compare.verdicts import FALSE_ALARM

RANDOM = np.random.RandomState


def exact_p_value(base, new):
    """The two-sided p-value by trying every way to split the pooled sample: twice the smaller tail."""
    ranks = midranks(np.concatenate([base, new]))
    middle = len(new) * (len(ranks) + 1) / 2
    seen = abs(np.sum(ranks[len(base) :]) - middle)
    sums = np.array([sum(chosen) for chosen in combinations(ranks, len(new))]) - middle
    return min(1.0, 2 * max(np.mean(sums >= seen - 1e-9), np.mean(sums <= -seen + 1e-9)))


@pytest.mark.parametrize("seed", range(12))
def test_the_p_value_is_never_below_the_exact_one(seed):
    """On small samples with many ties it bounds what counting every split gives, even at the utmost."""
    drawn = np.sort(RANDOM(seed).randint(0, 6, 16)).astype(float)
    base, new = drawn[:8], drawn[8:]

    assert exact_p_value(base, new) <= shift(base, new).p_value + 1e-12


def test_the_p_value_bounds_fishers_when_there_are_two_values():
    """With nothing but two values the test is Fisher's, whose tails are known far out."""
    for many in (15, 25, 40):
        new = np.where(np.arange(200) < many, np.inf, 0.0)
        exact = 2 * stats.hypergeom.sf(many - 1, 400, many, 200)

        assert exact <= shift(np.zeros(200), new).p_value <= 50 * exact


@pytest.mark.parametrize(("n", "m"), [(200, 200), (200, 40), (30, 3000), (3000, 3000)])
def test_the_bound_is_near_the_normal_approximation(n, m):
    """Far out it costs about a factor of ten, whatever the sizes."""
    base, new = RANDOM(1).normal(0, 1, n), RANDOM(2).normal(8 * np.sqrt(1 / n + 1 / m), 1, m)
    normal = stats.mannwhitneyu(base, new, alternative="two-sided").pvalue

    assert normal < 1e-6
    assert -1 < np.log10(shift(base, new).p_value / normal) < 1.5


def test_direction_and_effect_are_those_of_the_second_sample():
    """The probability is of the second above the first, ties counting half."""
    assert shift(np.array([1.0, 2.0]), np.array([2.0, 3.0])).above == 0.875
    assert shift(np.array([2.0, 3.0]), np.array([1.0, 2.0])).above == 0.125
    assert shift(np.zeros(200), np.ones(200)).above == 1


def test_both_directions_have_the_same_p_value():
    """Which of the two is called first changes nothing."""
    base, new = RANDOM(0).normal(0, 1, 200), RANDOM(1).normal(1, 1, 200)

    assert shift(base, new).p_value == pytest.approx(shift(new, base).p_value, rel=1e-6)


def test_either_tail_is_the_one_that_was_seen():
    """Few of many that lie apart have other odds above than below; each way has its own exact one."""
    base, new = np.zeros(200), np.where(np.arange(40) < 12, 1.0, 0.0)
    exact = 2 * stats.hypergeom.sf(11, 240, 12, 40)

    assert exact <= shift(base, new).p_value <= 100 * exact
    assert shift(-base, -new).p_value == pytest.approx(shift(base, new).p_value, rel=1e-6)


@pytest.mark.parametrize("value", [0.0, np.inf, -np.inf])
def test_constant_samples_are_the_same(value):
    """All figures equal, infinite ones too, is no shift."""
    same = shift(np.full(200, value), np.full(150, value))

    assert (same.above, same.p_value) == (0.5, 1.0)


def test_one_run_proves_nothing():
    """The least p-value of one run beside many is what its rank allows."""
    assert shift(np.zeros(1), np.ones(1)).p_value == 1
    assert shift(np.zeros(200), np.ones(1)).p_value > 2 / 201 - 1e-12


def test_the_utmost_is_held_by_floats():
    """Thousands of runs, all above all others, still give a number above zero."""
    assert 0 < shift(np.zeros(3000), np.ones(3000)).p_value < 1e-80


def test_chance_alone_is_told_no_shift():
    """Of 3,000 pairs of samples of one distribution, none has a p-value below one in three thousand by much."""
    random = RANDOM(0)
    drawn = [np.round(random.normal(0, 1, (2, 200)), 1) for _ in range(3000)]

    assert min(shift(*pair).p_value for pair in drawn) > 1e-4


def test_a_shift_of_a_deviation_is_seen():
    """The test can fail: a mean moved by one deviation is found far beyond any doubt."""
    assert shift(RANDOM(0).normal(0, 1, 200), RANDOM(1).normal(1, 1, 200)).p_value < 1e-10


def test_a_shift_of_three_quarters_of_a_deviation_is_nearly_always_seen():
    """Among 64 figures of 200 runs, the least level of Holm's finds it nine times of ten, as docs/compare.md says."""
    random = RANDOM(0)
    pairs = [(random.normal(0, 1, 200), random.normal(0.75, 1, 200)) for _ in range(200)]

    assert np.mean([shift(*pair).p_value <= FALSE_ALARM / 64 for pair in pairs]) >= 0.9


def test_midranks_share_ties():
    """Equal values share the mean of their ranks."""
    assert list(midranks(np.array([3.0, 1.0, 3.0, np.inf]))) == [2.5, 1, 2.5, 4]


def test_holm_multiplies_the_least_by_their_number():
    """Each adjusted p-value is its own times how many are as large, and never below one before it."""
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
