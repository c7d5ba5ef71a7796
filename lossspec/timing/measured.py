"""A record's ``timings``: the parts of a training step with each loss, beside yardsticks."""

from __future__ import annotations

import random
import time
import zlib
from typing import Any, Callable, Mapping

from lossspec.backends.keras.adapter import KerasBackend
from lossspec.backends.training import PARTS, Call
from lossspec.core.arrays import float32
from lossspec.core.machine import processor
from lossspec.experiments.datasets import SEEDED
from lossspec.experiments.recipes import RECIPES, Recipe
from lossspec.ledger.claims import MODES
from lossspec.records.results import now
from lossspec.timing.turns import TURNS, fastest

YARDSTICKS: Mapping[str, str] = {
    "zlib": "8 kB decompressed by zlib: the machine alone, whatever is installed in the environment",
    "call": "a tf.function that adds 1 to a number",
}
"""What is timed in each turn beside the rest."""

TIMED: Mapping[str, Recipe] = {
    recipe.loss: recipe for recipe in RECIPES.values() if recipe.data in SEEDED
}
"""The recipe of each loss: the second document's, whose data are the same in each run."""

STEPS = (len(YARDSTICKS) + len(TIMED) * len(PARTS) * len(MODES)) * (1 + TURNS)
"""How often `measure` reports progress: after each call is warm, and after each in each turn."""

BUDGET = 20.0
"""Seconds for the calls."""


def measure(
    subject: KerasBackend, budget: float = BUDGET, progress: Callable[[int], None] = lambda _: None
) -> dict[str, Any]:
    """Time the subject, in less than a minute.

    Args:
        subject: the library under test; `KerasBackend.on_one_thread` was called before.
        budget: seconds for the calls, compiling not counted.
        progress: called with 1, `STEPS` times.

    Returns:
        What a record holds as ``timings``.
    """
    date, began = now(), time.perf_counter()
    calls = {**yardsticks(subject), **steps_of(subject)}
    for (
        call
    ) in calls.values():  # twice: what is traced, compiled or loaded at first is so from then on
        call()
        call()
        progress(1)
    return as_recorded(fastest(calls, budget, progress), date, began)


def as_recorded(took: Mapping[str, float], date: str, began: float) -> dict[str, Any]:
    """What a record holds of the machine, of the yardsticks and of the steps.

    Args:
        took: seconds by name, as `yardsticks` and `steps_of` give them.
        date: when it began.
        began: the same by `time.perf_counter`.
    """
    steps: dict[str, dict[str, dict[str, dict[str, float]]]] = {}
    for name in took:
        if name not in YARDSTICKS:
            loss, part, mode = name.split()
            entry = {"seconds": _rounded(took[name]), "zlib": _rounded(took[name] / took["zlib"])}
            steps.setdefault(loss, {}).setdefault(part, {})[mode] = entry
    return {
        "date": date,
        "seconds": round(time.perf_counter() - began, 1),
        "processor": processor(),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        "rounds": TURNS,
        "yardsticks": {name: {"seconds": _rounded(took[name])} for name in YARDSTICKS},
        "steps": steps,
    }


def yardsticks(subject: KerasBackend) -> dict[str, Call]:
    """A call for each of `YARDSTICKS`."""
    letters = random.Random(0)  # noqa: S311 # no secret: the same text each time
    # Decompressing asks for little memory: what the system takes to give it would be measured, too.
    packed = zlib.compress(bytes(letters.choice(b"abcdefgh ") for _ in range(8192)), 6)
    return {"zlib": lambda: zlib.decompress(packed), "call": subject.bare_call()}


def steps_of(subject: KerasBackend) -> dict[str, Call]:
    """A call for each loss, part and mode: ``hinge step graph``."""
    found = {}
    for loss, recipe in TIMED.items():
        data, size = SEEDED[recipe.data](), recipe.batch_size
        batch = float32(data.training[:size]), float32(data.training_targets[:size])
        for mode in MODES:
            calls = subject.training_step(recipe, batch, mode).calls()
            found.update({f"{loss} {part} {mode}": calls[part] for part in PARTS})
    return found


def _rounded(value: float) -> float:
    return float(f"{value:.5g}")
