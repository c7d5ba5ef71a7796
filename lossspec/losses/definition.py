"""What a definition of a loss says.

Shapes: targets ``t`` and predictions ``y`` are ``(n, k)`` arrays of n samples with k outputs each;
a value is ``(n,)``, one loss a sample, and a derivative ``(n, k)``, that of a sample's loss by each
of its predictions. Only the sparse cross-entropy takes class numbers, ``(n,)``, for targets. All
logarithms are natural, so all entropies are in nats.

Sources are given by each formula: Bishop, "Pattern Recognition and Machine Learning", 2006 (PRML);
Rosasco et al., "Are Loss Functions All the Same?", Neural Computation 16, 2004; Kullback and
Leibler, "On Information and Sufficiency", Annals of Mathematical Statistics 22, 1951.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Callable, Mapping

import numpy as np

from lossspec.core.arrays import AnyArray, Array, ArrayLike
from lossspec.losses.inputs import Batch, Line, Perfect

Function = Callable[[ArrayLike, ArrayLike], Array]


class Domain(Enum):
    """What targets or predictions may be, in the words of the statements about a loss."""

    NUMBERS = "any numbers"
    NOT_NEGATIVE = "numbers from 0 on"
    NOT_ZERO = "numbers other than 0"
    POSITIVE = "numbers above 0"
    ROWS = "rows of numbers, not all 0"
    SIGNS = "-1 and +1"
    PROBABILITIES = "numbers from 0 to 1"
    DISTRIBUTIONS = "probabilities that sum to 1"
    CLASSES = "class numbers from 0 on"
    DIRECTIONS = "rows of length 1"
    ONE_HOT = "one-hot rows"
    LABELS = "labels from 1 on, then zeros"


def at_mean(t: Array) -> tuple[Array, Array]:
    """The mean of the targets: most losses' only minimiser."""
    mean = t.mean(axis=0)
    return mean, mean


@dataclass(frozen=True)
class Definition:
    """One loss.

    Attributes:
        slug: how entries of the ledger and ids of claims name it.
        name: its documented name, which is Keras's string and function.
        title: its name as a heading.
        caption: what a drawing of it shows, in a sentence.
        keras: the name of its class, then other names of its string: what ``name`` isn't known by
            in every version.
        targets: what targets may be.
        predictions: what predictions may be.
        value: each sample's loss in float64, from the mathematics; its docstring begins with the
            formula.
        derivative: by each prediction, likewise.
        batch: fixed inputs within the domain, kinks and the ends of (0, 1) left out.
        line: predictions along a straight line, for a drawing; None of a loss of batches.
        extremes: fixed inputs at the ends of the domain too, 8 samples of 5 outputs: what is
            fingerprinted.
        perfect: targets, with predictions that cost nothing and others that cost something; None if
            none costs nothing.
        minimisers: of targets ``(n, k)`` (class numbers as one-hot rows) the lowest and the highest
            constant prediction, ``(k,)``, whose mean loss is least; None where no formula
            gives it.
        kink: where no one derivative is, as a mask of predictions, ``(n, k)``.
        clips_predictions: whether Keras moves predictions away from 0 (and 1) by its epsilon.
        clips_targets: whether it moves targets, too.
        cancels: of targets and predictions, the size of what is added up on the way to a sample's
            loss, ``(n,)``, where that can be far larger than the loss.
        arguments: what function and class are called with beside those two, where their defaults
            make it no loss a sample, or another one than ``value``.
        of_batch: whether a sample's loss depends on the others of its batch; ``derivative`` is then
            that of the sum of all.
    """

    slug: str
    name: str
    title: str
    caption: str
    keras: tuple[str, ...]
    targets: Domain
    predictions: Domain
    value: Function
    derivative: Function
    batch: Callable[[], Batch]
    line: Callable[[], Line] | None
    extremes: Callable[[], Batch]
    perfect: Perfect | None
    minimisers: Callable[[Array], tuple[Array, Array]] | None = at_mean
    kink: Callable[[Array, Array], AnyArray] | None = None
    clips_predictions: bool = False
    clips_targets: bool = False
    cancels: Function | None = None
    arguments: Mapping[str, object] = field(default_factory=dict)
    of_batch: bool = False


def arrays(t: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    """Targets and predictions in float64."""
    return np.asarray(t, np.float64), np.asarray(y, np.float64)
