"""The fixed inputs on which losses are measured.

Every number is a multiple of 1/128 unless it says otherwise, so float32 holds it exactly and no
error comes from the input itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lossspec.core.arrays import Array

SAMPLES = 24
STEP = 1 / 64


@dataclass(frozen=True)
class Batch:
    """Targets ``(n, k)``, or class numbers ``(n,)``, and predictions ``(n, k)``."""

    targets: Array
    predictions: Array


@dataclass(frozen=True)
class Perfect:
    """Targets, with perfect predictions and imperfect ones, as a batch's."""

    targets: Array
    predictions: Array
    imperfect: Array


@dataclass(frozen=True)
class Line:
    """Predictions along a straight line, for a drawing.

    Attributes:
        x: position on the line, ``(n,)``: the prediction, or the probability of the true class.
        targets: ``(n, k)``, or class numbers ``(n,)``.
        predictions: ``(n, k)``.
        direction: ``(k,)``: how the predictions move with ``x``. Along it, a derivative by ``x`` is
            ``gradient @ direction``; for probabilities it stays on the simplex, where alone the
            cross-entropies are defined.
        label: what ``x`` is, for the axis.
    """

    x: Array
    targets: Array
    predictions: Array
    direction: Array
    label: str


def _dyadic(low: float, high: float, seed: int) -> Array:
    low, high = round(low / STEP), round(high / STEP) + 1
    steps = np.random.RandomState(seed).randint(low, high, (SAMPLES, 3))
    return np.asarray(steps * STEP, np.float64)


def _rows_of_distributions(seed: int) -> Array:
    """Draw rows of three positive 64ths with sum 1."""
    cuts = np.random.RandomState(seed)
    rows = [np.sort(cuts.choice(np.arange(1, 64), 2, replace=False)) for _ in range(SAMPLES)]
    ends = np.zeros((SAMPLES, 1)), np.full((SAMPLES, 1), 64)
    return np.diff(np.hstack([ends[0], np.array(rows), ends[1]])) * STEP


def numbers(low: float) -> Batch:
    """Draw numbers up to 4, no prediction on its target."""
    targets, predictions = _dyadic(low, 4, 1), _dyadic(low, 4, 2)
    return Batch(targets, np.where(targets == predictions, predictions + STEP / 2, predictions))


def numbers_off_zero(low: float) -> Batch:
    """Draw likewise, no target on 0."""
    batch = numbers(low)
    targets = np.where(batch.targets == 0, -1.0, batch.targets)
    same = targets == batch.predictions
    return Batch(targets, np.where(same, batch.predictions + STEP / 2, batch.predictions))


def counts() -> Batch:
    """Draw whole numbers up to 4 as targets, and predictions above 0."""
    batch = numbers(STEP)
    return Batch(np.floor(batch.targets), batch.predictions + STEP / 2)


def signs() -> Batch:
    """Draw signs as targets, and predictions off the margin."""
    targets, predictions = np.sign(_dyadic(0, 1, 3) - 0.5 + STEP / 2), _dyadic(-3, 3, 4)
    return Batch(targets, np.where(targets * predictions == 1, predictions + STEP / 2, predictions))


def bits() -> Batch:
    """Draw targets of 0 and 1, and probabilities."""
    return Batch((_dyadic(0, 1, 3) > 0.5).astype(float), _dyadic(STEP, 1 - STEP, 5))


def classes() -> Batch:
    """Draw class numbers, and distributions."""
    targets = np.random.RandomState(6).randint(0, 3, SAMPLES).astype(float)
    return Batch(targets, _rows_of_distributions(7))


def one_hot() -> Batch:
    """Draw rows with a single 1, and distributions."""
    return Batch(np.eye(3)[classes().targets.astype(int)], classes().predictions)


def distributions() -> Batch:
    """Draw distributions, for targets too."""
    return Batch(_rows_of_distributions(8), classes().predictions)


def directions() -> Batch:
    """Draw class numbers, and rows of length 1 but for float32's rounding."""
    rows = np.random.RandomState(9).normal(size=(SAMPLES, 3))
    return Batch(classes().targets, _of_length_1(rows))


def _of_length_1(rows: Array) -> Array:
    rows = rows / np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(np.float32(rows), np.float64)


def scores() -> Batch:
    """Draw rows with a single 1, and numbers: no ties, nothing on the margin."""
    return Batch(one_hot().targets, _dyadic(-3, 3, 13))


def number_line(target: float, low: float, high: float, label: str, step: float = 4 * STEP) -> Line:
    """Move one prediction from low to high."""
    # Half of 1/64 aside, so that no point of the line sits on a kink or at an end of (0, 1).
    x = np.arange(low, high, step) + STEP / 2
    return Line(x, np.full((len(x), 1), float(target)), x[:, None], np.ones(1), label)


def row_line() -> Line:
    """Move the first of two numbers, the other being 1, past a target of (1, 0)."""
    x = np.arange(-3, 3, 4 * STEP) + STEP / 2
    rows = np.stack([x, np.ones_like(x)], axis=1)
    label = "prediction (x, 1), target (1, 0)"
    return Line(x, np.tile([1.0, 0.0], (len(x), 1)), rows, np.array([1.0, 0.0]), label)


def simplex_line(sparse: bool = False) -> Line:
    """Move the true class's probability, the others sharing the rest."""
    x = np.arange(2 * STEP, 1, 2 * STEP)
    predictions = np.stack([x, (1 - x) / 2, (1 - x) / 2], axis=1)
    targets = np.zeros(len(x)) if sparse else np.tile([1.0, 0.0, 0.0], (len(x), 1))
    direction = np.array([1, -0.5, -0.5])
    return Line(x, targets, predictions, direction, "probability given to the true class")


