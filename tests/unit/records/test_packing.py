"""A record and its file hold the same, though the file leaves out what goes without saying."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossspec.records.packing import packed, unpacked
from lossspec.records.record import read_record
from recorded import case, claim, record_of

WORDS = st.text(max_size=5)
NUMBERS = st.lists(st.integers() | st.sampled_from(["nan", "inf", "-inf"]), max_size=3)
FIGURES = st.fixed_dictionaries(
    {"what": WORDS, "ok": st.booleans()}, optional={"got": st.integers()}
)
CURVES = st.fixed_dictionaries({"what": WORDS, "x": NUMBERS, "y": NUMBERS})
CASES = st.builds(
    case,
    # Few names and docstrings, so that cases share them, agree and disagree.
    spec=st.sampled_from(
        ["test_a.py::test_a", "test_a.py::test_a[eager]", "test_a.py::test_a[xla-[1]]", "[", ""]
    ),
    says=st.sampled_from(["It is so.", "It isn't.", ""]),
    figures=st.lists(FIGURES, max_size=2),
    curves=st.lists(CURVES, max_size=2),
)
CLAIMS = st.builds(claim, evidence=st.lists(CASES, min_size=1, max_size=3)) | st.builds(
    claim, evidence=st.lists(CASES, min_size=1, max_size=2), instead=st.lists(CASES, max_size=2)
)
RECORDS = st.dictionaries(
    WORDS.filter(lambda name: name not in ("tensorflow", "keras")), CLAIMS, max_size=3
).map(lambda claims: record_of(**claims))


@given(RECORDS)
def test_what_was_packed_is_unpacked(record):
    """A record comes back from its file as it was, key for key, and isn't changed by packing."""
    before = copy.deepcopy(record)

    content = json.loads(json.dumps(packed(record)))

    assert unpacked(content) == before
    assert record == before


def of_cases(*cases):
    """The calls of a packed record that holds these cases of one spec, and its specs."""
    content = packed(record_of(**{"doc.a": claim(evidence=list(cases))}))
    (spec,) = content["claims"]["doc.a"]["evidence"]
    return spec["calls"], content["specs"]


def test_calls_of_a_spec_stand_together():
    """A spec's name is written once in a claim, and what tells its calls apart with each call."""
    names = [
        "test_a.py::test_a[eager]",
        "test_a.py::test_a[xla-[1]]",
        "test_a.py::test_b",
        "test_a.py::test_a",
    ]

    content = packed(record_of(**{"doc.a": claim(evidence=[case(spec=name) for name in names])}))
    groups = content["claims"]["doc.a"]["evidence"]

    assert [group["spec"].partition("::")[2] for group in groups] == ["test_a", "test_b", "test_a"]
    assert [[call.get("call") for call in group["calls"]] for group in groups] == [
        ["[eager]", "[xla-[1]]"],
        [None],
        [None],
    ]
    assert not any("spec" in call for group in groups for call in group["calls"])


def test_a_docstring_is_written_once_for_all_modes():
    """Calls of one spec in several modes leave one docstring, and it isn't among them."""
    modes = ("eager", "graph", "xla")

    cases, specs = of_cases(*(case(spec=f"test_a.py::test_a[{mode}]", mode=mode) for mode in modes))

    assert specs == {"test_a.py::test_a": "It is so."}
    assert [each.get("says") for each in cases] == [None] * 3


def test_a_docstring_of_its_own_stays_with_its_case():
    """Where two cases of one spec say different things, the second keeps what it says."""
    cases, specs = of_cases(case(), case(says="It isn't."), case())

    assert specs == {"test_a.py::test_a": "It is so."}
    assert [each.get("says") for each in cases] == [None, "It isn't.", None]


@pytest.mark.parametrize(
    ("ok", "written"), [(True, {"what": "loss"}), (False, {"what": "loss", "ok": False})]
)
def test_only_a_check_that_failed_is_said(ok, written):
    """That a check passed goes without saying."""
    cases, _ = of_cases(case(figures=[{"what": "loss", "ok": ok}]))

    assert cases[0]["figures"] == [written]


def test_a_case_without_curves_says_nothing_of_curves():
    """An empty list of curves isn't written."""
    cases, _ = of_cases(case(curves=[]), case())

    assert ["curves" in each for each in cases] == [False, True]


def test_a_counter_spec_is_packed_too():
    """What happens instead is packed as evidence is, and a claim without it isn't given any."""
    content = packed(record_of(**{"doc.a": claim(instead=[case(says="Else.")]), "doc.b": claim()}))

    assert content["claims"]["doc.a"]["instead"][0]["calls"][0]["says"] == "Else."
    assert "says" not in content["claims"]["doc.a"]["evidence"][0]["calls"][0]
    assert "instead" not in content["claims"]["doc.b"]


def test_a_spec_that_the_file_leaves_out_says_nothing(tmp_path):
    """A file whose ``specs`` lack an entry is a record, and that spec's docstring is empty."""
    (tmp_path / "out.json").write_text(
        json.dumps({**packed(record_of()), "specs": {}}), encoding="utf-8"
    )

    (found,) = read_record(tmp_path / "out.json")["claims"]["doc.a"]["evidence"]

    assert found == case(says="")
