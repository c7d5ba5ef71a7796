"""Checks of a loss's slope."""

from __future__ import annotations

import numpy as np

from lossspec.checks.check import check
from lossspec.checks.inputs import Inputs
from lossspec.checks.trial import CheckFailed, Trial, claim, differs
from lossspec.core.arrays import AnyArray, Array
from lossspec.losses.definition import Domain
from lossspec.losses.tolerance import UNITS

_ROWS = 6
_PLACES = 24
"""Predictions of a sample that are moved, of many."""


@check(in_modes=True, compares=False)
def check_slope_anywhere(trial: Trial) -> None:
    """Every output has a slope somewhere."""
    found = trial.evaluated(trial.ordinary)
    if found.slope is None:
        _check_read(trial)
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
            "index or a slice too narrow, or say LossTags(outputs=, target_width=) or draw=, if it "
            f"takes others{_of_targets(trial, int(unfelt[0]))}",
            figure=0,
            inputs=trial.ordinary[:1],
        )
    if trial.tags.predictions is Domain.NUMBERS and trial.tags.draw is None:
        _check_beyond(trial, found.slope)


def _check_read(trial: Trial) -> None:
    """Predictions move the loss, and not targets alone."""
    batch = trial.ordinary
    if _moves(trial, Inputs(batch.targets, batch.predictions[::-1])):
        return
    if _moves(trial, Inputs(batch.targets[::-1], batch.predictions)):
        raise CheckFailed(
            "predictions don't enter into it, targets alone do: the two are swapped, or one name "
            f"stands for another; it is called with {trial.loss.takes}",
            figure=0,
            inputs=batch[:1],
        )


def _moves(trial: Trial, inputs: Inputs) -> bool:
    """Whether other inputs cost something else, each sample in its place."""
    return bool(np.any(differs(trial.usual.value, trial.plainly(inputs).value, 0)))


def _of_targets(trial: Trial, output: int) -> str:
    """What to think of where the loss reads that column of the targets alone."""
    targets = trial.ordinary.targets
    if targets.shape != trial.ordinary.predictions.shape:
        return ""
    moved = targets.copy()
    moved[:, output] = 1 - moved[:, output]
    if not _moves(trial, Inputs(moved, trial.ordinary.predictions)):
        return ""
    return (
        "; that column of the targets does move it: if it is no weight and no mask, targets and "
        f"predictions are swapped, which are called as {trial.loss.takes}"
    )


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
