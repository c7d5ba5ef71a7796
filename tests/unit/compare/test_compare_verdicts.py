"""Verdicts side by side: what counts as worse, what is chance, and whose statement it is."""

import json
import math
from itertools import product

import pytest

from invoking import CliRunner
from lossspec.commands.main import main
from recorded import case, claim
from side_by_side import OWN, TUTORIAL, compared, recorded, written

BEST_FIRST = ["holds", "varies", "refuted", "unsupported"]
OTHER_SPECIFICATION = "ba9876543210"


def test_worse_is_further_down_and_better_further_up():
    """The order is holds, varies, refuted, unsupported."""
    for was, now in product(BEST_FIRST, repeat=2):
        comparison, found = compared(recorded({"doc.a": was}), recorded({"doc.a": now}))
        step = BEST_FIRST.index(now) - BEST_FIRST.index(was)

        assert found["doc.a"].change == ("same" if step == 0 else "worse" if step > 0 else "better")
        assert comparison.worse == (step > 0)


@pytest.mark.parametrize(
    ("undecided", "why"),
    [({"doc.a": "not run"}, "not run"), ({"doc.a": "OSError: no"}, "OSError: no"), ({}, "not run")],
    ids=["left out", "error", "not listed"],
)
def test_no_longer_decided_is_worse(undecided, why):
    """What BASE decided and NEW didn't is worse, with the reason: not run is never a pass."""
    comparison, found = compared(recorded({"doc.a": "refuted"}), recorded(undecided=undecided))

    (change,) = found.values()
    assert (change.change, change.new, change.why) == ("worse", "undecided", why)
    assert comparison.last_line == "1 verdict worse"


def test_decided_for_the_first_time_is_neither():
    """Nor is another reason to be undecided: it is listed, and makes nothing worse."""
    left_out, stopped = (recorded(undecided={"doc.a": why}) for why in ("not run", "OSError: no"))
    comparison, found = compared(left_out, recorded({"doc.a": "refuted"}))

    assert (found["doc.a"].change, comparison.worse) == ("decided", False)
    assert compared(left_out, stopped)[0].last_line == "1 verdict other"


def test_what_both_of_two_specifications_decide_is_compared():
    """Claims that one ledger lacks are added or gone; a note says why to be careful."""
    base = recorded({"doc.a": "holds", "doc.old": "holds"})
    new = recorded({"doc.a": "refuted", "doc.new": "holds"}, specification=OTHER_SPECIFICATION)
    comparison, found = compared(base, new)

    changes = {name: change.change for name, change in found.items()}
    assert changes == {"doc.a": "worse", "doc.new": "added", "doc.old": "gone"}
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


def test_documents_claims_statements_beside_and_laws_are_told_apart():
    """A claim of a document that isn't ours is a tutorial's; of ours, one beside is no law."""
    claims = {
        "doc.a": claim(),
        "own.b": claim(document="own", beside=["doc.a"]),
        "own.c": claim(document="own"),
        "odd.d": claim(document="unknown"),
    }
    record = recorded(claims=claims, documents={"doc": TUTORIAL, "own": OWN})
    _, found = compared(record, record)

    groups = [change.group for change in found.values()]
    assert groups == ["documents", "beside", "laws", "documents"]
    for alike in (record, recorded()):
        assert compared(alike, alike)[0].last_line == "nothing changed"


def test_what_was_left_out_can_be_left_aside():
    """Partly, a claim that wasn't run is no change; one whose spec broke down is worse."""
    base = recorded({"doc.a": "holds", "doc.b": "holds", "doc.c": "holds"})
    new = recorded({"doc.a": "holds"}, {"doc.b": "not run", "doc.c": "error: ValueError"})
    comparison, found = compared(base, new, partly=True)

    assert (found["doc.b"].change, found["doc.c"].change) == ("same", "worse")
    assert comparison.left_out == ("doc.b",)
    assert comparison.last_line == "1 verdict worse; 1 claim left out"
    assert compared(base, new)[0].last_line == "2 verdicts worse"


SHARE = "both losses still falling"


