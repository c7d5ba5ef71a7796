"""Curves of growth: their file, their tables and their picture, from numbers made up."""

import dataclasses
import json
import math
from pathlib import Path

import pytest

pytest.importorskip("tomllib", reason="benchmarks run on Python 3.11")
pytest.importorskip("matplotlib", reason="the picture; tox -e unit brings it")

from lossspec.ledger.claims import MODES
from lossspec.timing.measured import TIMED
from tools.benchmarks import growing, growth
from tools.benchmarks.batches import ONE_HOT, SPARSE
from tools.benchmarks.curves import SCHEMA, Curve, as_data, parse, per_doubling, read, write
from tools.benchmarks.growth_picture import draw_picture

CLONE = Path(__file__).parents[3]
CONDITIONS = {
    "date": "2026-11-23T00:00:00Z",
    "versions": {"tensorflow": "2.21.0", "keras": "3.15.1"},
    "processor": "one of ours",
    "processors": 2,
    "load": [0.1, 1.0],
}
BOTH = Curve("classes", "gradient", "graph", "seconds", (10, 100), {SPARSE: [1e-4, 2e-4], ONE_HOT: [1e-4, 8e-4]})


def everything():
    """A curve of each kind that growth measures."""
    samples = [
        Curve("samples", part, mode, "seconds", (32, 64), {loss: [1e-4, 2e-4] for loss in TIMED})
        for part in growing.TIMED_PARTS
        for mode in MODES
    ]
    classes = [
        dataclasses.replace(BOTH, part=part, mode=mode, unit=unit)
        for part in growing.TIMED_PARTS
        for mode in (MODES if part == "gradient" else ["graph"])
        for unit in ("seconds", "bytes")[: 2 if part == "gradient" else 1]
    ]
    seeds = Curve("seeds", "replication of one seed", "xla", "seconds", (1, 20), {"next call": [0.2, 0.01]})
    return [*samples, *classes, seeds]


def test_a_file_gives_back_what_was_written(tmp_path):
    """Conditions and curves come back as they were, numbers in four digits, and what wasn't measured as none."""
    curve = Curve("seeds", "replication", "xla", "seconds", [1, 20], {"first call": [1.23456, None]})
    write(as_data([curve, BOTH], CONDITIONS), tmp_path / "growth.json")
    conditions, curves = read(tmp_path / "growth.json")

    assert conditions == CONDITIONS
    assert curves[0].lines == {"first call": [1.235, None]}
    assert curves[1].lines == BOTH.lines


def test_a_file_holds_a_line_a_curve(tmp_path):
    """So that two versions of it can be compared."""
    write(as_data([BOTH, BOTH], CONDITIONS), tmp_path / "growth.json")
    lines = (tmp_path / "growth.json").read_text().splitlines()

    assert sum(line.startswith('{"over"') for line in lines) == 2


def test_bytes_are_kept_whole():
    """A count is no measurement that ends after four digits."""
    curve = dataclasses.replace(BOTH, unit="bytes", lines={SPARSE: [123_456_789, 1], ONE_HOT: [1, 2]})

    assert as_data([curve], CONDITIONS)["curves"][0]["lines"][SPARSE] == [123_456_789, 1]


def test_another_schema_is_refused():
    """The message says what was given, what was expected, and what to do."""
    with pytest.raises(ValueError, match=r"schema 7, expected 1: write it anew"):
        parse({"schema": 7})


@pytest.mark.parametrize(("values", "expected"), [([1, 10], 2.0), ([1, 1], 1.0), ([1, 100], 4.0)])
def test_growth_per_doubling(values, expected):
    """In proportion to the size is 2, not at all is 1, with its square is 4."""
    curve = dataclasses.replace(BOTH, lines={"line": values})

    assert math.isclose(per_doubling(curve, "line"), expected)


@pytest.mark.parametrize("values", [[0, 1], [None, 1], [1, None]])
def test_growth_of_what_was_not_measured(values):
    """Of nothing there is no growth."""
    assert per_doubling(dataclasses.replace(BOTH, lines={"line": values}), "line") is None


def test_a_table_sets_one_hot_beside_sparse():
    """The last row of both cross-entropies says how many times one is of the other."""
    rows = next(growth.tables([BOTH]))

    assert rows.columns == ["", "10", "100", "x per doubling"]
    assert rows.rows[0][:3] == [f"{SPARSE}, graph", "100 µs", "200 µs"]
    assert rows.rows[-1] == ["one-hot / sparse, graph", "1.00", "4.00", ""]


def test_a_table_of_what_was_not_measured():
    """A dash stands for it."""
    rows = next(
        growth.tables([dataclasses.replace(BOTH, unit="bytes", lines={SPARSE: [None, 3], ONE_HOT: [1, 2**20]})])
    )

    assert rows.rows[0] == [f"{SPARSE}, graph", "–", "3 B", "–"]
    assert rows.rows[1][2] == "1 MiB"
    assert rows.rows[-1][1] == "–"


def test_a_picture_is_drawn_twice_the_same(tmp_path):
    """The same data give the same bytes, and the picture names both cross-entropies and the conditions."""
    for name in ("one.svg", "other.svg"):
        draw_picture(CONDITIONS, everything(), tmp_path / name)

    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "other.svg").read_bytes()
    assert (tmp_path / "one.svg").stat().st_size > 10_000


def test_the_committed_file_is_whole():
    """It holds every loss, both cross-entropies and the seeds, over the sizes that are measured today."""
    data = json.loads((CLONE / "reports" / "growth.json").read_text(encoding="utf-8"))
    conditions, curves = parse(data)
    sizes = {"samples": growing.SAMPLES, "classes": growing.CLASSES, "seeds": growing.SEEDS}

    assert data["schema"] == SCHEMA
    assert set(conditions) == set(CONDITIONS)
    assert {(each.over, tuple(each.sizes)) for each in curves} == set(sizes.items())
    assert {(each.part, each.mode) for each in curves if each.over == "samples"} == {
        (part, mode) for part in growing.TIMED_PARTS for mode in MODES
    }
    assert all(set(each.lines) == set(TIMED) for each in curves if each.over == "samples")
    assert all(len(values) == len(each.sizes) for each in curves for values in each.lines.values())
