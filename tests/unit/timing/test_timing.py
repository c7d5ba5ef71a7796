"""How steps are timed: the fastest of a few turns by pytest-benchmark, and put into a record."""

import time

import pytest
from click.testing import CliRunner

from lossspec.backends.keras.subject import LOSSES, load_subject
from lossspec.backends.keras.training_step import PARTS
from lossspec.commands.main import main
from lossspec.ledger.claims import MODES
from lossspec.records.record import read_record, write_record
from lossspec.timing.step_times import TIMED, YARDSTICKS, measure
from lossspec.timing.turns import TURNS, fastest
from refusals import refused
from side_by_side import recorded

pytest.importorskip("pytest_benchmark", reason="the package that times is an extra")

SOME = ["mean_squared_error", "hinge"]


def test_every_loss_has_its_recipe():
    """The nine losses are timed, in the documents' order, with data that are the same in each run."""
    assert list(TIMED) == list(LOSSES)


def test_the_fastest_sample_counts(capsys):
    """A call that sleeps takes at least its sleep, though its first calls take longer; pytest prints nothing."""
    called, done = [], []

    def sleeping():
        called.append(1)
        time.sleep(0.001 if len(called) > 5 else 0.02)

    took = fastest({"sleep a b": sleeping, "nothing": lambda: None}, 0.05, done.append)

    assert list(took) == ["sleep a b", "nothing"]
    assert 0.001 <= took["sleep a b"] < 0.015
    assert took["nothing"] < 0.001
    assert sum(done) == 2 * TURNS
    assert capsys.readouterr() == ("", "")


def test_a_call_that_raises_is_said():
    """What goes wrong while calls are timed isn't lost."""
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        fastest({"wrong": lambda: 1 / 0}, 0.01)


@pytest.fixture(scope="module")
def measured():
    """Step times of the installed TensorFlow with two losses, and the progress that was reported."""
    steps = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lossspec.timing.step_times.TIMED", {loss: TIMED[loss] for loss in SOME})
        return measure(load_subject(), budget=0.1, progress=steps.append), steps


def test_every_part_is_timed_in_every_mode(measured):
    """Each part of each loss in each mode is timed, in seconds and beside zlib."""
    found, steps = measured

    assert list(found["steps"]) == SOME
    assert {
        (part, mode) for parts in found["steps"].values() for part in parts for mode in parts[part]
    } == {(part, mode) for part in PARTS for mode in MODES}
    assert set(found["yardsticks"]) == set(YARDSTICKS)
    entry, zlib = found["steps"]["hinge"]["step"]["graph"], found["yardsticks"]["zlib"]["seconds"]
    assert entry["zlib"] == pytest.approx(entry["seconds"] / zlib, rel=1e-3)
    assert sum(steps) == (len(YARDSTICKS) + len(SOME) * len(PARTS) * len(MODES)) * (1 + TURNS)


@pytest.fixture
def quick(measured, monkeypatch):
    """Commands that find the step times taken, and leave this process its threads and processors."""
    monkeypatch.setattr("lossspec.commands.time.measure", lambda *_, **__: measured[0])
    monkeypatch.setattr("lossspec.commands.time.keep_to_one_processor", lambda: None)
    monkeypatch.setattr("lossspec.backends.keras.subject.Subject.on_one_thread", lambda _: None)


@pytest.mark.usefixtures("quick")
def test_the_command_puts_times_into_a_record(tmp_path):
    """The record of this very subject is given the step times and keeps all else."""
    record = of_this_environment()
    place = write_record(record, tmp_path)

    result = CliRunner().invoke(main, ["time", "--record", str(tmp_path)])

    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == f"record: {place}"
    assert "large: the loss of 262,144 samples at once" in result.stdout
    after = read_record(place)
    assert list(after["timings"]["steps"]) == SOME
    assert {**after, "timings": {}} == read_record(write_record(record, tmp_path / "again.json"))


@pytest.mark.usefixtures("quick")
def test_a_record_written_meanwhile_is_kept(measured, monkeypatch, tmp_path):
    """What another run writes while steps are timed is what the times are put into."""
    record = of_this_environment()
    place = write_record(record, tmp_path)

    def measuring(*_, **__):
        write_record(
            {**record, "claims": {**record["claims"], "doc.new": record["claims"]["doc.a"]}},
            tmp_path,
        )
        return measured[0]

    monkeypatch.setattr("lossspec.commands.time.measure", measuring)

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
@pytest.mark.usefixtures("quick")
def test_a_record_of_another_environment_is_refused(change, words, tmp_path):
    """Times go only beside verdicts of the same Python and packages; the record stays as it was."""
    record = of_this_environment()
    record["environment"].update(change)
    place = write_record(record, tmp_path)
    before = place.read_bytes()

    assert words in refused(CliRunner().invoke(main, ["time", "--record", str(tmp_path)]))
    assert place.read_bytes() == before


@pytest.mark.usefixtures("quick")
def test_a_record_that_is_not_there_is_refused(tmp_path):
    """Without a record of the subject there is nothing to put times into, which is said before anything is timed."""
    assert "json" in refused(CliRunner().invoke(main, ["time", "--record", str(tmp_path)]))


def of_this_environment():
    """A record of the TensorFlow and the packages that are installed here."""
    from lossspec.records.results import environment

    versions = load_subject().versions
    record = recorded({"doc.a": "holds"}, versions=(versions["tensorflow"], versions["keras"]))
    return {**record, "environment": environment("2026-01-01T00:00:00Z")}


def test_without_pytest_benchmark_one_line_says_so(monkeypatch):
    """It is an extra, and the line says how to get it."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    assert "pip install pytest-benchmark" in refused(CliRunner().invoke(main, ["time"]))
