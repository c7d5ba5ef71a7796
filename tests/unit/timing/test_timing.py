"""How steps are timed: the fastest of a few turns by pytest-benchmark, and put into a record."""

import time

import pytest

from lossspec.backends.catalog import KERAS
from lossspec.backends.keras.adapter import load_keras
from lossspec.backends.training import PARTS
from lossspec.experiments.recipes import RECIPES
from lossspec.records.record import read_record, write_record
from lossspec.records.results import environment
from lossspec.timing.step_times import TIMED, measure
from lossspec.timing.turns import TURNS, fastest
from refusals import refused
from side_by_side import recorded

pytest.importorskip("pytest_benchmark", reason="the package that times is an extra")

SOME = ["mean_squared_error", "hinge"]


def test_the_fastest_sample_counts(capsys):
    """A call takes at least its sleep, though its first calls take longer; nothing is printed."""
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


def test_a_call_that_raises_is_told():
    """What goes wrong while calls are timed isn't lost."""
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        fastest({"wrong": lambda: 1 / 0}, 0.01)


@pytest.fixture(scope="module")
def measured():
    """Step times of the installed TensorFlow with two losses, and the progress reported."""
    steps = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lossspec.timing.step_times.TIMED", {loss: TIMED[loss] for loss in SOME})
        return measure(load_keras(), budget=0.1, progress=steps.append), steps


def test_every_part_is_timed_in_every_mode(measured):
    """Each part of each loss of a recipe in each mode is timed, in seconds and beside zlib."""
    timings, steps = measured

    assert set(TIMED) == {recipe.loss for recipe in RECIPES.values()}
    assert list(timings["steps"]) == SOME
    for parts in timings["steps"].values():
        assert {part: tuple(modes) for part, modes in parts.items()} == dict.fromkeys(
            PARTS, KERAS.modes
        )
    step, zlib = timings["steps"]["hinge"]["step"]["graph"], timings["yardsticks"]["zlib"]
    assert step["zlib"] == pytest.approx(step["seconds"] / zlib["seconds"], rel=1e-3)
    assert sum(steps) == (1 + len(SOME) * len(PARTS) * len(KERAS.modes)) * (1 + TURNS)


@pytest.fixture
def timed(run, measured, monkeypatch, tmp_path):
    """A function that times into a record; this process keeps its threads and processors."""
    monkeypatch.setattr("lossspec.commands.time.keep_to_one_processor", lambda: None)
    # Other tests run subjects at the same time.
    lock = tmp_path / "machine.lock"
    monkeypatch.setattr("lossspec.commands.time.of_this_machine", lambda: lock)
    monkeypatch.setattr(
        "lossspec.backends.keras.adapter.KerasBackend.on_one_thread", lambda _: None
    )

    def timed(meanwhile=lambda: None):
        def taken(*_, **__):
            meanwhile()
            return measured[0]

        monkeypatch.setattr("lossspec.commands.time.measure", taken)
        return run("time", "--record", tmp_path)

    return timed


@pytest.fixture
def record():
    """A record of the TensorFlow and the packages that are installed here."""
    versions = load_keras().versions
    record = recorded({"doc.a": "holds"}, versions=(versions["tensorflow"], versions["keras"]))
    return {**record, "environment": environment("2026-01-01T00:00:00Z")}


def test_the_command_puts_times_into_a_record(timed, record, tmp_path):
    """It keeps all else, and what another run has written into it meanwhile."""
    place = write_record(record, tmp_path)
    claims = {**record["claims"], "doc.new": record["claims"]["doc.a"]}

    result = timed(lambda: write_record({**record, "claims": claims}, tmp_path))

    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == f"record: {place}"
    assert "large: the loss of 262,144 samples at once" in result.stdout
    after = read_record(place)
    assert list(after["timings"]["steps"]) == SOME
    assert list(after["claims"]) == ["doc.a", "doc.new"]
    assert after["environment"] == record["environment"]


def test_a_budget_without_an_end_is_refused(run):
    """What is no number of seconds would never be over."""
    for budget in ("nan", "inf"):
        line = refused(run("time", "--budget", budget))

        assert f"--budget {budget}; expected a number of seconds" in line


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"python": "3.7.1"}, "was written with python 3.7.1"),
        ({"packages": {"numpy": "1.0"}}, "was written with packages numpy 1.0"),
    ],
)
def test_a_record_of_another_environment_is_refused(timed, record, tmp_path, change, words):
    """Times of one environment don't belong beside the verdicts of another."""
    write_record({**record, "environment": {**record["environment"], **change}}, tmp_path)

    assert words in refused(timed())


def test_a_record_of_another_subject_is_refused(run, timed, record, tmp_path):
    """A file that is of other versions is named; and where there is none, that is told first."""
    assert "json" in refused(timed())
    subject = {"tensorflow": "2.4.4", "keras": "2.4.0"}
    place = write_record({**record, "subject": subject}, tmp_path / "out.json")

    assert "is of TensorFlow 2.4.4, Keras 2.4.0" in refused(run("time", "--record", place))


def test_without_pytest_benchmark_one_line_says_so(run, monkeypatch):
    """It is an extra, and the line says how to get it."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    assert "pip install pytest-benchmark" in refused(run("time"))
