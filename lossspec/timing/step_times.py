"""A record's ``timings``, beside zlib."""

from __future__ import annotations

import random
import time
import zlib
from typing import TYPE_CHECKING, Callable, Mapping

from lossspec.backends.catalog import KERAS
from lossspec.backends.training import PARTS, Call
from lossspec.core.arrays import float32
from lossspec.core.machine import processor
from lossspec.experiments.datasets import SEEDED
from lossspec.experiments.recipes import RECIPES, Recipe
from lossspec.records.record_types import Timing, Timings
from lossspec.records.results import now
from lossspec.timing.turns import TURNS, fastest

if TYPE_CHECKING:
    from lossspec.backends.keras.adapter import KerasBackend

TIMED: Mapping[str, Recipe] = {
    recipe.loss: recipe for recipe in RECIPES.values() if recipe.data in SEEDED
}
"""The recipe of each loss: the second document's, whose data are the same in each run."""

STEPS = (1 + len(TIMED) * len(PARTS) * len(KERAS.modes)) * (1 + TURNS)
"""How often `measure` reports progress: for zlib and each step, once warm and in each turn."""

BUDGET = 20.0
"""Seconds for the calls."""


def measure(
    subject: KerasBackend, budget: float = BUDGET, progress: Callable[[int], None] = lambda _: None
) -> Timings:
    """Time the subject, in less than a minute.

    Args:
        subject: the library under test; `KerasBackend.on_one_thread` was called before.
        budget: seconds for the calls, compiling not counted.
        progress: called with 1, `STEPS` times.
    """
    date, began = now(), time.perf_counter()
    calls = {"zlib": _decompressing(), **_steps(subject)}
    for call in calls.values():
        call()  # what is traced or compiled at first,
        call()  # or loaded at the second, is so from then on
        progress(1)
    took = fastest(calls, budget, progress)
    yardstick = took.pop("zlib")
    timings: Timings = {
        "date": date,
        "seconds": round(time.perf_counter() - began, 1),
        "processor": processor(),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        "rounds": TURNS,
        "yardsticks": {"zlib": {"seconds": _rounded(yardstick)}},
        "steps": {},
    }
    for name, seconds in took.items():
        loss, part, mode = name.split()
        timing: Timing = {"seconds": _rounded(seconds), "zlib": _rounded(seconds / yardstick)}
        timings["steps"].setdefault(loss, {}).setdefault(part, {})[mode] = timing
    return timings


def _decompressing() -> Call:
    """Decompress 8 kB, which takes little memory."""
    letters = random.Random(0)  # noqa: S311 # no secret: the same text each time
    packed = zlib.compress(bytes(letters.choice(b"abcdefgh ") for _ in range(8192)), 6)
    return lambda: zlib.decompress(packed)


def _steps(subject: KerasBackend) -> dict[str, Call]:
    """Calls by loss, part and mode: ``hinge step graph``."""
    steps = {}
    for loss, recipe in TIMED.items():
        data, size = SEEDED[recipe.data](), recipe.batch_size
        batch = float32(data.training[:size]), float32(data.training_targets[:size])
        for mode in subject.modes:
            calls = subject.training_step(recipe, batch, mode).calls()
            steps.update({f"{loss} {part} {mode}": calls[part] for part in PARTS})
    return steps


def _rounded(value: float) -> float:
    return float(f"{value:.5g}")
