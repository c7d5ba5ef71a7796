"""The page: the documents' training experiments, over many seeds."""

from __future__ import annotations

import math

import pytest

from lossspec import report
from pages import HOSTILE, Page, claim, page, record, study

pytest.importorskip("jinja2", reason="the report's packages are an extra")
pytest.importorskip("matplotlib", reason="the report's packages are an extra")


from lossspec.studies.summary import documented, ends, numbers
from study_pages import card, drawings, final


def test_a_study_is_drawn():
    """A study is one drawing, with a label for who can't see it."""
    assert drawings() == [
        "circles: loss and accuracy by epoch, and the end of each run beside the document’s figure"
    ]


def test_a_study_says_what_was_trained_where_and_how_often():
    """Subject, recipe, number of runs and seeds are in words."""
    text = card()

    assert (
        "Here 1 of their experiments was trained 40 times on TensorFlow 2.21.0 with Keras 3.15.1"
        in text
    )
    assert (
        "circles , 2 → 2 → 1 tanh; loss hinge; SGD, learning_rate 0.01; 3 epochs in batches of 32"
        in text
    )
    assert "40 runs, none diverged." in text
    assert "2 diverged" in card(diverged=[0, 1])


def test_records_without_studies_have_no_such_section():
    """An old or partial record leaves the section out, and its link."""
    built = page(record())

    assert "page:studies" not in built.ids
    assert "one training run" not in built.text


def test_the_newest_record_with_studies_is_drawn():
    """Of several records, the section shows the newest that has any, and names its subject."""
    older = [record(version, studies={f"of {version}": study()}) for version in ("2.4.4", "2.15.1")]

    built = page(*older, record())

    assert "trained 40 times on TensorFlow 2.15.1 with Keras 3.15.1" in built.text
    assert "study-of%202.15.1" in built.ids
    assert "study-of%202.4.4" not in built.ids


def test_a_studys_medians_on_all_subjects_are_told():
    """From the least to the largest, and on how many subjects; a quarter that learns nothing moves none."""
    worse = {"circles": study(final=final(accuracy=[0.8] * 30 + [0.0] * 10))}
    better = {"circles": study(final=final(accuracy=[0.9] * 40))}

    assert (
        "0.8 to 0.9 on 2"
        in page(record("2.4.4"), record("2.15.1", studies=worse), record(studies=better)).text
    )


@pytest.mark.parametrize(
    ("figure", "place"),
    [
        ("0.819", "19 of 40 runs below it, 1 at it"),
        ("0.82", "15 of 40 runs below it, 11 at it"),
        ("0.8", "0 of 40 runs below it, 40 at it"),  # to one digit
        ("0.9999", "40 of 40 runs below it"),
        ("0.799", "0 of 40 runs below it"),
    ],
)
def test_the_documents_figure_has_its_place_among_the_runs(figure, place):
    """Runs below it are counted, and those that are printed as it is."""
    assert f"the document’s {figure} has {place}." in card(documented=figure)


def test_ways_to_count_that_differ_are_told_apart():
    """Each way has its name in the drawing; the sentence tells the one nearest to the document."""
    rounded = [0.815, 0.825] * 20
    scores = {
        "accuracy": [0.4] * 40,
        "accuracy_by_class": [0.9] * 40,
        "accuracy_by_rounding": rounded,
    }

    text = card(final=final(**scores))

    assert (
        "Test accuracy, counted by rounding: the middle 95 % of the runs end between 0.815 and 0.825"
        in text
    )
    assert (
        text.count("by the right class") == 5
    )  # how it is counted, two rows of the drawing, two of the table
    assert "Accuracy is counted in three ways" in text
    assert "counted in three ways" not in card()


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

    assert "the document's log, training" in card(log=whole)
    assert "the document's log" not in card(log={"loss": ["0.70"], "val_loss": ["a", "b", "c"]})


# --- links --------------------------------------------------------------------------------------------------------


def test_a_study_and_the_claims_of_its_section_point_to_each_other():
    """Both ways; claims of other sections, or of another document's section of that name, are left alone."""
    claims = {
        "losses.a": claim("varies", kind="training"),
        "losses.b": claim(section="Intro"),
        "hinge.c": claim(document="hinge"),
    }

    built = page(record(claims=claims, studies={"circles": study()}))

    links = built.values("href")
    assert links.count("#study-circles") == 3  # overview, heading, claim
    assert "40 runs of circles" in built.text
    text = built.text[built.text.index("Claims of this section:") :]
    assert text.startswith("Claims of this section: ~ varies: losses.a How to Choose")


def test_the_verdict_varies_is_shown_as_any_other():
    """A claim that varies is counted, listed with what a reader believes, and signed."""
    built = page(record(claims={"losses.a": claim("varies", reason="Luck.")}))

    assert "0 of 1 claim hold and 1 varies with the seed." in built.text
    assert (
        "What a reader believes, and what is so ~ varies Hinge Loss Hinge is a loss. Luck."
        in built.text
    )
    assert built.text.count("~ varies") >= 3


