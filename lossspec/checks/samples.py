"""Checks of what a batch makes of its samples."""

from __future__ import annotations

import numpy as np

from lossspec.backends.own import LossRaised
from lossspec.checks import inputs as on
from lossspec.checks.check import check
from lossspec.checks.inputs import Inputs
from lossspec.checks.trial import CheckFailed, Trial, claim, differs, of_slope, of_value
from lossspec.core.arrays import Array, in_a_line

OF_BATCH = "it costs a number a batch, as its tags say"


def costs_alone(trial: Trial, inputs: Inputs) -> Array:
    """What training minimises of each sample alone, ``(n,)``."""
    return np.array([float(trial.in_training(row).value) for row in inputs.one_by_one])


@check()
def check_sample_alone(trial: Trial) -> None:
    """A batch costs the mean of what its samples cost alone."""
    claim(bool(trial.tags.per_sample), OF_BATCH)
    _check_alone(trial, trial.ordinary[:8])
    column = _of_one_output(trial)
    if column is not None:
        _check_alone(trial, column)


def _of_one_output(trial: Trial) -> Inputs | None:
    """The first output alone, where a loss of several takes one as well."""
    tags, some = trial.tags, trial.ordinary[:8]
    if tags.draw is not None or tags.targets in on.OF_SEVERAL or some.predictions.shape[1] == 1:
        return None
    column = Inputs(some.targets[:, :1], some.predictions[:, :1])
    try:
        found = trial.plainly(column)
    except LossRaised:
        return None
    return column if np.all(np.isfinite(found.value)) else None


def _check_alone(trial: Trial, inputs: Inputs) -> None:
    alone = costs_alone(trial, inputs)
    batch = trial.in_training(inputs)
    whole, expected = float(batch.value), float(alone.mean())
    if trial.tags.reduction == "sum":
        expected = float(alone.sum())
    allowed = float(of_value(batch, inputs.predictions)) * len(inputs)
    if abs(whole - expected) <= allowed:
        return
    if abs(whole - alone.sum()) <= allowed:
        advice = (
            "it adds up over the batch, so that a larger batch takes larger steps: return one loss "
            "a sample (axis=-1), or say LossTags(reduction='sum')"
        )
    elif _spreads(trial, inputs, whole, allowed):
        advice = (
            "of targets and predictions (n, 1) it compares each with each, since (n,) spreads over "
            "(n, 1) to (n, n): a squeeze or a reshape makes one of them flat; make both so, or "
            "neither"
        )
    elif batch_is_a_number(trial):
        advice = (
            "it computes one number of the whole batch, which isn't the mean of its samples': "
            "reduce over the last axis alone (axis=-1), or say LossTags(per_sample=False)"
        )
    else:
        advice = (
            "what a sample costs depends on the others of its batch: look for a mean, a sum, a "
            "maximum or a norm over the first axis, or say LossTags(per_sample=False)"
        )
    raise CheckFailed(
        advice,
        figure=abs(whole - expected),
        tolerance=allowed,
        inputs=inputs,
        wrong=lambda some: _gap(trial, some) > allowed,
        shows=lambda some: (
            f"in training the batch costs {float(trial.in_training(some).value):.6g}, "
            f"its samples alone {', '.join(f'{each:.6g}' for each in costs_alone(trial, some))}"
        ),
    )


def _spreads(trial: Trial, inputs: Inputs, whole: float, allowed: float) -> bool:
    """Whether targets cost the same in another order, beside the same predictions."""
    if inputs.predictions.shape[1:] != (1,):
        return False
    turned = Inputs(inputs.targets[::-1], inputs.predictions)
    return abs(float(trial.in_training(turned).value) - whole) <= allowed


def _gap(trial: Trial, inputs: Inputs) -> float:
    """How far a batch is from the mean, or the sum, of its samples."""
    if len(inputs) < 2:
        return 0.0
    alone = costs_alone(trial, inputs)
    expected = alone.sum() if trial.tags.reduction == "sum" else alone.mean()
    return abs(float(trial.in_training(inputs).value) - float(expected))


