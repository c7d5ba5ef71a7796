"""What a change is: calls of two records set side by side."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lossspec.records.changes import changes, differ, state
from recorded import MODES, case, claim, in_each_mode, without_mode


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
    "worse in a mode": (in_each_mode(**XLA), in_each_mode(**BOTH), [WORSE]),
    "better in a mode": (in_each_mode(**BOTH), in_each_mode(**XLA), [BETTER]),
    "no longer run": (
        in_each_mode(),
        without_mode("graph", in_each_mode()),
        [("no longer decided", "evidence", "holds", None)],
    ),
    "run anew": (
        without_mode("graph", in_each_mode()),
        in_each_mode(),
        [("decided", "evidence", None, "holds")],
    ),
    "not so instead": (in_each_mode([NAN], **XLA), in_each_mode([NOT_NAN], **XLA), [NOT_SO]),
    "counter-spec lost": (in_each_mode([NAN], **XLA), in_each_mode(**XLA), [LOST]),
    "another instead": (
        in_each_mode([NAN], **XLA),
        in_each_mode([ZERO], **XLA),
        [("other", "instead", "holds", "holds")],
    ),
    "holds now": (in_each_mode([NAN], **XLA), in_each_mode(), [BETTER]),
    "holds, and its counter-spec fails": (
        in_each_mode([NAN], **XLA),
        in_each_mode([NOT_NAN]),
        [BETTER],
    ),
    "another that isn't so": (
        in_each_mode([NAN], **XLA),
        in_each_mode([NOT_ZERO], **XLA),
        [NOT_SO],
    ),
    "one more counter-spec": (
        in_each_mode([NAN], **XLA),
        in_each_mode([NAN, ZERO], **XLA),
        [("decided", "instead", None, "holds")],
    ),
    "another in each mode": (
        in_each_mode([GONE], **LACKING),
        in_each_mode([ZERO, ZERO_IN_GRAPH], **LACKING),
        [("other", "instead", "holds", "holds")] * 2,
    ),
    "another in each mode, not so in one": (
        in_each_mode([GONE], **LACKING),
        in_each_mode([ZERO, NOT_ZERO_IN_GRAPH], **LACKING),
        [("other", "instead", "holds", "holds"), NOT_SO],
    ),
    "the same": (in_each_mode(), in_each_mode(), []),
}


@pytest.mark.parametrize(("base", "new", "expected"), CHANGES.values(), ids=CHANGES)
def test_a_change_is_a_call_that_differs(base, new, expected):
    """A call with another verdict, or in one record alone, and another counter-spec."""
    assert told(base, new) == expected
    assert differ(base, new) == bool(expected)
    assert (state(base) == state(new)) == (not expected)


def test_a_verdict_alone_differs_too():
    """Where an entry's verdict is another though its calls aren't, that is a change."""
    assert differ(in_each_mode(), {**in_each_mode(), "verdict": "refuted"})


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
