"""The page: the drawings of losses over their formulas."""

from __future__ import annotations

import pytest

from lossspec import report
from pages import BAD, Page, gradient, page, record


def test_curves_are_drawn_over_the_formula():
    """A measured loss is drawn once, labelled, and again at its claim by reference."""
    built = page(record(claims=gradient()))

    where = "on TensorFlow 2.21.0 with Keras 3.15.1"
    assert [svg["aria-label"] for svg in built.named("svg") if svg.get("role") == "img"] == [
        f"Mean squared error: the loss and its slope measured {where}, over the reference",
        "Mean squared error, as drawn above",
    ]
    assert built.values("href").count("#drawing:mse") == 1
    assert "L = 1/k Σ (t − y)²" in built.text
    assert f"96 points in eager, {where}." in built.text
    assert "Not measured in any of these records." in built.text


def test_a_curve_off_the_formula_is_seen():
    """A point off the formula is marked in its own colour; one on it isn't."""
    right, wrong = (report.build([record(claims=gradient(bend))]) for bend in (0.0, 0.5))

    assert 'fill="var(--off)"' not in right
    assert 'fill="var(--off)"' in wrong


def test_a_drawings_label_stays_text():
    """Whatever the subject is called, the drawing's label says it letter by letter."""
    from lossspec.losses import definition_of
    from lossspec.report.losses import draw, measured

    drawn = Page(draw(definition_of("mse"), measured(gradient()["losses.mse-gradient"]), BAD))

    assert drawn.wrong == []
    assert f"measured on {BAD}, over the reference" in drawn.named("svg")[0]["aria-label"]


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("M 1 2 L 3 4", "m1 2l2 2"),
        ("M 1.04 2.06\nL 3.5 1.96\nz", "m1 2.1l2.5-.1z"),
        ("M 5 5 L 5 5", "m5 5l0 0"),  # a dot with round ends
        ("M 1 1 L 2 1 M 4 4 L 5 4", "m1 1l1 0m2 3l1 0"),
        ("M 1 1 L 2 1 L 2 2 z M 4 4 L 5 4", "m1 1l1 0l0 1zm3 3l1 0"),  # z goes to the start
        ("M -0.5 0.25 L 0 0", "m-.5 .2l.5-.2"),
        ("M 1 1 C 1 2 3 4 5 6", "M 1 1 C 1 2 3 4 5 6"),
        ("M 1 1 H 5", "M 1 1 H 5"),
        ("", ""),
    ],
)
def test_paths_of_lines_are_short(long, short):
    """Lines are relative, in tenths of a unit; curves and all other parts stay as they are."""
    from lossspec.report.svg import shortened

    rest = 'style="fill: none"/><text d="M 1 1 L 2 2">M 1 1 L 2 2</text>'
    assert shortened(f'<path d="{long}" {rest}') == f'<path d="{short}" {rest}'
