"""What the benchmarks rest on: ratios and their checks, the same work, bandwidth, memory, tables."""

import dataclasses
import sys

import numpy as np
import pytest

pytest.importorskip("tomllib", reason="benchmarks run on Python 3.11")

from lossspec.backends.keras.subject import LOSSES
from lossspec.experiments.recipes import RECIPES
from lossspec.timing.fastest import Fastest
from lossspec.timing.measured import TIMED
from lossspec.timing.stopwatch import Stopwatch
from tools.benchmarks import batches, limits, plain_steps
from tools.benchmarks.bandwidth import ARRAYS, bandwidth, kernels
from tools.benchmarks.conditions import Conditions, in_words
from tools.benchmarks.formulas import FORMULAS
from tools.benchmarks.memory import added_by, held
from tools.benchmarks.ratios import assert_at_least, assert_at_most, ratio
from tools.benchmarks.sameness import Apart, Path, apart, differing, path, twins

MIB = 2**20


class Clock:
    """A clock that calls move on: each by its own seconds."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        """Seconds."""
        return self.now

    def call(self, seconds):
        """A call that takes so long."""

        def call():
            self.now += seconds

        return call


def test_a_ratio_is_of_the_fastest():
    """A call that takes three times as long as another has the ratio 3."""
    clock = Clock()

    assert ratio(clock.call(0.003), clock.call(0.001), by=Stopwatch(clock, dict, lambda: 0.0)) == pytest.approx(3)


@pytest.mark.parametrize("measured", [0.51, float("nan")])
def test_a_ratio_that_is_too_great_is_noticed(measured):
    """The message stands alone; no number is not within a bound."""
    assert_at_most(0.5, 0.5, "one beside another")

    with pytest.raises(AssertionError, match=r"one beside another: got .* times, should be at most 0\.5"):
        assert_at_most(measured, 0.5, "one beside another")


@pytest.mark.parametrize("measured", [2.9, float("nan")])
def test_a_ratio_that_is_too_small_is_noticed(measured):
    """Likewise from below."""
    assert_at_least(3, 3, "one beside another")

    with pytest.raises(AssertionError, match=r"one beside another: got .* times, should be at least 3"):
        assert_at_least(measured, 3, "one beside another")


def path_of(weights, losses=(1.0, 1.0, 1.0)):
    """A path that ends at those weights."""
    return Path(np.array(losses), np.array(weights, float))


def test_paths_within_what_rounding_allows_are_the_same():
    """Three steps may be three twins' distance apart, and three units in the last place."""
    found = apart(path_of([0.5]), path_of([0.5 + 2.9e-6]), [path_of([0.5 + 1e-6])])

    assert found.what == "weights"
    assert found.same


@pytest.mark.parametrize(
    "other", [path_of([0.5 + 4e-6]), path_of([np.nan]), path_of([0.5], (1.0, 1.0, 1.1)), path_of([0.5], (1, 1, np.inf))]
)
def test_paths_farther_apart_are_not_the_same(other):
    """Neither are those whose losses differ, nor those that are no number."""
    found = apart(path_of([0.5]), other, [path_of([0.5 + 1e-6])])

    assert not found.same
    assert differing({"JAX": found})[0].startswith(f"JAX: {found.what} ")


def test_twins_are_one_unit_away():
    """Each weight is moved by one unit in the last place, up or down, and the seed decides which."""
    start = [np.linspace(0.1, 1, 8), np.zeros(2)]
    moved = twins(start)

    assert len(moved) == 4
    assert {round(float(each)) for twin in moved for each in (twin[0] / start[0] - 1) * 2**23} == {-1, 1}
    np.testing.assert_array_equal(moved[1][0], twins(start)[1][0])


def test_a_path_is_three_steps():
    """The losses before each step, and all weights after them."""
    losses = iter([3.0, np.float32(2.0), 1])
    found = path(lambda: next(losses), lambda: [np.ones((2, 2)), np.zeros(1)])

    np.testing.assert_array_equal(found.losses, [3, 2, 1])
    np.testing.assert_array_equal(found.weights, [1, 1, 1, 1, 0])


def test_every_loss_has_a_formula():
    """No loss is left out of the comparison."""
    assert set(FORMULAS) == set(LOSSES) == set(TIMED)


