"""The fastest that each of several calls can be: samples in turns, as many as it takes."""

import gc

import pytest

from lossspec.timing.fastest import ENOUGH, SAMPLE, SETTLED, fastest
from lossspec.timing.stopwatch import Stopwatch


class Machine:
    """A clock, and calls that take their time on it: some samples are broken off for something else."""

    def __init__(self, disturbed=lambda _: 0.0):
        self.now, self.calls, self._disturbed = 0.0, [], disturbed

    def clock(self):
        """Seconds."""
        return self.now

    def taking(self, name, seconds):
        """A call that takes so long, and longer where it is disturbed."""

        def call():
            self.now += seconds + self._disturbed(len(self.calls))
            self.calls.append(name)

        return call


def timed(machine, seconds, **how):
    """The fastest of calls that take so long."""
    calls = {name: machine.taking(name, each) for name, each in seconds.items()}
    return fastest(calls, by=Stopwatch(machine.clock, dict, lambda: 0.0), **{"least": 1, "budget": 1.0, **how})


def test_a_call_takes_what_it_takes():
    """On an idle machine the time is exact, settled, and no more samples are taken than that needs."""
    found = timed(Machine(), {"slow": 0.002, "quick": 0.001})

    assert found["slow"].seconds == pytest.approx(0.002)
    assert found["quick"].seconds == pytest.approx(0.001)
    assert found["slow"].settled
    assert found["slow"].samples == ENOUGH


def test_what_else_the_machine_does_is_left_out():
    """Where two samples of three take ten times as long, the third says what the call costs."""
    found = timed(Machine(lambda call: 0.0 if call % 3 == 2 else 0.02), {"one": 0.002}, budget=10.0)

    assert found["one"].seconds == pytest.approx(0.002)
    assert found["one"].settled


def test_what_never_settles_ends_with_the_budget():
    """Where each sample is slower than the last, the time is that of the fastest, and is said to be unsettled."""
    machine = Machine(lambda call: 0.001 * call)
    found = timed(machine, {"one": 0.002}, budget=1.0)

    assert not found["one"].settled
    assert found["one"].spread > SETTLED
    assert 1.0 <= machine.now < 1.2


def test_there_are_so_many_rounds_at_least():
    """Even a budget that is spent at once leaves the least number of samples."""
    assert timed(Machine(), {"one": 0.5}, least=4, budget=0.1)["one"].samples == 4


def test_calls_take_turns():
    """Each is called once a round, in an order that changes."""
    machine = Machine()
    timed(machine, dict.fromkeys("abc", 0.001), least=30)
    # Three calls of each come first, to see how many make a sample.
    rounds = ["".join(machine.calls[place : place + 3]) for place in range(9, len(machine.calls), 3)]

    assert all(sorted(each) == list("abc") for each in rounds)
    assert len(set(rounds)) > 3


def test_short_calls_are_repeated():
    """A call of a microsecond is called hundreds of times a sample, so that the clock's own steps don't count."""
    machine = Machine()
    found = timed(machine, {"one": 1e-6})

    assert found["one"].seconds == pytest.approx(1e-6)
    assert len(machine.calls) == pytest.approx(ENOUGH * SAMPLE / 1e-6, rel=0.1)


def test_the_garbage_collector_is_off_and_comes_back():
    """While calls are timed it is off; afterwards it is on again, even where a call raises."""
    seen = []

    def failing():
        seen.append(gc.isenabled())
        return 1 / (len(seen) - 5)

    with pytest.raises(ZeroDivisionError):
        fastest({"one": failing}, least=10, budget=0.1)

    # The first three show how many calls make a sample.
    assert seen == [False] * 5
    assert gc.isenabled()
