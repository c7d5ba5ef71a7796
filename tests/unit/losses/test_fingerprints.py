"""Fingerprints: text that holds every bit, and distances in units in the last place."""

import numpy as np
import pytest

from lossspec.judging.evidence import Evidence
from lossspec.losses import fingerprints
from lossspec.losses.fingerprints import PRECISIONS, decode, encode, ulps
from lossspec.losses.inputs import Batch
from lossspec.records.results import Results
from recorded import STATE

INFINITY, NAN = float("inf"), float("nan")
HARD = [0.0, -0.0, 1.0, -1.5, INFINITY, -INFINITY, NAN, 0.0078125, -240.0]
EXTREMES = {
    "float64": [5e-324, 1.7976931348623157e308, 1 / 3],
    "float32": [2.0**-149, float(np.finfo(np.float32).max), float(np.float32(1 / 3))],
    "float16": [2.0**-24, 65504.0, float(np.float16(1 / 3))],
    "bfloat16": [2.0**-133, 255 * 2.0**120, 0.333984375],
}
ONE = {"float64": "3ff0000000000000", "float32": "3f800000", "float16": "3c00", "bfloat16": "3f80"}
BATCH = Batch(np.zeros((1, 2)), np.ones((1, 2)))


@pytest.mark.parametrize("dtype", PRECISIONS)
def test_numbers_come_back_to_the_last_bit(dtype):
    """Written as IEEE 754 has them; zeros of both signs, infinities, NaN, extremes included."""
    kept, back = decode(encode([*HARD, *EXTREMES[dtype]], dtype))

    assert kept == dtype
    np.testing.assert_array_equal(back, [*HARD, *EXTREMES[dtype]])
    assert list(np.signbit(back[:2])) == [False, True]
    assert encode([1.0, 1.0], dtype) == f"{dtype}:{ONE[dtype]}{ONE[dtype]}"


def test_every_nan_is_written_alike():
    """The sign and payload of a NaN leave no trace."""
    words = [0x7FF8000000000000, 0xFFF8000000000001, 0x7FF0000000000001]
    nans = np.array(words, np.uint64).view(np.float64)

    assert {encode(nan, "float32") for nan in nans} == {"float32:7fc00000"}


@pytest.mark.parametrize(
    ("asked", "number", "kept"),
    [
        ("float16", 1 + 2.0**-11, "float32"),
        ("bfloat16", 1 + 2.0**-8, "float32"),
        ("float16", 1e6, "float32"),
        ("float32", 1e300, "float64"),
        ("bfloat16", 0.1, "float64"),
    ],
)
def test_what_a_precision_cannot_hold_is_kept_in_a_wider_one(asked, number, kept):
    """A loss that answers in more than it was asked in is kept as it is."""
    dtype, numbers = decode(encode([1.0, number], asked))

    assert (dtype, numbers.tolist()) == (kept, [1.0, number])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("float32:3f80000", "7 digits are no whole number of float32"),
        ("3f800000", "'3f800000' doesn't start with one of float64"),
        ("float8:3f", "'float8:3f' doesn't start"),
    ],
)
def test_text_of_another_kind_is_refused(text, problem):
    """Text that is cut off, or of an unknown precision, decodes to nothing."""
    with pytest.raises(ValueError, match=problem):
        decode(text)


@pytest.mark.parametrize("dtype", PRECISIONS)
def test_neighbours_are_one_unit_apart(dtype):
    """Next to each number lies another, one unit in the last place away, in any precision."""
    words = ONE[dtype][:-2]
    _, (low, high) = decode(f"{dtype}:{words}00{words}01")

    assert high > low
    assert ulps(low, high, dtype) == ulps(high, low, dtype) == ulps(-low, -high, dtype) == 1


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (1.0, 1.0, 0),
        (0.0, -0.0, 0),
        (2.0**-149, 0.0, 1),
        (2.0**-149, -(2.0**-149), 2),
        (1.0, 2.0, 2**23),
        (-1.0, 1.0, 2 * 0x3F800000),
        (INFINITY, INFINITY, 0),
        (INFINITY, -INFINITY, np.inf),
        (INFINITY, float(np.finfo(np.float32).max), np.inf),
        (NAN, NAN, 0),
        (NAN, 0.0, np.inf),
    ],
)
def test_distances_cross_zero_and_stop_at_infinity(one, other, apart):
    """Zeros are one number, where both signs meet; NaN and infinities are like themselves only."""
    assert ulps([one], [other], "float32") == ulps([other], [one], "float32") == apart


def test_distances_keep_the_shape_and_overflow_nothing():
    """A table of slopes gives a table, and the largest float64 is that far from its opposite."""
    largest = np.finfo(np.float64).max

    assert ulps(np.ones((8, 5)), np.ones((8, 5)), "float16").shape == (8, 5)
    assert ulps(largest, -largest, "float64") == 2.0 * 0x7FEFFFFFFFFFFFFF


def test_other_inputs_have_another_digest():
    """Fingerprints of other inputs are told apart, whichever of them changed."""
    t, y = BATCH.targets, BATCH.predictions
    digests = [fingerprints.digest(batch) for batch in (BATCH, Batch(t + 1, y), Batch(t, y + 1))]

    assert len(set(digests)) == 3
    assert digests[0] == fingerprints.digest(Batch(t.copy(), y.copy()))


def test_a_record_gathers_fingerprints_from_its_cases(ledger_of):
    """Those of all modes and precisions, in order of names; the cases are rid of them."""
    results = Results(subject={"tensorflow": "2.21.0", "keras": "3.15.1"})
    for mode, dtype in (("xla", "float32"), ("eager", "float16"), ("eager", "float32")):
        evidence = Evidence()
        evidence.fingerprint("hinge", BATCH, [0.5], [[-0.5, 0.0]], mode=mode, dtype=dtype)
        case = {"spec": f"t.py::test[{mode}]", "verdict": "holds", "mode": mode}
        case["fingerprints"] = evidence.fingerprints
        results.add("doc.one", case, instead=False)
    kept = results.record(ledger_of("doc.one"), STATE, {})["fingerprints"]["hinge"]

    assert {mode: set(kept[mode]) for mode in kept} == {
        "eager": {"float16", "float32"},
        "xla": {"float32"},
    }
    assert list(kept) == ["eager", "xla"]
    assert kept["xla"]["float32"]["values"] == "float32:3f000000"
    assert all("fingerprints" not in case for case in results.evidence["doc.one"])
