"""The page: subjects in order, in groups and in words; a claim along them, and its bands."""

from __future__ import annotations

import re

import pytest

from lossspec import report
from lossspec.backends import catalog
from pages import case, claim, page, record

from lossspec.report.outcomes import counts, outcomes, said, shown  # isort: skip # skipped above
from lossspec.report.subjects import before, in_order, origin, ranges, subjects  # isort: skip

VERSIONS = [
    ("2.4.4", "2.4.0"),
    ("2.15.1", "2.15.0"),
    ("2.16.2", "2.16.0"),
    ("2.16.2", "3.0.5"),
    *(("2.21.0", f"3.{minor}.0") for minor in range(3)),
]


def of(*versions):
    """The subjects of records, and their groups."""
    return subjects(in_order([record(*each) for each in versions]))


def deciding(*verdicts, **more):
    """Records of the first subjects with these verdicts on one claim; None is one without it."""
    return [
        record(*each, claims={"losses.a": claim(verdict, **more)} if verdict else {})
        for each, verdict in zip(VERSIONS, verdicts)
    ]


def test_tf_keras_stands_behind_keras_2():
    """Keras 2 beside a newer TensorFlow comes before Keras 3 on an older one."""
    found, _ = of(*(VERSIONS[place] for place in (3, 2, 6, 0, 5, 1, 4)))

    assert [tuple(each.versions.values()) for each in found] == VERSIONS


def test_subjects_are_grouped_by_what_they_share():
    """Groups are release lines, or one TensorFlow's, named by what tells their own apart."""
    found, groups = of(*VERSIONS)

    about = [group.about for group in groups]
    assert about == ["Keras 2", "tf_keras", "Keras 3", "Keras 3 on TensorFlow 2.21"]
    assert [each.short for each in found] == ["2.4", "2.15", "2.16", "2.16", "3.0", "3.1", "3.2"]


def test_patches_and_records_of_one_release_are_told_apart():
    """By the version in full, and two records of one subject by their number."""
    patches, _ = of(("2.15.0", "2.15.0"), ("2.15.1", "2.15.0"))
    twice, _ = of(("2.15.1", "2.15.0"), ("2.15.1", "2.15.0"))

    assert [each.short for each in patches] == ["2.15.0", "2.15.1"]
    assert [each.short for each in twice] == ["2.15.1 #1", "2.15.1 #2"]
    assert len({each.key for each in twice}) == 2


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        (VERSIONS, [None, 0, 1, 1, 3, 4, 5]),  # the first Keras 3 after the last true Keras 2
        (
            [("2.16.2", "3.0.5"), ("2.20.0", "3.11.3"), ("2.21.0", "3.0.5"), ("2.21.0", "3.12.4")],
            [None, 0, 0, 2],  # an old Keras beside a new TensorFlow after its like
        ),
    ],
)
def test_a_subject_is_compared_with_the_one_before(versions, expected):
    """That is the last of its line with no newer Keras."""
    found, _ = of(*versions)

    assert [before(found, place) for place in range(len(found))] == expected


@pytest.mark.parametrize(
    ("versions", "place"),
    [
        (VERSIONS[:4], 1),
        ([("2.15.1", "2.15.0"), ("2.20.0", "3.11.3"), ("2.21.0", "3.15.1")], 0),
        ([("2.20.0", "3.11.3"), ("2.21.0", "3.15.1")], 0),
        ([("2.21.0", "3.15.1")], None),
    ],
)
def test_an_upgrade_comes_from_another_keras(versions, place):
    """The newest is compared with the last true Keras 2; without one, with the one before."""
    assert origin(of(*versions)[0]) == place


@pytest.mark.parametrize(
    ("places", "words"),
    [
        ((0, 1), "TensorFlow 2.4 to 2.15 with Keras 2"),
        ((1, 2), "TensorFlow 2.15 with Keras 2; TensorFlow 2.16 with tf_keras"),
        ((4, 5), "Keras 3.0 to 3.1 on TensorFlow 2.21"),
        (tuple(range(7)), "every subject"),
        ((0, 1, 2, 3, 5, 6), "every subject but Keras 3.0 on TensorFlow 2.21"),
        ((4, 6), "Keras 3.0, 3.2 on TensorFlow 2.21"),
    ],
)
def test_ranges_in_words(places, words):
    """Subjects in a row are named by their ends, group by group."""
    assert ranges(places, *of(*VERSIONS)) == words


