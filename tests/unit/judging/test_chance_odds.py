"""How often the tests over replicates err, and what they see: as declared, whatever the distribution.

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


def at_most(probability, times):
    """So many events of at most that probability chance exceeds once in a million times."""
    return stats.binom.isf(ONCE_IN_A_MILLION, times, probability)


def refuted(p_value):
    """Whether a p-value refutes."""
    return of_p_value(p_value) is Verdict.REFUTED


# Draws of a shape from one distribution, its median, and half the unit to which a figure of it is
# printed.
DISTRIBUTIONS = {
    "normal, in full": (lambda random, shape: random.standard_normal(shape), 0.0, 0.0),
    "normal, to 1 decimal": (lambda random, shape: random.standard_normal(shape), 0.0, 0.05),
    "heavy-tailed, to 3 decimals": (
        lambda random, shape: random.standard_cauchy(shape),
        0.0,
        0.0005,
    ),
    "accuracies of 500": (
        lambda random, shape: random.binomial(500, 0.83, shape) / 500,
        415 / 500,
        0.0005,
    ),
    "accuracies to 2 decimals": (
        lambda random, shape: random.binomial(500, 0.83, shape) / 500,
        415 / 500,
        0.005,
    ),
    "mostly perfect": (
        lambda random, shape: random.binomial(500, 0.9999, shape) / 500,
        1.0,
        0.0005,
    ),
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
    """One more draw, rounded as a document prints it, is refuted at most once in a hundred times."""
    assert errors_in_figures(name) <= at_most(FALSE_ALARM, TIMES)


def test_a_figure_is_refuted_as_often_as_declared():
    """Where no tie makes the test cautious, two ranks of 201 refute, and it errs no less often than that."""
    assert errors_in_figures("normal, in full") >= stats.binom.ppf(
        ONCE_IN_A_MILLION, TIMES, 2 / (N + 1)
    )


def walks(points, n, seed):
    """Random walks ``(points, n)``: their points depend on each other as those of a training curve do."""
    return np.cumsum(np.random.RandomState(seed).standard_normal((points, n)), axis=0)


# Curves ``(points, N + 1)`` that may stand in any order, and the unit to which they are printed.
CURVES = {
    "random walks": (lambda seed: walks(12, N + 1, seed), 1e-6),
    "random walks, rounded": (lambda seed: walks(12, N + 1, seed), 1.0),
    "points apart": (lambda seed: np.random.RandomState(seed).standard_cauchy((12, N + 1)), 1e-3),
    "accuracies": (
        lambda seed: np.random.RandomState(seed).binomial(150, 0.99, (12, N + 1)) / 150,
        1e-4,
    ),
    "accuracies that become perfect": (
        lambda seed: np.minimum(1, np.abs(walks(12, N + 1, seed)) / 2),
        1e-4,
    ),
}


def errors_in_curves(name, seed):
    """How many of 201 curves are refuted, each by the other 200."""
    draw, unit = CURVES[name]
    curves = np.rint(draw(seed) / unit) * unit
    half_units = np.full(len(curves), unit / 2)
    return sum(
        refuted(
            statistics.envelope_p_value(
                np.delete(curves, each, axis=1), curves[:, each], half_units
            )
        )
        for each in range(N + 1)
    )


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("name", CURVES)
def test_of_curves_in_any_order_few_are_refuted(name, seed):
    """Of curves drawn alike, each is as probably the document's, and at most 1 % of them would be refuted."""
    assert errors_in_curves(name, seed) <= FALSE_ALARM * (N + 1)


def test_a_curve_is_refuted_as_often_as_declared():
    """Where no tie makes the test cautious, it refutes the two of 201 curves that are the most extreme."""
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
    """The probability of a verdict: of those numbers of successes in n trials for which it is given."""
    return stats.binom.pmf(np.arange(n + 1), n, probability)[judged].sum()


def verdicts_by_successes(n, wanted):
    """For each number of successes, whether a rate is given that verdict."""
    shares = [statistics.rate(np.arange(n) < k) for k in range(n + 1)]
    return np.array([of_rate(share.low, share.high) is wanted for share in shares])


@pytest.mark.parametrize("n", [N, 500])
def test_a_rate_at_the_threshold_is_rarely_past_it(n):
    """A statement that is true of just 90 % of runs is said to hold, and one of 10 % refuted, in at most 0.5 %."""
    holds, refutes = (
        verdicts_by_successes(n, verdict) for verdict in (Verdict.HOLDS, Verdict.REFUTED)
    )

    assert 0 < odds(n, NEARLY_ALWAYS, holds) <= FALSE_ALARM / 2
    assert 0 < odds(n, NEARLY_NEVER, refutes) <= FALSE_ALARM / 2
    assert odds(n, NEARLY_ALWAYS - 0.01, holds) < odds(n, NEARLY_ALWAYS, holds)