def score_line() -> Line:
    """Move the true class's score, the best other's being 1/2."""
    x = np.arange(-2, 3, 4 * STEP) + STEP / 2
    predictions = np.stack([x, np.full_like(x, 0.5), np.full_like(x, -1)], axis=1)
    targets, direction = np.tile([1.0, 0.0, 0.0], (len(x), 1)), np.array([1.0, 0.0, 0.0])
    return Line(x, targets, predictions, direction, "score of the true class, another's 1/2")


def _met(targets: list[list[float]], imperfect: list[list[float]]) -> Perfect:
    return Perfect(np.array(targets), np.array(targets), np.array(imperfect))


NUMBERS_MET = _met([[-2.0], [0.0], [3.5]], imperfect=[[-2.5], [0.25], [0.0]])
NOT_NEGATIVE_MET = _met([[0.0], [0.5], [3.5]], imperfect=[[0.25], [0.0], [3.0]])
NOT_ZERO_MET = _met([[-2.0], [0.5], [3.5]], imperfect=[[-2.5], [0.25], [0.0]])
SIGNS_MET = _met([[-1.0], [1.0]], imperfect=[[-0.5], [0.75]])
BITS_MET = _met([[0.0], [1.0]], imperfect=[[0.25], [0.5]])
OVERLAP_MET = _met(
    [[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]], imperfect=[[0.75, 0.25, 0.0], [1.0, 0.5, 0.0]]
)
_SURE, _SPREAD = np.eye(3), np.array([[0.25, 0.25, 0.5], [0.125, 0.75, 0.125]])
ONE_HOT_MET = Perfect(_SURE, _SURE, (1 + _SURE) / 4)
CLASSES_MET = Perfect(np.arange(3.0), _SURE, (1 + _SURE) / 4)
_SURE_AND_SPREAD = np.vstack([_SURE, _SPREAD])
DISTRIBUTIONS_MET = Perfect(
    _SURE_AND_SPREAD, _SURE_AND_SPREAD, np.tile([0.375, 0.25, 0.375], (5, 1))
)

# The ends of each domain, for fingerprints: exact in float32, rounded in less.
_ROWS, _OUTPUTS = 8, 5
_TINY = 2.0**-24
NUMBERS = np.array(
    [
        # On the margins and around them; zero; sure and wrong, and sure and right.
        [-1, 1, 1 - 2.0**-7, 1 + 2.0**-7, -1 - 2.0**-7],
        [0, -0.0, _TINY, -_TINY, 2.0**-10],
        [100, -100, 1024, -1024, 10],
        [0.5, -0.5, 0.75, -0.75, 0.25],
        [2, -2, 3, -3, 1.5],
        [0.1875, 0.3125, -0.6875, 0.9375, -0.0625],
        [1.25, -1.75, 2.625, -0.375, 7.5],
        [0.015625, -0.03125, 5, -6, 12.5],
    ]
)
PROBABILITIES = np.array(
    [
        # Sure and right, then sure and wrong: 0, 1, and as near as Keras clips, at 1e-7, a little
        # less than 2⁻²³.
        [0, 1, 2.0**-23, 1 - 2.0**-23, _TINY],
        [0, 1, _TINY, 1 - _TINY, 2.0**-22],
        [0.5, 0.25, 0.75, 0.125, 0.875],
        [0.5, 0.25, 0.75, 0.125, 0.875],
        [0.0625, 0.9375, 0.1875, 0.8125, 0.3125],
        [0.0625, 0.9375, 0.1875, 0.8125, 0.3125],
        [0.6875, 0.4375, 0.5625, 0.03125, 0.96875],
        [0.015625, 0.984375, 0.375, 0.625, 2.0**-14],
    ]
)
DISTRIBUTIONS = np.array(
    [
        # Sure and right, sure and wrong, nearly so, and two that don't add up to 1.
        [1, 0, 0, 0, 0],
        [1, 0, 0, 0, 0],
        [2.0**-23, 1 - 2.0**-21, 2.0**-23, 2.0**-23, 2.0**-23],
        [0.25, 0.25, 0.25, 0.125, 0.125],
        [0.5, 0.25, 0.125, 0.0625, 0.0625],
        [0.03125, 0.0625, 0.125, 0.28125, 0.5],
        [0.5, 0.5, 0.5, 0.5, 0.5],
        [0.125, 0.0625, 0.0625, 0.125, 0.25],
    ]
)
DIRECTIONS = (
    np.array(
        [
            # The same and opposite, at right angles and between: each has a length of exactly 1.
            [2, 0, 0, 0, 0],
            [1, 1, 1, 1, 0],
            [2, 0, 0, 0, 0],
            [-2, 0, 0, 0, 0],
            [1, 1, 1, -1, 0],
            [0, 0, 0, 0, 2],
            [0, 1, 1, -1, 1],
            [-1, -1, 1, 1, 0],
        ]
    )
    / 2
)
CLASSES = np.array([0, 1, 0, 3, 0, 0, 2, 4])
SIGNS = np.where(np.arange(_ROWS * _OUTPUTS).reshape(_ROWS, _OUTPUTS) % 2 == 0, -1.0, 1.0)
SOFT = np.vstack([np.eye(_OUTPUTS)[CLASSES[:4]], DISTRIBUTIONS[[3, 4, 5, 4]]])
