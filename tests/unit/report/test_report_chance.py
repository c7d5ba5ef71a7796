"""The page: judgements over many seeds, in words and as strips."""

from __future__ import annotations

import re

import pytest

from pages import case, claim, page, record

from lossspec.report.chance import judgement, rate_strip, spread_strip  # isort: skip # skipped above

QUANTILES = {"2.5": 0.742, "25": 0.752, "50": 0.756, "75": 0.762, "97.5": 0.774}


def judged(test, verdict="holds", **parts):
    """A figure with a ``chance``."""
    known = {"n": 200, "false_alarm": 0.01, "visible": "a small effect"}
    chance = {"test": test, "verdict": verdict, **known, **parts}
    return {"what": "test accuracy", "ok": verdict == "holds", "chance": chance}


def test_how_sure_a_judgement_is_stands_in_small_print():
    """False alarms, the number of runs and the smallest visible effect are told."""
    sees = "n = 200; nine times of ten it sees a small effect."

    assert judgement(judged("rate")).small == f"False alarm: at most 1 %. {sees}"
    assert judgement(judged("rate", false_alarm="nan")).small == sees


@pytest.mark.parametrize(
    ("figure", "strips"),
    [
        (judged("rank", quantiles=QUANTILES, documented="0.740"), 1),
        (judged("rank", quantiles={"50": 1}), 0),
        (judged("rank", quantiles={**QUANTILES, "50": "nan"}), 0),
        (judged("rate", rate=0.5, interval=[0.4, 0.6]), 1),
        (judged("rate", rate=0.5, interval=[0.4]), 0),
        (judged("rate", rate="inf", interval=[0.4, 0.6]), 0),
        (judged("pairs", rate=0.5, interval=[0.4, 0.6], quantiles=QUANTILES), 2),
        (judged("envelope", p_value=0.5), 0),
    ],
)
def test_a_strip_is_drawn_where_there_is_something_to_draw(figure, strips):
    """Whatever a record leaves out, or has no number for, is not drawn."""
    assert len(judgement(figure).strips) == strips


def test_a_rate_stands_where_it_is():
    """From never to always, with zones of a tenth at both ends, and the dot at the rate."""
    strip = rate_strip(0.5, (0.25, 0.75))

    zones = re.findall(r'x="([\d.]+)" y="2" width="([\d.]+)"', strip)
    assert zones == [("8.0", "22.4"), ("209.6", "22.4")]
    assert '<circle cx="120.0"' in strip
    assert "M64.0 10H176.0" in strip


@pytest.mark.parametrize(
    ("row", "median"),
    [
        ([-0.0001, 0.01, 0.01, 0.01, 1.0], "10."),
        ([0.0001, 0.01, 0.01, 0.01, 1.0], "120.0"),  # logarithmic
        ([1.0] * 5, "8.0"),
    ],
)
def test_quantiles_stand_where_they_are(row, median):
    """What spans decades is drawn logarithmically, and what all ends alike at one place."""
    assert f'class="tick" d="M{median}' in spread_strip([row], row[2])


def test_a_claim_shows_its_judgement():
    """Verdict, what was judged, strip, words and small print stand at the claim."""
    figures = [judged("rate", "varies", rate=0.62, interval=[0.53, 0.71])]
    decided = claim("varies", kind="training", evidence=[case(figures=figures, verdict="varies")])

    text = page(record(claims={"losses.a": decided})).text

    assert "~ varies test accuracy never always true of 62.0% of 200 runs" in text
    assert "tolerance" not in text
    assert "No figures" not in text


def test_modes_that_judge_alike_are_told_once():
    """Equal judgements of two modes are one, beside plain figures."""
    figures = [judged("rate", rate=0.62, interval=[0.5, 0.7]), {"what": "plain", "ok": True}]
    figures[1].update(got=1, should_be=1, within=0)
    cases = [case(mode, figures=figures) for mode in ("eager", "xla")]

    text = page(record(claims={"losses.a": claim(evidence=cases)})).text

    assert text.count("true of 62.0%") == 1
    assert "figure, in eager, xla got should be tolerance plain 1 1 exactly" in text
