"""What a step costs as work grows: samples in a batch, classes told apart, seeds trained side by side."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from typing import Any, Mapping, Sequence, Tuple

import numpy as np

from lossspec.backends.keras.subject import load_subject
from lossspec.backends.keras.training_step import Call
from lossspec.core.progress import progress_of
from lossspec.experiments.recipes import RECIPES
from lossspec.experiments.replication import replicate
from lossspec.ledger.claims import MODES
from lossspec.timing.fastest import Fastest, fastest
from lossspec.timing.measured import TIMED, warmed
from tools.benchmarks.batches import ONE_HOT, SPARSE, step_of, subject_on_one_thread, with_classes
from tools.benchmarks.conditions import Conditions, conditions
from tools.benchmarks.curves import Curve
from tools.benchmarks.isolated import isolated, peak_memory, seconds
from tools.benchmarks.memory import added_by

SAMPLES = (32, 256, 2_048, 16_384, 65_536)
CLASSES = (10, 100, 1_000, 10_000, 100_000)
SEEDS = (1, 20, 200, 2_000)
TIMED_PARTS = ("gradient", "step")

BATCH = 32
"""Samples of each batch with many classes."""

REPLICATED, EPOCHS = "circles-binary-crossentropy", 10

Key = Tuple[str, str, str]
"""A loss, a part and a mode."""


def over_samples(budget: float) -> tuple[Conditions, list[Curve]]:
    """Every loss's slope and step in each mode, over batch sizes; in this process.

    Args:
        budget: seconds, compiling not counted.
    """
    subject = subject_on_one_thread()
    found = conditions(subject)
    calls: dict[tuple[Key, int], Call] = {}
    with progress_of("batch sizes", len(TIMED) + 1, "losses, then all timed") as advance:
        for loss in TIMED:
            for mode, size in itertools.product(MODES, SAMPLES):
                parts = step_of(subject, loss, mode, size).calls(large=1)
                calls.update({((loss, part, mode), size): warm(parts[part]) for part in TIMED_PARTS})
            advance(1)
        took = _fastest(calls, budget)
        advance(1)
    lines = {key: [took[key, size].seconds for size in SAMPLES] for key, _ in calls}
    return found, _curves("samples", SAMPLES, "seconds", lines)


def warm(call: Call) -> Call:
    """The call, called twice."""
    return warmed({"": call})[""]


def _fastest(calls: Mapping[Any, Call], budget: float) -> dict[Any, Fastest]:
    """The times by whatever the calls are named by; each is warm."""
    names = {str(number): key for number, key in enumerate(calls)}
    took = fastest({name: calls[key] for name, key in names.items()}, least=5, budget=budget)
    return {names[name]: each for name, each in took.items()}


def _curves(over: str, sizes: Sequence[int], unit: str, lines: Mapping[Key, Sequence[float | None]]) -> list[Curve]:
    """A curve for each part and mode, a line for each loss."""
    groups: dict[tuple[str, str], dict[str, Sequence[float | None]]] = {}
    for (loss, part, mode), values in lines.items():
        groups.setdefault((part, mode), {})[loss] = values
    return [Curve(over, part, mode, unit, sizes, each) for (part, mode), each in groups.items()]


@dataclasses.dataclass(frozen=True)
class OfClasses:
    """Both cross-entropies with one number of classes: seconds by loss, part and mode.

    Attributes:
        added: bytes that a loss and its slope add, likewise; the step's are its weights' above all.
        targets: bytes of a batch's targets, by loss.
    """

    seconds: Mapping[Key, float]
    added: Mapping[Key, float | None]
    targets: Mapping[str, int]


def of_classes(classes: int, budget: float) -> OfClasses:
    """Measure both cross-entropies with so many classes, in this process, taken in turns."""
    subject = subject_on_one_thread()
    calls: dict[Key, Call] = {}
    targets = {}
    for loss in (SPARSE, ONE_HOT):
        recipe, batch = with_classes(loss, classes, BATCH)
        targets[loss] = batch[1].nbytes
        for mode in MODES:
            parts = subject.training_step(recipe, batch, mode).calls(large=1)
            # The last layer's weights are most of a step's work: one mode shows it.
            kept = TIMED_PARTS if mode == "graph" else ("gradient",)
            calls.update({(loss, part, mode): warm(parts[part]) for part in kept})
    took = _fastest(calls, budget)
    added = {key: added_by(call) for key, call in calls.items() if key[1] == "gradient"}
    return OfClasses({key: each.seconds for key, each in took.items()}, added, targets)


def over_classes(budget: float) -> list[Curve]:
    """Sparse beside one-hot cross-entropy over numbers of classes, the fewest first; in this process.

    Args:
        budget: seconds for each number of classes, compiling not counted.
    """
    found: list[OfClasses] = []
    with progress_of("classes", len(CLASSES), "numbers of them") as advance:
        for classes in CLASSES:
            found.append(of_classes(classes, budget))
            advance(1)
    times = {key: [each.seconds[key] for each in found] for key in found[0].seconds}
    added = {key: [each.added[key] for each in found] for key in found[0].added}
    targets = {loss: [each.targets[loss] for each in found] for loss in (SPARSE, ONE_HOT)}
    return [
        *_curves("classes", CLASSES, "seconds", times),
        *_curves("classes", CLASSES, "bytes", added),
        Curve("classes", "targets", None, "bytes", CLASSES, targets),
    ]


def of_seeds(count: int) -> tuple[float, float, int]:
    """Seconds of the first and of the next replication with so many seeds, and bytes held at most; in this process."""
    recipe = dataclasses.replace(RECIPES[REPLICATED], epochs=EPOCHS)
    load_subject()
    call = functools.partial(replicate, recipe, range(count))
    return seconds(call), seconds(call), peak_memory()


def over_seeds() -> list[Curve]:
    """Replication over numbers of seeds, each number in a process of its own, on all processors."""
    found = []
    with progress_of("seeds", len(SEEDS), "numbers of them") as advance:
        for count in SEEDS:
            found.append(isolated(of_seeds, count))
            advance(1)
    first, following, peak = zip(*found)
    times = {"first call": first, "next call": following}
    each_seed = [float(each) for each in np.asarray(following) / SEEDS]
    return [
        Curve("seeds", "replication", "xla", "seconds", SEEDS, times),
        Curve("seeds", "replication of one seed", "xla", "seconds", SEEDS, {"next call": each_seed}),
        Curve("seeds", "replication", "xla", "bytes", SEEDS, {"process": peak}),
    ]
