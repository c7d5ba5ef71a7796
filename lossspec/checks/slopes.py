"""Checks of a loss's slope, and of a step along it."""

from __future__ import annotations

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


@check(in_modes=True)
def check_slope_anywhere(trial: Trial) -> None:
    """Every output has a slope somewhere."""
    found = trial.evaluated(trial.ordinary)
    if found.slope is None:
        raise CheckFailed(
            "nothing leads from the loss back to the predictions, so nothing can be learnt: "
            "compute in the library's own functions, without NumPy, round, argmax or integers",
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
            "index or a slice too narrow",
            figure=0,
            inputs=trial.ordinary[:1],
        )


@check()
def check_slope(trial: Trial) -> None:
    """The slope is that of the loss: central differences agree."""
    inputs = trial.ordinary[:_ROWS]
    precise = trial.precise
    found = trial.plainly(inputs, precise)
    claim(found.slope is not None, "it has no slope")
    apart, allowed = _against_differences(trial, inputs, found.slope_or_zeros, precise)
    if np.any(apart > allowed):
        worst = int(np.argmax(apart / allowed))
        factor = _factor(trial, inputs, found.slope_or_zeros, precise)
        raise CheckFailed(
            f"the slope isn't that of the loss{factor}: look for a custom gradient, a "
            "stop_gradient, a rounding or a cast on the way",
            figure=float(np.ravel(apart)[worst]),
            tolerance=float(np.ravel(allowed)[worst]),
            inputs=inputs,
            wrong=lambda some: _is_off(trial, some, precise),
        )


def _is_off(trial: Trial, inputs: Inputs, dtype: str) -> bool:
    slope = trial.plainly(inputs, dtype).slope_or_zeros
    apart, allowed = _against_differences(trial, inputs, slope, dtype)
    return bool(np.any(apart > allowed))


def _factor(trial: Trial, inputs: Inputs, slope: Array, dtype: str) -> str:
    """How many times too large it is, where it is that throughout."""
    measured = _differences(trial, inputs, _step(dtype), dtype)
    with np.errstate(all="ignore"):
        ratio = (slope / measured)[np.abs(measured) > np.max(np.abs(measured)) / 100]
    if len(ratio) and np.ptp(ratio) < 1e-2 * np.abs(ratio).max():
        return f", but {ratio.mean():.3g} times it"
    return ""


def _step(dtype: str) -> float:
    """A third root of the roundoff balances it and what a difference leaves out."""
    return float(2.0 ** round(np.log2(UNITS[dtype]) / 3))


def _against_differences(
    trial: Trial, inputs: Inputs, slope: Array, dtype: str
) -> tuple[Array, Array]:
    """How far slopes are from differences, and how far they may be.

    A difference over steps h and 2h errs by a term in h² that the two together tell, and by the
    roundings of the loss over h. Beside a kink either side's slope will do.
    """
    step = _step(dtype)
    near, far = (_differences(trial, inputs, size, dtype) for size in (step, 2 * step))
    total = abs(float(np.sum(np.abs(trial.plainly(inputs, dtype).value))))
    rounding = 16 * UNITS[dtype] * (1 + total) / step
    allowed = np.abs(near - far) + rounding + 1e-6 * np.abs(near)
    return np.abs(slope - near), np.asarray(allowed, np.float64)


def _differences(trial: Trial, inputs: Inputs, step: float, dtype: str) -> Array:
    y = inputs.predictions
    slopes = np.zeros(y.size)

    def total(moved: Array) -> float:
        return float(np.sum(trial.plainly(Inputs(inputs.targets, moved), dtype).value))

    for place in range(y.size):
        moves = np.zeros(y.size)
        moves[place] = step
        aside = moves.reshape(y.shape)
        slopes[place] = (total(y + aside) - total(y - aside)) / (2 * step)
    return slopes.reshape(y.shape)


@check()
def check_slope_accounts_for_loss(trial: Trial) -> None:
    """Along a line, the slopes add up to what the loss gains."""
    claim(bool(trial.tags.per_sample), "a batch costs one number")
    claim(trial.tags.draw is None, "inputs are drawn by its tags")
    claim(trial.ordinary.predictions.ndim == 2, "a prediction isn't a row of numbers")
    for row in range(_ROWS):
        start, end = trial.ordinary[row], trial.ordinary[row + _ROWS]
        gained, added, allowed = _along(trial, start, end)
        if np.isfinite(gained) and abs(gained - added) > allowed:
            raise CheckFailed(
                f"from one prediction to another the loss gains {gained:.3g}, its slopes add up to "
                f"{added:.3g}: a jump (round, floor, a threshold, a cast) changes the loss and has "
                "no slope",
                figure=abs(gained - added),
                tolerance=allowed,
                inputs=Inputs(
                    np.concatenate([start.targets, start.targets])
                    if start.targets.ndim == 0
                    else np.stack([start.targets, start.targets]),
                    np.stack([start.predictions, end.predictions]),
                ),
            )


def _along(trial: Trial, start: Inputs, end: Inputs) -> tuple[float, float, float]:
    """What is gained, what the slopes add up to, and how far that may be off."""
    path = end.predictions - start.predictions

    def at(shares: Array) -> Inputs:
        targets = np.repeat(start.targets[None], len(shares), axis=0)
        return Inputs(targets, start.predictions + shares[:, None] * path)

    middles = (np.arange(_POINTS) + 0.5) / _POINTS
    found = trial.plainly(at(middles), trial.precise)
    claim(found.slope is not None, "it has no slope")
    ends = np.array([_cost(trial, at(np.array([share]))) for share in (0.0, 1.0)])
    share = 1 if found.value.ndim < 2 else found.value[0].size
    if found.value.ndim == 0:  # of one number a batch, each slope is a sample's share
        share = _share_of_mean(trial, at(middles))
    along = found.slope_or_zeros @ path / share
    added = float(along.mean())
    # Midpoints err by a term of the second order; where slopes jump, by one of the first.
    bends = np.abs(np.diff(along))
    allowed = float(bends.sum() / _POINTS + bends.max() / _POINTS)
    rounding = 64 * UNITS[trial.precise] * (1 + np.abs(ends).sum() + np.abs(along).max())
    return float(ends[1] - ends[0]), added, allowed + float(rounding)


def _cost(trial: Trial, inputs: Inputs) -> float:
    """What a batch of one sample costs."""
    return float(np.mean(trial.plainly(inputs, trial.precise).value))


def _share_of_mean(trial: Trial, inputs: Inputs) -> float:
    """What part of a sample's slope is found in a batch: 1 of a sum, 1/n of a mean."""
    some = inputs[:: len(inputs) // 4]
    alone = np.array([_cost(trial, row) for row in some.one_by_one])
    whole = _cost(trial, some)
    if np.isclose(whole, alone.mean(), rtol=1e-4):
        return 1 / len(inputs)
    claim(bool(np.isclose(whole, alone.sum(), rtol=1e-4)), "a batch isn't the mean of its samples")
    return 1


@check(in_modes=True)
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
