"""The checks are checked: each passes, fails, says what is wrong, and keeps its figure."""

import math

import numpy as np
import pytest

from lossspec.judging.evidence import Evidence
from lossspec.judging.figures import in_words

NAN, INF = math.nan, math.inf

# Each check as a function of the evidence and of the measured numbers, its bound always 2.
CHECKS = {
    "close": lambda evidence, got: evidence.close("figure", got, 2, within=0.5),
    "exactly": lambda evidence, got: evidence.exactly("figure", got, 2),
    "at_least": lambda evidence, got: evidence.at_least("figure", got, 2),
    "at_most": lambda evidence, got: evidence.at_most("figure", got, 2),
    "above": lambda evidence, got: evidence.above("figure", got, 2),
    "below": lambda evidence, got: evidence.below("figure", got, 2),
}
JUST_ABOVE, JUST_BELOW = np.nextafter(2.0, 3), np.nextafter(2.0, 1)


def failing(name, got):
    """The message and the only figure of a check that should fail."""
    evidence = Evidence()
    with pytest.raises(AssertionError) as failed:
        CHECKS[name](evidence, got)
    (figure,) = evidence.figures
    return str(failed.value), figure


@pytest.mark.parametrize(
    ("name", "got"),
    [
        ("close", 1.5),
        ("close", 2.5),
        ("close", [[1.5, 2.0], [2.25, 2.5]]),
        ("exactly", 2),
        ("exactly", [2, 2.0]),
        ("at_least", 2),
        ("at_least", [2, INF]),
        ("at_most", 2),
        ("at_most", [2, -INF]),
        ("above", JUST_ABOVE),
        ("below", JUST_BELOW),
    ],
)
def test_a_check_passes_up_to_its_bound(name, got):
    """Numbers within the bound pass and leave one figure that is ok."""
    evidence = Evidence()

    CHECKS[name](evidence, got)

    assert [figure["ok"] for figure in evidence.figures] == [True]
    assert evidence.figures[0]["cases"] == np.size(got)


@pytest.mark.parametrize(
    ("name", "got", "worst"),
    [
        ("close", 2.5 + 1e-12, 2.5 + 1e-12),
        ("close", 1.4375, 1.4375),
        ("close", [2, 2.75, 1, 2.625], 1),
        ("close", [2.75, INF], INF),
        ("exactly", JUST_ABOVE, JUST_ABOVE),
        ("exactly", [2, 2.25, 1.5], 1.5),
        ("at_least", JUST_BELOW, JUST_BELOW),
        ("at_least", [3, 1, -1, 1.5], -1),
        ("at_most", JUST_ABOVE, JUST_ABOVE),
        ("at_most", [1, 3, 5, 2.5], 5),
        ("above", 2, 2),
        ("above", [3, 2, 1], 1),
        ("below", 2, 2),
        ("below", [1, 2, 3], 3),
    ],
)
def test_a_check_fails_beyond_its_bound_and_shows_the_worst(name, got, worst):
    """The smallest excess fails; of several numbers the one furthest off is kept; none fail."""
    message, figure = failing(name, got)

    assert (figure["ok"], figure["got"], figure["cases"]) == (False, worst, np.size(got))
    assert f"got {worst:.9g}, should be" in message
    message, figure = failing(name, np.empty((0, 3)))
    assert message == figure["what"] == "figure: got no numbers, which decides nothing"
    assert figure["ok"] is False


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.filterwarnings("error")
def test_nan_fails_every_check(name):
    """No check lets a NaN pass, the worst of all; nor is a bound or tolerance met that is none."""
    for got in (NAN, [2.0, NAN], [[NAN], [-INF]]):
        _, figure = failing(name, got)

        assert figure["ok"] is False
        assert math.isnan(figure["got"])

    arguments = {"within": 1} if name == "close" else {}
    with pytest.raises(AssertionError):
        getattr(Evidence(), name)("figure", [1.0, 2.0], NAN, **arguments)
    for within in (NAN, -1.0):
        with pytest.raises(AssertionError):
            Evidence().close("figure", 2, 2, within=within)


@pytest.mark.parametrize(
    ("got", "bound", "shapes"),
    [
        ([1.0, 2.0], [1.0, 2.0, 3.0], r"got shape \(2,\), should be \(3,\)"),
        ([1.0, 2.0], [[1.0], [2.0]], r"got shape \(2,\), should be \(2, 1\)"),
        (1.0, [1.0], r"got shape \(\), should be \(1,\)"),
        ([[1.0, 2.0]], [[1.0], [1.0]], r"got shape \(1, 2\), should be \(2, 1\)"),
    ],
)
@pytest.mark.parametrize("name", CHECKS)
def test_a_wrong_shape_fails(name, got, bound, shapes):
    """Measured numbers are never stretched to the shape of what they should be."""
    evidence, arguments = Evidence(), {"within": 1e9} if name == "close" else {}

    with pytest.raises(AssertionError, match=f"^figure: {shapes}$"):
        getattr(evidence, name)("figure", got, bound, **arguments)

    assert [figure["ok"] for figure in evidence.figures] == [False]


