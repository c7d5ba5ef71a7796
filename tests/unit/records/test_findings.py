"""What a change is: calls set side by side, and against what the ledger expects."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lossspec.records.findings import (
    by_mode,
    changed_in_words,
    changes,
    differ,
    shows,
    state,
    unexpected_in_words,
)
from recorded import case, claim

MODES = ("eager", "graph", "xla")


def entry(instead=(), **verdicts):
    """A claim with a call in each mode; its verdict is the worst."""
    modes = {**dict.fromkeys(MODES, "holds"), **verdicts}
    order = ["holds", "varies", "unsupported", "refuted"]
    worst = max(modes.values(), key=order.index)
    evidence = [
        case(spec=f"test_a.py::test_a[{mode}]", mode=mode, verdict=each)
        for mode, each in modes.items()
    ]
    counter = [
        case(spec=f"test_a.py::{name}[{mode}]", mode=mode, verdict=each)
        for name, mode, each in instead
    ]
    return claim(
        verdict=worst,
        expected=worst,
        evidence=evidence,
        **({"instead": counter} if counter else {}),
    )


def without(mode, of):
    """A claim without its calls in one mode."""
    return {**of, "evidence": [each for each in of["evidence"] if each["mode"] != mode]}


def told(base, new):
    """The changes between two entries: kind, part, and the verdicts of both."""
    return [
        (
            change.change,
            change.finding.part,
            *(found and found.verdict for found in (change.base, change.new)),
        )
        for change in changes(base, new)
    ]


NAN, ZERO = ("test_nan", "xla", "holds"), ("test_zero", "xla", "holds")
NOT_NAN, NOT_ZERO = ("test_nan", "xla", "refuted"), ("test_zero", "xla", "refuted")
GONE = ("test_gone", None, "holds")
ZERO_IN_GRAPH, NOT_ZERO_IN_GRAPH = (("test_zero", "graph", each) for each in ("holds", "refuted"))
LACKING = {"xla": "unsupported", "graph": "unsupported"}
XLA = {"xla": "refuted"}
BOTH = {"xla": "refuted", "graph": "refuted"}
WORSE = ("worse", "evidence", "holds", "refuted")
BETTER = ("better", "evidence", "refuted", "holds")
LOST = ("no longer decided", "instead", "holds", None)
NOT_SO = ("worse", "instead", "holds", "refuted")
CHANGES = {
    "worse in a mode": (entry(**XLA), entry(**BOTH), [WORSE]),
    "better in a mode": (entry(**BOTH), entry(**XLA), [BETTER]),
    "no longer run": (
        entry(),
        without("graph", entry()),
        [("no longer decided", "evidence", "holds", None)],
    ),
    "run anew": (without("graph", entry()), entry(), [("decided", "evidence", None, "holds")]),
    "not so instead": (entry([NAN], **XLA), entry([NOT_NAN], **XLA), [NOT_SO]),
    "counter-spec lost": (entry([NAN], **XLA), entry(**XLA), [LOST]),
    "another instead": (
        entry([NAN], **XLA),
        entry([ZERO], **XLA),
        [("other", "instead", "holds", "holds")],
    ),
    "holds now": (entry([NAN], **XLA), entry(), [BETTER]),
    "holds, and its counter-spec fails": (entry([NAN], **XLA), entry([NOT_NAN]), [BETTER]),
    "another that isn't so": (entry([NAN], **XLA), entry([NOT_ZERO], **XLA), [NOT_SO]),
    "one more counter-spec": (
        entry([NAN], **XLA),
        entry([NAN, ZERO], **XLA),
        [("decided", "instead", None, "holds")],
    ),
    "another in each mode": (
        entry([GONE], **LACKING),
        entry([ZERO, ZERO_IN_GRAPH], **LACKING),
        [("other", "instead", "holds", "holds")] * 2,
    ),
    "another in each mode, not so in one": (
        entry([GONE], **LACKING),
        entry([ZERO, NOT_ZERO_IN_GRAPH], **LACKING),
        [("other", "instead", "holds", "holds"), NOT_SO],
    ),
    "the same": (entry(), entry(), []),
}


@pytest.mark.parametrize(("base", "new", "expected"), CHANGES.values(), ids=CHANGES)
def test_a_change_is_a_call_that_differs(base, new, expected):
    """A call with another verdict, or in one record alone, and another counter-spec."""
    assert told(base, new) == expected
    assert differ(base, new) == bool(expected)
    assert (state(base) == state(new)) == (not expected)


def test_a_verdict_alone_differs_too():
    """Where an entry's verdict is another though its calls aren't, that is a change."""
    assert differ(entry(), {**entry(), "verdict": "refuted"})


def test_where_a_verdict_shows():
    """In all modes it goes unsaid; else modes are named, and those that differ have a verdict."""
    assert shows(entry()) == shows(entry(eager="refuted", graph="refuted", xla="refuted")) == ""
    assert shows(entry(xla="refuted")) == "in xla mode"
    assert shows(entry(eager="refuted", graph="refuted")) == "in eager and graph mode"
    assert by_mode(entry()) == {}
    assert by_mode(entry(xla="refuted")) == {"eager": "holds", "graph": "holds", "xla": "refuted"}


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
        (entry(xla="refuted"), "1 changed (in eager and graph mode)"),
        ({**entry(xla="refuted"), "modes": ["xla"]}, "0 changed"),
        ({**entry(xla="refuted", graph="refuted"), "modes": ["xla"]}, "1 changed (in graph mode)"),
        ({**entry(xla="refuted"), "expected": "holds"}, "1 changed (in xla mode)"),
        ({**entry([NOT_NAN], **XLA), "modes": ["xla"]}, "1 changed (in what happens instead)"),
        ({**entry(), "expected": "refuted"}, "1 changed"),
        ({**without("xla", entry()), "expected": "refuted", "modes": ["xla"]}, "0 changed"),
    ],
)
def test_a_run_is_judged_call_by_call(found, words):
    """A call that isn't as expected in its mode changes its claim, as does a counter-spec."""
    assert changed_in_words([found]) == words


