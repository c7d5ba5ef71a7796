"""A record's ``timings``: the parts of a training step with each loss, and epochs of ``fit``, beside yardsticks."""

from __future__ import annotations

import random
import time
import zlib
from typing import Any, Callable, Iterable, Mapping

import numpy as np

from lossspec.backends.keras.subject import Subject
from lossspec.backends.keras.training_step import PARTS, Call
from lossspec.core.arrays import float32
from lossspec.core.machine import processor
from lossspec.experiments.datasets import SEEDED
from lossspec.experiments.model_fit import documented_network
from lossspec.experiments.recipes import RECIPES, Recipe
from lossspec.ledger.claims import MODES
from lossspec.records.results import now
from lossspec.timing.fastest import ENOUGH, Fastest, fastest

YARDSTICKS: Mapping[str, str] = {
    "zlib": "8 kB decompressed by zlib: the machine alone, whatever is installed in the environment",
    "matmul": "the product of two 64 x 64 matrices by NumPy, in float32",
    "call": "a tf.function that adds 1 to a number",
}
"""What is timed in each round beside the rest."""

BASE = "mean_squared_error"
"""The loss that the others are set beside, too."""

TIMED: Mapping[str, Recipe] = {recipe.loss: recipe for recipe in RECIPES.values() if recipe.data in SEEDED}
"""The recipe of each loss: the second document's, whose data are the same in each run."""

HUNDREDTHS = 100

Advance = Callable[[int], None]

BUDGET = 20.0
"""Seconds for the steps."""


def measure(subject: Subject, budget: float = BUDGET, progress: Advance = lambda _: None) -> dict[str, Any]:
    """Time the subject, in less than a minute.

    Args:
        subject: the library under test; `Subject.on_one_thread` was called before.
        budget: seconds for the steps, compiling not counted; epochs have half of it.
        progress: called with each number of hundredths of the work that is done.

    Returns:
        What a record holds as ``timings``.
    """
    date, began, phases = now(), time.perf_counter(), _Phases(progress)
    yards = yardsticks(subject)
    steps = warmed(steps_of(subject), phases.next(20))
    steps_took = fastest({**yards, **steps}, least=20, budget=budget, round_ended=phases.next(50))
    epochs = warmed(epochs_of(subject), phases.next(15))
    epochs_took = fastest({**yards, **epochs}, least=ENOUGH, budget=budget / 2, round_ended=phases.next(15))
    phases.next(0)
    return {
        "date": date,
        "seconds": round(time.perf_counter() - began, 1),
        **as_recorded(steps, steps_took),
        "epochs": {name: _entry(epochs_took[name], epochs_took, epochs_took[TIMED[BASE].name]) for name in epochs},
    }


def as_recorded(steps: Iterable[str], took: Mapping[str, Fastest]) -> dict[str, Any]:
    """What a record holds of the machine, of the yardsticks and of the steps; of epochs, none.

    Args:
        steps: their names, as `steps_of` gives them.
        took: what each of them took, and each yardstick.
    """
    entries: dict[str, dict[str, dict[str, dict[str, float]]]] = {}
    for name in steps:
        loss, part, mode = name.split()
        entry = _entry(took[name], took, took[f"{BASE} {part} {mode}"])
        entries.setdefault(loss, {}).setdefault(part, {})[mode] = entry
    return {
        "processor": processor(),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        "rounds": took["zlib"].samples,
        "yardsticks": {name: {"seconds": _rounded(took[name].seconds)} for name in YARDSTICKS},
        "steps": entries,
        "epochs": {},
    }


class _Phases:
    """Parts of the work, one after another, each so many hundredths of it."""

    def __init__(self, advance: Advance) -> None:
        self._advance, self._done, self._ends = advance, 0, 0

    def next(self, hundredths: int) -> Callable[[float], None]:
        """What to call with how much of the next part is done, from 0 to 1; the last one is over."""
        self._reach(self._ends)
        begin, self._ends = self._ends, self._ends + hundredths
        return lambda share: self._reach(begin + int(share * hundredths))

    def _reach(self, done: int) -> None:
        if done > self._done:
            self._advance(done - self._done)
            self._done = done


def yardsticks(subject: Subject) -> dict[str, Call]:
    """A call for each of `YARDSTICKS`."""
    letters = random.Random(0)  # noqa: S311 # no secret: the same text each time
    # Decompressing asks for little memory: what the system takes to give it would be measured, too.
    packed = zlib.compress(bytes(letters.choice(b"abcdefgh ") for _ in range(8192)), 6)
    matrix = float32(np.random.RandomState(0).rand(64, 64))
    return warmed(
        {"zlib": lambda: zlib.decompress(packed), "matmul": lambda: matrix @ matrix, "call": subject.bare_call()}
    )


def steps_of(subject: Subject) -> dict[str, Call]:
    """A call for each loss, part and mode: ``hinge step graph``."""
    found = {}
    for loss, recipe in TIMED.items():
        data, size = SEEDED[recipe.data](), recipe.batch_size
        batch = float32(data.training[:size]), float32(data.training_targets[:size])
        for mode in MODES:
            calls = subject.training_step(recipe, batch, mode).calls()
            found.update({f"{loss} {part} {mode}": calls[part] for part in PARTS})
    return found


def epochs_of(subject: Subject) -> dict[str, Call]:
    """A call for each recipe: an epoch of ``fit``, validation included."""
    return {recipe.name: _epoch(subject, recipe) for recipe in TIMED.values()}


def _epoch(subject: Subject, recipe: Recipe) -> Call:
    data, network = SEEDED[recipe.data](), documented_network(subject, recipe)
    training = float32(data.training), float32(data.training_targets)
    validation = float32(data.testing), float32(data.testing_targets)
    order = np.arange(len(data.training))
    return lambda: network.fit_in_order(training, validation, [order], recipe.batch_size)


def warmed(calls: Mapping[str, Call], progress: Callable[[float], None] = lambda _: None) -> dict[str, Call]:
    """The calls, each called twice: what is traced, compiled or loaded at first is so from then on."""
    for number, call in enumerate(calls.values(), start=1):
        call()
        call()
        progress(number / len(calls))
    return dict(calls)


def _entry(took: Fastest, yards: Mapping[str, Fastest], base: Fastest) -> dict[str, float]:
    """What a record holds of a call: its seconds, how settled they are, and how many of each yardstick they are."""
    beside = {**{name: yards[name] for name in YARDSTICKS}, "mse": base}
    return {
        "seconds": _rounded(took.seconds),
        "spread": round(took.spread, 4),
        **{name: _rounded(took.seconds / each.seconds) for name, each in beside.items()},
    }


def _rounded(value: float) -> float:
    return float(f"{value:.5g}")
