"""The page: the documents' training experiments, over many seeds."""

from __future__ import annotations

import math

import pytest

from lossspec import report
from lossspec.studies.summary import documented, ends, numbers
from pages import BAD, Page, claim, final, gradient, page, record, study


def section(**changes):
    """The text of a page with one study, from its heading on."""
    text = page(record(studies={"circles": study(**changes)})).text
    return text[text.rindex("What one training run is worth") :]


def test_a_study_is_drawn_and_says_what_was_trained_where_and_how_often():
    """Subject, recipe and number of runs are in words; the drawing has a label."""
    built = page(record(studies={"circles": study()}))

    for words in (
        "Here 1 of their experiments was trained 40 times on TensorFlow 2.21.0 with Keras 3.15.1",
        "circles , loss hinge; SGD, learning_rate 0.01; 3 epochs in batches of 32",
        "40 runs, none diverged.",
    ):
        assert words in built.text
    label = "circles: loss and accuracy by epoch, and the end of each run beside the document’s"
    assert f"{label} figure" in built.values("aria-label")
    assert "2 diverged" in section(diverged=[0, 1])


def test_the_newest_record_with_studies_is_drawn():
    """Of several records, the section shows the newest that has any; without, there is none."""
    without = page(record())
    assert "page:studies" not in without.ids
    assert "one training run" not in without.text

    older = [record(version, studies={f"of {version}": study()}) for version in ("2.4.4", "2.15.1")]

    built = page(*older, record())

    assert "trained 40 times on TensorFlow 2.15.1 with Keras 3.15.1" in built.text
    assert "study-of%202.15.1" in built.ids
    assert "study-of%202.4.4" not in built.ids


def test_a_studys_medians_on_all_subjects_are_told():
    """From the least to the largest, and on how many; a quarter that learns nothing moves none."""
    worse = {"circles": study(final=final(accuracy=[0.8] * 30 + [0.0] * 10))}
    better = {"circles": study(final=final(accuracy=[0.9] * 40))}

    built = page(record("2.4.4"), record("2.15.1", studies=worse), record(studies=better))

    assert "0.8 to 0.9 on 2" in built.text


def test_ways_to_count_that_differ_are_told_apart():
    """Each way has its name in drawing and table; the overview tells the one nearest."""
    rounded = [0.815, 0.825] * 20
    ways = {"accuracy": [0.4] * 40, "accuracy_by_class": [0.9] * 40}

    text = section(final=final(**ways, accuracy_by_rounding=rounded))

    assert "circles test accuracy by rounding 0.819 0.82" in text
    assert text.count("by the right class") == 5  # the words, twice drawn, twice in the table
    assert "Accuracy is counted in three ways" in text
    assert "counted in three ways" not in section()


def test_ways_that_agree_in_every_run_are_one():
    """Also where a run ended in no number in both."""
    scores = ["nan", 0.5]

    found = ends(study(many=2, final=final(accuracy=scores, accuracy_by_class=scores)), "accuracy")

    assert [(end.name, end.part, end.counted) for end in found] == [
        ("accuracy", "train", ""),
        ("accuracy", "test", ""),
    ]


def test_the_documents_log_is_drawn():
    """What the document prints of every epoch stands among the curves, where it is whole."""
    whole = {"loss": ["0.70", "0.60", "0.50"], "val_loss": ["0.62", "0.95", "0.01"]}

    assert "the document's log, training" in section(log=whole)
    assert "the document's log" not in section(log={"loss": ["0.70"], "val_loss": ["a", "b", "c"]})


def test_a_study_and_the_claims_of_its_section_point_to_each_other():
    """Claims of other sections, or of another document's section of that name, are left alone."""
    claims = {
        "losses.a": claim("varies", kind="training"),
        "losses.b": claim(section="Intro"),
        "hinge.c": claim(document="hinge"),
    }

    built = page(record(claims=claims, studies={"circles": study()}))

    assert built.values("href").count("#study-circles") == 3  # overview, heading, claim
    assert "40 runs of circles" in built.text
    assert "Claims of this section: ~ varies losses.a How to Choose" in built.text


