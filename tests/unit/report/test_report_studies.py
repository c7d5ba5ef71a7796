"""The page: the documents' training experiments, over many seeds."""

from __future__ import annotations

import pytest

from lossspec import report
from pages import HOSTILE, Page, claim, page, record, study

pytest.importorskip("jinja2", reason="the report's packages are an extra")
pytest.importorskip("matplotlib", reason="the report's packages are an extra")


from study_pages import card, drawings, final


def test_a_study_is_drawn():
    """A study has its ends, its curves and the planes of two runs, each with a label for who can't see it."""
    assert drawings() == [
        "circles: accuracy at the end of each run, and the document’s figure",
        "circles: loss by epoch, over all runs",
        "circles: accuracy by epoch, over all runs",
        "circles: the classes that the median run, seed 20, tells apart in the plane",
        "circles: the classes that the worst run, seed 39, tells apart in the plane",
    ]


def test_a_study_says_what_was_trained_where_and_how_often():
    """Subject, recipe, number of runs and seeds are in words."""
    text = card()

    assert "Here 1 of their experiments was trained 40 times on TensorFlow 2.21.0 with Keras 3.15.1" in text
    assert "circles , 2 → 2 → 1 tanh; loss hinge; SGD, learning_rate 0.01; 3 epochs in batches of 32" in text
    assert "40 runs, seeds 0 to 39" in text


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


def test_a_studys_medians_are_drawn_over_the_subjects():
    """Where several subjects have a study, its medians stand in one drawing; a subject without it has no mark."""
    worse, better = ({"circles": study(final=final(accuracy=[score] * 40))} for score in (0.8, 0.9))

    several = page(record("2.4.4"), record("2.15.1", studies=worse), record(studies=better))

    assert "The medians lie between 0.8 and 0.9 on 2 of 3 subjects." in several.text
    assert "circles: the median test accuracy on each subject" in several.values("aria-label")
    assert "Over the versions" not in card()


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
    assert "What a reader believes, and what is so ~ varies Hinge Loss Hinge is a loss. Luck." in built.text
    assert built.text.count("~ varies") >= 3


# --- what a record may lack, or hold ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        ({"final": {}}, "accuracy at the end"),
        ({"final": final(accuracy=[])}, "accuracy at the end"),
        ({"final": {"test": {"accuracy": ["nan"] * 40}}}, "accuracy at the end"),
        ({"curves": {"epochs": [], "percents": [], "measures": {}}}, "the curves of loss; the curves of accuracy"),
        ({"curves": {"epochs": [1], "percents": [50], "measures": {"loss": [[1]]}}}, "the curves of loss"),
        ({"curves": {**study()["curves"], "epochs": [1, 2, 10**60]}}, "the curves of loss; the curves of accuracy"),
        ({"layers": []}, "the plane of the median run; the plane of the worst run"),
        ({"layers": ["none"]}, "the plane of the median run"),
        ({"layers": [[2, 2, "linear"], [2, 1, "swish"]]}, "the plane of the median run"),
        ({"layers": [[2, 3, "linear"], [3, 1, "tanh"]]}, "the plane of the median run"),
    ],
)
def test_what_is_missing_is_left_out_and_said(changes, lost):
    """A part that the record doesn't hold whole isn't drawn; the rest is, and the page says which."""
    text = card(**changes)

    assert lost in text
    assert "40 runs, seeds 0 to 39" in text


@pytest.mark.parametrize(
    "changes",
    [
        {"many": 1},
        {"seeds": []},
        {"documented": {"accuracy": "much", "test accuracy": "nan", "": "1e999999999", "test loss": "∞"}},
        {"log": {"loss": ["0.1"], "val_loss": ["a", "b", "c"]}},
        {"settings": {"learning_rate": [0.1]}, "batch_size": 1, "validation": ""},
        {"final": final(accuracy=[1e308, -1e308, "inf", 10**400])},
        {"final": {"": {"": [1], "accuracy": [1]}, "test": {"accuracy": [1, 2, 3]}}},
        {"epochs": 7},
        {"metric": "loss"},
        {"metric": ""},
    ],
)
def test_odd_studies_dont_break_the_page(changes):
    """Whatever the schema lets through has a page, well-formed and without a number that isn't there."""
    studies = {"circles": {**study(), **changes}} if changes != {"many": 1} else {"circles": study(many=1)}

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
    assert not [name for _, attributes in built.tags for name, _ in attributes if name.startswith("on")]
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


def test_a_few_bad_runs_do_not_move_the_median():
    """What is drawn over the subjects is the median run: a quarter that learn nothing don't change it."""
    some = {"circles": study(final=final(accuracy=[0.8] * 30 + [0.0] * 10))}

    assert "The medians are 0.8 on 2 of 2 subjects." in page(record("2.15.1", studies=some), record(studies=some)).text


@pytest.mark.parametrize("low", [-1.0, 0.0, 0.00057, 0.5])
@pytest.mark.parametrize("far", [0.0069, 0.02, 0.3, 1.0, 77.0])
def test_a_scale_has_two_to_six_figures(low, far):
    """However far its ends lie apart, a scale can be read, and its figures lie between them."""
    from lossspec.report._medians import _ticks

    found = _ticks(low, low + far)

    assert 2 <= len(found) <= 6
    assert low <= min(found) < max(found) <= low + far


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
    of_all = {f"accuracy{way}": [score - 0.1 * n for score in scores] for n, way in enumerate(("", " by class"))}
    many = study(many=200, final={"train": of_all, "test": of_all})

    assert len(report.build([record(studies={"a": many})])) - len(report.build([record()])) < 80_000
