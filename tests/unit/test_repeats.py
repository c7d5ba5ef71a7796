"""What runs of one subject say of each other, from step times made up; and what a slowed loss must be named by."""

from pathlib import Path

import pytest

pytest.importorskip("tomllib", reason="benchmarks run on Python 3.11")
from side_by_side import timings

from benchmarks.repeats import all_pairs, close, each_run, furthest, threshold
from benchmarks.slowed import FAULTS, FIND, LOSS, slowed, wrong
from lossspec.compare.timings import step_times


def run(busy=0, **how):
    """A run as it is kept."""
    return {"busy": busy, "load": 0.5, "timings": timings(**how)}


def test_a_slower_machine_is_told_from_a_slower_step():
    """A run in which all takes twice as long has twice the seconds, and the same multiples of zlib."""
    rows = each_run([run(), run(busy=2, machine=2.0)]).rows

    assert rows[1][1:3] == ["2", "0.5"]
    assert rows[1][5:] == ["2.00 (2.00 to 2.00), 0%", "1.00 (1.00 to 1.00), 100%", "1.00 (1.00 to 1.00), 100%", "0"]


@pytest.mark.parametrize(("ratio", "share"), [(1.09, 1.0), (1 / 1.09, 1.0), (1.11, 0.0), (1 / 1.11, 0.0)])
def test_within_ten_percent(ratio, share):
    """In either direction."""
    assert close([ratio]) == share


def test_pairs_are_told_apart_by_what_ran_beside_them():
    """Two idle runs and a busy one: two pairs are idle, four have one busy; only a slower hinge is named."""
    rows = {row[0]: row[1:] for row in all_pairs([run(), run(), run(busy=2, hinge=2.0)]).rows}

    assert rows["both idle: by each yardstick"] == ["100.0%", "1.00", "0 of 2"]
    assert rows["one busy: by each yardstick"][1:] == ["2.00", "2 of 4"]
    assert not any(name.startswith("both busy") for name in rows)


def test_what_wanders_most_comes_first():
    """With the furthest it went, and how often it would have been called slower."""
    assert furthest([run(), run(hinge=2.0)], count=1).rows == [["hinge, step, graph", "2.00", "1"]]


@pytest.mark.parametrize(("most", "expected"), [(1.0, 1.0), (1.01, 1.05), (1.22, 1.25), (1.26, 1.3)])
def test_what_is_noticeable_follows_from_runs(most, expected):
    """The least multiple of 0.05 that no pair goes beyond, where there are fewer than a hundred of them."""
    assert threshold([run(), run(), run(hinge=most)]) == expected


@pytest.mark.parametrize(("many", "expected"), [(11, 1.2), (10, 1.45)])
def test_one_pair_in_a_hundred_may_go_beyond(many, expected):
    """The furthest of 110 pairs has no say; of 90 it has."""
    middle = [run(hinge=1.2) for _ in range(many - 2)]

    assert threshold([run(), *middle, run(hinge=1.44)]) == expected


def beside(**new):
    """What `lossspec compare` makes of usual step times beside these."""
    return step_times({"timings": timings()}, {"timings": timings(**new)})[0]


def test_a_slowed_loss_must_be_named_and_nothing_else():
    """A fault that isn't named is wrong, and so is any other step that is; an epoch of the loss's recipe isn't."""
    fault = next(iter(FAULTS))

    assert wrong(fault, beside(hinge=2.0)) == []
    assert wrong(fault, beside()) == [f"{fault}: {LOSS} is not called slower"]
    assert wrong("the subject again", beside()) == []
    assert wrong("the subject again", beside(hinge=2.0)) == [
        "the subject again: hinge, step, graph is called slower, and nothing was put in there"
    ]
    named = "\n".join(wrong(fault, beside(hinge=2.0, every=2.0)))
    assert "mean_squared_error, step, graph is called slower" in named
    assert "regression-mean-squared-error, epoch of fit is called slower" in named
    assert ": hinge" not in named


def test_what_a_fault_goes_below_is_there():
    """The installed Keras has the line that faults are put below, once."""
    keras = pytest.importorskip("keras")
    for what in FAULTS:
        fault = slowed(Path(keras.__file__).parent, what)
        assert fault.after.count(FAULTS[what]) == 1
        assert fault.after.replace(FIND + FAULTS[what], FIND) == fault.before
