"""The page: the figures of a claim, and how to run its spec."""

from __future__ import annotations

import pytest

from pages import case, claim, figure, page, record


def told(*cases, verdict="holds", **more):
    """The text of a page with one claim of these cases."""
    return page(record(claims={"losses.a": claim(verdict, evidence=[*cases], **more)})).text


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
    """A figure is shown with what it should be, its tolerance, and of how many it is the worst."""
    assert f"value {shown}" in told(case(figures=[figure("value", **of)]))


@pytest.mark.parametrize("bound", ["at least", "at most", "above", "below"])
def test_bounds_are_named(bound):
    """A figure that is held against a bound says on which side of it it should lie."""
    held = {"what": "value", "ok": True, "got": 0.5, "cases": 1, bound.replace(" ", "_"): -2.0}

    text = told(case(figures=[held]))

    assert f"figure got should be value 0.5 {bound} −2" in text
    assert "worst of" not in text  # of one


def test_modes_that_agree_share_a_line():
    """Equal figures of several modes are one line; a mode that differs has its own."""
    off = [figure(ok=False, got=0.75)]
    differs = case("xla", figures=off, verdict="refuted", message="loss: got 0.75")

    text = told(differs, case("graph"), case("eager"), verdict="refuted")

    assert "loss eager, graph 0.5 0.5 ± 1 × 10⁻⁶ 4 xla ✗ off: 0.75" in text
    assert "✓ holds in eager, graph ✗ refuted in xla" in text


def test_parameters_share_a_table():
    """A spec's sentence stands once, its figures by parameters; those that agree stand together."""
    off = [figure(ok=False, got=0.75)]
    wrong = case("eager", parameters="mae", figures=off, verdict="refuted", message="off")

    text = told(*(case("eager", parameters=each) for each in ("mse", "msle")), wrong)

    assert text.count("It is so.") == text.count("worst of") == 1
    assert "mae ✗ refuted in eager eager: off" in text
    assert "figure, in eager got" in text
    assert "mse, msle loss 0.5 0.5 ± 1 × 10⁻⁶ 4 mae loss ✗ off: 0.75" in text


def test_a_message_without_figures_is_shown():
    """An unsupported call measured nothing, so its message stands for the figures."""
    message = "SGD(lr=0.01): unknown argument"
    gone = case(figures=[], verdict="unsupported", message=message)

    assert message in told(gone, verdict="unsupported")


def test_what_happens_instead_is_shown():
    """The counter-spec's sentence and figures stand under the claim that fails."""
    instead = [case(says="It is in nats.", figures=[figure("nats", got=0.693)])]

    text = told(case(verdict="refuted"), verdict="refuted", instead=instead)

    assert "What happens instead It is in nats." in text
    assert "nats 0.693" in text


@pytest.mark.parametrize(
    ("claim_id", "command"),
    [
        ("losses.a", "Run just this: lossspec run --lossspec-claim losses.a"),
        ("x'; rm -rf ~; '", """--lossspec-claim 'x'"'"'; rm -rf ~; '"'"''"""),
    ],
)
def test_the_command_runs_just_this_and_is_safe_to_paste(claim_id, command):
    """A claim says how to run its specs and no others; its id can't break out of its quotes."""
    assert command in page(record(claims={claim_id: claim()})).text
