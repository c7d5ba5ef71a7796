"""The page: drift from version to version as a heat map."""

from __future__ import annotations

import pytest

from lossspec import report
from pages import BAD, page, record
from side_by_side import fingerprint

from lossspec.report.drift import fingerprints, level  # isort: skip # skipped above

INFINITY = float("inf")
ONE = fingerprint((0.5, 1.0))
NEXT = fingerprint((0.5, 1.0 + 2.0**-22))  # two units in the last place further
ODD = fingerprint((0.5, float("nan")))


def along(*prints, loss="hinge"):
    """Records of versions in a row with these fingerprints; None is one without."""
    return [
        record(
            *[f"2.{minor}.0"] * 2,
            fingerprints={loss: {"eager": {"float32": each}}} if each else {},
        )
        for minor, each in enumerate(prints, 4)
    ]


def test_states_are_counted_once():
    """Each different fingerprint is a state, and of each two states the distance is kept."""
    (found,) = fingerprints(along(ONE, NEXT, ONE, None, ODD))

    assert found.states == [0, 1, 0, None, 2]
    assert found.apart[0, 1] == (2.0, 1)
    assert found.apart[0, 2] == (INFINITY, 1)
    assert found.numbers == 4


def test_other_inputs_are_not_compared():
    """A fingerprint of other inputs than the newest's is none."""
    (found,) = fingerprints(along({**ONE, "grid": "f" * 16}, ONE))

    assert found.states == [None, 0]


@pytest.mark.parametrize(
    ("ulps", "which"),
    [(1, 1), (9, 1), (10, 2), (99, 2), (100, 3), (10_000, 4), (1e9, 4), (INFINITY, 5)],
)
def test_levels_are_decades(ulps, which):
    """A digit stands for what its legend says."""
    assert level(ulps) == which


def test_a_square_stands_where_bits_moved():
    """Each subject whose bits are others than on the one before has a square, and says how far."""
    text = report.build(along(ONE, NEXT, NEXT, ODD))

    assert "<g class=l1><title>TensorFlow 2.5.0 with Keras 2.5.0: 2 ULP</title>" in text
    odd = "TensorFlow 2.7.0 with Keras 2.7.0: no finite number in one of them"
    assert f"<g class=l5><title>{odd}</title>" in text
    assert "TensorFlow 2.6.0 with Keras 2.6.0: " not in text
    assert "1 of 1 fingerprints change at all" in text


@pytest.mark.parametrize(
    "prints",
    [
        (ONE, ONE),
        (ONE,),
        ({**ONE, "values": "float64:0000"}, ONE),  # a text that doesn't decode
    ],
)
def test_no_drift_has_no_section(prints):
    """Records with the same bits, a single one, or undecodable ones have no heat map."""
    built = page(*along(*prints))

    assert built.wrong == []
    assert "page:drift" not in built.ids


def test_hostile_names_stay_text():
    """A loss is shown letter by letter."""
    built = page(*along(ONE, NEXT, loss=BAD))

    assert built.wrong == []
    assert built.text.count(" ".join(BAD.split())) >= 2
