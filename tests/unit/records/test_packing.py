"""A record and its file hold the same, though the file leaves out what goes without saying."""

import copy
import json

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
    """A record comes back from its file as it was, and isn't changed by packing."""
    before = copy.deepcopy(record)

    content = json.loads(json.dumps(packed(record)))

    assert unpacked(content) == before
    assert record == before


def packed_claim(**parts):
    """A packed record's one claim, and what its specs say."""
    content = packed(record_of(**{"doc.a": claim(**parts)}))
    return content["claims"]["doc.a"], content["specs"]


def test_calls_of_a_spec_stand_together():
    """A spec's name is written once in a claim, and what tells its calls apart with each call."""
    calls = ("test_a[eager]", "test_a[xla-[1]]", "test_b", "test_a")

    found, _ = packed_claim(evidence=[case(spec=f"test_a.py::{call}") for call in calls])

    assert [
        (group["spec"].partition("::")[2], [call.get("call") for call in group["calls"]])
        for group in found["evidence"]
    ] == [("test_a", ["[eager]", "[xla-[1]]"]), ("test_b", [None]), ("test_a", [None])]
    assert not any("spec" in call for group in found["evidence"] for call in group["calls"])


def test_a_docstring_is_written_once():
    """Calls of one spec leave one docstring; one that says something else keeps it."""
    calls = [case(), case(mode="xla"), case(says="It isn't.")]

    found, specs = packed_claim(evidence=calls, instead=[case(spec="test_a.py::b", says="Else.")])

    assert specs == {"test_a.py::test_a": "It is so.", "test_a.py::b": "Else."}
    assert [call.get("says") for call in found["evidence"][0]["calls"]] == [None, None, "It isn't."]
    assert "says" not in found["instead"][0]["calls"][0]


def test_what_is_usual_goes_without_saying():
    """That a check passed isn't written, nor that a case has no curves."""
    figures = [{"what": "loss", "ok": True}, {"what": "loss", "ok": False}]

    found, _ = packed_claim(evidence=[case(figures=figures, curves=[]), case()])

    first, second = found["evidence"][0]["calls"]
    assert first["figures"] == [{"what": "loss"}, {"what": "loss", "ok": False}]
    assert ("curves" in first, "curves" in second) == (False, True)
    assert "instead" not in found


def test_a_spec_that_the_file_leaves_out_says_nothing(tmp_path):
    """A file whose ``specs`` lack an entry is a record, and that spec's docstring is empty."""
    content = {**packed(record_of()), "specs": {}}
    (tmp_path / "out.json").write_text(json.dumps(content), encoding="utf-8")

    (found,) = read_record(tmp_path / "out.json")["claims"]["doc.a"]["evidence"]

    assert found == case(says="")
