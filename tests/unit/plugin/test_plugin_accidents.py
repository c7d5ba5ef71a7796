"""What a spec raises that is no judgement, and what the subject can't do on this machine."""

import pytest

from lossspec.records.record import read_record

OTHERWISE = 'reason = "For a reason."\ninstead = "test_instead"'
REFUTED, UNSUPPORTED = (f'verdict = "{word}"\n{OTHERWISE}' for word in ("refuted", "unsupported"))

SPECS = """
@pytest.mark.claim("doc.a")
def test_a(subject, evidence):
    '''A is so.'''
    {body}

@pytest.mark.claim("doc.b")
def test_b():
    '''B is so.'''
"""
COUNTER_SPEC = """
@pytest.mark.instead("doc.a")
def test_instead(subject):
    '''Something else happens.'''
    {body}
"""
CAN_NOT = (
    "raise subject.internal_errors[0]("
    "'Failed to materialize: { (<dylib_0>, { add_3 }) } [Op:__f_41]\\nat 0x1f')"
)
IN_A_LINE = "FakeInternalError: Failed to materialize: { (<dylib>, { add }) } [Op:__f]"


@pytest.mark.parametrize(
    ("accident", "expected"),
    [
        ("raise RuntimeError('the accident')", ()),
        ("raise ValueError('the accident')", (UNSUPPORTED,)),
        ("pytest.fail('the accident', pytrace=False)", (REFUTED,)),
        # An assertion, but of a file that is no judge.
        ("__import__('helper').asserts()", (REFUTED,)),
    ],
)
def test_an_accident_fails_whatever_is_expected_and_decides_nothing(
    suite, claim_entry, accident, expected
):
    """Any other exception fails the run as itself, and leaves the claim undecided with it."""
    suite.ledger(claim_entry("doc.a", *expected), "doc.b")
    suite.specs(SPECS.format(body=accident) + (COUNTER_SPEC.format(body="") if expected else ""))
    (suite.path / "helper.py").write_text("def asserts():\n    assert False, 'the accident'\n")
    conftest = (suite.path / "conftest.py").read_text()
    suite.conftest(conftest + "\nimport sys; sys.path.insert(0, '.')\n")

    result = suite.run("--lossspec-record=out.json")

    result.assert_outcomes(failed=1, passed=2 if expected else 1)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*the accident*"])
    record = read_record(suite.path / "out.json")
    assert list(record["claims"]) == ["doc.b"]
    assert record["undecided"]["doc.a"].startswith("error: ")
    assert "the accident" in record["undecided"]["doc.a"]


@pytest.mark.parametrize("refusal", ["__import__('library').refuse()", "raise Refused('refused')"])
def test_what_the_subject_refuses_is_refuted(suite, claim_entry, refusal):
    """It raises, of what it was given, where a number is expected; what happens instead passes."""
    suite.ledger(claim_entry("doc.a", REFUTED), "doc.b")
    suite.specs(
        "from lossspec.core.errors import Refused\n"
        + SPECS.format(body=refusal)
        + COUNTER_SPEC.format(body="")
    )
    (suite.path / "library.py").write_text("def refuse():\n    raise ValueError('refused')\n")
    suite.conftest((suite.path / "conftest.py").read_text() + "\nimport sys; sys.path[:0] = '.'\n")

    result = suite.run("--lossspec-record=out.json")

    result.assert_outcomes(xfailed=1, passed=2)
    claim = read_record(suite.path / "out.json")["claims"]["doc.a"]
    assert claim["verdict"] == "refuted"
    assert any("refused" in case["message"] for case in claim["evidence"])


@pytest.mark.parametrize("accident", ["raise RuntimeError", "pytest.fail('', pytrace=False)"])
def test_an_accident_without_a_message_is_one_all_the_same(suite, accident):
    """An exception that says nothing fails its spec and no more."""
    suite.ledger("doc.a", "doc.b")
    suite.specs(SPECS.format(body=accident))

    result = suite.run()

    result.assert_outcomes(failed=1, passed=1)
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


