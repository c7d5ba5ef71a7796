"""What all benchmarks share: the subject on one thread, and how pytest-benchmark times.

Each test times one call in rounds. Before them the call is made twice, so that what is traced, compiled or loaded at
first is so; pytest-benchmark then finds how many calls make a round of at least 0.3 ms (its calibration). Python's
garbage collector is off while it does. A tenth of a second a test, or three rounds where that is longer.
"""

import logging

import pytest

from lossspec.backends.keras.subject import load_subject
from lossspec.timing.fastest import SAMPLE

TIMING = {"min_time": SAMPLE, "max_time": 0.1, "min_rounds": 3, "disable_gc": True, "warmup": False}


def pytest_collection_modifyitems(items):
    """Time every test of this folder the same way."""
    for item in items:
        if item.path.parent.name == "benchmarks":
            group = item.originalname.replace("test_", "").replace("_", " ")
            item.add_marker(pytest.mark.benchmark(group=group, **TIMING))


@pytest.fixture(scope="session")
def subject():
    """The library under test, on one thread, quiet about functions that are traced anew."""
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    found = load_subject()
    found.on_one_thread()
    return found


@pytest.fixture
def steady(benchmark):
    """Times a call in its steady state."""

    def steady(call):
        call()
        call()
        return benchmark(call)

    return steady