@pytest.mark.parametrize(
    "changes",
    [
        {"final": {}},
        {"final": final(accuracy=[])},
        {"curves": {"epochs": [], "percents": [], "measures": {}}},
        {"curves": {"epochs": [1], "percents": [50], "measures": {"loss": [[1]]}}},
    ],
)
def test_what_is_missing_is_said(changes):
    """A panel that the record holds no finite figures of says so; the rest is drawn."""
    assert "no finite figure" in section(**changes)


def test_what_is_not_finite_is_counted():
    """And only where there is such."""
    assert "40 of 40 not finite" in section(final=final(accuracy=["nan"] * 40))
    assert "no finite figure" not in section()


@pytest.mark.parametrize(
    "changes",
    [
        {"documented": {"accuracy": "much", "test accuracy": "nan", "": "1e999", "test loss": "∞"}},
        {"settings": {}, "seeds": [], "validation": "", "layers": []},
        {"final": final(accuracy=["inf", "-inf", 1, 1])},
        {"final": {"": {"": [1], "accuracy": [1]}, "test": {"accuracy": [1, 2, 3]}}},
        {"metric": "loss", "epochs": 7},
        {"metric": ""},
        study(many=1),
    ],
)
def test_odd_studies_dont_break_the_page(changes):
    """Whatever the schema lets through has a page, well-formed and with every id once."""
    built = page(record(studies={"circles": {**study(), **changes}}))

    assert built.wrong == []
    assert len(set(built.ids)) == len(built.ids)


@pytest.mark.parametrize("text", [BAD, "$\\frac{1}$", "a by b url(#x)"])
def test_hostile_studies_stay_text(text):
    """Names, measures, sections and figures are shown letter by letter, in drawings too."""
    words = ("section", "document", "metric", "loss", "optimizer", "validation")
    odd = study(
        **dict.fromkeys(words, text),
        settings={text: text},
        final={text: {text: [0.1, 0.2], f"{text} by {text}": [0.3, 0.4]}},
    )
    odd["documented"] = {f"{text} {text}": text}
    odd["curves"]["measures"] = {text: odd["curves"]["measures"]["loss"]}
    made = record(studies={text: odd})
    made["documents"][text] = {"title": text, "author": text, "date": text, "sections": []}

    built = page(made)

    assert built.wrong == []
    assert not [name for _, attrs in built.tags for name, _ in attrs if name.startswith("on")]
    assert not built.named("img")
    assert len(built.named("script")) == 3
    assert built.text.count(" ".join(text.split())) >= 8


def test_drawings_follow_the_page():
    """No colour or font is fixed in them, both themes have each colour, an id is used once."""
    from lossspec.report.page import TEMPLATES
    from lossspec.report.svg import COLOURS

    css = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    light, dark = css.split("@media screen and (prefers-color-scheme: dark)")[:2]
    studies = {"circles": study(), "circles 2": study()}
    text = report.build([record(claims=gradient(), studies=studies)])
    drawn = text[text.index("id=page:gallery") : text.index("<section class=document")]

    for fixed in ("#0", "font-family", "DejaVu", "style=", "<style"):
        assert fixed not in drawn
    assert len(set(Page(text).ids)) == len(Page(text).ids)
    for name in COLOURS:
        assert f"--{name}: #" in light
        assert f"--{name}: #" in dark.split("\n}\n")[0]


def test_a_study_is_small():
    """200 runs counted in two ways add less than 80 kB, so that eleven add less than 1 MB."""
    scores = [round(0.5 + 0.002 * (run * 37 % 101), 3) for run in range(200)]
    ways = final(accuracy=scores, accuracy_by_class=[score - 0.1 for score in scores])
    many = study(many=200, final=ways)

    assert len(report.build([record(studies={"a": many})])) - len(report.build([record()])) < 80_000


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.740", 0.74), ("4.16e-05", 4.16e-05), ("much", None), ("nan", None), ("1e400", None)],
)
def test_printed_figures_are_finite_numbers(text, value):
    """A text that is no finite number is not a figure."""
    read = documented(text)

    assert (read and read.value) == value


def test_what_json_has_no_number_for_is_read_back():
    """Texts stand for NaN and infinity."""
    assert numbers([1, "nan", "-inf"]).tolist() == pytest.approx(
        [1.0, math.nan, -math.inf], nan_ok=True
    )
