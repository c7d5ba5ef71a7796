"""What a subject can't do on this machine: its library's internal error is a verdict, said in a line."""

import pytest

from lossspec.records.record import read_record

OTHERWISE = 'reason = "For a reason."\ninstead = "test_instead"'
UNSUPPORTED, REFUTED = (f'verdict = "{each}"\n{OTHERWISE}' for each in ("unsupported", "refuted"))

CAN_NOT = "raise subject.internal_errors[0]('Failed to materialize: { (<dylib_0>, { add_3 }) } [Op:__f_41]\\nat 0x1f')"
IN_A_LINE = "FakeInternalError: Failed to materialize: { (<dylib>, { add }) } [Op:__f]"

SPEC = f"""
@pytest.mark.claim("doc.a")
def test_a(subject):
    '''A is so.'''
    {CAN_NOT}
"""
HAPPENS = """
@pytest.mark.instead("doc.a")
def test_instead(evidence):
    '''Something else happens.'''
    evidence.exactly("the other figure", 3, 3)
"""
CAN_NOT_HAPPEN = f"""
@pytest.mark.instead("doc.a")
def test_instead(subject):
    '''Something else happens.'''
    {CAN_NOT}
"""


@pytest.mark.parametrize("expected", [(), (REFUTED,)], ids=["holds", "refuted"])
def test_an_internal_error_is_a_changed_verdict(suite, claim_entry, expected):
    """It is said with the library's message in one line and no traceback, and decides the claim in the record."""
    suite.ledger(claim_entry("doc.a", *expected))
    suite.specs(SPEC + (HAPPENS if expected else ""))

    result = suite.run("--lossspec-record=out.json")

    result.assert_outcomes(failed=1, passed=len(expected))
    result.stdout.fnmatch_lines(
        [
            f"doc.a: unsupported, expected {'refuted' if expected else 'holds'}, on *",
            f"  figure:    {_as_is(IN_A_LINE)}",
        ],
        consecutive=True,
    )
    for of_a_traceback in ("*raise subject*", "*Op:__f_41*", "*Error"):
        result.stdout.no_fnmatch_line(of_a_traceback)
    record = read_record(suite.path / "out.json")
    (case,) = record["claims"]["doc.a"]["evidence"]
    assert (record["undecided"], case["verdict"], case["message"]) == ({}, "unsupported", IN_A_LINE)


def test_an_internal_error_is_what_is_expected_of_the_unsupported(suite, claim_entry):
    """Where the ledger expects that it can't be done, it is an expected failure."""
    suite.ledger(claim_entry("doc.a", UNSUPPORTED))
    suite.specs(SPEC + HAPPENS)

    suite.run().assert_outcomes(xfailed=1, passed=1)


def test_what_happens_instead_can_not_be_seen_through_an_internal_error(suite, claim_entry):
    """A counter-spec that can't be run fails, in a line."""
    suite.ledger(claim_entry("doc.a", REFUTED))
    suite.specs(SPEC.replace(CAN_NOT, "assert not subject") + CAN_NOT_HAPPEN)

    result = suite.run()

    result.assert_outcomes(xfailed=1, failed=1)
    result.stdout.fnmatch_lines([f"  figure:    {_as_is(IN_A_LINE)}"])
    result.stdout.no_fnmatch_line("*raise subject*")


@pytest.mark.parametrize("refused", ["ValueError", "CallGone", "AttributeError"])
def test_an_internal_error_is_no_refusal(suite, refused):
    """A claim that something is refused doesn't hold because it can't be computed."""
    suite.ledger("doc.a")
    suite.specs(
        f"""
        @pytest.mark.claim("doc.a")
        def test_a(subject, evidence):
            '''It is refused.'''
            def call():
                {CAN_NOT}
            evidence.refuses("a batch", call, {refused})
        """
    )

    result = suite.run()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["doc.a: unsupported, expected holds, on *", "*1 unsupported, 1 changed"]
    )


def test_what_python_raises_stays_an_accident(suite):
    """An error of another class decides nothing, and shows where it comes from."""
    suite.ledger("doc.a", "doc.b")
    suite.specs(
        """
        @pytest.mark.claim("doc.a")
        def test_a():
            '''A is so.'''
            raise RuntimeError("Failed to materialize")

        @pytest.mark.claim("doc.b")
        def test_b():
            '''B is so.'''
        """
    )

    suite.run().stdout.fnmatch_lines(["*raise RuntimeError*", "*1 hold, 1 undecided, 0 changed"])


def _as_is(text):
    """A text for fnmatch, in which brackets mean brackets."""
    return text.replace("[", "[[]")
