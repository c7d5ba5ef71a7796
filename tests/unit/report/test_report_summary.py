"""The newest record in a few sentences."""

from __future__ import annotations

import pytest

from lossspec import report
from pages import claim, one_of_everything, record

pytest.importorskip("jinja2", reason="the report's packages are an extra")
pytest.importorskip("matplotlib", reason="the report's packages are an extra")


@pytest.fixture(scope="module", name="full")
def _full():
    """Records with one of everything: see `one_of_everything`."""
    return one_of_everything()


def test_summary_says_how_the_newest_record_stands():
    """The first sentences give the subject's score, each document's, and that nothing changed."""
    claims = {"losses.a": claim(), "losses.b": claim("refuted")}

    assert report.summary([record(claims=claims)]) == [
        "On TensorFlow 2.21.0 with Keras 3.15.1, 1 of 2 claims holds and 1 is refuted.",
        "“How to Choose”: 1 of 2 claims holds and 1 is refuted.",
        "Every verdict is the expected one.",
    ]


def test_summary_names_what_is_not_as_expected_or_undecided():
    """Changed and undecided claims are named by id."""
    claims = {"losses.a": claim("refuted", expected="holds")}

    sentences = report.summary([record(claims=claims, undecided={"losses.b": "not run"})])

    assert "Changed: losses.a should be “holds” and is “refuted”." in sentences
    assert "Undecided (not run): losses.b." in sentences
    assert (
        "“How to Choose”: 0 of 2 claims hold, 1 is refuted and 1 is undecided, which is not a pass."
        in sentences
    )


def test_summary_doesnt_list_a_hundred_claims():
    """A run of one spec leaves most claims undecided; they are counted after the first ten."""
    undecided = {f"losses.c{n}": "not run" for n in range(30)}

    assert report.summary([record(undecided=undecided)])[-1].endswith("losses.c9 and 20 more.")


def test_summary_compares_with_the_one_before(full):
    """What differs from the last but one subject is named, and nothing older."""
    before, newest = (
        record("2.15.1", claims={"losses.a": claim()}),
        record(claims={"losses.a": claim("refuted")}),
    )

    moved = [each for each in report.summary([full[0], before, newest]) if each.startswith("Since")]
    still = report.summary([before, before])[-1]

    assert moved == [
        "Since TensorFlow 2.15.1 with Keras 3.15.1, losses.a went from holds to refuted."
    ]
    assert still == "Since TensorFlow 2.15.1 with Keras 3.15.1, no verdict differs."


def test_summary_of_nothing_is_empty():
    """No record, no sentence."""
    assert report.summary([]) == []
