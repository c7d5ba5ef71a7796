"""One recipe, many seeds at once: `replicate` gives what each run reports, epoch by epoch."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import functools
import itertools
import threading
from dataclasses import dataclass
from typing import Callable, Iterator, Mapping, Sequence

import numpy as np

from lossspec.backends.keras.batched_training import BURST, Ensemble, Part
from lossspec.backends.keras.subject import load_subject
from lossspec.core.arrays import AnyArray, Array, ArrayLike
from lossspec.core.errors import UsageProblem
from lossspec.experiments.datasets import SEEDED, UNSEEDED, Data
from lossspec.experiments.recipes import Recipe

CHUNK = 200
"""Replicates trained together: enough to fill the processor, few enough for memory to stay flat."""


@dataclass(frozen=True)
class Study:
    """What a recipe's replicates reported.

    Attributes:
        recipe: its name.
        seeds: of the replicates, ``(n,)``.
        history: by measure, ``(epochs, n)``; ``val_`` stands before those of the validation data.
        final: by part of the data (``train`` and ``test``) and measure, ``(n,)``.
        weights: kernels ``(n, inputs, units)`` and biases ``(n, units)`` at the end, layer by layer.
    """

    recipe: str
    seeds: tuple[int, ...]
    history: Mapping[str, Array]
    final: Mapping[str, Mapping[str, Array]]
    weights: Sequence[Array]

    @property
    def diverged(self) -> Array:
        """Which replicates ended in a loss that is no finite number, ``(n,)``."""
        return np.asarray(~np.isfinite(self.history["loss"][-1]))


class InProcess(concurrent.futures.Executor):
    """An executor that works in this process, on one task after the other; any other can take its place."""

    def map(self, fn, *iterables, **_):  # type: ignore[no-untyped-def] # no timeout, no chunks
        """The results, each computed when it is asked for."""
        return map(fn, *iterables)


def replicate(
    recipe: Recipe,
    seeds: Sequence[int],
    *,
    mode: str = "xla",
    executor: concurrent.futures.Executor | None = None,
    each_epoch: Callable[[int], object] = bool,
) -> Study:
    """Train a recipe once for each seed.

    A seed decides initial weights, the order of samples and, where the document leaves the data unseeded, the
    data; it does so alone, so that a replicate doesn't depend on the others beside it.

    Args:
        recipe: what to train.
        seeds: not negative, each once.
        mode: ``xla`` or ``graph``: how the subject compiles the training.
        executor: takes the chunks of seeds; by default this process does.
        each_epoch: called with a chunk's number of replicates after each of its epochs, where the chunk is trained;
            an executor of other processes can't take one that lives in this one.

    Raises:
        UsageProblem: for no seeds, negative ones or one that comes twice.
    """
    if not seeds or min(seeds) < 0 or len(set(seeds)) < len(seeds):
        raise UsageProblem(
            f"{len(seeds)} seeds, {len(set(seeds))} of them different, the least {min(seeds, default='none')}",
            expected="at least one seed, none negative, none twice",
            do="give others",
        )
    chunks = [tuple(seeds[start : start + CHUNK]) for start in range(0, len(seeds), CHUNK)]
    train = functools.partial(train_chunk, mode=mode, each_epoch=each_epoch)
    return _joined(list((executor or InProcess()).map(train, itertools.repeat(recipe), chunks)))


def train_chunk(
    recipe: Recipe,
    seeds: tuple[int, ...],
    mode: str = "xla",
    each_epoch: Callable[[int], object] = bool,
) -> Study:
    """Train the replicates of a few seeds together: a task that any executor can take.

    Args:
        recipe: what to train.
        seeds: one a replicate.
        mode: ``xla`` or ``graph``.
        each_epoch: called with the number of seeds after each epoch.
    """
    ensemble = _kept.ensemble(recipe, len(seeds), mode)
    data = data_of(recipe, seeds)
    ensemble.load(*data)
    bursts = []
    # Another thread draws while this one compiles and trains, both outside of Python's lock.
    with concurrent.futures.ThreadPoolExecutor(1) as drawing:
        starts = drawing.submit(_starts, recipe, seeds)
        orders = ahead(drawing, orders_of(recipe, seeds, data[0][0].shape[-2]))
        ensemble.compile()
        ensemble.reset(starts.result())
        for order in orders:
            bursts.append(ensemble.train(order))
            for _ in order:
                each_epoch(len(seeds))
    return Study(
        recipe=recipe.name,
        seeds=seeds,
        history={name: np.concatenate([burst[name] for burst in bursts]) for name in bursts[0]},
        final={"train": ensemble.measure(0), "test": ensemble.measure(2)},
        weights=ensemble.weights(),
    )


def _starts(recipe: Recipe, seeds: tuple[int, ...]) -> list[Array]:
    """The weights that the replicates start with, as a `Study` holds them."""
    with _drawing:
        starts = [_subject().initial_weights(recipe, seed) for seed in seeds]
    return [np.stack(each) for each in zip(*starts)]


def orders_of(recipe: Recipe, seeds: Sequence[int], samples: int) -> Iterator[AnyArray]:
    """In which order each replicate takes its samples: ``(epochs, replicates, samples)``, some epochs at a time."""
    randoms = [np.random.RandomState(seed) for seed in seeds]
    for start in range(0, recipe.epochs, BURST):
        epochs = min(BURST, recipe.epochs - start)
        yield np.stack(
            [np.stack([each.permutation(samples) for each in randoms]) for _ in range(epochs)]
        )


def ahead(drawing: concurrent.futures.Executor, items: Iterator[AnyArray]) -> Iterator[AnyArray]:
    """The items, the next one drawn while the last one is used; the first is begun when this is called."""
    coming = drawing.submit(next, items, None)

    def drawn() -> Iterator[AnyArray]:
        nonlocal coming
        while True:
            item = coming.result()
            if item is None:
                return
            coming = drawing.submit(next, items, None)
            yield item

    return drawn()


def predictions(recipe: Recipe, weights: Sequence[Array], inputs: ArrayLike) -> Array:
    """What trained replicates predict, by the subject's own layers.

    Args:
        recipe: what they were trained by.
        weights: as a `Study` holds them.
        inputs: points ``(m, features)``, the same for all.

    Returns:
        ``(replicates, m, outputs)``.
    """
    parts = []
    for start in range(0, len(weights[0]), CHUNK):
        chunk = [each[start : start + CHUNK] for each in weights]
        ensemble = _subject().ensemble(
            recipe, len(chunk[0]), "graph"
        )  # a few calls aren't worth a compilation
        ensemble.reset(chunk)
        parts.append(ensemble.predict(inputs))
    return np.concatenate(parts)


def data_of(recipe: Recipe, seeds: Sequence[int]) -> tuple[Part, Part, Part]:
    """Inputs and targets to train on, to validate on and to test on, in float32."""
    if recipe.data in SEEDED:
        data = SEEDED[recipe.data]()
    else:
        each = [UNSEEDED[recipe.data](seed) for seed in seeds]
        data = Data(
            *(
                np.stack([getattr(one, field.name) for one in each])
                for field in dataclasses.fields(Data)
            )
        )
    training = _float32(data.training, data.training_targets)
    testing = _float32(data.testing, data.testing_targets)
    if recipe.validation_split is None:
        return training, testing, testing
    kept = round(training[0].shape[-2] * (1 - recipe.validation_split))
    first = tuple(part[..., :kept, :] for part in training)
    last = tuple(part[..., kept:, :] for part in training)
    return first, last, testing  # type: ignore[return-value] # two each


def _float32(inputs: Array, targets: Array) -> Part:
    return inputs.astype(np.float32), targets.astype(np.float32)


def _joined(parts: Sequence[Study]) -> Study:
    return Study(
        recipe=parts[0].recipe,
        seeds=tuple(seed for part in parts for seed in part.seeds),
        history={
            name: np.hstack([part.history[name] for part in parts]) for name in parts[0].history
        },
        final={
            of: {name: np.hstack([part.final[of][name] for part in parts]) for name in measures}
            for of, measures in parts[0].final.items()
        },
        weights=[np.concatenate(each) for each in zip(*(part.weights for part in parts))],
    )


class _Kept(threading.local):
    """The networks this thread trained last, those of a whole chunk and of the rest, so that each compiles once."""

    def __init__(self) -> None:
        self._entries: list[tuple[tuple[Recipe, int, str], Ensemble]] = []

    def ensemble(self, recipe: Recipe, replicates: int, mode: str) -> Ensemble:
        wanted = (recipe, replicates, mode)
        for key, ensemble in self._entries:
            if key == wanted:
                return ensemble
        built = _subject().ensemble(*wanted)
        self._entries = [*self._entries[-1:], (wanted, built)]
        return built


_subject = functools.lru_cache(maxsize=None)(load_subject)
_kept = _Kept()
_drawing = threading.Lock()  # TensorFlow's own seed is one for all threads
