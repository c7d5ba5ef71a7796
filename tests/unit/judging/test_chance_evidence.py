"""The checks over many seeds are checked: each finds what it can, keeps what it rests on, and says it in words."""

import contextlib
import math
import warnings

import numpy as np
import pytest

from lossspec.core.errors import Mixed
from lossspec.experiments.printed_figures import Printed
from lossspec.judging import statistics
from lossspec.judging.figures import in_words
from lossspec.judging.study_evidence import ChanceEvidence
from lossspec.ledger.verdicts import Verdict
from lossspec.records.record import read_record, write_record
from recorded import case, claim, record_of

NAN, INF = math.nan, math.inf
N = 200
RAISES = {Verdict.REFUTED: AssertionError, Verdict.VARIES: Mixed}

# 200 figures, evenly from 0.71 to 0.79, and logs of three epochs that rise with them.
SPREAD = np.linspace(0.71, 0.79, N)
LOGS = SPREAD + np.array([[0.0], [0.1], [0.15]])
DIVERGED, INFINITE = (np.where(np.arange(N) < 20, other, SPREAD) for other in (NAN, INF))


def log(*texts):
    """Printed figures, one an epoch."""
    return [Printed(text) for text in texts]


def often(successes):
    """In which of 200 runs something happened."""
    return np.arange(N) < successes


# Each check with a sample that it judges so: which check, the verdict, and the check as a function
# of the evidence.
JUDGED = [
    ("rank", "holds", lambda e: e.one_more_run("accuracy", SPREAD, Printed("0.750"))),
    ("rank", "holds", lambda e: e.one_more_run("accuracy", DIVERGED, Printed("0.750"))),
    ("rank", "holds", lambda e: e.one_more_run("accuracy", np.full(N, 1.0), Printed("1.000"))),
    ("rank", "refuted", lambda e: e.one_more_run("accuracy", SPREAD, Printed("0.690"))),
    ("rank", "refuted", lambda e: e.one_more_run("accuracy", np.full(N, NAN), Printed("0.750"))),
    (
        "envelope",
        "holds",
        lambda e: e.one_more_log("accuracy", LOGS, log("0.750", "0.850", "0.900")),
    ),
    (
        "envelope",
        "holds",
        lambda e: e.one_more_log("accuracy", LOGS[::-1] * DIVERGED, log("0.67", "0.63", "0.56")),
    ),
    (
        "envelope",
        "refuted",
        lambda e: e.one_more_log("accuracy", LOGS, log("0.650", "0.950", "0.690")),
    ),
    (
        "envelope",
        "refuted",
        lambda e: e.one_more_log("accuracy", LOGS * NAN, log("0.750", "0.850", "0.900")),
    ),
    ("rate", "holds", lambda e: e.nearly_always("it rises", often(195))),
    ("rate", "varies", lambda e: e.nearly_always("it rises", often(180))),
    ("rate", "varies", lambda e: e.nearly_always("it rises", often(20))),
    ("rate", "refuted", lambda e: e.nearly_always("it rises", often(5))),
    (
        "pairs",
        "holds",
        lambda e: e.nearly_always_lower("one below the other", SPREAD, SPREAD + 0.1),
    ),
    (
        "pairs",
        "varies",
        lambda e: e.nearly_always_lower("one below the other", DIVERGED, SPREAD + 0.1),
    ),
    (
        "pairs",
        "varies",
        lambda e: e.nearly_always_lower("one below the other", INFINITE, INFINITE + 0.1),
    ),
    ("pairs", "refuted", lambda e: e.nearly_always_lower("one below the other", SPREAD, SPREAD)),
    (
        "equivalence",
        "holds",
        lambda e: e.the_same("one less the other", SPREAD, SPREAD + 0.01, margin=0.02),
    ),
    (
        "equivalence",
        "holds",
        lambda e: e.the_same("one less the other", DIVERGED, SPREAD, margin=0.0),
    ),
    (
        "equivalence",
        "varies",
        lambda e: e.the_same("one less the other", SPREAD, SPREAD[::-1], margin=0.01),
    ),
    (
        "equivalence",
        "refuted",
        lambda e: e.the_same("one less the other", SPREAD, SPREAD + 0.03, margin=0.02),
    ),
    (
        "equivalence",
        "refuted",
        lambda e: e.the_same("one less the other", DIVERGED * NAN, SPREAD, margin=0.02),
    ),
]
CASES = [
    pytest.param(*each, id=f"{number}-{each[0]}-{each[1]}") for number, each in enumerate(JUDGED)
]
KEYS = {
    "rank": {"documented", "p_value", "quantiles"},
    "envelope": {"p_value"},
    "rate": {"rate", "interval"},
    "pairs": {
        "rate",
        "interval",
        "difference",
        "difference_interval",
        "quantiles",
        "other_quantiles",
    },
    "equivalence": {"margin", "difference", "difference_interval", "quantiles", "other_quantiles"},
}


def judged(check, verdict):
    """The figure of a check that amounts to that verdict, and what it raised."""
    evidence = ChanceEvidence()
    message = None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if verdict == "holds":
            check(evidence)
        else:
            with pytest.raises(RAISES[Verdict(verdict)]) as raised:
                check(evidence)
            message = str(raised.value)
    (figure,) = evidence.figures
    return figure, message


