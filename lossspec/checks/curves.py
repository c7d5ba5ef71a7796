"""A loss and its slope along a line, for a drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Sequence, Tuple

import numpy as np

from lossspec.backends.own import Evaluated, LossRaised
from lossspec.checks.inputs import Inputs
from lossspec.checks.trial import Reference, Trial
from lossspec.core.arrays import AnyArray, Array
from lossspec.losses.definition import Domain
from lossspec.losses.inputs import STEP

_POINTS = 65
_MOST = 6
_WIDE = (-3.0, 3.0)
_WINDOWS = {
    Domain.PROBABILITIES: (0.0, 1.0),
    Domain.DISTRIBUTIONS: (0.0, 1.0),
    Domain.NOT_NEGATIVE: (0.0, 4.0),
    Domain.POSITIVE: (STEP, 4.0),
}


@dataclass(frozen=True)
class Curve:
    """Loss and slope along a line, ``(n,)``; NaN where it raises.

    Attributes:
        mode: of the loss, or the name of what it claims to be.
    """

    mode: str
    loss: Array
    slope: Array


@dataclass(frozen=True)
class Line:
    """One output of a sample moved, the others held.

    Attributes:
        output: which output, from 0 on.
        target: the sample's target, in words.
        x: what the output is, ``(n,)``.
        curves: one a mode, the plainest first.
        like: that of what the loss claims to be; None if nothing, or by other arguments alone.
        at: what the output is in the counterexample that the line goes through; None without one.
    """

    output: int
    target: str
    x: Array
    curves: tuple[Curve, ...]
    like: Curve | None = None
    at: float | None = None

    @property
    def label(self) -> str:
        """What ``x`` is, for an axis."""
        return f"output {self.output}, beside the target {self.target}"


def line_through(trial: Trial, counterexample: Inputs | None = None) -> Line | None:
    """Measure a loss along a line through a sample; None where it is none of its batches'.

    The sample stands first in an ordinary batch, so that a loss of a batch has one.
    """
    ordinary = trial.ordinary
    sample = ordinary[:1] if counterexample is None else counterexample
    if len(sample) != 1 or sample.predictions.shape[1:] != ordinary.predictions.shape[1:]:
        return None
    domain, prediction = trial.tags.predictions, sample.predictions[0]
    output = _output(trial, sample)
    here = float(prediction.ravel()[output])
    x = _window(domain, here)
    batches = []
    for value in x:
        batch = Inputs(ordinary.targets.copy(), ordinary.predictions.copy())
        batch.targets[0], batch.predictions[0] = sample.targets[0], prediction
        batch.predictions[0] = _moved(domain, prediction, output, value)
        batches.append(batch)
    direction = _moved(domain, prediction, output, 1.0) - _moved(domain, prediction, output, 0.0)
    evaluated = {mode: trial.within(mode).evaluated for mode in trial.loss.modes}
    curves = tuple(
        Curve(mode, *_along([_first(at, batch) for batch in batches], direction))
        for mode, at in evaluated.items()
    )
    like = None
    if trial.like is not None and trial.meeting is None:
        claimed = [_of_like(trial.like, batch) for batch in batches]
        like = Curve(trial.like.name, *_along(claimed, direction))
    at_fault = None if counterexample is None else here
    return Line(output, _in_words(sample.targets[0]), x, curves, like, at_fault)


def _in_words(target: AnyArray) -> str:
    """``[0, 1, 0]``; without the numbers where they are many."""
    numbers = np.ravel(target)
    if len(numbers) > _MOST:
        return f"{len(numbers)} numbers"
    words = ", ".join(f"{number:.3g}" for number in numbers)
    return words if np.ndim(target) == 0 else f"[{words}]"


def _window(domain: Domain | None, here: float) -> Array:
    """Where an output goes: through its domain, and through where it is."""
    low, high = _WINDOWS.get(domain, _WIDE) if domain else _WIDE
    if not low <= here <= high:
        low, high = min(low, here - 1), max(high, here + 1)
    return np.asarray(np.union1d(np.linspace(low, high, _POINTS), [here]), np.float64)


def _moved(domain: Domain | None, prediction: Array, output: int, value: float) -> Array:
    """A prediction with one output moved; of probabilities that sum to 1 the others share."""
    moved = prediction.astype(np.float64).ravel()
    if domain is Domain.DISTRIBUTIONS and moved.size > 1:
        others = np.delete(moved, output)
        total = others.sum()
        shares = others / total if total > 0 else np.full(len(others), 1 / len(others))
        return np.insert((1 - value) * shares, output, value).reshape(prediction.shape)
    moved[output] = value
    return moved.reshape(prediction.shape)


def _output(trial: Trial, sample: Inputs) -> int:
    """The output that is moved.

    That of the target's class; else the first whose slope isn't finite, else the steepest.
    """
    target = sample.targets[0]
    if trial.tags.predictions is Domain.DISTRIBUTIONS:
        return int(target) if np.ndim(target) == 0 else int(np.argmax(target))
    try:
        slope = trial.plainly(sample).slope_or_zeros.ravel()
    except LossRaised:
        return 0
    if slope.size != sample.predictions.size:
        return 0
    return int(np.argmax(np.where(np.isfinite(slope), np.abs(slope), np.inf)))


_Point = Tuple[float, Array]


def _along(points: Sequence[_Point], direction: Array) -> tuple[Array, Array]:
    """Losses, and their slopes along a direction."""
    slopes = np.full(len(points), np.nan)
    for place, (_, slope) in enumerate(points):
        if slope.shape == direction.shape:
            with np.errstate(all="ignore"):
                # An output that isn't moved has no part in it: 0 times infinity.
                slopes[place] = np.sum(np.where(direction == 0, 0, slope * direction))
    return np.array([loss for loss, _ in points]), slopes


_NOWHERE = (np.nan, np.zeros(0))


def _first(at: Callable[[Inputs], Evaluated], batch: Inputs) -> _Point:
    """The first sample's loss and slope, or the batch's loss where that is all there is."""
    try:
        found = at(batch)
    except LossRaised:
        return _NOWHERE
    slope = np.zeros_like(batch.predictions) if found.slope is None else found.slope
    per_sample = found.per_sample
    if per_sample is None:
        return float(found.value), slope[0]
    return float(per_sample[0]), np.asarray(slope[0]) / (found.value[0].size or 1)


def _of_like(like: Reference, batch: Inputs) -> _Point:
    try:
        with np.errstate(all="ignore"):
            value, slope = like.at(batch)
    except LossRaised:
        return _NOWHERE
    return float(np.ravel(value)[0]), np.asarray(slope[0])
