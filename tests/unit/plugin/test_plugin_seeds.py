"""What specs draw: the same in whatever order, and nothing that others draw is touched."""

import contextlib
import json
import random
import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lossspec.backends.keras.adapter import KerasBackend
from lossspec.plugin import judging
from lossspec.plugin.keys import BINDING, SUBJECT

SPECS = """
import random

TRAINING = np.eye(4, dtype=np.float32), np.arange(4, dtype=np.float32)[:, None]

@pytest.mark.claim("doc.a", "doc.b")
def test_it(claim, subject):
    '''It is so.'''
    network = subject.network([{"units": 2, "input_shape": (4,)}, {"units": 1}])
    before = network.weights()
    network.fit(TRAINING, loss="mean_squared_error", batch_size=1, learning_rate=0.25)  # shuffles
    drawn = [*before, *network.weights(), np.random.rand(), random.random()]
    with open(claim.id, "a") as file:
        print([np.asarray(each).tolist() for each in drawn], file=file)
"""
TWICE = "import json, sys, pytest; print(*map(pytest.main, json.loads(sys.argv[1])))"
A, B = (f"specs/test_specs.py::test_it[doc.{name}]" for name in "ab")


def test_what_a_spec_draws_depends_on_its_name_alone(suite, pytester):
    """In another order, and beside pytest-randomly, which sets generators too."""
    pytest.importorskip("tensorflow", reason="its networks draw")
    suite.conftest("")
    suite.ledger("doc.a", "doc.b")
    suite.specs(SPECS)
    plugins = ["-p", "lossspec.plugin", "-p", "no:cacheprovider", "--lossspec-ledger=ledger"]
    randomly = ["--randomly-seed=3", "--randomly-dont-reorganize"]
    runs = [["-p", "no:randomly"], [B, A, *(randomly if find_spec("pytest_randomly") else [])]]

    # One process: TensorFlow is imported once.
    pytester.run(sys.executable, "-c", TWICE, json.dumps([[*plugins, *run] for run in runs]))

    (first, again), (other, _) = ((suite.path / f"doc.{name}").open() for name in "ab")
    assert first == again != other


def examples_of(nodeid):
    """What Hypothesis draws for a spec of that name, after pytest's own hooks."""
    found = []

    @settings(derandomize=True, database=None, max_examples=5)
    @given(st.integers())
    def test_a(number):
        found.append(number)

    # As Hypothesis's plugin does.
    test_a.hypothesis.inner_test._hypothesis_internal_add_digest = nodeid.encode()
    subject = SimpleNamespace(seeded=lambda _: contextlib.nullcontext())
    stash = {BINDING: None, SUBJECT: subject}
    path, config = Path("test_laws.py"), SimpleNamespace(stash=stash)
    item = SimpleNamespace(nodeid=nodeid, path=path, obj=test_a, stash=stash, config=config)
    for _ in judging.pytest_pyfunc_call(item):
        test_a()
    return found


def test_a_law_has_the_same_examples_wherever_the_specs_lie():
    """In a clone, a wheel and a sweep's copy; its examples are its own name's."""
    here = examples_of("tests/specification/test_laws.py::test_a[xla]")

    assert examples_of("test_laws.py::test_a[xla]") == here
    assert examples_of("test_laws.py::test_a[eager]") != here


def test_generators_of_the_process_are_put_back():
    """What is drawn after a block is what would have been, whatever the block raises."""

    def generators():
        return random.getstate(), repr(np.random.get_state())

    before, within = generators(), []
    for _ in range(2):
        with contextlib.suppress(ValueError), KerasBackend.seeded(SimpleNamespace(), 1):
            within.append(generators())
            raise ValueError

    assert generators() == before
    assert within[0] == within[1]
    assert all(one != other for one, other in zip(within[0], before))
