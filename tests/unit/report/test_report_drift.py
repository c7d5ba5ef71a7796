"""The page: drift from version to version as a heat map."""

from __future__ import annotations

import pytest

from lossspec import report
from pages import HOSTILE, page, record
from side_by_side import fingerprint

pytest.importorskip("jinja2", reason="the report's packages are an extra")
pytest.importorskip("matplotlib", reason="the report's packages are an extra")

from lossspec.report._drift import fingerprints, level  # needs the packages above

INFINITY = float("inf")


def along(*prints, loss="hinge", mode="eager", dtype="float32"):
    """Records of versions in a row with these fingerprints; None is one without."""
    versions = [(f"2.{minor}.0", f"2.{minor}.0") for minor in range(4, 4 + len(prints))]
    made = []
    for which, each in zip(versions, prints):
        made.append(
            {**record(*which), "fingerprints": {loss: {mode: {dtype: each}}} if each else {}}
        )
    return made


ONE = fingerprint((0.5, 1.0))
NEXT = fingerprint((0.5, 1.0 + 2.0**-22))  # two units in the last place further
ODD = fingerprint((0.5, float("nan")))


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
    """Each subject whose bits are others than the subject's before has a square with its digit, and says how far."""
    text = report.build(along(ONE, NEXT, NEXT, ODD))

    assert '<g class="l1"><title>TensorFlow 2.5.0 with Keras 2.5.0: 2 ULP</title>' in text
    assert (
        '<g class="l5"><title>TensorFlow 2.7.0 with Keras 2.7.0: no finite number in one of them</title>'
        in text
    )
    assert "TensorFlow 2.6.0 with Keras 2.6.0: " not in text
    assert "1 of 1 fingerprints change at all" in text


def test_no_drift_has_no_section():
    """Records with the same bits, or a single one, have no heat map."""
    assert "page:drift" not in page(*along(ONE, ONE)).ids
    assert "page:drift" not in page(*along(ONE)).ids


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_stay_text(text):
    """Losses and modes are shown letter by letter."""
    built = page(*along(ONE, NEXT, loss=text, mode=text))

    assert built.wrong == []
    assert built.text.count(text.replace("_", " ")) >= 2


def test_what_is_no_fingerprint_is_left_out():
    """Texts that don't decode break nothing."""
    built = page(*along({**ONE, "values": "float32:xyz"}, {**ONE, "values": "float99:00"}))

    assert built.wrong == []
    assert "page:drift" not in built.ids
