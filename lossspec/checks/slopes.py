"""Checks of a loss's slope, and of a step along it."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Callable, Mapping

import numpy as np
from scipy import special

from lossspec.checks.check import check
from lossspec.checks.inputs import Inputs
from lossspec.checks.trial import CheckFailed, Trial, claim
from lossspec.core.arrays import AnyArray, Array
from lossspec.losses.definition import Domain
from lossspec.losses.tolerance import UNITS

_ROWS = 6
_PLACES = 24
"""Predictions of a sample that are moved, of many."""
_SEEN = 2.0**-18
"""A share of a line whose ends differ in float32."""
_POINTS = 512
"""Of the line along which slopes are added up."""

ACTIVATIONS = {
    Domain.NUMBERS: "linear",
    Domain.ROWS: "linear",
    Domain.NOT_ZERO: "linear",
    Domain.PROBABILITIES: "sigmoid",
    Domain.DISTRIBUTIONS: "softmax",
    Domain.POSITIVE: "softplus",
    Domain.NOT_NEGATIVE: "relu",
}
"""What makes a network's outputs such predictions."""


def _softmax(z: Array) -> Array:
    return np.asarray(special.softmax(z, axis=-1))


OUTPUTS: Mapping[str, Callable[[Array], Array]] = {
    "linear": lambda z: z,
    "sigmoid": special.expit,
    "softmax": _softmax,
    "softplus": lambda z: np.logaddexp(z, 0),
    "relu": lambda z: np.maximum(z, 0),
}
"""The same in NumPy."""


@check(in_modes=True, compares=False)
def check_slope_anywhere(trial: Trial) -> None:
    """Every output has a slope somewhere."""
    found = trial.evaluated(trial.ordinary)
    if found.slope is None:
        raise CheckFailed(
            "nothing leads from the loss back to the predictions, so nothing can be learnt: "
            "compute in the library's own functions, without NumPy, round, argmax or integers; a "
            "metric (an accuracy, say) counts, and is no loss",
            figure=0,
            inputs=trial.ordinary[:1],
        )
    if not np.any(found.slope):
        raise CheckFailed(
            "the slope is 0 everywhere, so nothing can be learnt: a metric (an accuracy, say) "
            "counts, and has no slope; use a loss",
            figure=0,
            inputs=trial.ordinary[:1],
        )
    unfelt = np.flatnonzero(~np.any(found.slope.reshape(-1, found.slope.shape[-1]), axis=0))
    if len(unfelt) and trial.tags.draw is None:
        raise CheckFailed(
            f"output {unfelt[0]} of {found.slope.shape[-1]} never moves the loss: look for an "
            "index or a slice too narrow, or say LossTags(outputs=) or draw=, if it takes others",
            figure=0,
            inputs=trial.ordinary[:1],
        )
    if trial.tags.predictions is Domain.NUMBERS and trial.tags.draw is None:
        _check_beyond(trial, found.slope)


def _check_beyond(trial: Trial, slope: Array) -> None:
    """Logits have a slope beyond 0 and 1, where probabilities are clipped."""
    y = trial.ordinary.predictions
    if not np.any(slope[(y < 0) | (y > 1)]):
        raise CheckFailed(
            "predictions below 0 and above 1 have no slope, so it clips them as probabilities: put "
            "a sigmoid or a softmax before it, or compute it from logits",
            figure=0,
            inputs=trial.ordinary[:1],
        )


@check()
def check_slope(trial: Trial) -> None:
    """The slope is that of the loss: central differences agree."""
    inputs = trial.ordinary[:_ROWS]
    precise = trial.precise
    claim(trial.plainly(inputs, precise).slope is not None, "it has no slope")
    apart, allowed = _against_differences(trial, inputs, precise)
    if np.any(apart > allowed):
        worst = int(np.argmax(apart / allowed))
        factor = _factor(trial, inputs, precise)
        raise CheckFailed(
            f"the slope isn't that of the loss{factor}: look for a custom gradient, a "
            "stop_gradient, a rounding or a cast on the way",
            figure=float(np.ravel(apart)[worst]),
            tolerance=float(np.ravel(allowed)[worst]),
            inputs=inputs,
            wrong=lambda some: _is_off(trial, some, precise),
            shows=lambda some: (
                "differences of the loss say "
                + np.array2string(
                    _differences(trial, some, _step(precise), precise), precision=4, separator=", "
                ).replace("\n", "")
            ),
        )


