"""What must be so on any machine: ratios alone, with margins, each of which is seen to fail on a fault."""

import time

import pytest

from lossspec.backends.keras.subject import LOSSES
from lossspec.timing.measured import TIMED, warmed
from tools.benchmarks.batches import step_of
from tools.benchmarks.ratios import ROUNDS, assert_at_least, assert_at_most, ratio

FEW = 5
"""Rounds of a call that sleeps: it takes as long in each."""


@pytest.fixture(scope="module", params=["mean_squared_error", "categorical_crossentropy"])
def calls(subject, request):
    """The parts of a step with a loss in two modes, each called before."""
    found = {}
    for mode in ("eager", "graph"):
        parts = step_of(subject, request.param, mode).calls(large=2**18)
        found.update({f"{part} {mode}": call for part, call in parts.items()})
    return warmed(found)


def slowed(call, times, beside):
    """The call with a fault put in: it sleeps as long as so many calls of another take.

    So many that the bound is passed several times over: under load, a few samples of a call are far from its fastest.
    """
    fault = times * min(_seconds(beside) for _ in range(5))

    def slow():
        time.sleep(fault)
        return call()

    return slow


def a_graph_pays(step, eager_step, rounds=ROUNDS):
    """A step as a graph takes at most half of an eager one: we saw a tenth and less."""
    assert_at_most(ratio(step, eager_step, rounds=rounds), 0.5, "a step as a graph beside an eager one")


def the_loss_is_not_the_step(forward, step, rounds=ROUNDS):
    """A loss's forward pass takes no longer than the whole step that holds it: we saw half."""
    assert_at_most(ratio(forward, step, rounds=rounds), 1.5, "forward beside the step")


def a_large_batch_is_cheap(large, forward, rounds=ROUNDS):
    """The loss of 8,192 times as many samples takes at most 500 times as long: we saw a few dozen."""
    assert_at_most(ratio(large, forward, rounds=rounds), 500, "262,144 samples beside 32")


def steady_is_not_first(first, steady):
    """The first call takes at least 3 times a later one: we saw hundreds."""
    assert_at_least(first / steady, 3, "the first call beside a later one")


def test_a_graph_pays(calls):
    """As a graph, a training step takes at most half as long as eager, and a slow graph is noticed."""
    a_graph_pays(calls["step graph"], calls["step eager"])

    with pytest.raises(AssertionError, match=r"should be at most 0\.5"):
        a_graph_pays(slowed(calls["step graph"], 5, calls["step eager"]), calls["step eager"], FEW)


def test_the_loss_is_not_the_step(calls):
    """The forward pass of a loss costs no more than the step, and a slow one is noticed."""
    the_loss_is_not_the_step(calls["forward graph"], calls["step graph"])

    with pytest.raises(AssertionError, match=r"should be at most 1\.5"):
        the_loss_is_not_the_step(slowed(calls["forward graph"], 20, calls["step graph"]), calls["step graph"], FEW)


def test_a_large_batch_is_cheap(calls):
    """Samples cost little beside calls, and a loss that goes through them slowly is noticed."""
    a_large_batch_is_cheap(calls["large graph"], calls["forward graph"])

    with pytest.raises(AssertionError, match="should be at most 500"):
        a_large_batch_is_cheap(slowed(calls["large graph"], 2000, calls["forward graph"]), calls["forward graph"], FEW)


def test_steady_is_not_first(subject):
    """Tracing is over after the first call, and a step that traces each time would be noticed."""
    step = step_of(subject, "mean_squared_error", "graph").calls(large=1)["step"]
    first, later = _seconds(step), min(_seconds(step) for _ in range(20))
    steady_is_not_first(first, later)

    with pytest.raises(AssertionError, match="should be at least 3"):
        steady_is_not_first(first, first)


def test_every_loss_is_timed():
    """The benchmarks leave no loss out."""
    assert set(TIMED) == set(LOSSES)


def _seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
