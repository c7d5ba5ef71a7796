"""The page: the subjects in order, in groups, and in words; a claim's runs along them, and its bands in the matrix."""

from __future__ import annotations

import re

import pytest

from lossspec import report
from pages import claim, page, record

pytest.importorskip("jinja2", reason="the report's packages are an extra")
pytest.importorskip("matplotlib", reason="the report's packages are an extra")

from lossspec.report._runs import runs, shown, wanted  # needs the packages above
from lossspec.report._subjects import before, in_order, origin, ranges, subjects

SWEEP = [("2.21.0", f"3.{minor}.0") for minor in range(3)]
VERSIONS = [
    ("2.4.4", "2.4.0"),
    ("2.15.1", "2.15.0"),
    ("2.16.2", "2.16.0"),
    ("2.16.2", "3.0.5"),
    *SWEEP,
]


def of(*versions, **parts):
    """Records of these subjects, in the page's order."""
    return in_order([record(*each, **parts) for each in versions])


def deciding(*verdicts, **more):
    """Records of the first subjects with these verdicts on one claim; None is a record without it."""
    made = zip(VERSIONS, verdicts)
    return [
        record(*each, claims={"losses.a": claim(verdict, **more)} if verdict else {})
        for each, verdict in made
    ]


def test_tf_keras_stands_behind_keras_2():
    """Keras 2 beside a newer TensorFlow comes before Keras 3 on an older one, and the newest subject is the last."""
    shuffled = [VERSIONS[place] for place in (3, 2, 6, 0, 5, 1, 4)]

    ordered = [(each["subject"]["tensorflow"], each["subject"]["keras"]) for each in of(*shuffled)]

    assert ordered == VERSIONS


def test_subjects_are_grouped_by_what_they_share():
    """Keras 2, tf_keras, Keras 3, and the Kerases of one TensorFlow are groups, named by what tells their own apart."""
    found, groups = subjects(of(*VERSIONS))

    assert [group.about for group in groups] == [
        "Keras 2",
        "tf_keras",
        "Keras 3",
        "Keras 3 on TensorFlow 2.21",
    ]
    assert [each.short for each in found] == ["2.4", "2.15", "2.16", "2.16", "3.0", "3.1", "3.2"]


def test_patches_of_one_release_are_told_apart():
    """Where the minor release doesn't tell two subjects apart, the version in full does."""
    found, _ = subjects(of(("2.15.0", "2.15.0"), ("2.15.1", "2.15.0")))

    assert [each.short for each in found] == ["2.15.0", "2.15.1"]


def test_one_subject_twice_has_two_names():
    """Two records of one subject are two subjects in links and data."""
    found, _ = subjects(of(("2.15.1", "2.15.0"), ("2.15.1", "2.15.0")))

    assert len({each.key for each in found}) == 2
    assert len({each.short for each in found}) == 2


def test_keras_3_is_compared_with_true_keras_2():
    """The first subject with Keras 3 comes after the last Keras 2 that isn't tf_keras; others after their neighbour."""
    found, _ = subjects(of(*VERSIONS))

    assert [before(found, place) for place in range(len(found))] == [None, 0, 1, 1, 3, 4, 5]


def test_an_old_keras_beside_a_new_tensorflow_is_compared_with_its_like():
    """Keras 3.0 beside TensorFlow 2.21 comes after Keras 3.0 beside 2.16, not after a newer Keras beside 2.20."""
    found, _ = subjects(
        of(("2.16.2", "3.0.5"), ("2.20.0", "3.11.3"), ("2.21.0", "3.0.5"), ("2.21.0", "3.12.4"))
    )

    assert [before(found, place) for place in range(len(found))] == [None, 0, 0, 2]


@pytest.mark.parametrize(
    ("places", "words"),
    [
        ((0, 1), "TensorFlow 2.4 to 2.15 with Keras 2"),
        ((1, 2), "TensorFlow 2.15 with Keras 2; TensorFlow 2.16 with tf_keras"),
        ((4, 5), "Keras 3.0 to 3.1 on TensorFlow 2.21"),
        (tuple(range(7)), "every subject"),
    ],
)
def test_ranges_in_words(places, words):
    """Subjects in a row are named by their ends, group by group."""
    found, groups = subjects(of(*VERSIONS))

    assert ranges(places, found, groups) == words


