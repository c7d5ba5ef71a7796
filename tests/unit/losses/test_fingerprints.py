"""Fingerprints: text that holds every bit, distances in units in the last place, and their way into the record."""

import numpy as np
import pytest

from lossspec.judging.evidence import Evidence
from lossspec.losses import fingerprints
from lossspec.losses.fingerprints import PRECISIONS, decode, encode, ulps
from lossspec.losses.grids import Batch
from lossspec.losses.reference import REFERENCES
from lossspec.records.results import Results
from recorded import STATE

HARD = [0.0, -0.0, 1.0, -1.5, float("inf"), float("-inf"), float("nan"), 0.0078125, -240.0]
BATCH = Batch(np.zeros((1, 2)), np.ones((1, 2)))


@pytest.mark.parametrize("dtype", PRECISIONS)
def test_numbers_come_back_to_the_last_bit(dtype):
    """Zeros of both signs, infinities and NaN included."""
    kept, back = decode(encode(HARD, dtype))

    assert kept == dtype
    np.testing.assert_array_equal(back, HARD)
    assert list(np.signbit(back[:2])) == [False, True]


@pytest.mark.parametrize(
    ("dtype", "extremes"),
    [
        ("float64", [5e-324, 1.7976931348623157e308, 1 / 3]),
        ("float32", [2.0**-149, float(np.finfo(np.float32).max), float(np.float32(1 / 3))]),
        ("float16", [2.0**-24, 65504.0, float(np.float16(1 / 3))]),
        ("bfloat16", [2.0**-133, 255 * 2.0**120, 0.333984375]),
    ],
)
def test_extremes_come_back(dtype, extremes):
    """The least subnormal number, the largest, and a third."""
    assert decode(encode(extremes, dtype))[1].tolist() == extremes


@pytest.mark.parametrize(
    ("dtype", "text"),
    [
        ("float64", "3ff0000000000000"),
        ("float32", "3f800000"),
        ("float16", "3c00"),
        ("bfloat16", "3f80"),
    ],
)
def test_one_is_written_as_its_bits_are(dtype, text):
    """1.0 is written by the digits of IEEE 754, the sign first."""
    assert encode([1.0, 1.0], dtype) == f"{dtype}:{text}{text}"


def test_every_nan_is_written_alike():
    """The sign and payload of a NaN leave no trace."""
    others = np.array([0x7FF8000000000000, 0xFFF8000000000001, 0x7FF0000000000001], np.uint64).view(
        np.float64
    )

    assert {encode(each, "float32") for each in others} == {"float32:7fc00000"}


@pytest.mark.parametrize(
    ("asked", "number", "kept"),
    [
        ("float16", 1 + 2.0**-11, "float32"),
        ("bfloat16", 1 + 2.0**-8, "float32"),
        ("float16", 1e6, "float32"),
        ("float32", 0.1, "float64"),
        ("float32", 1e300, "float64"),
        ("bfloat16", 0.1, "float64"),
    ],
)
def test_what_a_precision_cannot_hold_is_kept_in_a_wider_one(asked, number, kept):
    """Nothing is rounded in silence: a loss that answers in more than it was asked in is kept as it is."""
    assert decode(encode([1.0, number], asked)) == (
        kept,
        pytest.approx([1.0, number], abs=0, rel=0),
    )


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
    """Next to each number lies another, one unit in the last place away, in whichever precision."""
    words = {"float64": "3ff00000000000", "float32": "3f8000", "float16": "3c", "bfloat16": "3f"}[
        dtype
    ]
    _, (low, high) = decode(f"{dtype}:{words}00{words}01")

    assert high > low
    assert ulps(low, high, dtype) == ulps(high, low, dtype) == 1
    assert ulps(-low, -high, dtype) == 1


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (1.0, 1.0, 0),
        (0.0, -0.0, 0),
        (2.0**-149, 0.0, 1),
        (2.0**-149, -(2.0**-149), 2),
        (1.0, 2.0, 2**23),
        (-1.0, 1.0, 2 * 0x3F800000),
        (float("inf"), float("inf"), 0),
        (float("inf"), float("-inf"), np.inf),
        (float("inf"), float(np.finfo(np.float32).max), np.inf),
        (float("nan"), float("nan"), 0),
        (float("nan"), 0.0, np.inf),
    ],
)
def test_distances_cross_zero_and_stop_at_infinity(one, other, apart):
    """Zeros are one number, the numbers of both signs meet there, and NaN and infinities are like only themselves."""
    assert ulps([one], [other], "float32") == apart
    assert ulps([other], [one], "float32") == apart


