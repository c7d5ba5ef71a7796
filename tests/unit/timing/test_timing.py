"""How steps are timed: the fastest of many samples, taken in turns, beside yardsticks."""

import copy
import time

import pytest
from click.testing import CliRunner

from lossspec.backends.keras.subject import LOSSES, load_subject
from lossspec.backends.keras.training_step import PARTS
from lossspec.commands.main import main
from lossspec.commands.time import closing, tables
from lossspec.compare.timings import step_times
from lossspec.ledger.claims import MODES
from lossspec.records.record import read_record, write_record
from lossspec.timing import measure
from lossspec.timing.fastest import fastest
from lossspec.timing.measured import (
    TIMED,
    YARDSTICKS,
    as_recorded,
    processor,
    steps_of,
    warmed,
    yardsticks,
)
from refusals import refused
from side_by_side import recorded, timings

SOME = ["mean_squared_error", "mean_absolute_error", "hinge"]


def test_calls_are_warmed_twice():
    """What is traced or loaded at first is done before anything is timed; progress reaches the end."""
    called, shares = [], []
    warmed({"a": lambda: called.append("a"), "b": lambda: called.append("b")}, shares.append)

    assert called == ["a", "a", "b", "b"]
    assert shares == [0.5, 1.0]


def test_every_loss_has_its_recipe():
    """The nine losses are timed, in the documents' order, with data that are the same in each run."""
    assert list(TIMED) == list(LOSSES)


def test_the_processor_has_a_name():
    """It is one line of text, whatever the system tells of it."""
    assert processor().strip() == processor() != ""


@pytest.fixture(scope="module")
def measured():
    """What `timed_in_haste` gives, once for all tests."""
    return timed_in_haste()


def timed_in_haste():
    """Step times of the installed TensorFlow with two losses, and the progress that was reported."""
    steps = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lossspec.timing.measured.TIMED", {loss: TIMED[loss] for loss in SOME})
        return measure(load_subject(), budget=0.1, progress=steps.append), steps


def test_every_part_is_timed_in_every_mode(measured):
    """Each part of each loss in each mode, epochs and yardsticks are timed; mean squared error is its own measure."""
    found, steps = measured

    assert list(found["steps"]) == SOME
    assert {(part, mode) for parts in found["steps"].values() for part in parts for mode in parts[part]} == {
        (part, mode) for part in PARTS for mode in MODES
    }
    assert list(found["epochs"]) == [TIMED[loss].name for loss in SOME]
    assert set(found["yardsticks"]) == set(YARDSTICKS)
    assert {entry["mse"] for modes in found["steps"]["mean_squared_error"].values() for entry in modes.values()} == {
        1.0
    }
    assert sum(steps) == 100


def slowed(fault):
    """The subject, with a fault in its hinge: a function that its predictions go through."""
    sound = load_subject()
    faulty, of_class = copy.copy(sound), sound._class_of("hinge")

    class Hinge(of_class):
        def __call__(self, targets, predictions):
            return super().__call__(targets, fault(predictions))

    faulty._class_of = lambda name: Hinge if name == "hinge" else sound._class_of(name)
    return faulty


def side_by_side(*subjects):
    """Step times of subjects whose steps take turns, so that whatever else the machine does meets all alike."""
    calls = {}
    for number, subject in enumerate(subjects):
        calls.update({f"{number} {name}": call for name, call in steps_of(subject).items()})
    took = fastest({**yardsticks(subjects[0]), **warmed(calls)}, least=20, budget=3.0)
    names = list(dict.fromkeys(name.partition(" ")[2] for name in calls))
    return [{"timings": as_recorded(names, {**took, **of_one(took, number)})} for number in range(len(subjects))]


def of_one(took, number):
    """What the steps of one of the subjects took, by their own names."""
    return {name[2:]: each for name, each in took.items() if name.startswith(f"{number} ")}


# Both faults are large, so that machines on which a call takes 2 ms, and busy ones, where sound steps were seen to
# take up to 1.8 times as long as their like, tell them as well: docs/timings.md has the figures.


def sleeping(predictions):
    """Twenty milliseconds of nothing, where the function is called; as a graph, where it is traced."""
    time.sleep(0.02)
    return predictions


def copying(predictions):
    """The predictions, by way of copies that nobody needs."""
    tensorflow = load_subject()._tf
    return tensorflow.split(tensorflow.concat([predictions] * 32, 0), 32)[0]


