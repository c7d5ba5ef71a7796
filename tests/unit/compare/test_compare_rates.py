"""Verdicts that other seeds may have changed: told, and counted neither as better nor as worse."""

from __future__ import annotations

import json
import math

import pytest

from invoking import CliRunner
from lossspec.commands.main import main
from lossspec.compare.comparison import compare
from lossspec.compare.comparison import NOTHING
from lossspec.records.record import read_record, read_verdicts, write_record
from recorded import case, claim, record_of

SHARE = "both losses still falling"


def judged(rate, verdict, n=200, test="rate", **figure):
    """A claim about training that is true of a share of the runs."""
    chance = {
        "test": test,
        "verdict": verdict,
        "n": n,
        "false_alarm": 0.01,
        "visible": "something",
        "rate": rate,
    }
    shown = {"what": SHARE, "ok": verdict == "holds", "chance": chance, **figure}
    evidence = [
        case(
            spec="test_training.py::test_it", mode=None, verdict=verdict, figures=[shown], curves=[]
        )
    ]
    return claim(kind="training", verdict=verdict, expected="varies", evidence=evidence)


def fisher(one, other, n):
    """The two-sided p-value of so many successes in n trials each, by counting: all splits at most as probable."""
    ways = {
        first: math.comb(n, first) * math.comb(n, one + other - first)
        for first in range(one + other - n, n + 1)
    }
    return sum(way for way in ways.values() if way <= ways[one]) / sum(ways.values())


def compared(base, new):
    """Two records of the claim beside one another."""
    return compare(record_of(**{"doc.a": base}), record_of("2.22.0", **{"doc.a": new}))


@pytest.mark.parametrize(("base", "new"), [("varies", "holds"), ("holds", "varies")])
def test_a_verdict_that_seeds_may_change_has_not_changed(base, new):
    """At 89 % in one record and 95.5 % in the other, nine runs in ten may be the truth of both."""
    rates = {"varies": 0.89, "holds": 0.955}

    comparison = compared(judged(rates[base], base), judged(rates[new], new))

    assert comparison.last_line == NOTHING
    assert not comparison.worse
    assert comparison.verdicts[0].change == "chance"
    assert comparison.verdicts[0].same_rates[0].p_value == pytest.approx(fisher(178, 191, 200))


def test_runs_that_differ_have_changed():
    """At 60 % instead of 95.5 %, no set of seeds explains it."""
    comparison = compared(judged(0.955, "holds"), judged(0.6, "varies"))

    assert comparison.last_line == "1 verdict worse"


@pytest.mark.parametrize("count", [1, 40])
def test_many_claims_ask_for_more(count):
    """The false alarms of all claims together are at most one in 10,000: of forty, each has a fortieth."""
    others = {f"doc.b{number}": judged(0.5, "varies") for number in range(count - 1)}
    base, new = judged(0.955, "holds"), judged(0.825, "varies")  # p = 3.3e-5

    comparison = compare(
        record_of(**{"doc.a": base}, **others), record_of(**{"doc.a": new}, **others)
    )

    assert [each.change for each in comparison.verdicts if each.claim == "doc.a"] == [
        "worse" if count == 1 else "chance"
    ]


@pytest.mark.parametrize(
    "new",
    [
        judged(0.89, "varies", test="rank"),
        judged("nan", "varies"),
        judged(0.89, "varies", what="something else"),
        claim(kind="training", verdict="varies", expected="varies"),
        claim(kind="training", verdict="varies", expected="varies", evidence=[]),
    ],
    ids=["another test", "no rate", "another figure", "no chance", "no evidence"],
)
def test_what_cannot_be_tested_has_changed(new):
    """A verdict that rests on anything but how many runs something is true of counts as it is."""
    assert compared(judged(0.955, "holds"), new).last_line.startswith("1 verdict worse")


def test_every_figure_has_to_be_explained():
    """Where one figure may be chance and a second isn't, the verdict has changed."""
    base, new = judged(0.955, "holds"), judged(0.89, "varies")
    for each, right in ((base, True), (new, False)):
        each["evidence"][0]["figures"].append({"what": "loss", "ok": right, "got": 0.0})

    assert compared(base, new).last_line == "1 verdict worse"


@pytest.fixture
def two(tmp_path):
    """The files of two records that differ by chance."""
    both = (
        record_of(**{"doc.a": judged(0.89, "varies")}),
        record_of("2.22.0", **{"doc.a": judged(0.955, "holds")}),
    )
    return [write_record(each, tmp_path / f"{number}.json") for number, each in enumerate(both)]


def test_evidence_is_read_where_it_is_asked_for(two):
    """Read for their verdicts, claims bring their cases where these are wanted, and what each call found always."""
    (figure,) = read_verdicts(two[0], cases=True)["claims"]["doc.a"]["evidence"][0]["figures"]

    assert figure == read_record(two[0])["claims"]["doc.a"]["evidence"][0]["figures"][0]
    assert "evidence" not in read_verdicts(two[0])["claims"]["doc.a"]
    assert [each.verdict for each in read_verdicts(two[0])["claims"]["doc.a"]["calls"]] == [
        "varies"
    ]


def test_the_text_says_both_rates(two):
    """The claim is listed with what both verdicts rest on, the heading counts it apart, and the exit code is 0."""
    result = CliRunner().invoke(main, ["compare", *map(str, two)])

    assert result.exit_code == 0
    assert "verdicts: 0 of 2 changed; 1 differs as other seeds would make it\n" in result.stdout
    assert "    chance   doc.a: varies → holds\n" in result.stdout
    assert (
        f"{SHARE}: true of 89.0% and 95.5% of 200 runs, as other seeds may make it (Fisher's exact test, p = 0.02)"
        in (result.stdout)
    )
    assert result.stdout.endswith("\nnothing changed\n")


def test_markdown_and_json_say_so_too(two):
    """In Markdown it stands among the other verdicts; in JSON it has a count and its rates."""
    markdown, data = (
        CliRunner().invoke(main, ["compare", *map(str, two), "--format", form]).stdout
        for form in ("markdown", "json")
    )

    assert "| doc.a | chance | varies → holds |" in markdown
    assert json.loads(data)["summary"]["verdicts_chance"] == 1
    assert json.loads(data)["verdicts"][0]["same_rates"][0]["rates"] == [0.89, 0.955]
