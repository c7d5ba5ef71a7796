"""The newest record in a few sentences."""

from __future__ import annotations

from lossspec import report
from pages import case, claim, record


def test_summary_says_how_the_newest_record_stands():
    """The first sentences give the subject's score, each document's, and that nothing changed."""
    claims = {"losses.a": claim(), "losses.b": claim("refuted")}

    assert report.summary([record(claims=claims)]) == [
        "On TensorFlow 2.21.0 with Keras 3.15.1, 1 of 2 claims holds and 1 is refuted.",
        "“How to Choose”: 1 of 2 claims holds and 1 is refuted.",
        "Every verdict is the expected one.",
    ]
    assert report.summary([]) == []


def test_summary_names_what_is_not_as_expected_or_undecided():
    """Changed and undecided claims are named by id, of many undecided the first ten."""
    claims = {"losses.a": claim("refuted", expected="holds")}
    undecided = {f"losses.c{n}": "not run" for n in range(12)}

    _, score, changed, left = report.summary([record(claims=claims, undecided=undecided)])

    whole = "0 of 13 claims hold, 1 is refuted and 12 are undecided, which is not a pass."
    assert score == f"“How to Choose”: {whole}"
    assert changed == "Changed: losses.a should be “holds” and is “refuted”."
    assert left.startswith("Undecided (not run): losses.c0, losses.c1, ")
    assert left.endswith("losses.c9 and 2 more.")


def test_summary_compares_with_the_one_before():
    """What differs from the last but one subject is named, and nothing older."""
    oldest, before, newest = (
        record(version, claims={"losses.a": claim(verdict)})
        for version, verdict in (("2.4.4", "varies"), ("2.15.1", "holds"), ("2.21.0", "refuted"))
    )

    moved = [each for each in report.summary([oldest, before, newest]) if each.startswith("Since")]
    still = report.summary([before, before])[-1]

    since = "Since TensorFlow 2.15.1 with Keras 3.15.1"
    assert moved == [f"{since}, losses.a went from holds to refuted."]
    assert still == f"{since}, no verdict differs."


def test_what_only_one_ledger_has_is_counted():
    """A claim that is new, or gone, is no change of the subject."""
    older = record("2.15.1", claims=dict.fromkeys(("losses.a", "losses.c"), claim()))
    newer = record("2.21.0", claims=dict.fromkeys(("losses.a", "losses.b"), claim()))

    *_, since, added, gone = report.summary([older, newer])

    assert since == "Since TensorFlow 2.15.1 with Keras 3.15.1, no verdict differs."
    assert added == "Claims that only the newer ledger has: 1."
    assert gone == "Claims that only the older ledger has: 1."


def test_of_two_specifications_verdicts_alone_are_compared():
    """That the specs are others explains other calls."""
    older = record("2.15.1", claims={"losses.a": claim(evidence=[case("eager")])})
    newer = record(
        "2.21.0", claims={"losses.a": claim(evidence=[case("eager", "test_x.py::test_other")])}
    )
    lead = "Since TensorFlow 2.15.1 with Keras 3.15.1"

    assert report.summary([older, newer])[-1] == f"{lead}, losses.a is holds, with other calls."
    newer["specification"] = "f" * 12
    assert report.summary([older, newer])[-1] == f"{lead}, no verdict differs."
