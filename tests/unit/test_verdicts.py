"""How a spec's outcome becomes a verdict, and how the verdicts of its cases become one."""

import itertools
from pathlib import Path

import pytest

from lossspec.evidence import Evidence
from lossspec.problems import CallGone
from lossspec.verdicts import Verdict, combine, observed

HERE = Path(__file__).resolve()
WORST_FIRST = [Verdict.REFUTED, Verdict.UNSUPPORTED, Verdict.VARIES, Verdict.HOLDS]


def raised_by(call):
    """What a call raises, with its traceback."""
    try:
        call()
    except BaseException as error:
        return error
    raise RuntimeError("nothing was raised")


def refute():
    """Fail an assertion of this file."""
    assert 1 == 2


def from_elsewhere(folder, name="elsewhere.py", source="def fail():\n    raise AssertionError('there')\n"):
    """A function that fails an assertion of another file."""
    path = folder / name
    path.write_text(source)
    names = {}
    exec(compile(source, str(path), "exec"), names)  # noqa: S102 # its traceback must name that file
    return names["fail"]


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_verdict_is_its_word(verdict):
    """A verdict compares, prints and reads as the word of ledger and record."""
    assert str(verdict) == f"{verdict}" == verdict.value == verdict
    assert Verdict(str(verdict)) is verdict


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_the_worst_verdict_counts(size):
    """Of any cases, in any order and number, the worst decides the claim."""
    for verdicts in itertools.product(Verdict, repeat=size):
        assert combine(verdicts) is next(worst for worst in WORST_FIRST if worst in verdicts)


def test_verdicts_may_come_one_by_one():
    """An iterator of verdicts is as good as a list."""
    assert combine(iter([Verdict.HOLDS, Verdict.VARIES])) is Verdict.VARIES


def test_no_verdicts_decide_nothing():
    """Combining nothing is an error, not a claim that holds."""
    with pytest.raises(ValueError, match="no verdicts"):
        combine([])


def test_a_spec_that_returns_holds():
    """Nothing raised is a claim that holds."""
    assert observed(None, [HERE]) is Verdict.HOLDS


@pytest.mark.parametrize("judge", [HERE, HERE.parent, HERE.parents[1]], ids=["file", "folder", "folder above"])
def test_an_assertion_of_a_judge_refutes(judge):
    """An assertion that fails in a judge's file, or below a judge's folder, is a judgement."""
    assert observed(raised_by(refute), [Path("/elsewhere"), judge]) is Verdict.REFUTED


@pytest.mark.parametrize("judges", [[], [HERE.with_name("test_v")], [HERE / "below"]])
def test_an_assertion_of_another_file_decides_nothing(judges):
    """An assertion that fails in no judge's file is an accident, however similar the path."""
    assert observed(raised_by(refute), judges) is None


def test_only_where_the_assertion_failed_counts(tmp_path):
    """An assertion that a judge's call runs into elsewhere is an accident; a judge called from elsewhere judges."""
    fail = from_elsewhere(tmp_path)

    assert observed(raised_by(lambda: fail()), [HERE]) is None
    assert observed(raised_by(lambda: fail()), [tmp_path.resolve()]) is Verdict.REFUTED


def test_a_failing_check_is_the_judgement_of_evidence():
    """An assertion that a check raises comes from the file of the checks."""
    error = raised_by(lambda: Evidence().exactly("figure", 1, 2))

    assert observed(error, [Path(Evidence.exactly.__code__.co_filename).resolve()]) is Verdict.REFUTED
    assert observed(error, [HERE]) is None


def test_an_assertion_without_a_traceback_decides_nothing():
    """An assertion that was never raised comes from nowhere."""
    assert observed(AssertionError("never raised"), [HERE]) is None


@pytest.mark.parametrize("message", ["no such call", ""])
def test_a_call_that_is_gone_is_unsupported(message):
    """A documented call that is gone is unsupported, wherever that was found out."""
    assert observed(CallGone(message), []) is Verdict.UNSUPPORTED


@pytest.mark.parametrize(
    "error", [RuntimeError(), ValueError("off"), TypeError(), KeyboardInterrupt(), SystemExit(1), MemoryError()]
)
def test_any_other_exception_decides_nothing(error):
    """What is neither a failed assertion nor a missing call is no verdict, even when a judge raised it."""

    def call():
        raise error

    assert observed(raised_by(call), [HERE]) is None