# --- what a record may lack, or hold ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"final": {}},
        {"final": final(accuracy=[])},
        {"curves": {"epochs": [], "percents": [], "measures": {}}},
        {"curves": {"epochs": [1], "percents": [50], "measures": {"loss": [[1]]}}},
        {"curves": {**study()["curves"], "epochs": [1, 2, 10**60]}},
    ],
)
def test_what_is_missing_is_said(changes):
    """A panel that the record holds no finite figures of says so; the rest is drawn."""
    assert "no finite figure" in card(**changes)
    assert "no finite figure" not in card()
    assert "40 of 40 not finite" in card(final=final(accuracy=["nan"] * 40))


@pytest.mark.parametrize(
    "changes",
    [
        {"many": 1},
        {"seeds": []},
        {
            "documented": {
                "accuracy": "much",
                "test accuracy": "nan",
                "": "1e999999999",
                "test loss": "∞",
            }
        },
        {"log": {"loss": ["0.1"], "val_loss": ["a", "b", "c"]}},
        {"settings": {"learning_rate": [0.1]}, "batch_size": 1, "validation": ""},
        {"final": final(accuracy=[1e308, -1e308, "inf", 10**400])},
        {"final": {"": {"": [1], "accuracy": [1]}, "test": {"accuracy": [1, 2, 3]}}},
        {"epochs": 7},
        {"layers": []},
        {"layers": ["none"]},
        {"metric": "loss"},
        {"metric": ""},
    ],
)
def test_odd_studies_dont_break_the_page(changes):
    """Whatever the schema lets through has a page, well-formed and without a number that isn't there."""
    studies = (
        {"circles": {**study(), **changes}}
        if changes != {"many": 1}
        else {"circles": study(many=1)}
    )

    built = page(record(studies=studies))

    assert built.wrong == []
    assert len(set(built.ids)) == len(built.ids)


@pytest.mark.parametrize("text", [*HOSTILE, "$\\frac{1}$", "a by b", "url(#x)"])
def test_hostile_studies_stay_text(text):
    """Names, measures, sections and figures of a study are shown letter by letter, in drawings too."""
    odd = study(
        documented=None,
        section=text,
        document=text,
        metric=text,
        loss=text,
        optimizer=text,
        settings={text: text},
        validation=text,
        final={text: {text: [0.1, 0.2], f"{text} by {text}": [0.3, 0.4]}},
        layers=[[text, text, text]],
    )
    odd["documented"] = {f"{text} {text}": text}
    odd["curves"]["measures"] = {text: odd["curves"]["measures"]["loss"]}
    odd["runs"] = {text: {"seed": 1, "history": {}, "weights": []}}
    made = record(studies={text: odd})
    made["documents"][text] = {"title": text, "author": text, "date": text, "sections": []}

    built = page(made)

    assert built.wrong == []
    assert not [
        name for _, attributes in built.tags for name, _ in attributes if name.startswith("on")
    ]
    assert not built.named("img")
    assert len(built.named("script")) == 3
    assert built.text.count(" ".join(text.split())) >= 8


def test_a_studys_drawings_follow_the_page():
    """No colour or font is fixed in them, every id is used once, and each refers to its own."""
    text = report.build([record(studies={"circles": study(), "circles 2": study()})])
    section = text[text.index('id="page:studies"') : text.index('<section class="document"')]

    assert "#0" not in section
    assert "font-family" not in section
    assert "<style" not in section
    built = Page(text)
    assert len(set(built.ids)) == len(built.ids)


def test_colours_are_in_both_themes():
    """Every colour to draw with has its variable in the light theme and in the dark one."""
    from lossspec.report._page import TEMPLATES
    from lossspec.report._svg import COLOURS

    css = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    light, dark = css.split("@media screen and (prefers-color-scheme: dark)")[:2]

    for name in COLOURS:
        assert f"--{name}: #" in light
        assert f"--{name}: #" in dark.split("\n}\n")[0]


def test_a_study_is_small():
    """A study of 200 runs in three ways adds less than 80 kB, so that eleven add less than a megabyte."""
    scores = [round(0.5 + 0.002 * (run * 37 % 101), 3) for run in range(200)]
    of_all = {
        f"accuracy{way}": [score - 0.1 * n for score in scores]
        for n, way in enumerate(("", " by class"))
    }
    many = study(many=200, final={"train": of_all, "test": of_all})

    assert len(report.build([record(studies={"a": many})])) - len(report.build([record()])) < 80_000


# --- what is read of a record ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "half_unit"),
    [("0.740", 0.74, 0.0005), ("1", 1.0, 0.5), ("4.16e-05", 4.16e-05, 5e-8), ("-0.0", 0.0, 0.05)],
)
def test_printed_figures_are_read_with_their_rounding(text, value, half_unit):
    """A figure stands for every number that is printed so."""
    read = documented(text)

    assert (read.value, read.half_unit) == pytest.approx((value, half_unit))


@pytest.mark.parametrize("text", ["", "much", "nan", "inf", "1e400", "1e999999999999", "0x1"])
def test_what_is_no_figure_is_none(text):
    """A text that is no finite number is not a figure."""
    assert documented(text) is None


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ([1, "nan", "-inf", 0.5], [1.0, math.nan, -math.inf, 0.5]),
        ([1e39, -1e39], [math.inf, -math.inf]),
        ([1, "two"], []),
        ([1, None], []),
        ([10**400], []),
        (None, []),
    ],
)
def test_numbers_are_read_whole_or_not_at_all(given, read):
    """What JSON has no number for is read back, what no float32 holds is infinite, and a text spoils the list."""
    assert numbers(given).tolist() == pytest.approx(read, nan_ok=True)
