"""The specification under pytest-xdist: the same record, the same line and the same exit codes."""

import re

import pytest

from lossspec.records.record import read_record

pytest.importorskip("xdist", reason="pytest-xdist is optional")

REFUTED = 'modes = ["xla"]\nverdict = "refuted"\nreason = "It never did."\ninstead = "test_instead"'

SPECS = """
@pytest.mark.claim("doc.a")
def test_a(mode, evidence):
    '''A is so.'''
    evidence.close("the figure", [1.0, float("nan") if mode == "xla" else 1.25], 1, within=0.5)
    evidence.curve("the curve", [0, 1], [2, 3])

@pytest.mark.instead
def test_instead(mode, evidence):
    '''Something else happens.'''
    evidence.above("the other figure", 1, 0)

@pytest.mark.claim
def test_b(mode, evidence):
    '''B is so.'''
    evidence.exactly("yet another", 1, 1)

@pytest.mark.claim("doc.d")
def test_d():
    '''D is so.'''
    raise RuntimeError("the accident")
"""


@pytest.fixture
def four(suite, claim_entry):
    """A suite of four claims: one refuted as expected, two that hold, one that isn't decided."""
    named = [claim_entry(f"doc.{name}") + 'spec = "test_b"\n' for name in "bc"]
    suite.ledger(claim_entry("doc.a", REFUTED), *named, "doc.d")
    suite.specs(SPECS)
    return suite


def content(path):
    """A record without what differs between any two runs: dates and times."""
    record = read_record(path)
    record["environment"].pop("date")
    for claim in record["claims"].values():
        for case in claim["evidence"] + claim.get("instead", []):
            case.pop("seconds")
    return record


def test_two_workers_write_the_same_record(four):
    """Verdicts, figures and curves come back from the workers unchanged, in the same order."""
    alone = four.run("--lossspec-record=alone.json")
    together = four.run_apart("-n2", "--lossspec-record=together.json")

    assert content(four.path / "together.json") == content(four.path / "alone.json")
    assert together.ret == alone.ret == 1
    assert together.parseoutcomes() == alone.parseoutcomes()
    together.stdout.fnmatch_lines(
        ["*: 2 hold, 1 refuted, 1 undecided, 0 changed", "record: together.json"]
    )


NO_SUBJECT = """
from lossspec.core.errors import UsageProblem

def load_backend(**_):
    raise UsageProblem("no TensorFlow", expected="one", do="install it")

binding.load_backend = load_backend
"""


def test_a_problem_of_the_workers_is_one_line_and_exit_code_2(four):
    """What ends collection is said once, by the controller; no worker is taken for crashed."""
    four.conftest((four.path / "conftest.py").read_text() + NO_SUBJECT)

    result = four.run_apart("-n2", "--lossspec-record=out.json")

    output = result.stdout.str() + result.stderr.str()
    result.stdout.fnmatch_lines(["no TensorFlow; expected one; install it."])
    assert result.ret == 2
    assert len(re.findall("; expected ", output)) == 1
    assert not re.search("Traceback|crashed|keyboard-interrupt|INTERNALERROR| passed", output)
    assert not (four.path / "out.json").exists()


def test_selecting_nothing_has_failed_with_workers_too(four):
    """A run of a worker that selects no spec fails and says why."""
    result = four.run_apart("-n1", "-k", "nothing_of_that_name")

    assert result.ret == 1
    result.stdout.fnmatch_lines(["the run decided no claim*"])