@pytest.mark.parametrize(("test", "verdict", "check"), CASES)
def test_a_check_keeps_what_its_verdict_rests_on(tmp_path, test, verdict, check):
    """The figure holds test, verdict, n, odds, what n sees and numbers; words and record say the same."""
    figure, message = judged(check, verdict)
    words, kept = in_words(figure), figure["chance"]
    number = "p = " if test in ("rank", "envelope") else "99 % interval"
    cases = [case(figures=[figure], verdict=verdict)]
    place = write_record(record_of(**{"doc.a": claim(verdict=verdict, evidence=cases)}), tmp_path)
    (read,) = read_record(place)["claims"]["doc.a"]["evidence"][0]["figures"]

    assert figure["ok"] is (verdict == "holds")
    assert kept.keys() == {"test", "verdict", "n", "false_alarm", "visible"} | KEYS[test]
    assert [kept[key] for key in ("test", "verdict", "n", "false_alarm")] == [
        test,
        verdict,
        N,
        0.01,
    ]
    assert message in (None, words)
    assert words.startswith(figure["what"])
    assert all(part in words for part in (f"{N} ", number))
    assert (read["chance"]["test"], in_words(read)) == (test, words)


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (lambda e: e.one_more_run("test accuracy", SPREAD, Printed("0.690")),
         "test accuracy: the document's 0.690 among 200 runs (median 0.75, 95 % from 0.712 to 0.788) has p = 0.00995"),
        (lambda e: e.one_more_log("accuracy by epoch", LOGS, log("0.650", "0.950", "0.690")),
         "accuracy by epoch, 3 figures together: the document's among 200 runs have p = 0.00498"),
        (lambda e: e.nearly_always("it rises", often(100)),
         "it rises: true of 50.0% of 200 runs (99 % interval 40.7% to 59.3%)"),
        (lambda e: e.nearly_always_lower("hinge below", SPREAD + 0.25, SPREAD),
         "hinge below: true of 0.0% of 200 pairs of runs (99 % interval 0.0% to 2.6%), "
         "median difference 0.25 (99 % interval 0.25 to 0.25)"),
        (lambda e: e.the_same("hinge less", SPREAD, SPREAD + 0.25, margin=0.002),
         "hinge less: median difference -0.25 (99 % interval -0.25 to -0.25) in 200 pairs of runs, "
         "the same up to 0.002"),
    ],
)  # fmt: skip
def test_each_message_in_words(check, words):
    """A reader without the code can tell what was compared with what, and by which numbers."""
    with pytest.raises((AssertionError, Mixed)) as raised:
        check(ChanceEvidence())

    assert str(raised.value) == words


# P(Bin(200, s) = 0) is 90 % at s = 1 - 0.9^(1/200). As printed, each epoch's lowest two runs are
# alike, and its highest, so that none of the runs lies outside of the others.
@pytest.mark.parametrize(
    ("test", "words"),
    [
        ("rank", f"a figure that fewer than 1 in {1 / (1 - 0.9 ** (1 / 200)):.0f} runs reach"),
        ("envelope", "a log that lies outside of all runs in 1 of its 3 epochs"),
        (
            "rate",
            f"true of at least {statistics.rate_sees(N):.1%}, or at most {1 - statistics.rate_sees(N):.1%}",
        ),
        (
            "pairs",
            f"true of at least {statistics.rate_sees(N):.1%}, or at most {1 - statistics.rate_sees(N):.1%}",
        ),
        ("equivalence", "median differences beyond 0.02"),
    ],
)
def test_what_a_check_can_see_is_said(test, words):
    """The smallest effect that so many runs show stands in words beside what was found."""
    check = next(check for name, verdict, check in JUDGED if name == test and verdict == "holds")
    evidence = ChanceEvidence()
    check(evidence)

    assert evidence.figures[0]["chance"]["visible"] == words


@pytest.mark.parametrize(
    "check",
    [
        lambda e: e.one_more_run("figure", SPREAD[:199], Printed("0.1")),
        lambda e: e.one_more_log("log", LOGS[:, :199], log("9.000000", "9.000000", "9.000000")),
        lambda e: e.nearly_always("it rises", np.ones(50, bool)),
        lambda e: e.nearly_always_lower("one below", SPREAD[:50], SPREAD[:50] + 1),
        lambda e: e.the_same("one less", SPREAD[:7], SPREAD[:7], margin=1),
    ],
)
def test_too_few_runs_see_nothing(check):
    """Where no outcome could decide against the document, the figure says that there are too few runs."""
    evidence = ChanceEvidence()
    with contextlib.suppress(Mixed):
        check(evidence)

    assert evidence.figures[0]["chance"]["visible"] == "nothing: too few runs"
    assert evidence.figures[0]["chance"]["verdict"] in ("holds", "varies")


@pytest.mark.parametrize(
    "check",
    [
        lambda e: e.one_more_run("what", np.empty(0), Printed("0.7")),
        lambda e: e.one_more_run("what", LOGS, Printed("0.7")),
        lambda e: e.one_more_log("what", np.empty((3, 0)), log("1", "2", "3")),
        lambda e: e.one_more_log("what", np.empty((0, N)), []),
        lambda e: e.nearly_always("what", np.empty(0, bool)),
        lambda e: e.nearly_always("what", LOGS > 1),
        lambda e: e.nearly_always_lower("what", SPREAD, 0.5),
        lambda e: e.nearly_always_lower("what", SPREAD, SPREAD[:1]),
        lambda e: e.nearly_always_lower("what", [], []),
        lambda e: e.the_same("what", SPREAD, SPREAD[1:], margin=1),
        lambda e: e.the_same("what", [], [], margin=1),
    ],
)
def test_no_runs_and_unequal_ones_decide_nothing(check):
    """A sample without a run, or samples of different runs, are an accident of the spec and no judgement."""
    evidence = ChanceEvidence()

    with pytest.raises(ValueError, match="what: got figures of the shapes"):
        check(evidence)

    assert evidence.figures == []
