"""What specs draw: the same in whatever order, and nothing that others draw is touched."""

import contextlib
import random
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
import pathlib
import random

TRAINING = np.eye(4, dtype=np.float32), np.arange(4, dtype=np.float32)[:, None]

def drawn(subject):
    network = subject.network([{"units": 2, "input_shape": (4,)}, {"units": 1}])
    before = network.weights()
    network.fit(TRAINING, loss="mean_squared_error", batch_size=1, learning_rate=0.25)  # shuffles
    return [*before, *network.weights(), np.random.rand(), random.random()]

def keep(name, subject):
    pathlib.Path(name).write_text(repr(drawn(subject)))

@pytest.mark.claim("doc.a")
def test_a(subject):
    '''A is so.'''
    keep("a", subject)

@pytest.mark.claim("doc.b")
def test_b(subject):
    '''B is so.'''
    keep("b", subject)
"""
A, B = "specs/test_specs.py::test_a", "specs/test_specs.py::test_b"


@pytest.fixture
def drawn(suite):
    """A function that runs two specs which draw weights and an order of samples, and gives what each drew."""
    suite.conftest("")
    suite.ledger("doc.a", "doc.b")
    suite.specs(SPECS)

    def drawn(*arguments):
        suite.run_apart(*arguments).assert_outcomes(passed=2)
        return [(suite.path / name).read_text() for name in ("a", "b")]

    return drawn


def test_what_a_spec_draws_depends_on_its_name_alone(drawn):
    """In another order, and beside pytest-randomly, which sets generators too, a spec draws the same."""
    randomly = (
        ["--randomly-seed=3", "--randomly-dont-reorganize"] if find_spec("pytest_randomly") else []
    )

    in_order = drawn()

    assert drawn(B, A, *randomly) == in_order
    assert in_order[0] != in_order[1]


def examples_of(nodeid):
    """What Hypothesis draws, under its profile quick, for a spec of that name; pytest's own hooks have been called."""
    found = []

    @settings(derandomize=True, database=None, max_examples=5)
    @given(st.integers())
    def test_a(number):
        found.append(number)

    test_a.hypothesis.inner_test._hypothesis_internal_add_digest = (
        nodeid.encode()
    )  # as Hypothesis's plugin does
    subject = SimpleNamespace(seeded=lambda _: contextlib.nullcontext())
    stash = {BINDING: None, SUBJECT: subject}
    item = SimpleNamespace(
        nodeid=nodeid,
        path=Path("test_laws.py"),
        obj=test_a,
        stash=stash,
        config=SimpleNamespace(stash=stash),
    )
    for _ in judging.pytest_pyfunc_call(item):
        test_a()
    return found


def test_a_law_has_the_same_examples_wherever_the_specs_lie():
    """In a clone, in a wheel and in a sweep's copy pytest names a spec otherwise; its examples are its own name's."""
    here = examples_of("tests/specification/test_laws.py::test_a[xla]")

    assert examples_of("test_laws.py::test_a[xla]") == here
    assert examples_of("test_laws.py::test_a[eager]") != here


def generators():
    """The state of Python's own generator, and of NumPy's."""
    return random.getstate(), repr(np.random.get_state())


def broken(subject, states):
    """Note the generators' state in a block that is seeded, and leave it by an error."""
    with KerasBackend.seeded(subject, 1):
        states.append(generators())
        raise ValueError("within")


def test_generators_of_the_process_are_put_back():
    """What is drawn after a block is what would have been drawn without it, whatever the block raises."""
    subject, within = SimpleNamespace(), []
    before = generators()

    for _ in range(2):
        with pytest.raises(ValueError, match="within"):
            broken(subject, within)

    assert generators() == before
    assert within[0] == within[1]
    assert all(one != other for one, other in zip(within[0], before))