@pytest.mark.parametrize(
    ("check", "message"),
    [
        (lambda e: e.close("loss at y = 0.5", 0.75, 0.5, within=1e-6),
         "loss at y = 0.5: got 0.75, should be 0.5 (within 1e-06)"),
        (lambda e: e.close("loss", [0.5, 0.75, 1], [0.5, 0.5, 0.5], within=[1, 0.125, 0.125]),
         "loss: got 1, should be 0.5 (within 0.12); 2 of 3 cases are off, this one most"),
        (lambda e: e.exactly("count", 3, 4), "count: got 3, should be 4"),
        (lambda e: e.exactly("third", 1 / 3, 0.333), "third: got 0.333333333, should be 0.333"),
        (lambda e: e.exactly("loss", NAN, 0), "loss: got nan, should be 0"),
        (lambda e: e.at_least("slope", -1, 0), "slope: got -1, should be at least 0"),
        (lambda e: e.at_most("slope", [2, 1], [1, 1]),
         "slope: got 2, should be at most 1; 1 of 2 cases are off, this one most"),
        (lambda e: e.above("growth", 0, 0), "growth: got 0, should be above 0"),
        (lambda e: e.below("growth", [0.5, 0, 0], 0.25),
         "growth: got 0.5, should be below 0.25; 1 of 3 cases are off, this one most"),
        (lambda e: e.accepts("index", lambda: [][0], LookupError),
         "index: refused with LookupError, should be accepted"),
        (lambda e: e.refuses("factor=1", lambda: None, ValueError),
         "factor=1: accepted, should be refused with ValueError"),
    ],
)  # fmt: skip
def test_a_failures_message_stands_alone(check, message):
    """It says what was measured, what it should have been, and how many cases are off."""
    evidence = Evidence()

    with pytest.raises(AssertionError) as failed:
        check(evidence)

    assert str(failed.value) == message


def test_the_worst_is_measured_from_each_numbers_own_bound():
    """Of numbers with different tolerances, the worst is the one furthest beyond its own."""
    evidence = Evidence()

    with pytest.raises(AssertionError):
        evidence.close("figure", [10.0, 3.0, 1.5], [0.0, 0.0, 0.0], within=[9.5, 0.5, 0.25])

    assert evidence.figures == [
        {"what": "figure", "ok": False, "got": 3.0, "cases": 3, "should_be": 0.0, "within": 0.5}
    ]


def test_refusals_and_acceptances_are_kept():
    """The kind of error that was named, or one below it, is a refusal; others are not caught."""
    evidence = Evidence()

    evidence.refuses("index", lambda: [][0], LookupError)
    assert evidence.accepts("index", lambda: [3][0], LookupError) == 3
    with pytest.raises(ZeroDivisionError):
        evidence.refuses("division", lambda: 1 / 0, ValueError)

    assert evidence.figures == [
        {"what": "index: refused with LookupError", "ok": True},
        {"what": "index: accepted", "ok": True},
    ]


def test_figures_and_curves_are_plain_data():
    """What goes into the record is text, truth, integers, floats and lists, whatever NumPy gave."""
    evidence = Evidence()
    evidence.close("figure", np.float32([1, 2]), np.int64(1), within=np.float32(1))
    evidence.curve("curve", np.arange(2), np.float32([0.5, NAN]))

    (figure,), (curve,) = evidence.figures, evidence.curves
    assert {key: type(value) for key, value in figure.items()} == {
        "what": str, "ok": bool, "got": float, "cases": int, "should_be": float, "within": float
    }  # fmt: skip
    assert curve["what"] == "curve"
    assert curve["x"] == [0.0, 1.0]
    assert curve["y"][0] == 0.5
    assert math.isnan(curve["y"][1])
    assert {type(value) for key in "xy" for value in curve[key]} == {float}


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ({"got": 0.7, "cases": 9, "should_be": 0.7, "within": 1e-6},
         "loss: got 0.7, should be 0.7 (within 1e-06)"),
        ({"got": 0.7, "cases": 9, "should_be": 0.7, "within": 0.0}, "loss: got 0.7, should be 0.7"),
        ({"got": "nan", "cases": 1, "at_most": "inf"}, "loss: got nan, should be at most inf"),
        ({}, "loss"),
        ({"chance": {"test": "rank", "verdict": "holds", "n": 200}}, "loss: holds over 200 runs"),
    ],
)  # fmt: skip
def test_a_figure_of_a_record_reads_as_a_sentence(figure, words):
    """With text where JSON has no number, and whatever of a judgement the record says."""
    assert in_words({"what": "loss", "ok": True, **figure}) == words
