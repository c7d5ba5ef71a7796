"""The checks over many seeds are checked: each finds what it can, and says what that rests on."""

import contextlib
import math

import numpy as np
import pytest

from lossspec.core.errors import Mixed
from lossspec.experiments.printed_figures import Printed
from lossspec.judging import statistics
from lossspec.judging.figures import in_words
from lossspec.judging.study_evidence import ChanceEvidence
from lossspec.records.record import read_record, write_record
from recorded import case, claim, record_of

NAN, INF = math.nan, math.inf
N = 200

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


# Each check with a sample that it judges so: verdict, name of the check, and what it is given.
LOWER, SAME = "nearly_always_lower", "the_same"
JUDGED = [
    ("holds", "one_more_run", (SPREAD, Printed("0.750"))),
    ("holds", "one_more_run", (DIVERGED, Printed("0.750"))),
    ("holds", "one_more_run", (np.full(N, 1.0), Printed("1.000"))),
    ("refuted", "one_more_run", (SPREAD, Printed("0.690"))),
    ("refuted", "one_more_run", (np.full(N, NAN), Printed("0.750"))),
    ("holds", "one_more_log", (LOGS, log("0.750", "0.850", "0.900"))),
    ("holds", "one_more_log", (LOGS[::-1] * DIVERGED, log("0.67", "0.63", "0.56"))),
    ("refuted", "one_more_log", (LOGS, log("0.650", "0.950", "0.690"))),
    ("refuted", "one_more_log", (LOGS * NAN, log("0.750", "0.850", "0.900"))),
    ("holds", "nearly_always", (often(195),)),
    ("varies", "nearly_always", (often(180),)),
    ("varies", "nearly_always", (often(20),)),
    ("refuted", "nearly_always", (often(5),)),
    ("holds", LOWER, (SPREAD, SPREAD + 0.1)),
    ("varies", LOWER, (DIVERGED, SPREAD + 0.1)),
    ("varies", LOWER, (INFINITE, INFINITE + 0.1)),
    ("refuted", LOWER, (SPREAD, SPREAD)),
    ("holds", SAME, (SPREAD, SPREAD + 0.01), 0.02),
    ("holds", SAME, (DIVERGED, SPREAD), 0.0),
    ("varies", SAME, (SPREAD, SPREAD[::-1]), 0.01),
    ("refuted", SAME, (SPREAD, SPREAD + 0.03), 0.02),
    ("refuted", SAME, (DIVERGED * NAN, SPREAD), 0.02),
]
TESTS = {
    "one_more_run": "rank",
    "one_more_log": "envelope",
    "nearly_always": "rate",
    LOWER: "pairs",
    SAME: "equivalence",
}
BOTH = {"difference", "difference_interval", "quantiles", "other_quantiles"}
KEYS = {
    "rank": {"documented", "p_value", "quantiles"},
    "envelope": {"p_value"},
    "rate": {"rate", "interval"},
    "pairs": {"rate", "interval", *BOTH},
    "equivalence": {"margin", *BOTH},
}


def judged(verdict, check, given, margin=None):
    """The figure of a check that amounts to that verdict, and what it raised."""
    evidence = ChanceEvidence()
    limits = {} if margin is None else {"margin": margin}
    raises = {"refuted": AssertionError, "varies": Mixed}
    expected = pytest.raises(raises[verdict]) if verdict in raises else contextlib.nullcontext()
    with expected as raised:
        getattr(evidence, check)("what", *given, **limits)
    (figure,) = evidence.figures
    return figure, str(raised.value) if raised else None


@pytest.mark.parametrize("row", JUDGED, ids=lambda row: "-".join(row[1::-1]))
@pytest.mark.filterwarnings("error")
def test_a_check_keeps_what_its_verdict_rests_on(tmp_path, row):
    """Its figure holds test, verdict, n, odds, what n sees, and numbers; words and record agree."""
    verdict, test = row[0], TESTS[row[1]]
    figure, message = judged(*row)
    words, kept = in_words(figure), figure["chance"]
    cases = [case(figures=[figure], verdict=verdict)]
    place = write_record(record_of(**{"doc.a": claim(verdict=verdict, evidence=cases)}), tmp_path)
    (read,) = read_record(place)["claims"]["doc.a"]["evidence"][0]["figures"]

    assert figure["ok"] is (verdict == "holds")
    assert kept.keys() == {"test", "verdict", "n", "false_alarm", "visible"} | KEYS[test]
    assert (kept["test"], kept["verdict"]) == (test, verdict)
    assert (kept["n"], kept["false_alarm"]) == (N, 0.01)
    assert message in (None, words)
    assert words.startswith("what")
    assert f"{N} " in words
    assert ("p = " if "p_value" in kept else "99 % interval") in words
    assert (read["chance"]["test"], in_words(read)) == (test, words)


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (lambda e: e.one_more_run("test accuracy", SPREAD, Printed("0.690")),
         "test accuracy: the document's 0.690 among 200 runs "
         "(median 0.75, 95 % from 0.712 to 0.788) has p = 0.00995"),
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
SURE = statistics.rate_sees(N)
RATES = f"true of at least {SURE:.1%}, or at most {1 - SURE:.1%}"
VISIBLE = {
    "rank": f"a figure that fewer than 1 in {1 / (1 - 0.9 ** (1 / 200)):.0f} runs reach",
    "envelope": "a log that lies outside of all runs in 1 of its 3 epochs",
    "rate": RATES,
    "pairs": RATES,
    "equivalence": "median differences beyond 0.02",
}


@pytest.mark.parametrize("check", TESTS)
def test_what_a_check_can_see_is_said(check):
    """The smallest effect that so many runs show stands in words beside what was found."""
    figure, _ = judged(*next(row for row in JUDGED if row[1] == check and row[0] == "holds"))

    assert figure["chance"]["visible"] == VISIBLE[TESTS[check]]


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
    """Where no outcome could decide against the document, the figure says so."""
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
    """A sample without a run, or samples of different runs, are an accident of the spec."""
    evidence = ChanceEvidence()

    with pytest.raises(ValueError, match="what: got figures of the shapes"):
        check(evidence)

    assert evidence.figures == []
