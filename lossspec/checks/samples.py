"""Checks of what a batch makes of its samples."""

from __future__ import annotations

import numpy as np

from lossspec.backends.own import Evaluated, LossRaised
from lossspec.checks import inputs as on
from lossspec.checks.check import check
from lossspec.checks.inputs import Inputs
from lossspec.checks.trial import CheckFailed, Trial, claim, differs, of_value
from lossspec.core.arrays import Array

_BATCH = "it costs a number a batch, as its tags say"


def _alone(trial: Trial, inputs: Inputs) -> Array:
    return np.array([float(trial.in_training(row).value) for row in inputs.one_by_one])


@check()
def check_sample_alone(trial: Trial) -> None:
    """A batch costs the mean of what its samples cost alone."""
    claim(bool(trial.tags.per_sample), _BATCH)
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
    alone = _alone(trial, inputs)
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
            f"its samples alone {', '.join(f'{each:.6g}' for each in _alone(trial, some))}"
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
    alone = _alone(trial, inputs)
    expected = alone.sum() if trial.tags.reduction == "sum" else alone.mean()
    return abs(float(trial.in_training(inputs).value) - float(expected))


def batch_is_a_number(trial: Trial) -> bool:
    """Whether the loss gives one number for a batch."""
    return trial.usual.value.ndim == 0


@check()
def check_halves(trial: Trial) -> None:
    """The losses of two halves of a batch average to that of the whole, as two replicas' do."""
    claim(bool(trial.tags.per_sample), _BATCH)
    claim(trial.tags.reduction == "mean", "it adds up over the batch, as its tags say")
    inputs = trial.ordinary
    half = len(inputs) // 2
    whole = trial.in_training(inputs)
    first, second = (trial.in_training(part) for part in (inputs[:half], inputs[half:]))
    slopes = np.concatenate([first.slope_or_zeros, second.slope_or_zeros]) / 2
    apart = abs(float(whole.value) - (float(first.value) + float(second.value)) / 2)
    allowed = float(of_value(whole, inputs.predictions)) * 2
    if apart > allowed or not np.allclose(whole.slope_or_zeros, slopes, rtol=1e-3, atol=1e-6):
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
                f"turned round, the samples cost {_written(_turned(trial, some))}, "
                f"not {_written(trial.plainly(some).value)}"
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


def _written(values: Array) -> str:
    return np.array2string(values, precision=6, separator=", ").replace("\n", "")


@check()
def check_weights(trial: Trial) -> None:
    """A sample's weight multiplies its loss: weights of 1 and 0 leave it alone."""
    claim(bool(trial.tags.per_sample), _BATCH)
    trial.needs("weights")
    inputs = trial.ordinary[:4]
    alone = _alone(trial, inputs)
    for row in range(len(inputs)):
        weights = np.eye(len(inputs))[row]
        batch = _weighed_batch(trial, inputs, weights)
        weighted = float(batch.value) * len(inputs)
        allowed = float(of_value(batch, inputs.predictions)) * len(inputs)
        allowed += 1e-5 * abs(float(alone[row]))
        if abs(weighted - alone[row]) > allowed:
            number = "it returns one number a batch, which" if batch_is_a_number(trial) else "it"
            raise CheckFailed(
                f"{number} can't be weighted: sample_weight, class_weight and masks don't do what "
                "they say; return one loss a sample (axis=-1)",
                figure=abs(weighted - float(alone[row])),
                tolerance=allowed,
                inputs=inputs[:2],
                wrong=lambda some: _weighed_apart(trial, some) > allowed,  # noqa: B023 # raised at once
                shows=lambda some: (
                    f"sample_weight (1, 0) gives {_weighed(trial, some, 0):.6g}, half of the first "
                    f"is {_alone(trial, some)[0] / 2:.6g}; (0, 1) gives "
                    f"{_weighed(trial, some, 1):.6g}, half of the second is "
                    f"{_alone(trial, some)[1] / 2:.6g}"
                ),
            )


def _weighed_batch(trial: Trial, inputs: Inputs, weights: Array) -> Evaluated:
    try:
        return trial.in_training(inputs, weights=weights)
    except LossRaised as error:
        claim(trial.plainly(inputs).value.ndim > 1, "it raises without weights as well")
        raise CheckFailed(
            f"given a weight for each sample it {error}: it returns one loss an output; take the "
            "mean over the last axis (axis=-1)",
            inputs=inputs[:2],
            shows=lambda some: (
                f"of shape {trial.plainly(some).value.shape}, beside weights of shape "
                f"({len(some)},)"
            ),
        ) from error


