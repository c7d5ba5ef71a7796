"""What a call takes, less what it waited for a processor."""

import time

import pytest

from lossspec.timing.stopwatch import Stopwatch, Waited, stopwatch

READING = 1e-5
"""Seconds that it takes to read what was waited."""


class Machine:
    """Clocks, and calls that compute, wait for a processor, and sleep on it."""

    def __init__(self):
        self.now = self.worked = self.waited = self.of_another = 0.0

    def stopwatch(self):
        """One by these clocks."""
        return Stopwatch(lambda: self.now, self._read, lambda: self.worked)

    def _read(self):
        self.now += READING
        return {"this": self.waited, "another": self.of_another}

    def taking(self, computing=0.0, waiting=0.0, sleeping=0.0, of_another_thread=0.0):
        """A call that does each of these for so many seconds; another thread may wait at the same time."""

        def call():
            self.now += computing + waiting + sleeping
            self.worked += computing
            self.waited += waiting
            self.of_another += of_another_thread

        return call


def test_waiting_is_taken_off():
    """What computes for 50 ms and waits for 4.61 s takes 50 ms, and at most what the reading takes more."""
    machine = Machine()
    found = machine.stopwatch().seconds(machine.taking(computing=0.05, waiting=4.61), 1)

    assert 0.05 <= found <= 0.05 + 2.1 * READING


def test_a_sleep_is_not_taken_off():
    """A call that sleeps takes as long as it does, whether it waits or not."""
    machine = Machine()
    found = machine.stopwatch().seconds(machine.taking(computing=0.001, waiting=0.1, sleeping=0.02), 1)

    assert 0.021 <= found <= 0.021 + 2.1 * READING


def test_without_waiting_the_reading_is_not_counted():
    """On an idle machine the time is that of the calls alone, of one of them."""
    machine = Machine()

    assert machine.stopwatch().seconds(machine.taking(computing=0.001), 5) == pytest.approx(0.001)


def test_no_more_is_taken_off_than_was_not_computed():
    """Another thread may wait while this one computes: what was computed is left."""
    machine = Machine()
    found = machine.stopwatch().seconds(machine.taking(computing=0.05, of_another_thread=0.04), 1)

    assert found == pytest.approx(0.05)


def test_threads_that_wait_at_the_same_time_are_counted_once():
    """Two threads of a short call wait for the same 3 ms of others: a sleep beside them is measured all the same."""
    call = {"computing": 0.001, "waiting": 0.003, "sleeping": 0.002, "of_another_thread": 0.003}
    machine = Machine()
    found = machine.stopwatch().seconds(machine.taking(**call), 1)

    assert 0.003 <= found <= 0.003 + 2.1 * READING


@pytest.mark.parametrize(("takes_turns", "left"), [(True, 0.05), (False, 0.08)])
def test_threads_of_a_long_call_wait_one_after_another(takes_turns, left):
    """While one thread of it waits, another has waited: what each waited is taken off; of a short call the longest."""
    machine = Machine()
    # The other's 30 ms are no waiting to this thread, so that the machine counts them as it does a sleep.
    call = machine.taking(computing=0.05, waiting=0.08, sleeping=0.03, of_another_thread=0.03)
    found = machine.stopwatch().seconds(call, 1, takes_turns=takes_turns)

    assert left <= found <= left + 2.1 * READING


def threads(folder, **waited):
    """What Linux tells of threads, by their number."""
    for name, nanoseconds in waited.items():
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "schedstat").write_text(f"1000 {nanoseconds} 7\n")


def test_all_threads_are_counted(tmp_path):
    """It is seconds of each, of one begun meanwhile too."""
    waited = Waited(str(tmp_path))
    threads(tmp_path, t1=2_000_000_000, t2=500_000_000)
    assert waited() == {"t1": 2.0, "t2": 0.5}

    threads(tmp_path, t1=3_000_000_000, t3=250_000_000)

    assert waited() == {"t1": 3.0, "t2": 0.5, "t3": 0.25}
    waited.close()


def test_a_thread_that_ended_keeps_what_it_waited(tmp_path):
    """Else its end would seem to give time back."""
    waited = Waited(str(tmp_path))
    threads(tmp_path, t1=2_000_000_000)
    waited()
    (tmp_path / "t1" / "schedstat").write_text("")  # as good as gone

    assert waited() == {"t1": 2.0}
    waited.close()


def test_a_system_that_tells_nothing():
    """Nothing is taken off then."""
    assert Waited("/no/such/folder")() == {}


def test_the_clocks_of_the_system():
    """A sleep is measured, however busy the machine."""
    with stopwatch() as watch:
        assert watch.seconds(lambda: time.sleep(0.02), 1) >= 0.02