@pytest.mark.parametrize(
    ("versions", "labels"),
    [
        (VERSIONS[:1], ["2.4"]),
        (
            [*VERSIONS[:1], ("2.21.0", "3.0.0"), ("2.21.0", "3.1.0")],
            ["TensorFlow 2.4", "3.0 on TensorFlow 2.21", "3.1 on TensorFlow 2.21"],
        ),
        ([*VERSIONS[2:4], *(("2.21.0", f"3.{n}.0") for n in range(4))], ["TensorFlow 2.16"] * 2),
    ],
)
def test_a_column_without_room_for_a_heading_says_what_it_is(versions, labels):
    """Two or three releases on one base, too, have their own names; four stand under a heading."""
    ordered, groups = of(*versions)

    told = [groups[each.group].label(each.short) for each in ordered]
    assert told[: len(labels)] == labels
    assert told[len(labels) :] == [f"3.{n}" for n in range(len(versions) - len(labels))]


def test_elsewhere_it_is_keras_that_is_told():
    """A JAX brings no Keras: one that stands alone on its JAX is named by both, as two are."""
    versions = [("0.5.3", "3.0.5"), ("0.10.2", "3.10.0"), ("0.10.2", "3.15.1")]
    records = [
        record(backend="keras-jax", subject={"jax": jax, "keras": keras}) for jax, keras in versions
    ]
    ordered, groups = subjects(in_order(records))

    told = [groups[each.group].label(each.short) for each in ordered]
    assert told == ["3.0 on JAX 0.5", "3.10 on JAX 0.10", "3.15 on JAX 0.10"]
    assert ranges((0,), ordered, groups) == "Keras 3.0 on JAX 0.5"


def test_an_outcome_is_a_verdict_with_its_reason():
    """Its subjects stand together, the newest's outcome last; what a record lacks is absent."""
    records = [
        *deciding("holds", "holds"),
        *deciding("refuted", "refuted"),
        *deciding("refuted", reason="No."),
        *deciding("holds"),
    ]

    found = [
        (each.said.verdict, each.said.reason, each.places) for each in outcomes("losses.a", records)
    ]

    assert found == [("refuted", "", (2, 3)), ("refuted", "No.", (4,)), ("holds", "", (0, 1, 5))]
    assert outcomes("losses.b", records[:1])[0].said.verdict == "absent"


def test_evidence_is_shown_of_the_newest_of_each_outcome():
    """Of seven subjects with two verdicts, evidence of two is shown, the newest's first."""
    records = deciding("holds", "refuted", "refuted", "holds", "holds", "refuted", "holds")

    assert shown("losses.a", records) == [6, 5]


# --- another backend ------------------------------------------------------------------------------


@pytest.fixture(name="glow")
def _glow(monkeypatch):
    """Records of two releases of an invented backend of one package, whose second mode differs."""
    info = catalog.BackendInfo(
        name="glow",
        packages={"glow": "Glow"},
        modes=("eager", "compile"),
        lineage=lambda subject: tuple(map(int, subject["glow"].split("."))),
        is_legacy=lambda _: False,
    )
    monkeypatch.setitem(catalog.BACKENDS, "glow", info)
    cases = [case("compile", verdict="refuted"), case("eager")]
    verdicts = (("2.9.1", claim()), ("2.10.0", claim("refuted", evidence=cases)))
    # The schema knows no other backend yet.
    return [
        {**record(), "subject": {"glow": version}, "claims": {"losses.a": decided}}
        for version, decided in verdicts
    ]


def test_a_backend_of_one_package_has_a_page(glow):
    """Its subjects, groups, bands and data are named by its package, its modes by their own."""
    built = page(*reversed(glow))

    assert "Glow losses, as documented and as measured" in built.text
    assert "on 2 versions of Glow" in built.text
    assert "✗ refuted in compile mode, on Glow 2.10" in built.text
    assert bands(*glow) == [
        (["holds", "c1", "w1"], "holds"),
        (["refuted", "c2", "w1"], "!refuted in compile mode"),
    ]
    assert report.summary(glow)[0].startswith("On Glow 2.10.0, ")
    assert '"glow":"2.9.1","group":"Glow"' in report.beside(glow)["data.json"]


def test_two_backends_share_a_page(glow):
    """Each is compared with its own alone; both name the page; the default one is the newest."""
    records = [*deciding("holds", "refuted"), *glow]

    found, groups = subjects(in_order(records))

    assert [group.about for group in groups] == ["Glow", "Keras 2"]
    assert [before(found, place) for place in range(4)] == [None, 0, None, 2]
    assert "Glow and Keras losses, as documented and as measured" in page(*records).text
    since = "Since TensorFlow 2.4.4 with Keras 2.4.0, losses.a went from holds "
    assert report.summary(records)[-1].startswith(since)
    assert not any("Since" in line for line in report.summary(records[1:]))


# --- the matrix -----------------------------------------------------------------------------------


def bands(*records):
    """The classes and words of the bands of a page's matrix, legend left out."""
    found = re.findall(r'<a class="band ([^"]+)"[^>]*>(.*?)</a>', report.build(records))
    return [(classes.split(), re.sub("<.*?>", "", words)) for classes, words in found]