def batch_is_a_number(trial: Trial) -> bool:
    """Whether the loss gives one number for a batch."""
    return trial.usual.value.ndim == 0


@check()
def check_halves(trial: Trial) -> None:
    """The losses of two halves of a batch average to that of the whole, as two replicas' do."""
    claim(bool(trial.tags.per_sample), OF_BATCH)
    claim(trial.tags.reduction == "mean", "it adds up over the batch, as its tags say")
    inputs = trial.ordinary
    half = len(inputs) // 2
    whole = trial.in_training(inputs)
    first, second = (trial.in_training(part) for part in (inputs[:half], inputs[half:]))
    slopes = np.concatenate([first.slope_or_zeros, second.slope_or_zeros]) / 2
    claim(slopes.shape == inputs.predictions.shape, "it has no slope: see check_slope_anywhere")
    apart = abs(float(whole.value) - (float(first.value) + float(second.value)) / 2)
    allowed = float(of_value(whole, inputs.predictions)) * 2
    off = differs(whole.slope_or_zeros, slopes, 2 * of_slope(slopes, inputs.predictions))
    if apart > allowed or np.any(off > 1):
        raise CheckFailed(
            "two replicas, half a batch each, would learn otherwise than one: take no mean, sum or "
            "norm over the first axis, or say LossTags(per_sample=False)",
            figure=apart,
            tolerance=allowed,
            inputs=inputs,
            wrong=lambda some: _halves_apart(trial, some) > allowed,
            shows=lambda some: _halves_in_words(trial, some),
        )


def _halves(trial: Trial, inputs: Inputs) -> tuple[float, float, float]:
    """What a batch costs in training, and each half of it."""
    half = len(inputs) // 2
    parts = inputs, inputs[:half], inputs[half:]
    whole, first, second = (float(trial.in_training(part).value) for part in parts)
    return whole, first, second


def _halves_apart(trial: Trial, inputs: Inputs) -> float:
    if len(inputs) % 2:
        return 0.0
    whole, first, second = _halves(trial, inputs)
    return abs(whole - (first + second) / 2)


def _halves_in_words(trial: Trial, inputs: Inputs) -> str:
    whole, first, second = _halves(trial, inputs)
    return f"in training the batch costs {whole:.6g}, its halves {first:.6g} and {second:.6g}"


@check()
def check_order(trial: Trial) -> None:
    """The order of samples doesn't matter."""
    inputs = trial.ordinary
    order = np.random.RandomState(3).permutation(len(inputs))
    straight, shuffled = trial.plainly(inputs), trial.plainly(inputs[order])
    value = straight.value if straight.value.ndim == 0 else straight.value[order]
    allowed = of_value(straight, inputs.predictions)
    allowed = allowed if allowed.ndim == 0 else allowed[order]
    apart = differs(value, shuffled.value, 4 * allowed)
    if np.any(apart > 1):
        raise CheckFailed(
            "the order of a batch changes what its samples cost: look for a cumulative sum, a "
            "shift or a difference along the first axis",
            figure=float(apart.max()),
            tolerance=1,
            inputs=inputs,
            wrong=lambda some: _moved(trial, some) > 1,
            shows=lambda some: (
                f"turned round, the samples cost {in_a_line(_turned(trial, some))}, "
                f"not {in_a_line(trial.plainly(some).value)}"
            ),
        )


def _turned(trial: Trial, inputs: Inputs) -> Array:
    """What samples cost when their batch is turned round, in their own order."""
    value = trial.plainly(inputs[::-1]).value
    return value if value.ndim == 0 else np.asarray(value[::-1], np.float64)


def _moved(trial: Trial, inputs: Inputs) -> float:
    found = trial.plainly(inputs)
    allowed = 4 * of_value(found, inputs.predictions)
    return float(np.max(differs(found.value, _turned(trial, inputs), allowed)))