def _is_off(trial: Trial, inputs: Inputs, dtype: str) -> bool:
    apart, allowed = _against_differences(trial, inputs, dtype)
    return bool(np.any(apart > allowed))


def _factor(trial: Trial, inputs: Inputs, dtype: str) -> str:
    """How many times too large it is, where it is that throughout."""
    slope = _at_places(trial.plainly(inputs, dtype).slope_or_zeros)
    measured = _differences(trial, inputs, _step(dtype), dtype)
    with np.errstate(all="ignore"):
        ratio = (slope / measured)[np.abs(measured) > np.max(np.abs(measured)) / 100]
    if len(ratio) and np.ptp(ratio) < 1e-2 * np.abs(ratio).max():
        return f", but {ratio.mean():.3g} times it"
    return ""


def _step(dtype: str) -> float:
    """A third root of the roundoff balances it and what a difference leaves out."""
    return float(2.0 ** round(np.log2(UNITS[dtype]) / 3))


def _places(numbers: int) -> AnyArray:
    """Which of a sample's predictions are moved: all of a few, some of many."""
    every = np.arange(numbers)
    if numbers <= _PLACES:
        return every
    return np.sort(np.random.RandomState(5).choice(every, _PLACES, replace=False))


def _at_places(slope: Array) -> Array:
    rows = slope.reshape(len(slope), -1)
    return np.asarray(rows[:, _places(rows.shape[1])], np.float64)


def _against_differences(trial: Trial, inputs: Inputs, dtype: str) -> tuple[Array, Array]:
    """How far slopes are from differences, and how far they may be.

    Differences over steps h, 2h and 4h err by terms in h² and by the roundings of the loss over h,
    of what it is computed from as well: both show in their spread. Beside a kink either side's
    slope will do.
    """
    found, step = trial.plainly(inputs, dtype), _step(dtype)
    near, far, farther = (_differences(trial, inputs, size * step, dtype) for size in (1, 2, 4))
    total = abs(float(np.sum(np.abs(found.value))))
    rounding = 16 * UNITS[dtype] * (1 + total) / step
    allowed = np.ptp([near, far, farther], axis=0) + rounding + 1e-6 * np.abs(near)
    return np.abs(_at_places(found.slope_or_zeros) - near), np.asarray(allowed, np.float64)


def _differences(trial: Trial, inputs: Inputs, step: float, dtype: str) -> Array:
    """Central differences, a row a sample, a column a place.

    Samples that don't meet are moved all at once.
    """
    rows = inputs.predictions.reshape(len(inputs), -1)
    each = [slice(None)] if not trial.meets else [slice(row, row + 1) for row in range(len(rows))]
    places = _places(rows.shape[1])
    slopes = np.zeros((len(rows), len(places)))

    def costs(moves: Array) -> Array:
        moved = (rows + moves).reshape(inputs.predictions.shape)
        value = trial.plainly(Inputs(inputs.targets, moved), dtype).value
        if trial.meets or value.ndim == 0:
            return np.asarray(value.sum())
        return np.asarray(value.reshape(len(value), -1).sum(axis=1))

    for column, place in enumerate(places):
        for some in each:
            moves = np.zeros(rows.shape)
            moves[some, place] = step
            slopes[some, column] = (costs(moves) - costs(-moves)) / (2 * step)
    return slopes


@check()
def check_slope_accounts_for_loss(trial: Trial) -> None:
    """Along a line, the slopes add up to what the loss gains: it has no jumps."""
    for line in _lines(trial):
        gained, added, allowed = line.account()
        if not np.isfinite(gained) or abs(gained - added) <= allowed:
            continue
        low, high, jump = line.jump()
        if jump <= allowed:
            continue  # it is steep there, no jump
        raise CheckFailed(
            f"between two predictions next to each other the loss jumps by {jump:.3g}: a round, a "
            "floor, a threshold or a cast changes it and has no slope, or branches of a where "
            "don't meet",
            figure=jump,
            tolerance=allowed,
            inputs=line.at(np.array([low, high])),
        )


