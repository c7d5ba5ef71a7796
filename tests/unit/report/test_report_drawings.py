"""The page: the drawings of losses over their references."""

from __future__ import annotations

import pytest

from lossspec import report
from pages import HOSTILE, Page, gradient, page, record

pytest.importorskip("jinja2", reason="the report's packages are an extra")
pytest.importorskip("matplotlib", reason="the report's packages are an extra")


def test_curves_are_drawn_over_the_reference():
    """A measured loss is drawn once, with a label and words for what was measured; its claim shows the same drawing."""
    built = page(record(claims=gradient()))

    drawings = [svg for svg in built.named("svg") if svg.get("role") == "img"]
    words = (
        "the loss and its slope measured on TensorFlow 2.21.0 with Keras 3.15.1, over the reference"
    )
    assert [svg["aria-label"] for svg in drawings] == [
        f"Mean squared error: {words}",
        "Mean squared error, as drawn above",
    ]
    assert [use["href"] for use in built.named("use")].count("#drawing:mse") == 1
    assert "L = 1/k Σ (t − y)²" in built.text
    assert "96 points in eager, on TensorFlow 2.21.0" in built.text
    assert built.text.count("Not measured in any of these records.") == 8


def test_a_curve_off_the_reference_is_seen():
    """A point off the reference is measured in the caption and marked in its own colour; one on it is neither."""
    right, wrong = (
        report.build([record(claims=gradient())]),
        report.build([record(claims=gradient(bend=0.5))]),
    )

    assert "Keras 3.15.1 0 0" in Page(right).text
    assert "Keras 3.15.1 0.5 0" in Page(wrong).text
    assert right.count('fill="var(--off)"') == 0
    assert wrong.count('fill="var(--off)"') > 0


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_curve_without_numbers_is_not_called_exact(value):
    """A point that is no number counts as infinitely far off."""
    claims = gradient()
    claims["losses.mse-gradient"]["evidence"][0]["curves"][0]["y"][3] = value

    assert "Keras 3.15.1 ∞ 0" in page(record(claims=claims)).text


def test_the_records_rounding_is_not_the_subjects():
    """A curve that differs from the reference by the nine digits of a record alone is shown as exact."""
    claims = gradient(slug="bce", name="binary_crossentropy")
    for curve in claims["losses.bce-gradient"]["evidence"][0]["curves"]:
        curve["y"] = [float(f"{y:.9g}") for y in curve["y"]]

    assert "Keras 3.15.1 0 0" in page(record(claims=claims)).text


def test_drawings_follow_the_page():
    """No colour or font is fixed in a drawing, and no rule in it reaches outside it."""
    text = report.build([record(claims=gradient())])
    drawing = text[text.index('<svg role="img"') :]
    drawing = drawing[: drawing.index("</svg>")]

    assert "#0" not in drawing
    assert "font-family" not in drawing
    assert "DejaVu" not in drawing
    assert "style=" not in drawing
    assert "<style" not in drawing
    assert len(drawing) < 40_000


@pytest.mark.parametrize("text", HOSTILE)
def test_a_drawings_label_stays_text(text):
    """Whatever the subject is called, the drawing's label says it letter by letter."""
    from lossspec.losses import definition_of
    from lossspec.report._drawing import draw
    from lossspec.report._losses import measured

    drawn = Page(draw(definition_of("mse"), measured(gradient()["losses.mse-gradient"]), text))

    assert drawn.wrong == []
    assert f"measured on {text}, over the reference" in drawn.named("svg")[0]["aria-label"]


def test_drawing_leaves_matplotlib_as_it_was():
    """The settings for the drawings are taken back."""
    import matplotlib as mpl

    mpl.rcParams["font.size"] = before = 13.0
    report.build([record(claims=gradient())])

    assert mpl.rcParams["font.size"] == before


def short(path):
    """What becomes of a path's data."""
    from lossspec.report._svg import shortened

    return shortened(f'<path id="a" d="{path}" style="fill: none"/>').split(' d="')[1].split('"')[0]


@pytest.mark.parametrize(
    ("long", "brief"),
    [
        ("M 1 2 L 3 4", "M1 2l2 2"),
        ("M 1.04 2.06\nL 3.5 1.96\nz", "M1 2.1l2.5-.1z"),
        ("M 0 0 L 1 0 L 2 0 L 2 1 ", "M0 0l2 0 0 1"),  # the point between is on the way
        ("M 0 0 L 2 0 L 1 0", "M0 0l2 0-1 0"),  # there and back is not
        ("M 5 5 L 5 5", "M5 5l0 0"),  # a dot with round ends
        ("M 1 1 L 2 1 M 4 4 L 5 4", "M1 1l1 0m2 3l1 0"),
        (
            "M 1 1 L 2 1 L 2 2 z M 4 4 L 5 4",
            "M1 1l1 0 0 1zm3 3l1 0",
        ),  # behind z the pen is at the start
        ("M -0.5 0.25 L 0 0", "M-.5 .2l.5-.2"),
    ],
)
def test_lines_are_short(long, brief):
    """Tenths of a unit, relative, without points that lie on a line between two others."""
    assert short(long) == brief


@pytest.mark.parametrize(
    "path", ["M 1 1 C 1 2 3 4 5 6", "M 1 1 H 5", "m 1 1 l 2 2", "M 1e5 2 L 3 4", ""]
)
def test_other_paths_stay(path):
    """Curves, relative steps and whatever else matplotlib may write are left as they are."""
    assert short(path) == path


def test_only_paths_are_touched():
    """The rest of a drawing stays as it is."""
    from lossspec.report._svg import shortened

    assert (
        shortened('<text d="M 1 1 L 2 2">M 1 1 L 2 2</text>')
        == '<text d="M 1 1 L 2 2">M 1 1 L 2 2</text>'
    )
