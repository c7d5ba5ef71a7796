"""Which specs run on a fault in one loss: those that speak of it."""

from types import SimpleNamespace

import pytest

from lossspec.losses import definition_of
from lossspec.plugin.keys import BINDING
from tools.faults.watching import speaks_of

FOUND = "test_found.py::test_it"


@pytest.mark.parametrize(
    ("nodeid", "claim_id", "statement", "expected"),
    [
        ("test_log_cosh.py::test_it", "laws.one", "It holds.", True),
        ("test_found.py::test_it[eager-log-cosh]", "laws.one", "It holds.", True),
        (FOUND, "laws.log-cosh-far", "It holds.", True),
        (FOUND, "laws.one", "An error costs its size by Log-cosh loss.", True),
        (FOUND, "laws.one", "keras.losses.LogCosh takes lists.", True),
        (FOUND, "laws.one", "Huber loss is bounded.", False),
    ],
)
def test_a_spec_speaks_of_a_loss_by_any_of_its_names(nodeid, claim_id, statement, expected):
    """Slug, name, title and class are looked for in the spec's name, the claim's and its words."""
    claim = SimpleNamespace(id=claim_id, statement=statement)
    spec = SimpleNamespace(nodeid=nodeid, stash={BINDING: SimpleNamespace(claim=claim)})

    assert speaks_of(definition_of("log-cosh"), spec) is expected


def test_what_decides_no_claim_is_known_by_its_own_name():
    """A test without a claim speaks of the loss that it is called after."""
    other = SimpleNamespace(nodeid="test_found.py::test_huber", stash={})

    assert speaks_of(definition_of("huber"), other)
    assert not speaks_of(definition_of("mape"), other)