def test_float64_distances_overflow_nothing():
    """The largest float64 and its opposite are as far apart as there are numbers between."""
    largest = np.finfo(np.float64).max

    assert ulps(largest, -largest, "float64") == 2.0 * 0x7FEFFFFFFFFFFFFF


def test_distances_keep_the_shape():
    """A table of slopes gives a table of distances."""
    assert ulps(np.ones((8, 5)), np.ones((8, 5)), "float16").shape == (8, 5)


@pytest.mark.parametrize("name", REFERENCES)
def test_grids_are_exact_in_float32(name):
    """No error comes from an input itself, and every grid has the same shape, which is compiled once."""
    batch = fingerprints.grid(name)

    assert batch.predictions.shape == (8, 5)
    assert len(batch.targets) == 8
    for inputs in (batch.targets, batch.predictions):
        np.testing.assert_array_equal(inputs.astype(np.float32).astype(np.float64), inputs)


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("hinge", lambda t, y: np.any(t * y == 1) and np.any(t * y < -9) and np.any(y == 0)),
        ("mean_absolute_error", lambda t, y: np.any(t == y) and np.any(t != y)),
        (
            "mean_squared_logarithmic_error",
            lambda t, y: np.any(y < 0) and np.any(y == 0) and np.all(t >= 0),
        ),
        (
            "binary_crossentropy",
            lambda t, y: np.any((t == 1) & (y == 0)) and np.any((t == 0) & (y == 1)),
        ),
        (
            "categorical_crossentropy",
            lambda t, y: np.any((t == 1) & (y == 0)) and np.any(y.sum(axis=1) != 1),
        ),
    ],
)
def test_grids_hold_the_hard_spots(name, holds):
    """Margins, targets met, zeros, what is clipped, and what is sure and wrong."""
    batch = fingerprints.grid(name)

    assert holds(batch.targets, batch.predictions)


def test_another_grid_has_another_digest():
    """Fingerprints of other inputs are told apart, whichever of them changed."""
    moved = [
        Batch(BATCH.targets + 1, BATCH.predictions),
        Batch(BATCH.targets, BATCH.predictions + 1),
    ]

    assert len({fingerprints.digest(each) for each in (BATCH, *moved)}) == 3
    assert fingerprints.digest(BATCH) == fingerprints.digest(
        Batch(np.zeros((1, 2)), np.ones((1, 2)))
    )


def case_with(mode, dtype):
    """A case whose spec left a fingerprint."""
    evidence = Evidence()
    evidence.fingerprint("hinge", BATCH, [0.5], [[-0.5, 0.0]], mode=mode, dtype=dtype)
    return {
        "spec": f"test.py::test[{mode}]",
        "verdict": "holds",
        "fingerprints": evidence.fingerprints,
    }


def test_results_gather_fingerprints_from_their_cases():
    """Fingerprints of all modes and precisions come together, and the cases are rid of them."""
    results = Results(subject={"tensorflow": "2.21.0", "keras": "3.15.1"})
    for mode, dtype in (("xla", "float32"), ("eager", "float16"), ("eager", "float32")):
        results.add("doc.one", case_with(mode, dtype), instead=False)

    kept = results.fingerprints["hinge"]
    assert {mode: set(kept[mode]) for mode in kept} == {
        "eager": {"float16", "float32"},
        "xla": {"float32"},
    }
    assert kept["xla"]["float32"]["values"] == "float32:3f000000"
    assert all("fingerprints" not in case for case in results.evidence["doc.one"])


def test_the_record_keeps_them_by_name(ledger_of):
    """In the record they stand in order of their names, however the run was ordered."""
    results = Results(subject={"tensorflow": "2.21.0", "keras": "3.15.1"})
    for mode in ("xla", "eager"):
        results.add("doc.one", case_with(mode, "float32"), instead=False)
    record = results.record(ledger_of("doc.one"), STATE, {})

    assert list(record["fingerprints"]["hinge"]) == ["eager", "xla"]
