"""How often the tests over replicates err, and what they see, whatever the distribution.

Rates have few outcomes, so their odds are computed. Others are simulated from fixed seeds; a count
of errors may then exceed what chance allows a true declaration once in a million seeds, by the
binomial distribution.
"""

import numpy as np
import pytest
from scipy import stats

from lossspec.judging import statistics
from lossspec.ledger.verdicts import (
    FALSE_ALARM,
    NEARLY_ALWAYS,
    NEARLY_NEVER,
    Verdict,
    of_p_value,
    of_rate,
)

ONCE_IN_A_MILLION = 1e-6
EXACT = {"rel": 1e-9}  # scipy's incomplete beta function and its inverse
N = 200
HOLDS, REFUTED = Verdict.HOLDS, Verdict.REFUTED


def at_most(probability, times):
    """So many events of at most that probability chance exceeds once in a million times."""
    return stats.binom.isf(ONCE_IN_A_MILLION, times, probability)


def refuted(p_value):
    """Whether a p-value refutes."""
    return of_p_value(p_value) is REFUTED


def accuracies(rate):
    """Shares of 500 samples that are right."""
    return lambda random, shape: random.binomial(500, rate, shape) / 500


def normal(random, shape):
    """Draws of the standard normal distribution."""
    return random.standard_normal(shape)


def cauchy(random, shape):
    """Draws of a distribution without a variance."""
    return random.standard_cauchy(shape)


# Draws of a shape from one distribution, its median, and half the unit to which a figure is
# printed.
DISTRIBUTIONS = {
    "normal, in full": (normal, 0.0, 0.0),
    "normal, to 1 decimal": (normal, 0.0, 0.05),
    "heavy-tailed, to 3 decimals": (cauchy, 0.0, 0.0005),
    "accuracies of 500": (accuracies(0.83), 415 / 500, 0.0005),
    "accuracies to 2 decimals": (accuracies(0.83), 415 / 500, 0.005),
    "mostly perfect": (accuracies(0.9999), 1.0, 0.0005),
}
TIMES = 10_000


def errors_in_figures(name):
    """How many of many figures are refuted by other draws of their distribution."""
    distribution, _, half_unit = DISTRIBUTIONS[name]
    draws = distribution(np.random.RandomState(0), (TIMES, N + 1))
    unit = 2 * half_unit
    figures = np.round(np.rint(draws[:, 0] / unit) * unit, 6) if unit else draws[:, 0]
    return sum(
        refuted(statistics.rank_p_value(row, figure, half_unit))
        for row, figure in zip(draws[:, 1:], figures)
    )


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_a_figure_of_the_same_distribution_is_rarely_refuted(name):
    """One more draw, rounded as a document prints it, is refuted at most once in a hundred."""
    assert errors_in_figures(name) <= at_most(FALSE_ALARM, TIMES)


def test_a_figure_is_refuted_as_often_as_declared():
    """Where no tie makes the test cautious, two ranks of 201 refute, and no fewer."""
    least = stats.binom.ppf(ONCE_IN_A_MILLION, TIMES, 2 / (N + 1))

    assert errors_in_figures("normal, in full") >= least


def walks(points, n, seed):
    """Random walks ``(points, n)``: their points depend on each other as a training curve's do."""
    return np.cumsum(np.random.RandomState(seed).standard_normal((points, n)), axis=0)


# Curves ``(points, N + 1)`` that may stand in any order, and the unit to which they are printed.
SHAPE = 12, N + 1
CURVES = {
    "random walks": (lambda seed: walks(*SHAPE, seed), 1e-6),
    "random walks, rounded": (lambda seed: walks(*SHAPE, seed), 1.0),
    "points apart": (lambda seed: cauchy(np.random.RandomState(seed), SHAPE), 1e-3),
    "accuracies": (lambda seed: accuracies(0.99)(np.random.RandomState(seed), SHAPE), 1e-4),
    "perfect at last": (lambda seed: np.minimum(1, np.abs(walks(*SHAPE, seed)) / 2), 1e-4),
}


def errors_in_curves(name, seed):
    """How many of 201 curves are refuted, each by the other 200."""
    draw, unit = CURVES[name]
    curves = np.rint(draw(seed) / unit) * unit
    half_units = np.full(len(curves), unit / 2)
    p_values = (
        statistics.envelope_p_value(np.delete(curves, one, axis=1), curves[:, one], half_units)
        for one in range(N + 1)
    )
    return sum(map(refuted, p_values))


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("name", CURVES)
def test_of_curves_in_any_order_few_are_refuted(name, seed):
    """Each of the curves is as probably the document's: at most 1 % of them would be refuted."""
    assert errors_in_curves(name, seed) <= FALSE_ALARM * (N + 1)


def test_a_curve_is_refuted_as_often_as_declared():
    """Where no tie makes the test cautious, it refutes the two most extreme of 201 curves."""
    assert errors_in_curves("random walks", 0) == int(FALSE_ALARM * (N + 1)) == 2


def test_a_curve_of_the_same_distribution_is_rarely_refuted():
    """One more random walk, all of them rounded, is refuted at most once in a hundred times."""
    times, half_units = 500, np.full(8, 0.05)
    random = np.random.RandomState(0)
    errors = 0
    for _ in range(times):
        curves = np.cumsum(random.standard_normal((8, N + 1)), axis=0)
        printed = np.rint(curves[:, 0] / 0.1) * 0.1
        errors += refuted(statistics.envelope_p_value(curves[:, 1:], printed, half_units))

    assert errors <= at_most(FALSE_ALARM, times)


def odds(n, probability, judged):
    """The probability of the numbers of successes in n trials for which a verdict is given."""
    return stats.binom.pmf(np.arange(n + 1), n, probability)[judged].sum()