def test_several_changes_say_how_many_lie_where():
    """Of three changed claims two are changed in graph mode alone."""
    graph = {**entry(graph="refuted"), "expected": "holds"}
    whole = {**entry(eager="refuted", graph="refuted", xla="refuted"), "expected": "holds"}

    assert changed_in_words([graph, graph, whole, entry()]) == "3 changed (2 in graph mode)"
    assert unexpected_in_words(graph) == "in graph mode: refuted"
    assert unexpected_in_words(whole) == ""


CALLS = st.tuples(
    st.sampled_from(["test_a", "test_b"]), st.sampled_from(["", "x", "y"]), st.sampled_from(MODES)
)


@st.composite
def entries(draw):
    """A claim with some calls, and maybe some of two counter-specs."""
    verdicts = st.sampled_from(["holds", "varies", "refuted", "unsupported"])
    parts = []
    for most in (4, 2):
        calls = draw(st.dictionaries(CALLS, verdicts, min_size=most // 4, max_size=most))
        parts.append(
            [
                case(spec=f"test_a.py::{name}[{mode}-{more}]", mode=mode, verdict=verdict)
                for (name, more, mode), verdict in calls.items()
            ]
        )
    return claim(verdict=draw(verdicts), evidence=parts[0], instead=parts[1])


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(entries(), entries())
def test_the_state_is_the_same_where_nothing_changed(base, new):
    """What tells outcomes apart on the page and what `compare` lists agree on any two claims."""
    new = {**new, "verdict": base["verdict"]}

    assert (state(base) == state(new)) == (not changes(base, new)) == (not changes(new, base))
    assert not changes(base, base)


def test_a_number_that_pytest_gives_is_no_change():
    """Which of a spec's calls of one loss it is changes with the ledger's other claims."""
    calls = [
        claim(evidence=[case(spec=f"test_a.py::test_a[{call}]", mode="eager", verdict="holds")])
        for call in ("eager-circle", "eager-circle9", "eager-circle-float16")
    ]

    assert not differ(*calls[:2])
    assert told(*calls[:2]) == []
    assert differ(calls[0], calls[2])
