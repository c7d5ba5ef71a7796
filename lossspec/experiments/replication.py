"""One recipe, trained over many seeds at once."""

from __future__ import annotations

import concurrent.futures
import functools
import threading
from dataclasses import dataclass
from typing import Callable, Iterator, Mapping, Sequence

import numpy as np

from lossspec.backends.base import Backend
from lossspec.backends.training import BURST, Ensemble, Part
from lossspec.core.arrays import AnyArray, Array, ArrayLike
from lossspec.core.errors import UsageProblem
from lossspec.core.machine import workers
from lossspec.experiments.compiled_networks import KEPT
from lossspec.experiments.datasets import SEEDED, UNSEEDED, Data
from lossspec.experiments.recipes import Recipe

CHUNK = 200
"""Replicates trained together: enough to fill the processor, few enough for memory to stay flat."""


@dataclass(frozen=True)
class Study:
    """What a recipe's replicates reported, by their seeds, ``(n,)``.

    Attributes:
        history: by measure, ``(epochs, n)``; ``val_`` stands before those of the validation data.
        final: by part of the data (``train`` and ``test``) and measure, ``(n,)``.
        weights: kernels ``(n, inputs, units)`` and biases ``(n, units)`` at the end, by layer.
    """

    recipe: str
    seeds: tuple[int, ...]
    history: Mapping[str, Array]
    final: Mapping[str, Mapping[str, Array]]
    weights: Sequence[Array]

    @property
    def diverged(self) -> Array:
        """Which replicates ended without a finite loss, ``(n,)``."""
        return np.asarray(~np.isfinite(self.history["loss"][-1]))


def replicate(
    recipe: Recipe,
    seeds: Sequence[int],
    *,
    backend: Backend,
    mode: str | None = None,
    executor: concurrent.futures.Executor | None = None,
    each_epoch: Callable[[int], object] = bool,
) -> Study:
    """Train a recipe once for each seed.

    A seed alone decides initial weights, the order of samples and, where the document leaves them
    unseeded, the data: a replicate doesn't depend on the others beside it.

    Args:
        recipe: what to train.
        seeds: not negative, each once.
        backend: what to train it on.
        mode: the backend's execution mode, by default the most compiled one.
        executor: takes the chunks of seeds; by default threads do, two at most.
        each_epoch: called with a chunk's number of replicates after each of its epochs.

    Raises:
        UsageProblem: for no seeds, negative ones or one that comes twice.
    """
    if not seeds or min(seeds) < 0 or len(set(seeds)) < len(seeds):
        least = min(seeds, default="none")
        raise UsageProblem(
            f"{len(seeds)} seeds, {len(set(seeds))} of them different, the least {least}",
            expected="at least one seed, none negative, none twice",
            do="give others",
        )
    train = functools.partial(train_chunk, recipe, mode=mode or backend.modes[-1], backend=backend)
    chunks = chunks_of(seeds)
    if executor:
        return joined(list(executor.map(functools.partial(train, each_epoch=each_epoch), chunks)))
    if len(chunks) == 1:
        return train(chunks[0], each_epoch=each_epoch)
    return joined(_in_threads(train, chunks, each_epoch))


def _in_threads(
    train: Callable[..., Study],
    chunks: Sequence[tuple[int, ...]],
    each_epoch: Callable[[int], object],
) -> list[Study]:
    """Train chunks beside each other.

    Kernels of one chunk, divided among processors, take longer to meet than to compute.
    """
    stopped = threading.Event()

    def unless_stopped(replicates: int) -> None:
        if stopped.is_set():
            raise concurrent.futures.CancelledError
        each_epoch(replicates)

    with concurrent.futures.ThreadPoolExecutor(workers()) as threads:
        try:
            return list(threads.map(functools.partial(train, each_epoch=unless_stopped), chunks))
        except BaseException:  # of Ctrl-C, too: the others end within a burst
            stopped.set()
            raise


