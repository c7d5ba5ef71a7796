"""Claims that are true of some runs only, as an inner pytest reports and records them."""

import pytest

from lossspec.records.record import read_record

VARIES = 'verdict = "varies"\nreason = "Some runs do."\ninstead = "test_instead"'
IN_HALF = "it rises: true of 50.0% of 200 runs (99 % interval 40.7% to 59.3%)"

SPECS = """
@pytest.mark.claim("doc.a")
def test_a(evidence):
    '''A is so.'''
    evidence.nearly_always("it rises", np.arange(200) < {successes})
"""
COUNTER_SPEC = """
@pytest.mark.instead("doc.a")
def test_instead(evidence):
    '''Half of them do.'''
    evidence.exactly("share", 0.5, 0.5)
"""


@pytest.fixture
def half(suite, claim_entry):
    """A suite whose only claim is true of half of the runs, as expected."""
    suite.ledger(claim_entry("doc.a", VARIES))
    suite.specs(SPECS.format(successes=100) + COUNTER_SPEC)
    return suite


def test_an_expected_variation_is_an_expected_failure(half):
    """The reason names the verdict and why; the counter-spec runs and passes."""
    result = half.run("-rx")

    result.assert_outcomes(xfailed=1, passed=1)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "*: 0 hold, 1 varies, 0 changed",
            "XFAIL *::test_a - *varies (every version): Some runs do.",
        ]
    )


@pytest.mark.parametrize(
    ("expected", "successes", "changed", "figure"),
    [
        ((), 100, "varies, expected holds", IN_HALF),
        ((VARIES,), 200, "holds, expected varies", "every check of the spec passed"),
        (
            (VARIES,),
            0,
            "refuted, expected varies",
            "it rises: true of 0.0% of 200 runs (99 % interval 0.0% to 2.6%)",
        ),
    ],
)
def test_an_unexpected_variation_names_both_verdicts(
    suite, claim_entry, expected, successes, changed, figure
):
    """The failure names what was found, what was expected, and the figure in words."""
    suite.ledger(claim_entry("doc.a", *expected))
    suite.specs(SPECS.format(successes=successes) + (COUNTER_SPEC if expected else ""))

    result = suite.run()

    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [f"doc.a: {changed}, on TensorFlow 2.21.0, Keras 3.15.1", f"  figure:    {figure}"],
        consecutive=True,
    )


def test_the_record_says_what_varies(half):
    """The record holds the verdict, the message, the figure with its test, and what the counter-spec found."""
    half.run("--lossspec-record=out.json")

    claim = read_record(half.path / "out.json")["claims"]["doc.a"]
    (case,), (instead,) = claim["evidence"], claim["instead"]
    assert claim["verdict"] == claim["expected"] == case["verdict"] == "varies"
    assert case["message"] == IN_HALF
    assert case["figures"][0]["chance"]["rate"] == 0.5
    assert (instead["verdict"], instead["says"]) == ("holds", "Half of them do.")


def test_a_claim_of_several_cases_varies_unless_one_is_refuted(suite, claim_entry):
    """The worst case decides: varies beside holds, and refuted beside both."""
    suite.ledger(claim_entry("doc.a", VARIES), "doc.b")
    suite.specs(
        """
        @pytest.mark.claim("doc.a", "doc.b")
        @pytest.mark.parametrize("successes", [100, 200, 0])
        def test_each(evidence, bound_to, successes):
            '''It rises.'''
            evidence.nearly_always("it rises", np.arange(200) < max(successes, 100 * (bound_to == "doc.a")))
        """
    )
    suite.specs(COUNTER_SPEC, file="specs/test_counter.py")

    suite.run("--lossspec-record=out.json")

    claims = read_record(suite.path / "out.json")["claims"]
    assert {name: claim["verdict"] for name, claim in claims.items()} == {
        "doc.a": "varies",
        "doc.b": "refuted",
    }