def _lines(trial: Trial) -> list[_Line]:
    """Lines between predictions, where each sample costs what it costs alone.

    Raises:
        CheckSkipped: where there are none.
    """
    claim(bool(trial.tags.per_sample), "a batch costs one number")
    claim(trial.tags.draw is None, "inputs are drawn by its tags")
    claim(trial.ordinary.predictions.ndim == 2, "a prediction isn't a row of numbers")
    claim(bool(np.any(trial.usual.slope_or_zeros)), "it has no slope: see check_slope_anywhere")
    per_sample = trial.usual.value.ndim > 0
    meet = trial.meets if per_sample else not _is_of_samples(trial)
    claim(not meet, "samples move each other: see check_sample_alone")
    return [_Line(trial, trial.ordinary[row], trial.ordinary[row + _ROWS]) for row in range(_ROWS)]


def _is_of_samples(trial: Trial) -> bool:
    """Whether the number that a batch costs is its samples' mean, or their sum."""
    some = trial.ordinary[:_ROWS]
    alone = np.array([_cost(trial, row) for row in some.one_by_one])
    return bool(np.any(np.isclose(_cost(trial, some), [alone.mean(), alone.sum()], rtol=1e-4)))


@dataclass(frozen=True)
class _Line:
    """A straight line between the predictions of two samples, for the targets of the first."""

    trial: Trial
    start: Inputs
    end: Inputs

    @property
    def path(self) -> Array:
        """From one end to the other."""
        return np.asarray(self.end.predictions - self.start.predictions, np.float64)

    def at(self, shares: Array) -> Inputs:
        """Predictions at shares of the way."""
        targets = np.repeat(self.start.targets[None], len(shares), axis=0)
        return Inputs(targets, self.start.predictions + shares[:, None] * self.path)

    def values(self, shares: Array) -> Array:
        """A loss for each."""
        found = self.trial.plainly(self.at(shares), self.trial.precise)
        if found.per_sample is not None:
            return found.per_sample
        return np.array([_cost(self.trial, row) for row in self.at(shares).one_by_one])

    def slopes(self, shares: Array) -> Array:
        """What the loss gains by a whole way at that slope."""
        inputs = self.at(shares)
        found = self.trial.plainly(inputs, self.trial.precise)
        share = 1.0 if found.value.ndim < 2 else float(found.value[0].size)
        if found.value.ndim == 0:  # of one number a batch, each slope is a sample's share
            share = 1.0 if self._adds_up else 1 / len(inputs)
        return np.asarray(found.slope_or_zeros @ self.path / share, np.float64)

    @functools.cached_property
    def _adds_up(self) -> bool:
        """Whether a batch costs the sum of its samples, not their mean."""
        some = self.at(np.array([0.0, 0.3, 0.6, 1.0]))
        alone = self.values(np.array([0.0, 0.3, 0.6, 1.0]))
        whole = _cost(self.trial, some)
        if np.isclose(whole, alone.mean(), rtol=1e-4):
            return False
        claim(bool(np.isclose(whole, alone.sum(), rtol=1e-4)), "a batch isn't its samples' mean")
        return True

    def account(self) -> tuple[float, float, float]:
        """What is gained, what the slopes add up to, and how far that may be off."""
        ends = self.values(np.array([0.0, 1.0]))
        along = self.slopes((np.arange(_POINTS) + 0.5) / _POINTS)
        # Midpoints err by a term of the second order; where slopes jump, by one of the first.
        bends = np.abs(np.diff(along))
        allowed = float(bends.sum() / _POINTS + bends.max() / _POINTS)
        rounding = 64 * UNITS[self.trial.precise] * (1 + np.abs(ends).sum() + np.abs(along).max())
        return float(ends[1] - ends[0]), float(along.mean()), allowed + float(rounding)

    def kink(self) -> tuple[float, float, float, float]:
        """The narrowest stretch around the largest change of slope, that change, and its limit.

        A smooth slope changes half as much over half a stretch, a jump stays.
        """
        corners = np.arange(_POINTS + 1) / _POINTS
        changes = np.abs(np.diff(self.slopes(corners)))
        worst = int(np.argmax(changes))
        low, high = float(corners[worst]), float(corners[worst + 1])
        finest = 4 * np.sqrt(UNITS[self.trial.precise])
        while high - low > finest:
            middle = (low + high) / 2
            ahead, behind = np.abs(np.diff(self.slopes(np.array([low, middle, high]))))
            low, high = (low, middle) if ahead > behind else (middle, high)
        left = float(np.abs(np.diff(self.slopes(np.array([low, high]))))[0])
        rounding = 64 * UNITS[self.trial.precise] * (1 + np.abs(self.slopes(corners)).max())
        # As steep as the steepest stretch, and twice that, as far as this one goes.
        return low, high, left, float(2 * changes.max() * _POINTS * (high - low) + rounding)

    def jump(self) -> tuple[float, float, float]:
        """The narrowest stretch around the largest gain without a slope, and that gain.

        What is gained along a slope halves with each halving of a stretch, a jump stays.
        """
        corners = np.arange(_POINTS + 1) / _POINTS
        middles = (corners[1:] + corners[:-1]) / 2
        unpaid = np.diff(self.values(corners)) - self.slopes(middles) / _POINTS
        worst = int(np.argmax(np.abs(unpaid)))
        low, high = float(corners[worst]), float(corners[worst + 1])
        seen = low, high
        finest = 4 * np.sqrt(UNITS[self.trial.precise])
        while high - low > finest:
            middle = (low + high) / 2
            values = self.values(np.array([low, middle, high]))
            slopes = self.slopes(np.array([low + (middle - low) / 2, middle + (high - middle) / 2]))
            unpaid = np.abs(np.diff(values) - slopes * (middle - low))
            low, high = (low, middle) if unpaid[0] > unpaid[1] else (middle, high)
            seen = (low, high) if high - low > _SEEN else seen
        left = np.diff(self.values(np.array([low, high]))) - self.slopes(
            np.array([(low + high) / 2])
        ) * (high - low)
        return (*seen, float(abs(left[0])))