@pytest.mark.parametrize("n", [51, N, 800])
def test_what_a_rate_sees_is_seen_nine_times_of_ten(n):
    """The rate that is declared to be seen is found to hold with 90 %, its mirror image refuted, and less is not."""
    sure = statistics.rate_sees(n)
    holds, refutes = (
        verdicts_by_successes(n, verdict) for verdict in (Verdict.HOLDS, Verdict.REFUTED)
    )

    assert odds(n, sure, holds) == pytest.approx(statistics.POWER, **EXACT)
    assert odds(n, 1 - sure, refutes) == pytest.approx(statistics.POWER, **EXACT)
    assert odds(n, sure - 0.01, holds) < statistics.POWER


def test_too_few_trials_see_no_rate():
    """Of 50 trials not even 50 successes show a rate above 90 %, since 0.9^50 is more than 0.5 %; of 51 they do."""
    assert statistics.rate_sees(50) == 1
    assert not verdicts_by_successes(50, Verdict.HOLDS).any()
    assert 0.9**51 < FALSE_ALARM / 2 < 0.9**50


@pytest.mark.parametrize("n", [200, 399, 400, 800, 5000])
@pytest.mark.parametrize("sign", [1, -1], ids=["low", "high"])
def test_what_a_figure_shows_is_seen_nine_times_of_ten(n, sign):
    """A figure that the declared share of runs reaches is refuted with 90 %, and one that more of them reach is not."""
    share = statistics.rank_sees(n)
    refuting = np.array(
        [
            refuted(statistics.rank_p_value(sign * (np.arange(n) >= k), sign * 0.5))
            for k in range(50)
        ]
    )
    by_number_beyond = np.concatenate([refuting, np.zeros(n + 1 - 50, bool)])

    assert odds(n, share, by_number_beyond) == pytest.approx(statistics.POWER, **EXACT)
    assert (
        odds(n, 4 * share, by_number_beyond) < statistics.POWER**4
    )  # (1 - 4s)^n is below (1 - s)^4n


def test_a_figure_as_far_out_as_declared_is_found():
    """Of many studies, nine in ten refute a figure that only the declared share of runs reaches."""
    draws = np.random.RandomState(1).uniform(size=(TIMES, N))
    figure = 1 - statistics.rank_sees(N)

    missed = sum(not refuted(statistics.rank_p_value(row, figure)) for row in draws)

    assert missed <= at_most(1 - statistics.POWER, TIMES)
    assert TIMES - missed <= at_most(statistics.POWER, TIMES)


@pytest.mark.parametrize("seed", range(5))
def test_a_curve_outside_as_often_as_declared_is_always_refuted(seed):
    """Outside of all runs at that many points, on any sides, a curve is refuted, wherever it runs elsewhere."""
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
    """Outside of all runs at half as many points, and amid them elsewhere, a curve is not refuted."""
    curves, half_units = walks(30, N, seed), np.full(30, 1e-6)
    curve = np.median(curves, axis=1)
    curve[: statistics.envelope_sees(curves, half_units) // 2] = 1e3

    assert not refuted(statistics.envelope_p_value(curves, curve, half_units))


@pytest.mark.parametrize("n", [statistics.LEAST - 1, statistics.LEAST])
def test_the_least_number_of_curves_sees_one_that_is_outside_everywhere(n):
    """Among 199 curves no number of points is enough, which the declared one exceeds; among 200 all of them are."""
    curves = (
        np.arange(n) + np.arange(5.0)[:, None]
    )  # one curve is the lowest everywhere, and one the highest
    half_units = np.full(5, 1e-6)

    assert statistics.envelope_sees(curves, half_units) == (6 if n < statistics.LEAST else 4)
    assert refuted(statistics.envelope_p_value(curves, np.full(5, 1e3), half_units)) is (
        n == statistics.LEAST
    )


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_the_interval_of_a_median_covers_it(name):
    """The true median lies outside of at most 1 % of the intervals, ties or none."""
    distribution, true, _ = DISTRIBUTIONS[name]

    intervals = [
        statistics.median(row) for row in distribution(np.random.RandomState(2), (2000, N))
    ]

    missed = sum(not interval.low <= true <= interval.high for interval in intervals)
    assert missed <= at_most(FALSE_ALARM, len(intervals))