@pytest.mark.parametrize(
    ("fixture", "outcomes"),
    [
        ("raise RuntimeError('it broke')", {"errors": 1, "passed": 1}),
        ("yield\n    raise RuntimeError('it broke later')", {"errors": 1, "passed": 2}),
    ],
)
def test_an_error_in_a_fixture_leaves_the_claim_undecided(suite, fixture, outcomes):
    """Even one that comes after the verdict, and takes it back."""
    suite.ledger("doc.a", "doc.b")
    specs = SPECS.format(body="").replace("test_a(", "test_a(broken, ")
    suite.specs(f"@pytest.fixture\ndef broken():\n    {fixture}\n{specs}")

    result = suite.run()

    result.assert_outcomes(**outcomes)
    result.stdout.fnmatch_lines(["TensorFlow 2.21.0, Keras 3.15.1: 1 hold, 1 undecided, 0 changed"])


@pytest.mark.parametrize("expected", ["holds", "refuted"])
def test_an_internal_error_is_a_changed_verdict(suite, claim_entry, expected):
    """It is said with the library's message in one line, and decides the claim in the record."""
    expectations = (REFUTED,) if expected == "refuted" else ()
    suite.ledger(claim_entry("doc.a", *expectations), "doc.b")
    counter = COUNTER_SPEC.format(body="") if expectations else ""
    suite.specs(SPECS.format(body=CAN_NOT) + counter)

    result = suite.run("--lossspec-record=out.json")

    result.assert_outcomes(failed=1, passed=1 + len(expectations))
    said = [f"doc.a: unsupported, expected {expected}, on *", f"  figure:    {as_is(IN_A_LINE)}"]
    result.stdout.fnmatch_lines(said, consecutive=True)
    for of_a_traceback in ("*raise subject*", "*Op:__f_41*", "*Error"):
        result.stdout.no_fnmatch_line(of_a_traceback)
    record = read_record(suite.path / "out.json")
    (case,) = record["claims"]["doc.a"]["evidence"]
    assert (record["undecided"], case["verdict"], case["message"]) == ({}, "unsupported", IN_A_LINE)


def test_an_internal_error_is_what_is_expected_of_the_unsupported(suite, claim_entry):
    """Where the ledger expects that it can't be done, it is an expected failure."""
    suite.ledger(claim_entry("doc.a", UNSUPPORTED), "doc.b")
    suite.specs(SPECS.format(body=CAN_NOT) + COUNTER_SPEC.format(body=""))

    suite.run().assert_outcomes(xfailed=1, passed=2)


def test_what_happens_instead_can_not_be_seen_through_an_internal_error(suite, claim_entry):
    """A counter-spec that can't be run fails, in a line."""
    suite.ledger(claim_entry("doc.a", REFUTED), "doc.b")
    suite.specs(SPECS.format(body="assert not subject") + COUNTER_SPEC.format(body=CAN_NOT))

    result = suite.run()

    result.assert_outcomes(xfailed=1, failed=1, passed=1)
    result.stdout.fnmatch_lines([f"  figure:    {as_is(IN_A_LINE)}"])


@pytest.mark.parametrize("refused", ["ValueError", "CallGone"])
def test_an_internal_error_is_no_refusal(suite, refused):
    """A claim that something is refused doesn't hold because it can't be computed."""
    suite.ledger("doc.a", "doc.b")
    body = f"def call():\n        {CAN_NOT}\n    evidence.refuses('a batch', call, {refused})"
    suite.specs(SPECS.format(body=body))

    result = suite.run()

    result.stdout.fnmatch_lines(["doc.a: unsupported, expected holds, on *"])


def as_is(text):
    """A text for fnmatch, in which brackets mean brackets."""
    return text.replace("[", "[[]")
