"""The page: judgements over many seeds, in words and as strips."""

from __future__ import annotations

import re

import pytest

from pages import HOSTILE, case, claim, page, record

pytest.importorskip("jinja2", reason="the report's packages are an extra")
pytest.importorskip("matplotlib", reason="the report's packages are an extra")

from lossspec.report import _strip  # needs the packages above
from lossspec.report._chance import chance

QUANTILES = {"2.5": 0.742, "25": 0.752, "50": 0.756, "75": 0.762, "97.5": 0.774}


def judged(test, verdict="holds", **parts):
    """A figure with a ``chance``."""
    known = {
        "test": test,
        "verdict": verdict,
        "n": 200,
        "false_alarm": 0.01,
        "visible": "a small effect",
    }
    return {"what": "test accuracy", "ok": verdict == "holds", "chance": {**known, **parts}}


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (
            judged("rank", documented="0.740", p_value=0.00995, quantiles=QUANTILES),
            "The document’s 0.740 as one more of 200 runs: p = 0.00995; their median is 0.756, their middle 95 % 0.742 "
            "to 0.774",
        ),
        (judged("rank", p_value=1), "The document’s figure as one more of 200 runs: p = 1"),
        (
            judged("envelope", p_value=0.31, documented=""),
            "The document’s curve as one more of 200 runs: p = 0.31",
        ),
        (
            judged("rate", rate=0.62, interval=[0.53, 0.71]),
            "True of 62 % of 200 runs (99 % interval 53 to 71 %)",
        ),
        (
            judged(
                "pairs",
                rate=0.985,
                interval=[0.95, 1],
                difference=-0.012,
                difference_interval=[-0.014, -0.01],
            ),
            "True of 98.5 % of 200 pairs of runs (99 % interval 95 to 100 %); median difference −0.012 (99 %: −0.014 "
            "to −0.01)",
        ),
        (
            judged("equivalence", difference=0.0003, interval=[-0.001, 0.002], margin=0.01),
            "Median difference 0.0003 (99 %: −0.001 to 0.002); equal within 0.01 is the claim, judged on 200 pairs of "
            "runs",
        ),
        ({**judged("rank"), "got": 0.5}, "Measured 0.5"),
        (judged("rate"), ""),
        (judged("rate", rate="nan", interval=["nan", 1]), ""),
        (judged("rate", rate=0.5, interval=["nan", 1]), "True of 50 % of 200 runs"),
    ],
)
def test_a_judgement_in_words(figure, words):
    """Each test says its figures; what a record leaves out is not said."""
    assert chance(figure).words == words


@pytest.mark.parametrize(
    ("rate", "shown"),
    [
        (1, "100 %"),
        (0, "0 %"),
        (0.995, "99.5 %"),
        (0.9996, "99.96 %"),
        (0.99999999, "more than 99.999 %"),
        (1e-9, "less than 0.001 %"),
        (1 / 3, "33.3 %"),
    ],
)
def test_nearly_all_is_never_all(rate, shown):
    """A rate just short of one is not rounded to it, nor one just above none to none."""
    assert f"True of {shown} of 200 runs" in chance(judged("rate", rate=rate)).words


def test_how_sure_a_judgement_is_stands_in_small_print():
    """False alarms, the number of runs and the smallest visible effect are told."""
    assert (
        chance(judged("rate")).small
        == "False alarm: at most 1 %. n = 200; nine times of ten it sees a small effect."
    )
    assert chance(judged("rate", false_alarm="nan")).small.startswith("n = 200; ")


@pytest.mark.parametrize(
    ("figure", "strips"),
    [
        (judged("rank", quantiles=QUANTILES, documented="0.740"), 1),
        (judged("rank", quantiles={"50": 1}), 0),
        (judged("rank", quantiles={**QUANTILES, "50": "nan"}), 0),
        (judged("rank", quantiles={**QUANTILES, "<b>": 1}), 1),
        (judged("rank"), 0),
        (judged("rate", rate=0.5, interval=[0.4, 0.6]), 1),
        (judged("rate", rate=0.5, interval=[0.4]), 0),
        (judged("rate", rate="inf", interval=[0.4, 0.6]), 0),
        (
            judged(
                "pairs",
                rate=0.5,
                interval=[0.4, 0.6],
                quantiles=QUANTILES,
                other_quantiles=QUANTILES,
            ),
            2,
        ),
        (judged("equivalence", difference=0.1, difference_interval=[0, 0.2], margin=0.5), 1),
        (judged("equivalence", difference=0.1, interval=[0, 0.2], margin=0), 0),
        (judged("envelope", p_value=0.5), 0),
    ],
)
def test_a_strip_is_drawn_where_there_is_something_to_draw(figure, strips):
    """Whatever a record leaves out, or has no number for, is not drawn."""
    assert len(chance(figure).strips) == strips


