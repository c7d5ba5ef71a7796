"""Other plugins of pytest beside ours: a run comes to the same record, or leaves undecided what they ended."""

from __future__ import annotations

import pytest
from test_plugin_xdist import REFUTED, SPECS, content

from lossspec.records.record import read_record


@pytest.fixture
def four(suite, claim_entry):
    """A suite of four claims: one refuted as expected, two that hold and one that isn't decided."""
    suite.ledger(claim_entry("doc.a", REFUTED), "doc.b", "doc.c", "doc.d")
    suite.specs(SPECS)
    return suite


@pytest.mark.parametrize(
    ("plugin", "options"),
    [
        ("pytest_randomly", ("--randomly-seed=7",)),
        ("pytest_timeout", ("--timeout=60",)),
        ("pytest_cov", ("--cov=specs", "--cov-report=")),
    ],
)
def test_the_record_is_the_same_beside_another_plugin(four, plugin, options):
    """In random order, with a limit of time, and with coverage measured, a run comes to the same record."""
    pytest.importorskip(plugin, reason="tox -e unit brings it")
    alone = four.run_apart("--lossspec-record=alone.json")
    beside = four.run_apart(*options, "--lossspec-record=b.json")

    assert beside.ret == alone.ret == 1
    assert content(four.path / "b.json") == content(four.path / "alone.json")


def test_a_spec_that_takes_too_long_is_undecided(suite):
    """What pytest-timeout ends was judged by nobody; the others are."""
    pytest.importorskip("pytest_timeout", reason="tox -e unit brings it")
    suite.ledger("doc.a", "doc.b")
    suite.specs(
        """
        import time

        @pytest.mark.claim("doc.a")
        def test_a():
            '''A is so.'''
            time.sleep(30)

        @pytest.mark.claim("doc.b")
        def test_b():
            '''B is so.'''
        """
    )

    result = suite.run_apart("--timeout=1", "--timeout-method=signal", "--lossspec-record=out.json")

    record = read_record(suite.path / "out.json")
    assert result.ret == 1
    assert list(record["claims"]) == ["doc.b"]
    assert "Timeout" in record["undecided"]["doc.a"]
