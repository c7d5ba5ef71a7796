"""Inputs that a loss is tried on, drawn by what its tags say.

Most numbers are multiples of 1/64, so float32 holds them exactly. Every batch of a loss has the
same shape: what is compiled for one serves all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Mapping

import numpy as np

from lossspec.checks.tags import Drawn, LossTags
from lossspec.core.arrays import AnyArray, Array
from lossspec.core.errors import UsageProblem
from lossspec.losses.definition import Domain
from lossspec.losses.inputs import STEP

SAMPLES = 24

_LOGITS = {Domain.PROBABILITIES, Domain.ONE_HOT, Domain.DISTRIBUTIONS, Domain.CLASSES}
"""Targets beside which any numbers are logits or scores."""


OF_SEVERAL = {
    Domain.CLASSES,
    Domain.ONE_HOT,
    Domain.DISTRIBUTIONS,
    Domain.DIRECTIONS,
    Domain.ROWS,
}
"""Targets beside which a prediction is a row of several numbers."""


@dataclass(frozen=True)
class Inputs:
    """Targets and predictions, n samples along the first axis of each."""

    targets: AnyArray
    predictions: Array

    def __getitem__(self, rows: int | slice | AnyArray) -> Inputs:
        return Inputs(self.targets[rows], self.predictions[rows])

    def __len__(self) -> int:
        return len(self.predictions)

    @property
    def one_by_one(self) -> list[Inputs]:
        """Batches of a sample each."""
        return [self[row : row + 1] for row in range(len(self))]


def _dyadic(rng: np.random.RandomState, shape: tuple[int, ...], low: float, high: float) -> Array:
    return np.asarray(rng.randint(round(low / STEP), round(high / STEP) + 1, shape) * STEP)


def _one_hot(rng: np.random.RandomState, shape: tuple[int, ...]) -> Array:
    return np.asarray(np.eye(shape[1])[_classes(rng, shape)])


def _classes(rng: np.random.RandomState, shape: tuple[int, ...]) -> AnyArray:
    # Each class at least once: labels that never meet make no pair and no triplet.
    return np.asarray(rng.permutation(np.arange(shape[0]) % shape[1]))


def _distributions(rng: np.random.RandomState, shape: tuple[int, ...]) -> Array:
    cuts = np.sort(
        [rng.choice(np.arange(1, 64), shape[1] - 1, replace=False) for _ in range(shape[0])]
    )
    ends = np.zeros((shape[0], 1)), np.full((shape[0], 1), 64)
    return np.asarray(np.diff(np.hstack([ends[0], cuts, ends[1]])) * STEP)


def _rows(rng: np.random.RandomState, shape: tuple[int, ...]) -> Array:
    rows = rng.normal(size=shape)
    return np.asarray(np.float32(rows / np.linalg.norm(rows, axis=1, keepdims=True)), np.float64)


Draw = Callable[[np.random.RandomState, "tuple[int, ...]"], AnyArray]

_TARGETS: Mapping[Domain, Draw] = {
    Domain.NUMBERS: lambda rng, shape: _dyadic(rng, shape, -3, 3),
    Domain.NOT_NEGATIVE: lambda rng, shape: np.floor(_dyadic(rng, shape, 0, 4)),
    Domain.POSITIVE: lambda rng, shape: _dyadic(rng, shape, STEP, 4),
    Domain.NOT_ZERO: lambda rng, shape: (
        _dyadic(rng, shape, STEP, 4) * (2 * rng.randint(0, 2, shape) - 1)
    ),
    Domain.ROWS: lambda rng, shape: _dyadic(rng, shape, STEP, 3),
    Domain.SIGNS: lambda rng, shape: 2.0 * rng.randint(0, 2, shape) - 1,
    Domain.PROBABILITIES: lambda rng, shape: 1.0 * rng.randint(0, 2, shape),
    Domain.DISTRIBUTIONS: _one_hot,
    Domain.ONE_HOT: _one_hot,
    Domain.CLASSES: _classes,
    Domain.DIRECTIONS: _rows,
}

_PREDICTIONS: Mapping[Domain, Draw] = {
    Domain.NUMBERS: lambda rng, shape: _dyadic(rng, shape, -3, 3) + STEP / 2,
    Domain.NOT_NEGATIVE: lambda rng, shape: _dyadic(rng, shape, STEP, 4) + STEP / 2,
    Domain.POSITIVE: lambda rng, shape: _dyadic(rng, shape, STEP, 4) + STEP / 2,
    Domain.NOT_ZERO: _TARGETS[Domain.NOT_ZERO],
    Domain.ROWS: lambda rng, shape: _dyadic(rng, shape, -3, 3) + STEP / 2,
    Domain.SIGNS: _TARGETS[Domain.SIGNS],
    Domain.PROBABILITIES: lambda rng, shape: _dyadic(rng, shape, 2 * STEP, 1 - 2 * STEP) + STEP / 2,
    Domain.DISTRIBUTIONS: _distributions,
    Domain.ONE_HOT: _one_hot,
    Domain.DIRECTIONS: _rows,
}


def drawn(tags: LossTags, samples: int = SAMPLES, seed: int = 1) -> Inputs:
    """Draw a batch within the domain, off the kinks."""
    if tags.draw is not None:
        return _of_draw(tags.draw, samples, seed)
    rng, shape = np.random.RandomState(seed), (samples, tags.outputs or 1)
    of_targets, of_predictions = tags.targets or Domain.NUMBERS, tags.predictions or Domain.NUMBERS
    of_target = (samples, tags.target_width or shape[1])
    return Inputs(_TARGETS[of_targets](rng, of_target), _PREDICTIONS[of_predictions](rng, shape))


def _of_draw(draw: Callable[[int, int], Drawn], samples: int, seed: int) -> Inputs:
    """What somebody's function draws.

    Raises:
        UsageProblem: if it raises, or doesn't give so many targets and predictions.
    """
    try:
        targets, predictions = draw(samples, seed)
        given = Inputs(np.asarray(targets), np.asarray(predictions, np.float64))
        given.targets.astype(np.float64)
        lengths = len(given.targets), len(given.predictions)
    except Exception as error:  # whatever somebody's function raises
        raise UsageProblem(
            f"LossTags(draw=) raises {type(error).__name__}: {error}, given {samples} samples",
            expected="a function of a number of samples and a seed: targets and predictions",
            do="give two arrays of numbers, so many rows each",
        ) from error
    if lengths != (samples, samples):
        raise UsageProblem(
            f"LossTags(draw=) gives {lengths[0]} targets and {lengths[1]} predictions",
            expected=f"{samples} of each, as it was asked for",
            do="give arrays of so many rows",
        )
    return given


def met(tags: LossTags, targets: AnyArray) -> Array | None:
    """Predictions that equal targets; None where none can."""
    if tags.draw is not None or (tags.target_width or tags.outputs) != tags.outputs:
        return None
    as_rows = np.eye(tags.outputs or 1)[targets] if tags.targets is Domain.CLASSES else targets
    beside_logits = tags.targets in _LOGITS and tags.predictions is Domain.NUMBERS
    return None if beside_logits and not tags.zero_at_target else np.asarray(as_rows, np.float64)


def ends(tags: LossTags) -> Inputs:
    """Draw a batch of what stands at the ends of a domain, and where terms vanish.

    Rows that meet their targets, that are 0 throughout, that are sure and wrong, that are nearly
    met; between them, ordinary ones.
    """
    batch = drawn(tags)
    targets, predictions = batch.targets.copy(), batch.predictions.copy()
    if tags.draw is not None:
        return batch
    perfect = met(tags, targets)
    for row, values in enumerate(_END_ROWS.get(tags.predictions or Domain.NUMBERS, ())):
        predictions[3 + row] = np.resize(values, predictions.shape[1])
    if perfect is not None:
        predictions[:3] = perfect[:3]
        predictions[0, -1] = batch.predictions[0, -1]  # one output met, another not
    if tags.predictions is Domain.DISTRIBUTIONS:
        wrong = np.roll(np.eye(tags.outputs or 1), 1, axis=1)
        rows = targets if tags.targets is Domain.CLASSES else np.argmax(targets, axis=-1)
        predictions[0] = np.eye(tags.outputs or 1)[rows[0]]
        predictions[6:9] = wrong[rows[6:9]]
    if tags.targets is Domain.NUMBERS:
        targets[12:14], predictions[13] = 0, 0
    return Inputs(targets, predictions)


_END_ROWS: Mapping[Domain, tuple[tuple[float, ...], ...]] = {
    Domain.NUMBERS: ((0.0,), (19, -19), (-19, 19), (100, -100), (-100, 100), (2.0**-24,)),
    Domain.ROWS: ((0.0,), (19, -19), (100, -100), (1e-4,)),
    Domain.NOT_NEGATIVE: ((0.0,), (2.0**-24,), (100,)),
    Domain.POSITIVE: ((2.0**-24,), (100,)),
    Domain.PROBABILITIES: ((0.0,), (1.0,), (0.0, 1.0), (1.0, 0.0), (2.0**-24,), (1 - 2.0**-23,)),
}
