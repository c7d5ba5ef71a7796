"""Exact tests over replicates, held to values worked out by hand and to closed forms."""

import math

import numpy as np
import pytest
from scipy import stats

from lossspec.judging import statistics
from lossspec.ledger.verdicts import FALSE_ALARM, Verdict, of_p_value

NAN, INF = math.nan, math.inf
EXACT = {"rel": 1e-9}  # a few float64 operations, and scipy's incomplete beta function
pytestmark = pytest.mark.filterwarnings("error")  # diverged replicates are nothing to warn of


def envelope(curves, curve, unit=1e-9):
    """The p-value of one curve among others, all figures printed to the same unit."""
    half_units = np.full(len(curve), unit / 2)
    return statistics.envelope_p_value(np.array(curves), np.array(curve), half_units)


# --- a figure among replicates --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figure", "p_value"),
    [
        (0.5, 0.2),  # all 9 draws lie above: rank 1 of 10, from either side
        (9.5, 0.2),
        (1.5, 0.4),
        (4.5, 1.0),
        (1.0, 0.4),  # a tie counts on both sides: 8 above and none below, so rank 2
        (5.0, 1.0),
        (INF, 0.2),
    ],
)
def test_a_rank_p_value_is_twice_the_share_of_ranks_as_extreme(figure, p_value):
    """Among the draws 1 to 9 there are ten ranks for one more, counted from the nearer side."""
    assert statistics.rank_p_value(np.arange(1.0, 10.0), figure) == pytest.approx(p_value, **EXACT)


@pytest.mark.parametrize(
    ("draw", "p_value"),
    [
        (0.8355, 0.6),  # may print as 0.836, though its binary fraction lies 1e-16 too far away
        (0.8365, 0.6),
        (0.8354, 0.4),  # prints as 0.835
        (0.8366, 0.4),
    ],
)
def test_a_draw_that_may_print_alike_is_a_tie(draw, p_value):
    """With a tie and seven draws far beyond, a ninth beyond it counts unless it may print alike."""
    sample = np.array([0.836, draw, *[0.9 if draw > 0.836 else 0.1] * 7])

    assert statistics.rank_p_value(sample, 0.836, 0.0005) == pytest.approx(p_value, **EXACT)


@pytest.mark.parametrize("other", [NAN, INF, -INF])
def test_a_draw_that_is_not_finite_lies_above_every_figure(other):
    """A diverged replicate counts as one with a larger figure, alone and in a curve."""
    sample = np.array([other, other, 1.0, 3.0, 5.0, 9.0])
    curves = np.random.RandomState(1).standard_normal((10, 50))
    diverged, far_above = curves.copy(), curves.copy()
    diverged[4:, :3], far_above[4:, :3] = other, 1e6
    curve = np.full(10, 1.5)

    larger = np.array([8.0, 8.0, 1.0, 3.0, 5.0, 9.0])
    assert statistics.rank_p_value(sample, 2.5) == statistics.rank_p_value(larger, 2.5)
    assert statistics.rank_p_value(np.full(200, other), 2.5) == pytest.approx(2 / 201, **EXACT)
    assert envelope(diverged, curve) == envelope(far_above, curve) < 1


def test_the_least_that_decides_is_the_least():
    """Even the most extreme figure of all is refuted by 200 draws, and not by 199."""

    def refutes(n):
        return of_p_value(statistics.rank_p_value(np.ones(n), 0.0)) is Verdict.REFUTED

    assert next(filter(refutes, range(1, 1000))) == statistics.LEAST == 200
    assert statistics.rank_sees(199) == 0 < statistics.rank_sees(200)


# --- a curve among replicates ---------------------------------------------------------------------


def test_an_envelope_p_value_orders_curves_by_their_extreme_ranks():
    """Of five curves those of extreme ranks (1, 1), (1, 2) and itself are as extreme as (1, 3)."""
    # Nearer-side ranks at the first point: 1 2 3 2 and 1 for the last; at the second: 1 2 2 1 and
    # 3.
    assert envelope([[1, 2, 3, 4], [1, 2, 3, 4]], [5, 2.5]) == pytest.approx(3 / 5, **EXACT)