@pytest.mark.parametrize(
    ("fault", "step"),
    [(sleeping, "hinge, forward, eager"), (copying, "hinge, large, graph")],
    ids=["a sleep", "a needless copy"],
)
def test_a_loss_that_is_slowed_is_named(fault, step, monkeypatch):
    """A sleep shows most where little else is done, a copy where there is most to copy; what stands out is hinge."""
    monkeypatch.setattr("lossspec.timing.measured.TIMED", {loss: TIMED[loss] for loss in SOME})
    monkeypatch.setattr("lossspec.timing.measured.PARTS", ["forward", "large"])
    times, _ = step_times(*side_by_side(load_subject(), slowed(fault)))
    most = max(times, key=lambda each: each.own)

    assert step in {each.name for each in times if each.slower}
    assert most.name.startswith("hinge, ")


def test_the_command_puts_times_into_a_record(measured, monkeypatch, tmp_path):
    """The record of this very subject is given the step times and keeps all else."""
    monkeypatch.setattr("lossspec.commands.time.measure", lambda *_, **__: measured[0])
    monkeypatch.setattr("lossspec.backends.keras.subject.Subject.on_one_thread", lambda _: None)
    record = of_this_environment()
    place = write_record(record, tmp_path)

    result = CliRunner().invoke(main, ["time", "--record", str(tmp_path)])

    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == f"record: {place}"
    assert "an epoch of fit, validation included" in result.stdout
    after = read_record(place)
    assert list(after["timings"]["steps"]) == SOME
    assert {**after, "timings": {}} == read_record(write_record(record, tmp_path / "again.json"))


def test_a_record_written_meanwhile_is_kept(measured, monkeypatch, tmp_path):
    """What another run writes while steps are timed is what the times are put into."""
    record = of_this_environment()
    place = write_record(record, tmp_path)

    def measuring(*_, **__):
        write_record({**record, "claims": {**record["claims"], "doc.new": record["claims"]["doc.a"]}}, tmp_path)
        return measured[0]

    monkeypatch.setattr("lossspec.commands.time.measure", measuring)
    monkeypatch.setattr("lossspec.backends.keras.subject.Subject.on_one_thread", lambda _: None)

    assert CliRunner().invoke(main, ["time", "--record", str(tmp_path)]).exit_code == 0
    assert list(read_record(place)["claims"]) == ["doc.a", "doc.new"]
    assert read_record(place)["timings"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"python": "3.7.1"}, "was written with python 3.7.1"),
        ({"packages": {"numpy": "1.0"}}, "was written with packages numpy 1.0"),
    ],
)
def test_a_record_of_another_environment_is_refused(change, words, monkeypatch, tmp_path):
    """Times go only beside verdicts of the same Python and packages; the record stays as it was."""
    monkeypatch.setattr("lossspec.backends.keras.subject.Subject.on_one_thread", lambda _: None)
    record = of_this_environment()
    record["environment"].update(change)
    place = write_record(record, tmp_path)
    before = place.read_bytes()

    assert words in refused(CliRunner().invoke(main, ["time", "--record", str(tmp_path)]))
    assert place.read_bytes() == before


def test_a_record_that_is_not_there_is_refused(monkeypatch, tmp_path):
    """Without a record of the subject there is nothing to put times into, which is said before anything is timed."""
    monkeypatch.setattr("lossspec.backends.keras.subject.Subject.on_one_thread", lambda _: None)

    assert "json" in refused(CliRunner().invoke(main, ["time", "--record", str(tmp_path)]))


def of_this_environment():
    """A record of the TensorFlow and the packages that are installed here."""
    from lossspec.records.results import environment

    versions = load_subject().versions
    record = recorded({"doc.a": "holds"}, versions=(versions["tensorflow"], versions["keras"]))
    return {**record, "environment": environment("2026-01-01T00:00:00Z")}


def test_what_is_not_settled_is_marked():
    """A time whose fastest samples lie apart carries a sign, and the closing lines say how many do."""
    loose = timings()
    loose["steps"]["hinge"]["step"]["graph"]["spread"] = 0.5

    cells = [cell for table in tables(loose) for column in table.columns for cell in column.cells]

    assert sum("?" in str(cell) for cell in cells) == 1
    assert "of 1 of 4 " in list(closing(loose))[-1]
    assert not any("apart" in line for line in closing(timings()))
