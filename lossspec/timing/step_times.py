"""A record's ``timings``, beside zlib."""

from __future__ import annotations

import random
import time
import zlib
from typing import TYPE_CHECKING, Callable, Collection, Mapping, Sequence

import numpy as np

from lossspec.backends.training import PARTS, Call
from lossspec.core.arrays import float32
from lossspec.core.machine import processor
from lossspec.experiments.datasets import SEEDED
from lossspec.experiments.recipes import RECIPES, Recipe
from lossspec.losses import DEFINITIONS, OF_SEQUENCES, PER_SAMPLE, definition_of
from lossspec.records.record_types import Timing, Timings
from lossspec.records.results import now
from lossspec.timing.turns import TURNS, fastest

if TYPE_CHECKING:
    from lossspec.backends.keras.adapter import KerasBackend

TRAINED: Mapping[str, Recipe] = {
    recipe.loss: recipe for recipe in RECIPES.values() if recipe.data in SEEDED
}
"""The recipe of each loss that a document trains with: the second one's, whose data are the same
in each run."""

_LOSSES = {**DEFINITIONS, **OF_SEQUENCES}
_LOSSES_OF: Mapping[str, Collection[str]] = {
    "forward": _LOSSES,
    "gradient": _LOSSES,
    "step": TRAINED,
    "large": PER_SAMPLE,  # Circle would compare 262,144 samples with as many
}

TIMED: Mapping[str, Sequence[str]] = {
    loss: [part for part in PARTS if loss in _LOSSES_OF[part]] for loss in _LOSSES
}
"""The parts that are timed, by loss."""

SAMPLES = 32
"""Samples of a batch of a loss without a recipe."""

BUDGET = 20.0
"""Seconds for the calls."""


def measure(
    subject: KerasBackend, budget: float = BUDGET, progress: Callable[[int], None] = lambda _: None
) -> Timings:
    """Time the subject, in less than a minute.

    Args:
        subject: the library under test; `KerasBackend.on_one_thread` was called before.
        budget: seconds for the calls, compiling not counted.
        progress: called with 1, `count_of_calls` times.
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


def count_of_calls(subject: KerasBackend) -> int:
    """How often `measure` reports progress: for each call, once warm and in each turn."""
    parts = sum(len(TIMED[loss]) for loss in _had(subject))
    return (1 + parts * len(subject.modes)) * (1 + TURNS)


def _had(subject: KerasBackend) -> list[str]:
    return [loss for loss in TIMED if subject.lacks(loss) is None]


def _decompressing() -> Call:
    """Decompress 8 kB, which takes little memory."""
    letters = random.Random(0)  # noqa: S311 # no secret: the same text each time
    packed = zlib.compress(bytes(letters.choice(b"abcdefgh ") for _ in range(8192)), 6)
    return lambda: zlib.decompress(packed)


def _steps(subject: KerasBackend) -> dict[str, Call]:
    """Calls by loss, part and mode: ``hinge step graph``."""
    steps = {}
    for loss in _had(subject):
        for mode in subject.modes:
            calls = calls_of(subject, loss, mode)
            steps.update({f"{loss} {part} {mode}": calls[part] for part in TIMED[loss]})
    return steps


def calls_of(subject: KerasBackend, loss: str, mode: str) -> Mapping[str, Call]:
    """Calls by part, on the recipe's first batch or the definition's inputs."""
    if loss in TRAINED:
        recipe = TRAINED[loss]
        data, size = SEEDED[recipe.data](), recipe.batch_size
        batch = float32(data.training[:size]), float32(data.training_targets[:size])
        return subject.training_step(recipe, batch, mode).calls()
    defined = definition_of(loss).batch()
    targets, predictions = (
        float32(np.resize(each, (SAMPLES, *each.shape[1:])))  # over and over, sample by sample
        for each in (defined.targets, defined.predictions)
    )
    return subject.timed_loss(loss, (targets, predictions), mode)


def _rounded(value: float) -> float:
    return float(f"{value:.5g}")
