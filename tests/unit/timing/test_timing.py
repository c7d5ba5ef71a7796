"""How steps are timed: the fastest of a few turns by pytest-benchmark, and put into a record."""

import time

import numpy as np
import pytest

from lossspec.backends.catalog import KERAS
from lossspec.backends.keras.adapter import load_keras
from lossspec.backends.training import PARTS
from lossspec.core.errors import CallGone
from lossspec.experiments.recipes import RECIPES
from lossspec.losses import DEFINITIONS, definition_of
from lossspec.records.record import read_record, write_record
from lossspec.records.results import environment
from lossspec.timing.step_times import TIMED, TRAINED, calls_of, count_of_calls, measure
from lossspec.timing.turns import TURNS, fastest
from refusals import refused
from side_by_side import recorded

pytest.importorskip("pytest_benchmark", reason="the package that times is an extra")

SOME = ["mean_squared_error", "hinge"]
WITHOUT_RECIPE = [loss for loss in TIMED if loss not in TRAINED]
LOSS_ALONE = ("forward", "gradient")


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

    assert list(timings["steps"]) == SOME
    for parts in timings["steps"].values():
        assert {part: tuple(modes) for part, modes in parts.items()} == dict.fromkeys(
            PARTS, KERAS.modes
        )
    step, zlib = timings["steps"]["hinge"]["step"]["graph"], timings["yardsticks"]["zlib"]
    assert step["zlib"] == pytest.approx(step["seconds"] / zlib["seconds"], rel=1e-3)
    assert sum(steps) == (1 + len(SOME) * len(PARTS) * len(KERAS.modes)) * (1 + TURNS)


def test_all_losses_are_timed_and_steps_of_those_with_recipes():
    """Circle, which compares a batch with itself, and CTC have no large batch."""
    with_step, with_large = (
        {loss for loss, parts in TIMED.items() if part in parts} for part in ("step", "large")
    )

    assert set(TIMED) == {*DEFINITIONS, "ctc"}
    assert with_step == {recipe.loss for recipe in RECIPES.values()}
    assert set(TIMED) - with_large == {"circle", "ctc"}
    assert all(set(LOSS_ALONE) <= set(parts) for parts in TIMED.values())


@pytest.fixture(scope="module")
def keras():
    """The installed TensorFlow; where its Keras lacks losses, what needs them is skipped."""
    return load_keras()


@pytest.mark.parametrize("loss", WITHOUT_RECIPE)
def test_what_is_called_is_the_loss(keras, loss):
    """Forward is the mean of the definition's inputs, repeated to 32; gradient has its slopes."""
    if reason := keras.lacks(loss):
        pytest.skip(reason)
    defined = definition_of(loss)
    targets, predictions = (
        np.resize(each, (32, *each.shape[1:]))
        for each in (defined.batch().targets, defined.batch().predictions)
    )
    mean = np.mean(defined.value(targets, predictions))
    slopes = keras.loss(loss).gradient(targets, predictions) / len(targets)

    calls = calls_of(keras, loss, "graph")

    np.testing.assert_allclose(calls["forward"](), mean, rtol=1e-4)
    np.testing.assert_allclose(calls["gradient"](), slopes, rtol=1e-3, atol=1e-6)
    if "large" in TIMED[loss]:
        np.testing.assert_allclose(calls["large"](), mean, rtol=1e-3)


def test_a_loss_that_the_subject_lacks_is_left_out(keras, monkeypatch):
    """Nothing is said, and the record doesn't have it."""
    monkeypatch.setattr(
        "lossspec.timing.step_times.TIMED", {loss: TIMED[loss] for loss in ("huber", "poisson")}
    )
    known = type(keras)._function_of

    def older(self, name):
        if name == "poisson":
            raise CallGone("no poisson yet")
        return known(self, name)

    monkeypatch.setattr(type(keras), "_function_of", older)
    steps = []

    timings = measure(keras, budget=0.01, progress=steps.append)

    assert list(timings["steps"]) == ["huber"]
    assert sum(steps) == count_of_calls(keras) == (1 + 3 * len(KERAS.modes)) * (1 + TURNS)


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