def judged(rate, verdict, n=200, test="rate", **figure):
    """A claim about training that is true of a share of the runs."""
    chance = {"test": test, "verdict": verdict, "n": n, "rate": rate}
    chance = {**chance, "false_alarm": 0.01, "visible": "something"}
    shown = {"what": SHARE, "ok": verdict == "holds", "chance": chance, **figure}
    spec = case(spec="test_a.py::test_it", mode=None, verdict=verdict, figures=[shown], curves=[])
    return claim(kind="training", verdict=verdict, expected="varies", evidence=[spec])


def by_chance(base, new, **others):
    """Two records of a claim about training beside one another."""
    return compared(*(recorded(claims={"doc.a": each, **others}) for each in (base, new)))


def fisher(base, new, n):
    """The two-sided p-value of so many successes in n each, by counting splits as improbable."""
    total = base + new
    firsts = range(total - n, n + 1)
    ways = {first: math.comb(n, first) * math.comb(n, total - first) for first in firsts}
    return sum(way for way in ways.values() if way <= ways[base]) / sum(ways.values())


@pytest.mark.parametrize(("base", "new"), [("varies", "holds"), ("holds", "varies")])
def test_a_verdict_that_seeds_may_change_has_not_changed(base, new):
    """At 89 % in one record and 95.5 % in the other, nine runs in ten may be the truth of both."""
    rates = {"varies": 0.89, "holds": 0.955}
    comparison, found = by_chance(judged(rates[base], base), judged(rates[new], new))

    assert (comparison.last_line, comparison.worse) == ("nothing changed", False)
    assert found["doc.a"].change == "chance"
    assert found["doc.a"].same_rates[0].p_value == pytest.approx(fisher(178, 191, 200))


@pytest.mark.parametrize(("count", "change"), [(1, "worse"), (40, "chance")])
def test_many_claims_ask_for_more(count, change):
    """All claims' false alarms together are at most 1e-4: of forty, each has a fortieth."""
    others = {f"doc.b{number}": judged(0.5, "varies") for number in range(count - 1)}
    _, found = by_chance(judged(0.955, "holds"), judged(0.825, "varies"), **others)  # p = 3.3e-5

    assert found["doc.a"].change == change


@pytest.mark.parametrize(
    "new",
    [
        judged(0.6, "varies"),
        judged(0.89, "varies", test="rank"),
        judged("nan", "varies"),
        judged(0.89, "varies", what="something else"),
        claim(kind="training", verdict="varies", expected="varies"),
        claim(kind="training", verdict="varies", expected="varies", evidence=[]),
    ],
    ids=["other runs", "another test", "no rate", "another figure", "no chance", "no evidence"],
)
def test_what_seeds_cannot_explain_has_changed(new):
    """A verdict that rests on anything but how many runs something is true of counts as it is."""
    assert by_chance(judged(0.955, "holds"), new)[0].last_line.startswith("1 verdict worse")


def test_every_figure_has_to_be_explained():
    """Where one figure may be chance and a second isn't, the verdict has changed."""
    base, new = judged(0.955, "holds"), judged(0.89, "varies")
    for entry, right in ((base, True), (new, False)):
        entry["evidence"][0]["figures"].append({"what": "loss", "ok": right, "got": 0.0})

    assert by_chance(base, new)[0].last_line == "1 verdict worse"


def test_chance_is_told_in_every_format(tmp_path):
    """It is listed with what both verdicts rest on, counted apart, and fails nothing."""
    sides = {"base": judged(0.89, "varies"), "new": judged(0.955, "holds")}
    paths = [
        str(written(tmp_path, recorded(claims={"doc.a": entry}), f"{name}.json"))
        for name, entry in sides.items()
    ]
    text, marked, data = (
        CliRunner().invoke(main, ["compare", *paths, "--format", form])
        for form in ("text", "markdown", "json")
    )

    assert text.exit_code == 0
    assert "verdicts: 0 of 1 changed; 1 differs as other seeds would make it\n" in text.stdout
    assert "    chance   doc.a: ~ varies → ✓ holds\n" in text.stdout
    rates = "true of 89.0% and 95.5% of 200 runs, as other seeds may make it"
    assert f"{SHARE}: {rates} (Fisher's exact test, p = 0.02)" in text.stdout
    assert text.stdout.endswith("\nnothing changed\n")
    assert "| chance | doc.a | \\~ varies → ✓ holds |" in marked.stdout
    assert json.loads(data.stdout)["verdicts"][0]["same_rates"][0]["rates"] == [0.89, 0.955]