def verdicts_by_successes(n):
    """For each number of successes, whether a rate holds, and whether it is refuted."""
    shares = (statistics.rate(np.arange(n) < k) for k in range(n + 1))
    found = [of_rate(share.low, share.high) for share in shares]
    return [np.array([one is verdict for one in found]) for verdict in (HOLDS, REFUTED)]


@pytest.mark.parametrize("n", [N, 500])
def test_a_rate_at_the_threshold_is_rarely_past_it(n):
    """True of just 90 % of runs it is said to hold, of 10 % refuted, in at most 0.5 %."""
    holds, refutes = verdicts_by_successes(n)

    assert 0 < odds(n, NEARLY_ALWAYS, holds) <= FALSE_ALARM / 2
    assert 0 < odds(n, NEARLY_NEVER, refutes) <= FALSE_ALARM / 2
    assert odds(n, NEARLY_ALWAYS - 0.01, holds) < odds(n, NEARLY_ALWAYS, holds)


@pytest.mark.parametrize("n", [51, N, 800])
def test_what_a_rate_sees_is_seen_nine_times_of_ten(n):
    """The rate that is declared to be seen holds with 90 %, its mirror image is refuted so."""
    sure = statistics.rate_sees(n)
    holds, refutes = verdicts_by_successes(n)

    assert odds(n, sure, holds) == pytest.approx(statistics.POWER, **EXACT)
    assert odds(n, 1 - sure, refutes) == pytest.approx(statistics.POWER, **EXACT)
    assert odds(n, sure - 0.01, holds) < statistics.POWER


def test_too_few_trials_see_no_rate():
    """Of 50 successes in 50 trials 90 % is not sure, for 0.9^50 > 0.5 %; of 51 in 51 it is."""
    assert statistics.rate_sees(50) == 1
    assert not verdicts_by_successes(50)[0].any()
    assert 0.9**51 < FALSE_ALARM / 2 < 0.9**50


@pytest.mark.parametrize("n", [200, 399, 400, 800, 5000])
@pytest.mark.parametrize("sign", [1, -1], ids=["low", "high"])
def test_what_a_figure_shows_is_seen_nine_times_of_ten(n, sign):
    """A figure that the declared share of runs reaches is refuted with 90 %; of more, it is not."""
    share = statistics.rank_sees(n)
    samples = (sign * (np.arange(n) >= k) for k in range(50))
    refuting = [refuted(statistics.rank_p_value(sample, sign * 0.5)) for sample in samples]
    by_number_beyond = np.concatenate([refuting, np.zeros(n + 1 - 50, bool)])

    assert odds(n, share, by_number_beyond) == pytest.approx(statistics.POWER, **EXACT)
    # (1 - 4s)^n is below (1 - s)^4n.
    assert odds(n, 4 * share, by_number_beyond) < statistics.POWER**4


def test_a_figure_as_far_out_as_declared_is_found():
    """Of many studies, nine in ten refute a figure that only the declared share of runs reaches."""
    draws = np.random.RandomState(1).uniform(size=(TIMES, N))
    figure = 1 - statistics.rank_sees(N)

    missed = sum(not refuted(statistics.rank_p_value(row, figure)) for row in draws)

    assert missed <= at_most(1 - statistics.POWER, TIMES)
    assert TIMES - missed <= at_most(statistics.POWER, TIMES)


@pytest.mark.parametrize("seed", range(5))
def test_a_curve_outside_as_often_as_declared_is_always_refuted(seed):
    """Outside of all runs at that many points a curve is refuted, wherever else it runs."""
    random, curves = np.random.RandomState(seed), walks(30, N, seed)
    half_units = np.full(30, 1e-6)
    points = statistics.envelope_sees(curves, half_units)

    assert 1 < points < 30
    for _ in range(10):
        curve = curves[:, random.randint(N)] + random.uniform(-5, 5)
        outside = random.choice(30, points, replace=False)
        curve[outside] = random.choice([-1e3, 1e3], points)
        assert refuted(statistics.envelope_p_value(curves, curve, half_units))


@pytest.mark.parametrize("seed", range(5))
def test_a_curve_outside_less_often_may_pass(seed):
    """Outside of all runs at half as many points, and amid them elsewhere, it is not refuted."""
    curves, half_units = walks(30, N, seed), np.full(30, 1e-6)
    curve = np.median(curves, axis=1)
    curve[: statistics.envelope_sees(curves, half_units) // 2] = 1e3

    assert not refuted(statistics.envelope_p_value(curves, curve, half_units))


@pytest.mark.parametrize("n", [statistics.LEAST - 1, statistics.LEAST])
def test_the_least_number_of_curves_sees_one_that_is_outside_everywhere(n):
    """Among 199 curves no number of points is enough, among 200 all of them are."""
    # One curve is the lowest everywhere, and one the highest.
    curves, half_units = np.arange(n) + np.arange(5.0)[:, None], np.full(5, 1e-6)
    outside, enough = np.full(5, 1e3), n == statistics.LEAST

    assert statistics.envelope_sees(curves, half_units) == (4 if enough else 6)
    assert refuted(statistics.envelope_p_value(curves, outside, half_units)) is enough


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_the_interval_of_a_median_covers_it(name):
    """The true median lies outside of at most 1 % of the intervals, ties or none."""
    distribution, true, _ = DISTRIBUTIONS[name]

    intervals = map(statistics.median, distribution(np.random.RandomState(2), (2000, N)))

    missed = sum(not interval.low <= true <= interval.high for interval in intervals)
    assert missed <= at_most(FALSE_ALARM, 2000)
