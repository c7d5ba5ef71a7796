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
    SIGNS,
    Verdict,
    combine,
    observed,
    of_difference,
    of_p_value,
    of_rate,
    signed,
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


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_verdict_is_its_word(verdict):
    """It compares, prints and reads as the word of ledger and record, and has a sign of its own."""
    assert str(verdict) == f"{verdict}" == verdict.value == verdict
    assert Verdict(str(verdict)) is verdict
    assert signed(verdict) == f"{SIGNS[verdict]} {verdict}"
    assert len(set(SIGNS.values())) == len(SIGNS)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_the_worst_verdict_counts(size):
    """Of any cases, in any order and number, the worst decides; no cases decide nothing."""
    for verdicts in itertools.product(Verdict, repeat=size):
        worst = next(worst for worst in WORST_FIRST if worst in verdicts)
        assert combine(iter(verdicts)) is worst
    with pytest.raises(ValueError, match="no verdicts"):
        combine([])


@pytest.mark.parametrize(
    ("raised", "verdict"),
    [
        (None, Verdict.HOLDS),
        (CallGone("no such call"), Verdict.UNSUPPORTED),
        (Mixed("true of half of them"), Verdict.VARIES),
        (AssertionError("never raised, so it comes from nowhere"), None),
        *((error, None) for error in (ValueError("off"), KeyboardInterrupt(), SystemExit(1))),
    ],
)
def test_what_is_raised_is_a_verdict_or_decides_nothing(raised, verdict):
    """Even where a judge raised it."""
    assert observed(raised, [HERE]) is verdict


def test_an_internal_error_of_the_subject_is_unsupported():
    """By its class, or a class below it."""

    class Internal(Exception):
        pass

    class Below(Internal):
        pass

    for raised in (Internal(), Below()):
        assert observed(raised, [HERE], (Internal,)) is Verdict.UNSUPPORTED
        assert observed(raised, [HERE]) is None


@pytest.mark.parametrize(
    ("judges", "verdict"),
    [
        ([Path("/elsewhere"), HERE], Verdict.REFUTED),
        ([HERE.parent], Verdict.REFUTED),
        ([HERE.parents[1]], Verdict.REFUTED),
        ([], None),
        ([HERE.with_name("test_v")], None),
        ([HERE / "below"], None),
    ],
)
def test_an_assertion_refutes_where_a_judge_made_it(judges, verdict):
    """In its file or below its folder; elsewhere it is an accident, however similar the path."""
    assert observed(raised_by(refute), judges) is verdict


def test_only_where_the_assertion_failed_counts(tmp_path):
    """Not who called what failed."""
    path, names = tmp_path.resolve() / "elsewhere.py", {}
    source = "def fail():\n    raise AssertionError('there')\n"
    exec(compile(source, str(path), "exec"), names)  # noqa: S102 # its traceback names that file
    path.write_text(source)
    error = raised_by(lambda: names["fail"]())

    assert observed(error, [HERE]) is None
    assert observed(error, [path.parent]) is Verdict.REFUTED


def test_a_failing_check_is_the_judgement_of_evidence():
    """What it refutes is a judgement of its file; mixed samples vary; no runs are an accident."""
    evidence, chance = Evidence(), ChanceEvidence()
    judges = [
        Path(check.__code__.co_filename).resolve()
        for check in (evidence.exactly, chance.nearly_always)
    ]
    wrong = raised_by(lambda: evidence.exactly("figure", 1, 2))
    runs = np.zeros(200, bool), np.arange(200) < 100, np.zeros(0, bool)
    over_seeds = [raised_by(lambda r=r: chance.nearly_always("it rises", r)) for r in runs]

    assert observed(wrong, judges) is Verdict.REFUTED
    assert observed(wrong, [HERE]) is None
    verdicts = [observed(error, judges) for error in over_seeds]
    assert verdicts == [Verdict.REFUTED, Verdict.VARIES, None]


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (np.nextafter(0.9, 1), 1.0, Verdict.HOLDS),
        (0.9, 1.0, Verdict.VARIES),
        (0.1, 0.9, Verdict.VARIES),
        (0.0, 0.1, Verdict.VARIES),
        (0.0, np.nextafter(0.1, 0), Verdict.REFUTED),
    ],
)
def test_a_rate_is_judged_by_its_interval(low, high, verdict):
    """Above 0.9 a statement holds, below 0.1 it is refuted, and else it varies."""
    assert of_rate(low, high) is verdict


@pytest.mark.parametrize(
    ("p_value", "verdict"),
    [
        (0.01, Verdict.HOLDS),
        (np.nextafter(0.01, 0), Verdict.REFUTED),
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
        (-0.5, np.nextafter(0.5, 1), Verdict.VARIES),
        (np.nextafter(-0.5, -1), 0.5, Verdict.VARIES),
        (0.5, 9.0, Verdict.VARIES),
        (-9.0, -0.5, Verdict.VARIES),
        (-math.inf, math.inf, Verdict.VARIES),
        (np.nextafter(0.5, 1), 9.0, Verdict.REFUTED),
        (-9.0, np.nextafter(-0.5, -1), Verdict.REFUTED),
    ],
)
def test_a_difference_is_judged_by_its_interval(low, high, verdict):
    """Within the margin two are the same, beyond it they aren't, and else it varies."""
    assert of_difference(low, high, 0.5) is verdict
