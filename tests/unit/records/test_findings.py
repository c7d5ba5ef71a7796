"""What a record found, in words and against what the ledger expects."""

import pytest

from lossspec.records.findings import by_mode, changed_in_words, shows, unexpected_in_words
from recorded import case, claim, in_each_mode, without_mode

NOT_NAN = ("test_nan", "xla", "refuted")
XLA = {"xla": "refuted"}


def test_where_a_verdict_shows():
    """In all modes it goes unsaid; else modes are named, and those that differ have a verdict."""
    assert (
        shows(in_each_mode())
        == shows(in_each_mode(eager="refuted", graph="refuted", xla="refuted"))
        == ""
    )
    assert shows(in_each_mode(xla="refuted")) == "in xla mode"
    assert shows(in_each_mode(eager="refuted", graph="refuted")) == "in eager and graph mode"
    assert by_mode(in_each_mode()) == {}
    assert by_mode(in_each_mode(xla="refuted")) == {
        "eager": "holds",
        "graph": "holds",
        "xla": "refuted",
    }


def test_parameters_are_named_where_a_mode_is_not_whole():
    """Of five calls that differ in the same mode three are named, and the rest is counted."""
    calls = [
        case(spec=f"test_a.py::test_a[xla-{k}]", mode="xla", verdict="refuted") for k in range(5)
    ]
    some = claim(
        verdict="refuted", evidence=[*calls, case(spec="test_a.py::test_a[xla-9]", mode="xla")]
    )

    assert shows(some) == "in [xla-0], [xla-1], [xla-2] and 2 more"


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (in_each_mode(xla="refuted"), "1 changed (in eager and graph mode)"),
        ({**in_each_mode(xla="refuted"), "modes": ["xla"]}, "0 changed"),
        (
            {**in_each_mode(xla="refuted", graph="refuted"), "modes": ["xla"]},
            "1 changed (in graph mode)",
        ),
        ({**in_each_mode(xla="refuted"), "expected": "holds"}, "1 changed (in xla mode)"),
        (
            {**in_each_mode([NOT_NAN], **XLA), "modes": ["xla"]},
            "1 changed (in what happens instead)",
        ),
        ({**in_each_mode(), "expected": "refuted"}, "1 changed"),
        (
            {**without_mode("xla", in_each_mode()), "expected": "refuted", "modes": ["xla"]},
            "0 changed",
        ),
    ],
)
def test_a_run_is_judged_call_by_call(found, words):
    """A call that isn't as expected in its mode changes its claim, as does a counter-spec."""
    assert changed_in_words([found]) == words


def test_several_changes_say_how_many_lie_where():
    """Of three changed claims two are changed in graph mode alone."""
    graph = {**in_each_mode(graph="refuted"), "expected": "holds"}
    whole = {**in_each_mode(eager="refuted", graph="refuted", xla="refuted"), "expected": "holds"}

    assert changed_in_words([graph, graph, whole, in_each_mode()]) == "3 changed (2 in graph mode)"
    assert unexpected_in_words(graph) == "in graph mode: refuted"
    assert unexpected_in_words(whole) == ""
