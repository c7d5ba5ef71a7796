"""Threads kept on one processor while calls are timed."""

import os
import threading

import pytest

from lossspec.timing.fastest import fastest
from lossspec.timing.pinned import one_processor

pytestmark = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system places threads by itself")


def of_a_new_thread():
    """The processors that a thread begun now may use."""
    seen = []
    thread = threading.Thread(target=lambda: seen.append(os.sched_getaffinity(0)))
    thread.start()
    thread.join()
    return seen[0]


def test_all_threads_are_on_one_processor():
    """Threads that were there, the calling one and new ones are kept on one, and have all that they had afterwards."""
    before, seen = os.sched_getaffinity(0), []
    begin, asked, answered, end = (threading.Event() for _ in range(4))

    def waiting():
        begin.set()
        for _ in range(2):
            asked.wait()
            asked.clear()
            seen.append(os.sched_getaffinity(0))
            answered.set()
        end.wait()

    def ask():
        asked.set()
        answered.wait()
        answered.clear()

    thread = threading.Thread(target=waiting)
    thread.start()
    begin.wait()
    with one_processor():
        ask()
        inside = os.sched_getaffinity(0), of_a_new_thread(), seen[0]
    ask()
    end.set()
    thread.join()

    assert [len(each) for each in inside] == [1, 1, 1]
    assert os.sched_getaffinity(0) == seen[1] == of_a_new_thread() == before


def test_calls_are_timed_there():
    """What is timed is on one processor, and after a call that raises, all are allowed again."""
    before, seen = os.sched_getaffinity(0), []

    def failing():
        seen.append(len(os.sched_getaffinity(0)))
        return 1 / (len(seen) - 5)

    with pytest.raises(ZeroDivisionError):
        fastest({"one": failing}, least=10, budget=0.1)

    assert set(seen) == {1}
    assert os.sched_getaffinity(0) == before


def test_where_the_system_places_threads_nothing_is_done(monkeypatch):
    """Without the system's calls, the block just runs."""
    before = os.sched_getaffinity(0)
    with monkeypatch.context() as patch:
        patch.delattr(os, "sched_setaffinity")
        patch.delattr(os, "sched_getaffinity")
        with one_processor():
            pass

    assert os.sched_getaffinity(0) == before


def test_where_a_sandbox_refuses_the_block_runs(monkeypatch):
    """A system that lets no process place its threads leaves them where they are."""
    tried = []

    def refused(thread, _):
        tried.append(thread)
        raise PermissionError

    monkeypatch.setattr(os, "sched_setaffinity", refused)
    with one_processor():
        pass

    assert 0 in tried
