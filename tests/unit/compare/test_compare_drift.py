"""Fingerprints side by side: how far they drift, and what exceeds a limit."""

import numpy as np
import pytest

from lossspec.compare import words
from lossspec.compare.comparison import Limits
from lossspec.core.errors import UsageProblem
from lossspec.losses.fingerprints import encode
from side_by_side import compared, fingerprint, recorded

NEXT = float(np.nextafter(np.float32(1), np.float32(2)))


def drift_of(base, new):
    """The fingerprints of one loss side by side, and what couldn't be compared."""
    records = [
        recorded(fingerprints={"hinge": {"eager": {"float32": each}}}) for each in (base, new)
    ]
    comparison, _ = compared(*records)
    return comparison.fingerprints, comparison.fingerprints_missing, comparison


def test_one_unit_in_the_last_place_is_seen():
    """The smallest difference there is counts as 1, in one of two values, and makes nothing worse."""
    (drift,), _, comparison = drift_of(fingerprint([0.5, 1.0]), fingerprint([0.5, NEXT]))

    assert (drift.values.ulps, drift.values.differ, drift.values.of) == (1, 1, 2)
    assert (drift.gradients.ulps, drift.gradients.differ) == (0, 0)
    assert (comparison.worse, comparison.last_line) == (False, "1 fingerprint drifted")


def test_the_same_bits_are_no_drift():
    """A fingerprint beside itself has not drifted."""
    (same,), _, comparison = drift_of(fingerprint(), fingerprint())

    assert not same.drifted
    assert comparison.last_line == "nothing changed"


def test_the_sign_of_a_zero_is_drift_of_no_distance():
    """Zeros of either sign are other bits, no unit apart, and the line says which."""
    (zeros,), _, comparison = drift_of(fingerprint([0.0]), fingerprint([-0.0]))

    assert (zeros.drifted, zeros.ulps) == (True, 0)
    assert words.drift(zeros) == "values in the sign of a zero alone, slopes the same"
    assert comparison.last_line == "1 fingerprint drifted"


def test_another_count_of_numbers_is_drift_without_a_distance():
    """A loss that answers in another shape has drifted, as far as can be."""
    (short,), _, comparison = drift_of(fingerprint(), fingerprint([0.5]))

    assert (short.drifted, short.ulps) == (True, np.inf)
    assert words.drift(short) == "values 2 numbers → 1, slopes the same"
    assert comparison.last_line == "1 fingerprint drifted"


@pytest.mark.parametrize("lost", [np.nan, np.inf])
def test_numbers_that_appear_and_vanish_are_counted(lost):
    """A NaN or an infinity in one record alone is infinitely far away, and said."""
    (appeared,), _, _ = drift_of(fingerprint([1.0, 2.0]), fingerprint([1.0, lost]))
    (vanished,), _, _ = drift_of(fingerprint([1.0, lost]), fingerprint([1.0, 2.0]))

    assert (appeared.ulps, appeared.values.appeared, appeared.values.vanished) == (np.inf, 1, 0)
    assert (vanished.ulps, vanished.values.appeared, vanished.values.vanished) == (np.inf, 0, 1)


def test_nothing_but_nan_in_both_is_no_drift():
    """NaN beside NaN is the same, everywhere."""
    (drift,), _, _ = drift_of(
        fingerprint([np.nan] * 3, [np.nan] * 3), fingerprint([np.nan] * 3, [np.nan] * 3)
    )

    assert not drift.drifted


@pytest.mark.parametrize(
    ("narrow", "wide"), [("float16", "float32"), ("bfloat16", "float32"), ("float16", "bfloat16")]
)
def test_another_precision_is_drift(narrow, wide):
    """An answer in another precision is said, and measured in the finer one."""
    (drift,), _, _ = drift_of(fingerprint(dtype=narrow), fingerprint(dtype=wide))

    assert drift.drifted
    assert drift.values.precisions == (narrow, wide)
    assert drift.ulps == 0


def test_the_two_halves_are_compared_in_float32():
    """float16 holds 1 + 2⁻¹⁰ and bfloat16 doesn't: from 1 it lies 2¹³ steps of float32."""
    (drift,), _, _ = drift_of(
        fingerprint([1 + 2.0**-10], dtype="float16"), fingerprint([1.0], dtype="bfloat16")
    )

    assert drift.values.ulps == 2**13


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (fingerprint(grid="1" * 16), "taken on other inputs"),
        ({**fingerprint(), "values": "float32:3f80"}, "no whole number of float32"),
    ],
)
def test_what_cannot_be_compared_is_said(new, said):
    """Other inputs and broken text are named, and not taken for drift."""
    found, (missing,), comparison = drift_of(fingerprint(), new)

    assert found == ()
    assert said in missing
    assert comparison.last_line == "nothing changed; 1 not compared, or not alike"


def test_a_fingerprint_that_only_one_has_is_said():
    """A missing loss, mode or precision is named, on either side; one that NEW lacks is worse."""
    full = recorded(fingerprints={"hinge": {"eager": {"float32": fingerprint()}}})
    lost = compared(full, recorded())[0]

    assert (lost.fingerprints_lost, lost.worse) == (
        ("hinge eager float32: only BASE has this fingerprint",),
        True,
    )
    assert lost.last_line == "1 fingerprint no longer decided"
    assert compared(recorded(), full)[0].fingerprints_missing == (
        "hinge eager float32: only NEW has this fingerprint",
    )


@pytest.mark.parametrize(("limit", "exceeded"), [(0, 1), (0.5, 1), (1, 0), (1e9, 0), (np.inf, 0)])
def test_drift_fails_beyond_its_limit_alone(limit, exceeded):
    """One unit exceeds a limit below one, and no other."""
    _, _, comparison = drift_of(fingerprint([0.5, 1.0]), fingerprint([0.5, NEXT]))

    assert len(comparison.beyond(Limits(drift=limit))) == exceeded


def test_a_number_lost_exceeds_any_finite_limit():
    """A NaN that appeared is further away than any limit."""
    _, _, comparison = drift_of(fingerprint([1.0]), fingerprint([np.nan]))

    assert comparison.beyond(Limits(drift=1e30))


@pytest.mark.parametrize("limits", [Limits(drift=1), Limits(slowdown=1)])
def test_a_limit_on_what_was_not_measured_is_refused(limits):
    """Without fingerprints or step times in both, a limit on them can't pass in silence."""
    with pytest.raises(UsageProblem, match=r"have no (fingerprint|step time) in common"):
        compared(recorded(), recorded())[0].beyond(limits)


def test_wide_distances_are_those_of_the_precision():
    """In float64, 1 and the next float32 lie 2²⁹ apart."""
    one, other = (fingerprint([value], dtype="float64") for value in (1.0, NEXT))
    (drift,), _, _ = drift_of(one, other)

    assert drift.ulps == 2**29
    assert encode([NEXT], "float64").startswith("float64:")