def rows(*records):
    """The classes of the matrix's rows."""
    found, row = [], None
    for tag, attributes in page(*records).tags:
        if tag == "tr":
            row = dict(attributes).get("class")
        if (tag, attributes) == ("div", [("class", "bands")]):
            found.append(row)
    return found


def test_a_band_is_versions_in_a_row():
    """It begins in its first version's column, is as wide as they are many, and ends in a group."""
    found = bands(*deciding("holds", "refuted", "refuted", "refuted"))

    assert found == [
        (["holds", "c1", "w1"], "holds"),
        (["refuted", "c2", "w1"], "refuted"),
        (["refuted", "c4", "w1"], "refuted"),
        (["refuted", "c6", "w1"], "refuted"),
    ]


def test_what_never_changes_is_one_band():
    """It spans all groups, and the gaps between them."""
    found = bands(*deciding("refuted", "refuted", "refuted", "refuted"))

    assert found == [(["refuted", "c1", "w6"], "refuted")]


UNASKED = {"losses.a": "not asked: NumPy differentiates nothing"}


def on_numpy(**more):
    """A record of Keras on NumPy."""
    subject = {"numpy": "2.3.5", "keras": "3.15.1"}
    return {**record(claims={}, undecided=UNASKED, **more), "subject": subject} | {
        "backend": "keras-numpy"
    }


@pytest.mark.parametrize("verdict", ["holds", "refuted"])
def test_what_is_not_asked_changes_nothing(verdict):
    """It isn't undecided, and a row that is the same wherever it is decided is one band."""
    records = [on_numpy(), *deciding(verdict, verdict)]

    assert bands(*records) == [([verdict, "c1", "w4"], verdict)]
    assert counts(records[0]) == {}
    assert said(records[0], "losses.a").reason == UNASKED["losses.a"]
    text = page(*records).text
    assert "· not asked: NumPy differentiates nothing" in text
    assert "Keras losses, as documented" in text


def test_what_is_not_asked_beside_a_change_is_a_gap():
    """Where verdicts differ, it is said in its place."""
    found = bands(on_numpy(), *deciding("holds", "refuted"))

    assert next(words for _, words in found) == "not asked"


def test_columns_are_rules_of_the_style_sheet():
    """Every column and width that a band may have is a class."""
    text = report.build(deciding("holds", "holds", "holds"))

    columns = "repeat(2, minmax(0, 1fr)) .45rem repeat(1, minmax(0, 1fr))"
    assert f".bands{{grid-template-columns:{columns}}}" in text
    assert re.findall(r"\.c(\d+)\{grid-column-start:\1\}", text) == ["1", "2", "3", "4"]
    assert re.findall(r"\.w(\d+)\{grid-column-end:span \1\}", text) == ["1", "2", "3", "4"]


def test_rows_that_stay_the_same_are_marked():
    """What holds everywhere is counted; what changes, or is unexpected, isn't, and is marked."""
    then = {
        "losses.a": claim(),
        "losses.b": claim("refuted"),
        "losses.c": claim(),
        "losses.d": claim("refuted", expected="holds"),
    }
    records = [
        record("2.15.1", "2.15.0", then),
        record(claims={**then, "losses.c": claim("refuted")}),
    ]

    unexpected = record(claims={"losses.a": claim("holds", expected="refuted")})
    assert rows(*records) == ["still everywhere", "still", None, None]
    assert rows(unexpected) == [None]
    assert "✓ !" in page(unexpected).text
    assert "1 of 4 hold wherever they are decided, on 2 subjects." in page(*records).text


def test_what_holds_by_other_calls_holds_everywhere():
    """One of its calls came later; the sentence counts the rows that the table leaves out first."""
    then, now = (
        {"losses.a": claim(evidence=[case("eager", spec=f"test_a.py::test_it[{each}]")])}
        for each in ("eager-a", "eager-b")
    )
    records = [record("2.15.1", "2.15.0", then), record(claims=now)]

    assert rows(*records) == ["everywhere"]
    assert "1 of 1 hold wherever they are decided, on 2 subjects." in page(*records).text


def test_backends_that_agree_are_one_outcome():
    """Each call found the same in its backend's own modes; one that differs in a mode is told."""
    jax = {"backend": "keras-jax", "subject": {"jax": "0.10.2", "keras": "3.15.1"}}
    modes = {"keras": ("eager", "graph", "xla"), "keras-jax": ("eager", "jit")}

    def decided(backend, worst="holds"):
        first, *others = modes[backend]
        cases = [case(first), *(case(mode, verdict=worst) for mode in others)]
        return {"losses.a": claim(worst, evidence=cases)}

    def on_both(worst):
        return rows(
            {**record(claims=decided("keras-jax", worst)), **jax},
            record(claims=decided("keras", worst)),
        )

    assert on_both("holds") == ["still everywhere"]
    assert on_both("refuted") == [None]