def _weighed(trial: Trial, inputs: Inputs, row: int) -> float:
    """What training minimises where one sample alone has a weight, of 1."""
    return float(trial.in_training(inputs, weights=np.eye(len(inputs))[row]).value)


def _weighed_apart(trial: Trial, inputs: Inputs) -> float:
    if len(inputs) != 2:
        return 0.0
    alone = _alone(trial, inputs) / 2
    return max(abs(_weighed(trial, inputs, row) - float(alone[row])) for row in (0, 1))


@check()
def check_nan_left_out(trial: Trial) -> None:
    """A weight of 0 leaves a sample of NaN out."""
    claim(bool(trial.tags.per_sample), _BATCH)
    trial.needs("weights")
    _check_left_out(trial, np.nan, weights=_all_but_one(trial))


@check()
def check_mask(trial: Trial) -> None:
    """A mask leaves samples out: what is predicted there doesn't matter."""
    claim(bool(trial.tags.per_sample), _BATCH)
    trial.needs("mask")
    claim(not batch_is_a_number(trial), "one number a batch has nothing to mask: see check_weights")
    per_output = trial.usual.value.ndim > 1
    claim(not per_output, "it gives one loss an output: see check_weights")
    claim(not trial.meets, "samples of a batch move each other: see check_sample_alone")
    _check_left_out(trial, None, mask=_all_but_one(trial).astype(bool))


def _all_but_one(trial: Trial) -> Array:
    kept = np.ones(len(trial.ordinary))
    kept[1] = 0
    return kept


def _check_left_out(trial: Trial, spoilt: float | None, **left_out: Array) -> None:
    inputs = trial.ordinary
    predictions = inputs.predictions.copy()
    predictions[1] = predictions[2] if spoilt is None else spoilt
    plain = trial.in_training(inputs, **left_out)
    beside = trial.in_training(Inputs(inputs.targets, predictions), **left_out)
    slope = np.zeros(1) if beside.slope is None else np.abs(beside.slope[1])
    apart = abs(float(plain.value) - float(beside.value))
    allowed = float(of_value(plain, inputs.predictions))
    if not apart <= allowed or not np.all(slope == 0):
        what = "a weight of 0" if spoilt is not None else "a mask"
        raise CheckFailed(
            f"{what} doesn't leave a sample out: it still moves the loss or the weights; leave it "
            "out by a where, before the loss",
            figure=apart,
            tolerance=allowed,
        )


@check(compares=False)
def check_empty_batch(trial: Trial) -> None:
    """A batch of no samples costs a finite number."""
    empty = trial.ordinary[:0]
    try:
        found = trial.in_training(empty)
    except LossRaised as error:
        raise CheckFailed(
            f"an empty batch can't be computed: it {error}; a filter or a shard may leave one"
        ) from error
    if not np.all(np.isfinite(found.value)):
        raise CheckFailed(
            f"an empty batch costs {float(found.value)}: return one loss a sample, or divide by "
            "the larger of the count and 1; a filter or a shard may leave one",
            figure=float(found.value),
        )


@check()
def check_reduction(trial: Trial) -> None:
    """With reduction='none' it gives one loss a sample or an output, and 'sum' adds them up."""
    trial.needs("reduction")
    inputs = trial.ordinary
    found = {
        kind: trial.loss.with_arguments({"reduction": kind}).at(inputs.targets, inputs.predictions)
        for kind in ("none", "sum")
    }
    each, added = found["none"].value, found["sum"].value
    if each.ndim == 0:
        raise CheckFailed(
            "with reduction='none' it gives one number a batch: it has an argument that it "
            "ignores; return what it has before the mean",
            inputs=inputs[:2],
        )
    if added.ndim > 0:
        raise CheckFailed(
            f"with reduction='sum' it gives shape {added.shape}: add up all that it has",
            inputs=inputs[:2],
        )
    allowed = float(np.sum(of_value(found["none"], inputs.predictions)))
    if abs(float(each.sum()) - float(added)) > allowed:
        raise CheckFailed(
            "reduction='sum' isn't the sum of what reduction='none' gives: add up all of it, "
            "without a mean on the way",
            figure=abs(float(each.sum()) - float(added)),
            tolerance=allowed,
            inputs=inputs[:2],
        )
