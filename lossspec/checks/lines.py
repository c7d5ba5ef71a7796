"""Checks along lines between predictions: jumps of a loss, and of its slope."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from lossspec.checks.check import check
from lossspec.checks.inputs import Inputs
from lossspec.checks.trial import CheckFailed, Trial, claim
from lossspec.core.arrays import Array
from lossspec.losses.tolerance import UNITS

_ROWS = 6
_SEEN = 2.0**-18
"""A share of a line whose ends differ in float32."""
_POINTS = 512
"""Of the line along which slopes are added up."""


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
