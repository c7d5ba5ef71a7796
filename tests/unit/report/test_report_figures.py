"""The page: the figures of a claim, and how to run its spec."""

from __future__ import annotations

import pytest

from pages import case, claim, figure, page, record

pytest.importorskip("jinja2", reason="the report's packages are an extra")
pytest.importorskip("matplotlib", reason="the report's packages are an extra")


@pytest.mark.parametrize(
    ("of", "shown"),
    [
        ({"got": 0.122940347, "within": 1.12e-5}, "0.122940347 0.5 ± 1.1 × 10⁻⁵ 4"),
        ({"got": "nan", "ok": False}, "✗ off: NaN 0.5 ± 1 × 10⁻⁶ 4"),
        ({"got": "-inf", "should_be": "inf", "within": 0.0}, "−∞ ∞ exactly 4"),
        ({"got": -1.0, "cases": 20480}, "−1 0.5 ± 1 × 10⁻⁶ 20,480"),
    ],
)
def test_figures_are_readable(of, shown):
    """A figure is shown with what it should be, its tolerance, and among how many it is the worst."""
    built = page(
        record(claims={"losses.a": claim(evidence=[case(figures=[figure("value", **of)])])})
    )

    assert f"value {shown}" in built.text


@pytest.mark.parametrize("bound", ["at least", "at most", "above", "below"])
def test_bounds_are_named(bound):
    """A figure that is held against a bound says on which side of it it should lie."""
    held = {"what": "value", "ok": True, "got": 0.5, "cases": 1, bound.replace(" ", "_"): -2.0}

    built = page(record(claims={"losses.a": claim(evidence=[case(figures=[held])])}))

    assert f"value 0.5 {bound} −2 1" in built.text


def test_modes_that_agree_share_a_line():
    """Equal figures of several modes are one line; a mode that differs has its own under the same name."""
    off = [figure(ok=False, got=0.75)]
    cases = [
        case("xla", figures=off, verdict="refuted", message="loss: got 0.75"),
        case("graph"),
        case("eager"),
    ]

    text = page(record(claims={"losses.a": claim("refuted", evidence=cases)})).text

    assert "loss eager, graph 0.5 0.5 ± 1 × 10⁻⁶ 4 xla ✗ off: 0.75" in text
    assert "✓ holds in eager, graph ✗ refuted in xla" in text


def test_a_message_without_figures_is_shown():
    """An unsupported call measured nothing, so its message stands for the figures."""
    gone = case(figures=[], verdict="unsupported", message="SGD(lr=0.01): unknown argument")

    assert (
        "SGD(lr=0.01): unknown argument"
        in page(record(claims={"losses.a": claim("unsupported", evidence=[gone])})).text
    )


def test_what_happens_instead_is_shown():
    """The counter-spec's sentence and figures stand under the claim that fails."""
    instead = [case(says="It is in nats.", figures=[figure("nats", got=0.693)])]

    text = page(record(claims={"losses.a": claim("refuted", instead=instead)})).text

    assert "What happens instead It is in nats." in text
    assert "nats 0.693" in text


def test_command_runs_just_this():
    """A claim says how to run its specs and no others."""
    text = page(record(claims={"losses.a": claim()})).text

    assert "Run just this: lossspec run --lossspec-claim losses.a" in text


def test_command_is_safe_to_paste():
    """A claim's id can't break out of its quotes in a shell."""
    text = page(record(claims={"x'; rm -rf ~; '": claim()})).text

    assert """--lossspec-claim 'x'"'"'; rm -rf ~; '"'"''""" in text


def test_the_deciding_figure_is_drawn_first():
    """The first figure that is off heads the evidence, with what it should be, as a strip and in words."""
    off = [figure(), figure("nats", ok=False, got=0.6931, should_be=1.0)]

    built = page(record(claims={"losses.a": claim("refuted", evidence=[case(figures=off)])}))

    assert "● got 0.693 ◆ 1 nats: got 0.6931, should be 1" in built.text
    assert {"strip"} <= set(built.values("class"))
