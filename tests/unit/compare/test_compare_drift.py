"""Fingerprints side by side: how far they drift, and what exceeds a limit."""

import numpy as np
import pytest

from lossspec.core.errors import UsageProblem
from side_by_side import compared, fingerprint, recorded

NAN = np.nan
NEXT = float(np.nextafter(np.float32(1), np.float32(2)))
SAME = "the same"
LOST = "no finite distance in 1 of 2; NaN or infinite"
HALF, ABOVE = (fingerprint([number], dtype="float16") for number in (1.0, 1 + 2.0**-10))
BFLOAT = fingerprint([1.0], dtype="bfloat16")


def beside(base, new):
    """The comparison of two records of one fingerprint."""
    taken = ({"hinge": {"eager": {"float32": each}}} for each in (base, new))
    return compared(*(recorded(fingerprints=each) for each in taken))[0]


@pytest.mark.parametrize(
    ("base", "new", "ulps", "said"),
    [
        (fingerprint([0.5, 1.0]), fingerprint([0.5, NEXT]), 1, "1 ULP in 1 of 2"),
        (*(fingerprint([n], dtype="float64") for n in (1.0, NEXT)), 2**29, "5.36871e+08 ULPs in 1"),
        (fingerprint([0.0]), fingerprint([-0.0]), 0, "in the sign of a zero alone"),
        (fingerprint(), fingerprint([0.5]), np.inf, "2 numbers → 1"),
        (fingerprint([1.0, 2.0]), fingerprint([1.0, NAN]), np.inf, f"{LOST} in NEW alone: 1"),
        (fingerprint([1.0, np.inf]), fingerprint([1.0, 2.0]), np.inf, f"{LOST} in BASE alone: 1"),
        (HALF, fingerprint([1.0]), 0, "0 ULPs in 0 of 1; float16 → float32"),
        # float16 holds 1 + 2⁻¹⁰ and bfloat16 doesn't: from 1 it lies 2¹³ steps of float32.
        (ABOVE, BFLOAT, 2**13, "8192 ULPs in 1 of 1; float16 → bfloat16"),
    ],
    ids=["one unit", "float64", "zero", "count", "appeared", "vanished", "precision", "halves"],
)
def test_drift_is_measured_and_fails_nothing(base, new, ulps, said):
    """Whatever differs is drift: its distance is told, and nothing is worse."""
    comparison = beside(base, new)
    (drift,) = comparison.fingerprints.found

    assert (drift.values.ulps, str(drift.values)[: len(said)]) == (ulps, said)
    assert (comparison.worse, comparison.last_line) == (False, "1 fingerprint drifted")


def test_the_same_bits_are_no_drift():
    """A fingerprint beside itself has not drifted, even of NaN."""
    comparison = beside(*[fingerprint([0.5, 1.0], [NAN, NAN])] * 2)
    (drift,) = comparison.fingerprints.found

    assert (str(drift.values), str(drift.gradients)) == (SAME, SAME)
    assert comparison.last_line == "nothing changed"


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (fingerprint(grid="1" * 16), "taken on other inputs"),
        ({**fingerprint(), "values": "float32:3f80"}, "no whole number of float32"),
    ],
)
def test_what_cannot_be_compared_is_said(new, said):
    """Other inputs and broken text are named, and not taken for drift."""
    comparison = beside(fingerprint(), new)

    assert comparison.fingerprints.found == ()
    assert said in comparison.fingerprints.missing[0]
    assert comparison.last_line == "nothing changed; 1 not compared, or not alike"


def test_a_fingerprint_that_only_one_has_is_said():
    """A missing loss, mode or precision is named; one that NEW lacks is worse."""
    full = recorded(fingerprints={"hinge": {"eager": {"float32": fingerprint()}}})
    lost, missing = compared(full, recorded())[0], compared(recorded(), full)[0]

    said = "hinge, eager, float32: only {} has this fingerprint"
    assert (lost.fingerprints.lost, lost.worse) == ((said.format("BASE"),), True)
    assert lost.last_line == "1 fingerprint no longer decided"
    assert missing.fingerprints.missing == (said.format("NEW"),)


@pytest.mark.parametrize(
    ("new", "limit", "exceeded"),
    [(NEXT, 0, 1), (NEXT, 0.5, 1), (NEXT, 1, 0), (NEXT, np.inf, 0), (NAN, 1e30, 1)],
)
def test_drift_fails_beyond_its_limit_alone(new, limit, exceeded):
    """One unit exceeds a limit below one; a number that is lost, any finite one."""
    assert len(beside(fingerprint([1.0]), fingerprint([new])).beyond(drift=limit)) == exceeded


@pytest.mark.parametrize("limit", ["drift", "slowdown"])
def test_a_limit_on_what_was_not_measured_is_refused(limit):
    """Without fingerprints or step times in both, a limit on them can't pass in silence."""
    with pytest.raises(UsageProblem, match=r"have no (fingerprint|step time) in common"):
        compared(recorded(), recorded())[0].beyond(**{limit: 1})