@pytest.mark.parametrize("loss", TIMED)
def test_plain_tensorflow_does_the_same_work(loss):
    """Three steps in plain operations end where Keras's do; a wrong rate doesn't."""
    pytest.importorskip("tensorflow", reason="what is compared")
    from lossspec.backends.keras.subject import load_subject

    subject, recipe = load_subject(), TIMED[loss]
    start, batch = subject.initial_weights(recipe, 0), batches.batch_of(recipe, 32)
    step = batches.step_of(subject, loss, "eager")
    step.start_from(start)
    ours = path(step.calls(large=1)["step"], step.weights)
    moved = []
    for twin in twins(start):
        fresh = batches.step_of(subject, loss, "eager")
        fresh.start_from(twin)
        moved.append(path(fresh.calls(large=1)["step"], fresh.weights))
    plain, wrong = (
        plain_steps.PlainTensorFlow(each, start, batch, compiled=False)
        for each in (recipe, dataclasses.replace(recipe, settings={**recipe.settings, "learning_rate": 0.0101}))
    )

    assert apart(ours, path(plain, plain.weights), moved).same
    assert not apart(ours, path(wrong, wrong.weights), moved).same


def test_a_recipe_with_another_optimizer_is_refused():
    """The plain steps are written for one hidden layer and SGD."""
    with pytest.raises(ValueError, match="separable-hinge is not written in plain operations"):
        plain_steps.PlainTorch(RECIPES["separable-hinge"], [], (np.zeros(1), np.zeros(1)))


def test_bandwidth_is_that_of_the_fastest_kernel():
    """Bytes moved over seconds, as STREAM counts them."""
    assert bandwidth({"copy": 2.0, "triad": 2.0, "read": 1.0}, size=10) == ("read", 20.0)
    assert set(kernels(64)) == set(ARRAYS)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux alone tells a process its peak")
def test_memory_that_a_call_adds():
    """A call that holds 64 MiB for a while adds that much, one that holds nothing next to none."""
    hungry = added_by(lambda: np.ones(8 * MIB).sum())

    assert 60 * MIB < hungry < 80 * MIB
    assert added_by(lambda: None) < 4 * MIB


def test_memory_is_read_from_what_the_system_says():
    """Its lines are in KiB."""
    assert held("VmRSS", "VmHWM:\t  9 kB\nVmRSS:\t  12 kB\n") == 12 * 1024


@pytest.mark.parametrize(("loss", "targets"), [(batches.SPARSE, (8, 1)), (batches.ONE_HOT, (8, 50))])
def test_a_cross_entropy_of_many_classes(loss, targets):
    """The last layer has a unit a class, and both losses are given the same classes."""
    recipe, batch = batches.with_classes(loss, 50, 8)
    numbers = np.random.RandomState(0).randint(0, 50, 8)

    assert recipe.layers[-1].units == 50
    assert batch[1].shape == targets
    np.testing.assert_array_equal(batch[1][:, 0] if loss == batches.SPARSE else batch[1].argmax(axis=1), numbers)


def test_a_batch_begins_anew_where_data_run_out():
    """500 samples make a batch of any size."""
    inputs, targets = batches.batch_of(TIMED["mean_squared_error"], 1200)

    assert inputs.shape == (1200, 20)
    assert inputs.dtype == np.float32
    np.testing.assert_array_equal(targets[:500], targets[500:1000])


def measured():
    """A run with one loss, without PyTorch and JAX."""
    columns = [*limits.KERAS, "plain TensorFlow"]
    times = [8e-3, 4e-4, 3e-4, 1.5e-4]
    return limits.Measured(
        columns,
        {"hinge": {name: Apart("weights", 1e-7, 4e-7) for name in columns}},
        {"hinge": {name: Fastest(time, 0.01, 20) for name, time in zip(columns, times)}},
        {"hinge": (8_000_000, {mode: Fastest(64 * MIB / 1e10, 0.5, 5) for mode in ("eager", "graph", "xla")})},
        ("read", 2e10),
        Conditions("2026-11-23T00:00:00Z", {"tensorflow": "2.21.0"}, "one of ours", 2, (0.5, 1.0)),
    )


def test_a_table_of_steps():
    """Every column's time, and the fastest of Keras beside the fastest other."""
    rows = limits.steps_table(measured())

    assert rows.columns[-1] == "fastest Keras / fastest other"
    assert rows.rows == [["hinge", "8 ms", "400 µs", "300 µs", "150 µs", "2.00"]]


def test_a_table_of_large_batches():
    """Bytes over seconds over the bandwidth; what isn't settled has its sign."""
    rows = limits.large_table(measured())

    assert rows.rows == [["hinge", "8,000,000", *["6.71 ms?, 50%"] * 3]]


def test_notes_say_what_the_tables_rest_on():
    """Conditions, how the same the work is, bandwidth, and which peers are absent."""
    notes = limits.notes(measured())

    assert "at most 25% of what rounding allows apart" in notes
    assert "?: 3 whose fastest samples" in notes
    assert "20.0 GB/s" in notes
    assert "Not installed: the same by XLA, PyTorch, JAX" in notes


def test_conditions_in_words():
    """Versions, processors and load, in a line."""
    line = in_words(measured().conditions.as_data())

    assert line == "2026-11-23T00:00:00Z, tensorflow 2.21.0; 2 x one of ours; load 0.5 before, 1.0 at the end"
