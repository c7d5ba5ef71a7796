"""Calls of specs, by some of their parameters."""

import pytest

from lossspec.ledger.calls import is_call_of, parameters_of
from lossspec.ledger.expectations import Expectation
from lossspec.ledger.verdicts import Verdict


@pytest.mark.parametrize(
    ("calls", "name", "found"),
    [
        ((), "test_a[eager-hinge]", True),
        (("test_a[hinge]",), "test_a[eager-hinge]", True),
        (("test_a[hinge]",), "test_a[eager-squared_hinge]", False),
        (("test_a[hinge]",), "test_b[eager-hinge]", False),
        (("test_a[hinge-float64]",), "test_a[hinge-float64-float32]", True),
        (("test_a[hinge-float64]",), "test_a[hinge-float32-float64]", False),
        (("test_a[-1]",), "test_a[-1]", True),
        (("test_a[-1]",), "test_a[3]", False),
        (("test_a",), "test_a", True),
        (("test_a",), "test_a[eager]", True),
        (("test_a[hinge]", "test_b"), "test_b", True),
    ],
)
def test_a_call_is_known_by_its_spec_and_parameters(calls, name, found):
    """Parameters are whole, and stand together."""
    assert is_call_of(calls, name) is found


def test_what_is_expected_of_some_calls_shows_there_alone():
    """Elsewhere the claim holds; the range names them."""
    expected = Expectation(Verdict.REFUTED, calls=("test_a[hinge]",), reason="a", instead="test_b")

    assert expected.verdict_in("eager", None, "test_a[eager-hinge]") is Verdict.REFUTED
    assert expected.verdict_in("eager", None, "test_a[eager-mse]") is Verdict.HOLDS
    assert expected.verdict_in("eager") is Verdict.REFUTED
    assert expected.where() == "every version, with hinge only"
    assert parameters_of("test_a") == "test_a"
