"""The page: what the specification would catch."""

from __future__ import annotations

import json

import pytest

from lossspec import report
from lossspec.core.errors import UsageProblem
from pages import HOSTILE, Page, page, record

pytest.importorskip("jinja2", reason="the report's packages are an extra")
pytest.importorskip("matplotlib", reason="the report's packages are an extra")


def fault(kind, how="verdict", argument="", **more):
    """A fault, as `tox -e faults` writes it."""
    return {"kind": kind, "id": f"{kind}-{how}", "says": "", "how": how, "argument": argument, **more}


@pytest.fixture
def built(tmp_path):
    """The page of one record and of these faults, taken apart."""

    def built(*faults, left=0):
        content = {"faults": faults, "not run": left}
        (tmp_path / "faults.json").write_text(json.dumps(content), encoding="utf-8")
        return Page(report.build([record()], tmp_path / "faults.json"))

    return built


def test_faults_are_counted_where_there_is_a_file(built):
    """Each kind of fault has its sentence; those argued to change nothing, and not noticed, don't count."""
    text = built(
        fault("by-hand"), fault("mechanical", "error"), fault("mechanical", "", "same"), fault("benign", "")
    ).text

    assert "Faults of the kind that people make: 1 of 1 caught." in text
    assert (
        "Mechanical edits of the losses: 1 of 1 that change anything caught; 1 more were found to change nothing."
        in text
    )
    assert "Rewrites that change nothing: 0 of 1 flagged." in text
    assert "What the specification would catch" not in page(record()).text


def test_the_score_is_among_the_data(tmp_path):
    """data.json holds how many of each kind were noticed, and which weren't; without a file it holds null."""
    faults = [fault("by-hand"), fault("by-hand", "", says="Missed."), fault("mechanical", "", "same")]
    (tmp_path / "faults.json").write_text(json.dumps({"faults": faults, "not run": 3}), encoding="utf-8")
    found, without = (
        json.loads(report.beside([record()], given)["data.json"])["faults"]
        for given in (tmp_path / "faults.json", None)
    )

    assert without is None
    assert found["left"] == 3
    assert found["kinds"] == {
        "by-hand": {"of": 2, "noticed": 1, "equal": 0, "wrong": ["Missed. (missed)"]},
        "mechanical": {"of": 0, "noticed": 0, "equal": 1, "wrong": []},
    }


def test_what_is_left_to_run_is_told(built):
    """A file of a run that was broken off says how many faults it lacks; one of a whole run says nothing of it."""
    assert built(fault("by-hand"), fault("benign", ""), left=7).text.count("7 are still to be run.") == 1
    assert "still to be run" not in built(fault("by-hand")).text
    assert "page:faults" not in built().ids


def test_what_is_wrong_is_listed(built):
    """A fault that was missed, and a rewrite that was flagged, stand below their squares in words."""
    text = built(
        fault("by-hand", ""), fault("by-hand", says="Caught one."), fault("benign", says="A sum the other way round.")
    ).text

    assert "by-hand- (missed)" in text
    assert "A sum the other way round. (flagged)" in text
    assert "Caught one." not in text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_stay_text(built, hostile):
    """What a fault is called begins no element and no script."""
    page_of_faults = built(fault("by-hand", "", says=hostile), fault("mechanical", "", id=hostile, argument=hostile))

    assert page_of_faults.wrong == []
    assert not page_of_faults.named("img")
    assert hostile in page_of_faults.text


@pytest.mark.parametrize(
    "content", ["", "[]x", '{"faults": [1]}', "{}", '{"faults": [{"kind": "by-hand"}]}', "[" * 10**5]
)
def test_a_file_that_is_none_of_faults_is_a_problem(content, tmp_path):
    """What can't be read as faults is refused by name."""
    (tmp_path / "faults.json").write_text(content, encoding="utf-8")

    with pytest.raises(UsageProblem, match=r"faults\.json"):
        report.build([record()], tmp_path / "faults.json")