@pytest.mark.parametrize("beyond", [0, 1, 2, 40, 100])
def test_a_curve_of_one_point_is_a_figure(beyond):
    """With k draws beyond it, a figure and its mirror image have k + 1 curves each as extreme."""
    draws = np.random.RandomState(0).permutation(200).astype(float)
    p_value = envelope([draws], [beyond - 0.5])

    assert p_value == pytest.approx(min(1, 2 * (beyond + 1) / 201), **EXACT)
    assert p_value == statistics.rank_p_value(draws, beyond - 0.5)


def test_curves_that_print_alike_are_equally_extreme():
    """Where all curves round to the document's, or as many lie above as below, none is extreme."""
    curves = np.linspace(0.9996, 1.0004, 200)[None] * np.ones((30, 1))

    assert envelope(curves, np.ones(30), unit=1e-3) == 1
    assert envelope([[0.0] * 100 + [2.0] * 100], [1.0], unit=1e-3) == 1


@pytest.mark.parametrize("ties", [1, 2, 50])
def test_a_curve_that_prints_like_the_highest_is_less_extreme_than_it(ties):
    """With k ties above all others, k + 1 from either end are as extreme."""
    draws = np.concatenate([np.arange(200.0 - ties), np.full(ties, 500.0)])

    assert envelope([draws], [500.0]) == pytest.approx(2 * (ties + 1) / 201, **EXACT)
    assert envelope([draws], [500.0]) == statistics.rank_p_value(draws, 500.0)


def test_a_curve_outside_of_all_others_is_the_most_extreme():
    """Outside everywhere, on whichever side, it is the one of 201 that is that extreme."""
    curves = np.random.RandomState(0).standard_normal((30, 200))

    assert envelope(curves, [9.0, -9.0] * 15) == pytest.approx(1 / 201, **EXACT)


# --- rates and medians ----------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 10, 200, 1000])
def test_the_interval_of_a_rate_has_a_closed_form_at_its_ends(n):
    """Of no success in n trials the bound is where (1 - p)^n is 0.5 %, of n where p^n is."""
    none, every = statistics.rate(np.zeros(n, bool)), statistics.rate(np.ones(n, bool))

    assert (none.estimate, none.low, every.estimate, every.high) == (0, 0, 1, 1)
    assert none.high == pytest.approx(1 - 0.005 ** (1 / n), **EXACT)
    assert every.low == pytest.approx(0.005 ** (1 / n), **EXACT)


@pytest.mark.skipif(not hasattr(stats, "binomtest"), reason="SciPy has it since 1.7")
@pytest.mark.parametrize(("k", "n"), [(1, 3), (100, 200), (197, 200), (640, 800)])
def test_the_interval_of_a_rate_is_clopper_and_pearsons(k, n):
    """SciPy's own exact interval, for which it searches, is the same."""
    theirs = stats.binomtest(k, n).proportion_ci(1 - FALSE_ALARM, method="exact")
    ours = statistics.rate(np.arange(n) < k)

    assert ours.estimate == k / n
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), rel=1e-6)


@pytest.mark.parametrize("n", [8, 9, 50, 200, 801])
def test_the_interval_of_a_median_is_the_narrowest_of_its_confidence(n):
    """As many draws from either end as lie below a median in fewer than 0.5 % of samples."""
    interval = statistics.median(np.random.RandomState(3).permutation(n).astype(float))
    below = interval.low  # of the draws 0 to n - 1, so many lie below

    assert interval.estimate == (n - 1) / 2
    assert interval.low + interval.high == n - 1
    assert stats.binom.cdf(below, n, 0.5) <= FALSE_ALARM / 2 < stats.binom.cdf(below + 1, n, 0.5)


def test_few_draws_bound_no_median():
    """Seven draws lie on one side of it with a probability of 2/128, which is more than 1 %."""
    assert statistics.median(np.arange(7.0)) == statistics.Interval(3.0, -INF, INF)


def test_a_nan_counts_as_infinite_in_a_median():
    """A pair without a difference lies above all others, and leaves the median a number."""
    values = np.arange(200.0)
    values[::50] = NAN
    interval = statistics.median(values)

    assert interval == statistics.median(np.where(np.isnan(values), 1e9, values))
    assert math.isfinite(interval.estimate)