def test_a_rate_stands_where_it_is():
    """The axis goes from never to always, with zones of a tenth at both ends, and the dot at the rate."""
    strip = _strip.share(0.5, (0.25, 0.75))

    assert re.findall(r'x="([\d.]+)" y="2" width="([\d.]+)"', strip) == [
        ("8.0", "22.4"),
        ("209.6", "22.4"),
    ]
    assert '<circle cx="120.0"' in strip
    assert "M64.0 10H176.0" in strip


def test_quantiles_that_span_decades_are_drawn_logarithmically():
    """A median at a thousandth of the largest figure is not at the left end."""
    linear, logarithmic = (
        _strip.spread([[low, 0.01, 0.01, 0.01, 1.0]], None) for low in (-0.0001, 0.0001)
    )

    assert 'class="tick" d="M120.0' in logarithmic
    assert 'class="tick" d="M10.' in linear


def test_equal_quantiles_are_drawn():
    """Replicates that all end alike have a strip as well."""
    assert 'class="tick" d="M8.0' in _strip.spread([[1.0] * 5], 1.0)


def test_a_difference_lies_over_the_margin():
    """The zone is as wide as the margin, and a difference of none in its middle."""
    strip = _strip.margin(0.0, (-0.1, 0.1), 0.5)

    left, width = map(float, re.search(r'x="([\d.]+)" y="2" width="([\d.]+)"', strip).groups())
    assert left + width / 2 == pytest.approx(120, abs=0.1)
    assert '<circle cx="120.0"' in strip


def test_a_claim_shows_its_judgement():
    """Verdict, what was judged, strip, words and small print stand at the claim, and no empty table of tolerances."""
    figures = [judged("rate", "varies", rate=0.62, interval=[0.53, 0.71])]
    decided = claim("varies", kind="training", evidence=[case(figures=figures, verdict="varies")])

    built = page(record(claims={"losses.a": decided}))

    assert "~ varies test accuracy never always True of 62 % of 200 runs" in built.text
    assert "tolerance" not in built.text
    assert "No figures" not in built.text


def test_judgements_stand_beside_plain_figures():
    """A case may hold both."""
    figures = [
        judged("rank", p_value=0.5),
        {"what": "plain", "ok": True, "got": 1, "should_be": 1, "within": 0},
    ]

    text = page(record(claims={"losses.a": claim(evidence=[case(figures=figures)])})).text

    assert "p = 0.5" in text
    assert "plain 1 1 exactly" in text


def test_modes_that_judge_alike_are_told_once():
    """Equal judgements of two modes are one, and say the modes."""
    cases = [case(mode, figures=[judged("rate", rate=0.62)]) for mode in ("eager", "xla")]

    text = page(record(claims={"losses.a": claim(evidence=cases)})).text

    assert text.count("True of 62 %") == 1
    assert "test accuracy in eager, xla" in text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_judgements_stay_text(text):
    """What was judged, the document's figure and the visible effect are shown letter by letter."""
    figures = [
        {
            **judged("rank", p_value=0.5, documented=text, visible=text, quantiles={text: 1}),
            "what": text,
        }
    ]

    built = page(record(claims={"losses.a": claim(evidence=[case(figures=figures)])}))

    assert built.wrong == []
    assert built.text.count(" ".join(text.split())) == 3


def test_a_figure_and_its_bound_stand_where_they_are():
    """From zero at the left to the larger at the right: the dot is what was got, the diamond what it should be."""
    drawn = _strip.against(0.25, 0.5)

    assert 'circle cx="120.0"' in drawn
    assert '"printed" d="M232.0 ' in drawn
