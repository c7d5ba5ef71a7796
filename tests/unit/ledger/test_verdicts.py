"""How a spec's outcome becomes a verdict, and how the verdicts of its cases become one."""

import itertools
import math
from pathlib import Path

import numpy as np
import pytest

from lossspec.core.errors import CallGone, Mixed
from lossspec.judging.evidence import Evidence
from lossspec.judging.study_evidence import ChanceEvidence
from lossspec.ledger.verdicts import (
    Verdict,
    combine,
    observed,
    of_difference,
    of_p_value,
    of_rate,
)

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


def from_elsewhere(
    folder, name="elsewhere.py", source="def fail():\n    raise AssertionError('there')\n"
):
    """A function that fails an assertion of another file."""
    path = folder / name
    path.write_text(source)
    names = {}
    exec(compile(source, str(path), "exec"), names)  # noqa: S102 # its traceback must name that file
    return names["fail"]


def test_an_internal_error_of_the_subject_is_unsupported():
    """What its library can't do is a verdict by its class, or a class below it; any other error decides nothing."""

    class Internal(Exception):
        pass

    class Below(Internal):
        pass

    for raised, verdict in (
        (Internal(), Verdict.UNSUPPORTED),
        (Below(), Verdict.UNSUPPORTED),
        (ValueError(), None),
    ):
        assert observed(raised, [HERE], (Internal,)) is verdict
    assert observed(Internal(), [HERE]) is None


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


@pytest.mark.parametrize(
    "judge", [HERE, HERE.parent, HERE.parents[1]], ids=["file", "folder", "folder above"]
)
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

    assert (
        observed(error, [Path(Evidence.exactly.__code__.co_filename).resolve()]) is Verdict.REFUTED
    )
    assert observed(error, [HERE]) is None


def test_an_assertion_without_a_traceback_decides_nothing():
    """An assertion that was never raised comes from nowhere."""
    assert observed(AssertionError("never raised"), [HERE]) is None


@pytest.mark.parametrize("message", ["no such call", ""])
def test_a_call_that_is_gone_is_unsupported(message):
    """A documented call that is gone is unsupported, wherever that was found out."""
    assert observed(CallGone(message), []) is Verdict.UNSUPPORTED


@pytest.mark.parametrize("message", ["true of half of them", ""])
def test_mixed_samples_vary(message):
    """What is true of some runs only varies, wherever that was found out."""
    assert observed(Mixed(message), []) is Verdict.VARIES


def test_a_check_over_many_seeds_judges():
    """Mixed samples vary, and what such a check refutes is a judgement of its file."""
    refuted = raised_by(lambda: ChanceEvidence().nearly_always("it rises", np.zeros(200, bool)))
    mixed = raised_by(lambda: ChanceEvidence().nearly_always("it rises", np.arange(200) < 100))
    accident = raised_by(lambda: ChanceEvidence().nearly_always("it rises", np.zeros(0, bool)))

    judges = [Path(ChanceEvidence.nearly_always.__code__.co_filename).resolve()]
    assert [observed(each, judges) for each in (refuted, mixed, accident)] == [
        Verdict.REFUTED,
        Verdict.VARIES,
        None,
    ]


JUST_ABOVE_90, JUST_BELOW_10 = np.nextafter(0.9, 1), np.nextafter(0.1, 0)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (JUST_ABOVE_90, 1.0, Verdict.HOLDS),
        (0.9, 1.0, Verdict.VARIES),
        (0.0, 1.0, Verdict.VARIES),
        (0.1, 0.9, Verdict.VARIES),
        (0.0, 0.1, Verdict.VARIES),
        (0.0, JUST_BELOW_10, Verdict.REFUTED),
    ],
)
def test_a_rate_is_judged_by_its_interval(low, high, verdict):
    """A statement holds where its rate lies above 0.9, is refuted where it lies below 0.1, and varies else."""
    assert of_rate(low, high) is verdict


@pytest.mark.parametrize(
    ("p_value", "verdict"),
    [
        (1.0, Verdict.HOLDS),
        (0.01, Verdict.HOLDS),
        (np.nextafter(0.01, 0), Verdict.REFUTED),
        (0.0, Verdict.REFUTED),
        (math.nan, Verdict.REFUTED),
    ],
)
def test_a_p_value_holds_from_one_per_cent(p_value, verdict):
    """A figure holds when its p-value is 0.01 at least; it never varies."""
    assert of_p_value(p_value) is verdict


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-0.5, 0.5, Verdict.HOLDS),
        (0.0, 0.0, Verdict.HOLDS),
        (-0.5, np.nextafter(0.5, 1), Verdict.VARIES),
        (np.nextafter(-0.5, -1), 0.5, Verdict.VARIES),
        (0.5, 9.0, Verdict.VARIES),
        (-9.0, -0.5, Verdict.VARIES),
        (-math.inf, math.inf, Verdict.VARIES),
        (np.nextafter(0.5, 1), 9.0, Verdict.REFUTED),
        (-9.0, np.nextafter(-0.5, -1), Verdict.REFUTED),
        (math.inf, math.inf, Verdict.REFUTED),
    ],
)
def test_a_difference_is_judged_by_its_interval(low, high, verdict):
    """Two are the same where the interval lies within the margin, are not where it lies outside, and vary else."""
    assert of_difference(low, high, 0.5) is verdict


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(),
        ValueError("off"),
        TypeError(),
        KeyboardInterrupt(),
        SystemExit(1),
        MemoryError(),
    ],
)
def test_any_other_exception_decides_nothing(error):
    """What is neither a failed assertion nor a missing call is no verdict, even when a judge raised it."""

    def call():
        raise error

    assert observed(raised_by(call), [HERE]) is None