def test_runs_end_where_verdict_or_reason_changes():
    """A run is as long as verdict, expectation and reason stay the same; what a record lacks is absent."""
    records = [
        *deciding("holds", "holds"),
        *deciding(None, None, "refuted", "refuted")[2:],
        *deciding("refuted", reason="No."),
    ]

    found = [
        (run.said.verdict, run.said.reason, len(run.places)) for run in runs("losses.a", records)
    ]

    assert found == [("holds", "", 2), ("refuted", "", 2), ("refuted", "No.", 1)]
    assert runs("losses.b", records[:1])[0].said.verdict == "absent"


def test_evidence_is_wanted_of_the_newest_of_each_outcome():
    """Of seven subjects with two verdicts, evidence of two is shown, the newest's first."""
    records = deciding("holds", "refuted", "refuted", "holds", "holds", "refuted", "holds")

    assert shown("losses.a", records) == [6, 5]
    assert [len(each) for each in wanted(records)] == [0, 0, 0, 0, 0, 1, 1]


# --- the matrix ---------------------------------------------------------------------------------------------------


def bands(*records):
    """The classes and labels of the bands of a page's matrix, legend left out."""
    built = page(*records)
    found = [each for each in built.named("a") if each.get("class", "").startswith("band ")]
    return [(each["class"].split()[1:], each["aria-label"]) for each in found]


def test_a_band_is_versions_in_a_row():
    """A band begins in its first version's column, is as wide as its versions are many, and ends with its group."""
    found = bands(*deciding("holds", "refuted", "refuted", "refuted"))

    assert found == [
        (["holds", "c1", "w1"], "holds: TensorFlow 2.4 with Keras 2"),
        (["refuted", "c2", "w1"], "refuted: TensorFlow 2.15 with Keras 2"),
        (["refuted", "c4", "w1"], "refuted: TensorFlow 2.16 with tf_keras"),
        (["refuted", "c6", "w1"], "refuted: TensorFlow 2.16 with Keras 3"),
    ]


def test_columns_are_rules_of_the_style_sheet():
    """Every column and width that a band may have is a class; between groups lies a narrow column."""
    text = report.build(deciding("holds", "holds", "holds"))

    assert (
        ".bands{grid-template-columns:repeat(2, minmax(0, 1fr)) .45rem repeat(1, minmax(0, 1fr))}"
        in text
    )
    assert re.findall(r"\.c(\d+)\{grid-column-start:\1\}", text) == ["1", "2", "3", "4"]
    assert re.findall(r"\.w(\d+)\{grid-column-end:span \1\}", text) == ["1", "2", "3"]


def test_a_band_says_that_it_is_not_as_expected():
    """An unexpected verdict has a mark beside its sign, and counts as not holding everywhere."""
    built = page(record(claims={"losses.a": claim("holds", expected="refuted")}))

    assert "✓!" in built.text
    assert "everywhere" not in built.values("class")


def test_what_holds_everywhere_is_marked():
    """Rows that the matrix folds away at first are those that hold on every subject, and are counted."""
    both = {"losses.a": claim(), "losses.b": claim("refuted")}

    built = page(record("2.15.1", "2.15.0", both), record(claims=both))

    assert [dict(row).get("class") for row in built.named("tr") if "data-claim" in row] == [
        "still everywhere",
        "still",
    ]
    assert "1 of 2 hold on all 2 subjects." in built.text


def test_a_row_that_changes_is_not_still():
    """A verdict that is another on one subject, or not the expected one, keeps its row dark."""
    then = {"losses.a": claim(), "losses.b": claim("refuted", expected="holds")}
    now = {"losses.a": claim("refuted"), "losses.b": claim("refuted", expected="holds")}

    built = page(record("2.15.1", "2.15.0", then), record(claims=now))

    assert [row.get("class") for row in built.named("tr") if "data-claim" in row] == [None, None]


@pytest.mark.parametrize(
    ("which", "place"),
    [
        (
            [("2.14.1", "2.14.0"), ("2.15.1", "2.15.0"), ("2.16.2", "2.16.0"), ("2.16.2", "3.0.5")],
            1,
        ),
        ([("2.15.1", "2.15.0"), ("2.20.0", "3.11.3"), ("2.21.0", "3.15.1")], 0),
        ([("2.20.0", "3.11.3"), ("2.21.0", "3.15.1")], 0),
        ([("2.21.0", "3.15.1")], None),
    ],
)
def test_an_upgrade_comes_from_another_keras(which, place):
    """What is compared at first is the newest with the last true Keras 2; without one, with the subject before it."""
    assert origin(subjects(in_order([record(*each) for each in which]))[0]) == place
