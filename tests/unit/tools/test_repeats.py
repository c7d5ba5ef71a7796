"""What runs of one subject say of each other, from step times made up; and what a slowed loss must be named by."""

import importlib.util
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

pytest.importorskip("tomllib", reason="benchmarks run on Python 3.11")
from lossspec.compare.timings import step_times
from lossspec.records.record import read_record
from side_by_side import timings
from tools.benchmarks import slowed as slowing
from tools.benchmarks import steady
from tools.benchmarks.repeats import all_pairs, close, each_run, furthest, threshold
from tools.benchmarks.slowed import FAULTS, FIND, LOSS, slowed, wrong
from tools.faults.scratch import installed_keras

# Found, not imported: nothing here takes that long.
has_keras = pytest.mark.skipif(importlib.util.find_spec("keras") is None, reason="faults go into a copy of it")


def run(busy=0, **how):
    """A run as it is kept."""
    return {"busy": busy, "load": 0.5, "timings": timings(**how)}


def test_a_slower_machine_is_told_from_a_slower_step():
    """A run in which all takes twice as long has twice the seconds, and the same multiples of zlib."""
    rows = each_run([run(), run(busy=2, machine=2.0)]).rows

    assert rows[1][1:3] == ["2", "0.5"]
    assert rows[1][5:] == ["2.00 (2.00 to 2.00), 0%", *["1.00 (1.00 to 1.00), 100%"] * 3, "0"]


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
    assert "all losses, step, graph is called slower" in named
    assert ": hinge" not in named


@has_keras
def test_what_a_fault_goes_below_is_there():
    """The installed Keras has the line that faults are put below, once."""
    for what in FAULTS:
        fault = slowed(installed_keras(), what)
        assert fault.after.count(FAULTS[what]) == 1
        assert fault.after.replace(FIND + FAULTS[what], FIND) == fault.before


CONDITIONS = {"date": "2026-01-01T00:00:00Z", "versions": {}, "processor": "one", "processors": 2, "load": [0.1, 0.1]}


def steadily(monkeypatch, keep, runs, times):
    """The command, with runs that find those step times, one after another."""
    left = iter(times)
    monkeypatch.setattr(steady, "isolated", lambda part, *_: CONDITIONS if part is steady._conditions else next(left))
    return CliRunner().invoke(steady.main, ["--runs", str(runs), "--load", "0", "--keep", str(keep)])


def test_runs_are_kept_and_gone_on_from(monkeypatch, tmp_path):
    """A command that was ended after two runs of three takes the third alone, and says what is noticeable by all."""
    keep = tmp_path / "runs.json"
    steadily(monkeypatch, keep, 2, [timings(), timings()])

    result = steadily(monkeypatch, keep, 3, [timings(hinge=1.31)])

    assert result.exit_code == 0, result.output
    assert "run 3 of 3" in result.output
    assert "run 2 of 3" not in result.output
    assert "NOTICEABLE would be 1.35" in result.output


def slowly(monkeypatch, *times):
    """The command that slows a loss, with runs that find those step times: sound, again, and with each fault."""
    subject = read_record(next(iter(sorted(slowing.RECORDS.glob("*.json")))))["subject"]
    left = iter(times)
    monkeypatch.setattr(slowing, "isolated", lambda *_: next(left))
    monkeypatch.setattr(slowing, "load_subject", lambda: SimpleNamespace(versions=subject))
    return CliRunner().invoke(slowing.main)


@has_keras
def test_each_fault_is_set_beside_the_subject(monkeypatch):
    """What `lossspec compare` says is printed; where it names hinge for each fault, the command passes."""
    result = slowly(monkeypatch, timings(), timings(), timings(hinge=2.0), timings(hinge=3.0))

    assert result.exit_code == 0, result.output
    assert "no slowdown" in result.output
    assert "slower   hinge, step, graph: 2 times as long" in result.output
    assert "slower   hinge, step, graph: 3 times as long" in result.output


@has_keras
def test_a_fault_that_is_not_named_fails(monkeypatch):
    """So does a slowdown where there is none."""
    result = slowly(monkeypatch, timings(), timings(every=2.0), timings(hinge=2.0), timings())

    assert result.exit_code == 1
    assert "a needless copy: hinge is not called slower" in result.output
    assert "the subject again: all losses, step, graph is called slower" in result.output