def train_chunk(
    recipe: Recipe,
    seeds: tuple[int, ...],
    mode: str,
    backend: Backend,
    each_epoch: Callable[[int], object] = bool,
) -> Study:
    """Train a few seeds together; arguments as for `replicate`."""
    with KEPT.ensemble(backend, recipe, len(seeds), mode) as ensemble:
        return _trained(ensemble, recipe, seeds, backend, each_epoch)


def _trained(
    ensemble: Ensemble,
    recipe: Recipe,
    seeds: tuple[int, ...],
    backend: Backend,
    each_epoch: Callable[[int], object],
) -> Study:
    data = data_of(recipe, seeds)
    ensemble.load(*data)
    bursts = []
    # Another thread draws while this one compiles and trains, both outside of Python's lock.
    with concurrent.futures.ThreadPoolExecutor(1) as drawing:
        starts = drawing.submit(_starts, backend, recipe, seeds)
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


def _starts(backend: Backend, recipe: Recipe, seeds: Sequence[int]) -> list[Array]:
    """The replicates' initial weights, as a `Study` holds them."""
    starts = [backend.initial_weights(recipe, seed) for seed in seeds]
    return [np.stack(of_layer) for of_layer in zip(*starts)]


def orders_of(recipe: Recipe, seeds: Sequence[int], samples: int) -> Iterator[AnyArray]:
    """Yield the orders of samples: ``(epochs, replicates, samples)``, by `BURST` epochs."""
    randoms = [np.random.RandomState(seed) for seed in seeds]
    for start in range(0, recipe.epochs, BURST):
        epochs = min(BURST, recipe.epochs - start)
        orders = np.empty((epochs, len(randoms), samples), np.int32)
        # One generator's epochs in a row: its state stays in the first-level cache.
        for row, random in enumerate(randoms):
            orders[:, row] = [random.permutation(samples) for _ in range(epochs)]
        yield orders


def ahead(drawing: concurrent.futures.Executor, items: Iterator[AnyArray]) -> Iterator[AnyArray]:
    """The items, each drawn while the one before is used."""
    coming = drawing.submit(next, items, None)

    def drawn() -> Iterator[AnyArray]:
        nonlocal coming
        while (item := coming.result()) is not None:
            coming = drawing.submit(next, items, None)
            yield item

    return drawn()


def predictions(
    recipe: Recipe, weights: Sequence[Array], inputs: ArrayLike, backend: Backend
) -> Array:
    """What trained replicates predict at points ``(m, features)``.

    The backend is in its plainest mode, since a few calls aren't worth a compilation.

    Returns:
        ``(replicates, m, outputs)``.
    """
    parts = []
    for start in range(0, len(weights[0]), CHUNK):
        chunk = [of_layer[start : start + CHUNK] for of_layer in weights]
        ensemble = backend.ensemble(recipe, len(chunk[0]), backend.modes[0])
        ensemble.reset(chunk)
        parts.append(ensemble.predict(inputs))
    return np.concatenate(parts)


def data_of(recipe: Recipe, seeds: Sequence[int]) -> tuple[Part, Part, Part]:
    """Data to train, validate and test on, in float32."""
    if recipe.data in SEEDED:
        data = SEEDED[recipe.data]()
    else:
        drawn = [vars(UNSEEDED[recipe.data](seed)).values() for seed in seeds]
        data = Data(*(np.stack(arrays) for arrays in zip(*drawn)))
    points, targets, *test = (array.astype(np.float32) for array in vars(data).values())
    testing = test[0], test[1]
    if recipe.validation_split is None:
        return (points, targets), testing, testing
    kept = round(points.shape[-2] * (1 - recipe.validation_split))
    return (
        (points[..., :kept, :], targets[..., :kept, :]),
        (points[..., kept:, :], targets[..., kept:, :]),
        testing,
    )


def chunks_of(seeds: Sequence[int]) -> list[tuple[int, ...]]:
    """Divide seeds into those that are trained together."""
    return [tuple(seeds[start : start + CHUNK]) for start in range(0, len(seeds), CHUNK)]


def joined(parts: Sequence[Study]) -> Study:
    """Join a study's chunks, in their order."""
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
        weights=[np.concatenate(of_layer) for of_layer in zip(*(part.weights for part in parts))],
    )
