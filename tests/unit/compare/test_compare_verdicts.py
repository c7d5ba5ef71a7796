"""Verdicts side by side: what counts as worse, and whose statement it is."""

from itertools import product

import pytest

from lossspec.core.errors import UsageProblem
from recorded import claim
from side_by_side import OWN, TUTORIAL, compared, recorded

BEST_FIRST = ["holds", "varies", "refuted", "unsupported"]


@pytest.mark.parametrize(("was", "now"), list(product(BEST_FIRST, repeat=2)))
def test_worse_is_further_down_and_better_further_up(was, now):
    """The order is holds, varies, refuted, unsupported."""
    comparison, found = compared(recorded({"doc.a": was}), recorded({"doc.a": now}))
    step = BEST_FIRST.index(now) - BEST_FIRST.index(was)

    assert found["doc.a"].change == ("same" if step == 0 else "worse" if step > 0 else "better")
    assert comparison.worse == (step > 0)


@pytest.mark.parametrize("why", ["not run", "RuntimeError: no"])
def test_no_longer_decided_is_worse(why):
    """What BASE decided and NEW didn't counts as worse, with the reason: not run is never a pass."""
    _, found = compared(recorded({"doc.a": "refuted"}), recorded(undecided={"doc.a": why}))

    assert (found["doc.a"].change, found["doc.a"].new, found["doc.a"].why) == (
        "worse",
        "undecided",
        why,
    )


def test_a_claim_that_new_does_not_list_was_not_run():
    """Where both are of one specification, an unlisted claim wasn't run, even if the record holds none at all."""
    comparison, found = compared(recorded({"doc.a": "holds"}), recorded())

    assert (found["doc.a"].change, found["doc.a"].why) == ("worse", "not run")
    assert comparison.last_line == "1 verdict worse"


def test_decided_for_the_first_time_is_neither():
    """What only NEW decides is listed, and makes nothing worse, whatever it is."""
    comparison, found = compared(
        recorded(undecided={"doc.a": "not run"}), recorded({"doc.a": "refuted"})
    )

    assert found["doc.a"].change == "decided"
    assert not comparison.worse


def test_different_specifications_are_refused():
    """Records of different specifications can't be compared, in one clear line that says what to do."""
    with pytest.raises(
        UsageProblem, match=r"different specifications, 0123456789ab and ba9876543210; .*--across"
    ):
        compared(recorded(), recorded(specification="ba9876543210"))


def test_across_compares_what_both_decide():
    """Across specifications, claims that one ledger lacks are added or gone, and the note says why to be careful."""
    base = recorded({"doc.a": "holds", "doc.old": "holds"})
    new = recorded({"doc.a": "refuted", "doc.new": "holds"}, specification="ba9876543210")
    comparison, found = compared(base, new, across=True)

    assert {name: each.change for name, each in found.items()} == {
        "doc.a": "worse",
        "doc.new": "added",
        "doc.old": "gone",
    }
    assert "different specifications" in comparison.notes[0]
    assert comparison.last_line == "1 verdict worse, 1 added, 1 gone from the ledger"


def test_a_change_that_the_ledger_expects_says_so():
    """The reason is the ledger's; where it expects another verdict, that is said instead."""
    expected = claim(verdict="refuted", expected="refuted", reason="It changed.")
    base = recorded({"doc.a": "holds", "doc.b": "holds"})
    new = recorded(claims={"doc.a": expected, "doc.b": claim(verdict="refuted", expected="holds")})
    _, found = compared(base, new)

    assert (found["doc.a"].as_expected, found["doc.a"].why) == (True, "It changed.")
    assert (found["doc.b"].as_expected, found["doc.b"].expected) == (False, "holds")


def test_tutorials_statements_beside_and_laws_are_told_apart():
    """A claim of a document that isn't ours is a tutorial's; of ours, one beside another is no law."""
    claims = {
        "doc.a": claim(),
        "own.b": claim(document="own", beside=["doc.a"]),
        "own.c": claim(document="own"),
        "odd.d": claim(document="unknown"),
    }
    record = recorded(claims=claims, documents={"doc": TUTORIAL, "own": OWN})
    _, found = compared(record, record)

    assert [each.group for each in found.values()] == ["tutorials", "beside", "laws", "tutorials"]


def test_notes_name_what_else_differs():
    """Python, NumPy, and that both are of one subject, may explain a difference."""
    new = recorded()
    new["environment"] = {**new["environment"], "python": "3.8.18", "packages": {"numpy": "1.19.5"}}
    notes = compared(recorded(), new)[0].notes

    assert [note.split(":")[0] for note in notes] == [
        "Python differs",
        "NumPy differs",
        "one subject twice",
    ]


def test_nothing_changed_is_said():
    """Two records that are alike end in `nothing changed`."""
    assert (
        compared(recorded({"doc.a": "refuted"}), recorded({"doc.a": "refuted"}))[0].last_line
        == "nothing changed"
    )


def test_empty_records_are_no_error():
    """Without claims, studies, fingerprints and step times nothing changed, and nothing is worse."""
    comparison, found = compared(recorded(), recorded())

    assert found == {}
    assert (comparison.worse, comparison.last_line) == (False, "nothing changed")


LEFT_OUT = {"doc.b": "not run", "doc.c": "error: ValueError"}


def test_what_was_left_out_can_be_left_aside():
    """Partly, a claim that wasn't run is no change, and is counted; one whose spec broke down is worse all the same."""
    base = recorded({"doc.a": "holds", "doc.b": "holds", "doc.c": "holds"})
    comparison, found = compared(base, recorded({"doc.a": "holds"}, LEFT_OUT), partly=True)

    assert (found["doc.b"].change, found["doc.c"].change) == ("same", "worse")
    assert comparison.left_out == ("doc.b",)
    assert comparison.last_line == "1 verdict worse; 1 claim left out"


def test_what_was_left_out_is_worse_unless_it_is_left_aside():
    """Not run is never a pass."""
    base = recorded({"doc.a": "holds", "doc.b": "holds"})
    comparison, found = compared(base, recorded({"doc.a": "holds"}, {"doc.b": "not run"}))

    assert found["doc.b"].change == "worse"
    assert comparison.worse