def _cost(trial: Trial, inputs: Inputs) -> float:
    """What a batch of one sample costs."""
    return float(np.mean(trial.plainly(inputs, trial.precise).value))


@check()
def check_kinks(trial: Trial) -> None:
    """Its slope has no jumps, where its tags say that it has no kinks."""
    claim(trial.tags.kinks is False, "nothing says that it is without kinks")
    for line in _lines(trial):
        low, high, jump, allowed = line.kink()
        if jump > allowed:
            raise CheckFailed(
                f"between two predictions next to each other its slope jumps by {jump:.3g}: say "
                "LossTags(kinks=True), or round the corner off (an absolute value, a maximum, a "
                "threshold)",
                figure=jump,
                tolerance=allowed,
                inputs=line.at(np.array([low, high])),
            )


@check(in_modes=True, compares=False)
def check_step(trial: Trial) -> None:
    """Weights are finite after a step of SGD."""
    targets, inputs, kernel, activation = network(trial)
    after = trial.loss.stepped(targets, inputs, kernel, activation, trial.mode)
    if not np.all(np.isfinite(after)):
        raise CheckFailed(
            "weights are NaN or infinite after one step of SGD, on a batch with exact and "
            "saturated predictions: see check_finite_at_ends",
            figure=float(np.sum(~np.isfinite(after))),
            tolerance=0,
        )


def network(trial: Trial) -> tuple[AnyArray, Array, Array, str]:
    """Targets, inputs and kernel of a layer whose outputs are in the domain, and its activation.

    Some outputs saturate, some are what inputs of 0 give, some meet their targets.
    """
    claim(trial.tags.draw is None, "no layer gives what its tags draw")
    domain = trial.tags.predictions or Domain.NUMBERS
    claim(domain in ACTIVATIONS, "no activation gives such predictions")
    rng = np.random.RandomState(7)
    inputs = np.round(rng.normal(size=(len(trial.ordinary), 4)) * 64) / 64
    inputs[:2], inputs[2:4] = 0, 64 * np.sign(inputs[2:4])
    kernel = np.round(rng.normal(size=(4, trial.ordinary.predictions.shape[1])) * 64) / 64
    targets = trial.ordinary.targets.copy()
    if trial.tags.targets is Domain.NUMBERS and domain is Domain.NUMBERS:
        targets[:6] = (inputs @ kernel)[:6]
    return targets, inputs, kernel, ACTIVATIONS[domain]
