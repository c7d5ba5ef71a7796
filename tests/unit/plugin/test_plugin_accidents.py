"""What a spec raises that is no judgement: it fails the run as itself, and its claim stays undecided."""

import pytest

from lossspec.records.record import read_record

OTHERWISE = 'reason = "For a reason."\ninstead = "test_instead"'
REFUTED, UNSUPPORTED = (f'verdict = "{each}"\n{OTHERWISE}' for each in ("refuted", "unsupported"))

SPECS = """
@pytest.mark.claim("doc.a")
def test_a():
    '''A is so.'''
    {accident}

@pytest.mark.claim("doc.b")
def test_b():
    '''B is so.'''
"""

COUNTER_SPEC = """
@pytest.mark.instead("doc.a")
def test_instead():
    '''Something else happens.'''
"""


@pytest.mark.parametrize(
    "accident",
    [
        "raise RuntimeError('the accident')",
        "raise ValueError('the accident')",
        "pytest.fail('the accident')",
        "pytest.fail('the accident', pytrace=False)",
        "__import__('helper').asserts()",  # an assertion, but of a file that is no judge
    ],
)
@pytest.mark.parametrize(
    "expected", [(), (REFUTED,), (UNSUPPORTED,)], ids=["holds", "refuted", "unsupported"]
)
def test_an_accident_fails_whatever_is_expected_and_decides_nothing(
    suite, claim_entry, accident, expected
):
    """Any other exception fails the run as itself, and leaves the claim undecided with the error."""
    suite.ledger(claim_entry("doc.a", *expected), "doc.b")
    suite.specs(SPECS.format(accident=accident) + (COUNTER_SPEC if expected else ""))
    (suite.path / "helper.py").write_text(
        "def asserts():\n    raise AssertionError('the accident')\n"
    )
    suite.conftest(
        (suite.path / "conftest.py").read_text() + "\nimport sys; sys.path.insert(0, '.')\n"
    )

    result = suite.run("--lossspec-record=out.json")

    result.assert_outcomes(failed=1, passed=2 if expected else 1)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*the accident*"])
    record = read_record(suite.path / "out.json")
    assert list(record["claims"]) == ["doc.b"]
    assert record["undecided"]["doc.a"].startswith("error: ")
    assert "the accident" in record["undecided"]["doc.a"]


@pytest.mark.parametrize(
    "accident",
    [
        "raise RuntimeError",
        "raise RuntimeError('')",
        "pytest.fail('')",
        "pytest.fail('', pytrace=False)",
    ],
)
def test_an_accident_without_a_message_is_one_all_the_same(suite, accident):
    """An exception that says nothing fails its spec and no more."""
    suite.ledger("doc.a", "doc.b")
    suite.specs(SPECS.format(accident=accident))

    result = suite.run()

    result.assert_outcomes(failed=1, passed=1)
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


def test_an_error_in_a_fixture_leaves_the_claim_undecided(suite):
    """A spec whose fixture fails is an error, and its claim is counted as undecided."""
    suite.ledger("doc.a", "doc.b")
    suite.specs(
        """
        @pytest.fixture
        def broken():
            raise RuntimeError("the fixture broke")

        @pytest.mark.claim("doc.a")
        def test_a(broken):
            '''A is so.'''

        @pytest.mark.claim("doc.b")
        def test_b():
            '''B is so.'''
        """
    )

    result = suite.run()

    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines(["TensorFlow 2.21.0, Keras 3.15.1: 1 hold, 1 undecided, 0 changed"])


def test_an_error_after_the_verdict_takes_it_back(suite):
    """A spec whose fixture fails when torn down has decided nothing."""
    suite.ledger("doc.a", "doc.b")
    suite.specs(
        """
        @pytest.fixture
        def broken_later():
            yield
            raise RuntimeError("the fixture broke")

        @pytest.mark.claim("doc.a")
        def test_a(broken_later):
            '''A is so.'''

        @pytest.mark.claim("doc.b")
        def test_b():
            '''B is so.'''
        """
    )

    result = suite.run()

    result.stdout.fnmatch_lines(["TensorFlow 2.21.0, Keras 3.15.1: 1 hold, 1 undecided, 0 changed"])
