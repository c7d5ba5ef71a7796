"""Checks of samples that weigh more, less or nothing, and of batches without any."""

from __future__ import annotations

import numpy as np

from lossspec.backends.own import Evaluated, LossRaised
from lossspec.checks.check import check
from lossspec.checks.inputs import Inputs
from lossspec.checks.samples import OF_BATCH, batch_is_a_number, costs_alone
from lossspec.checks.trial import CheckFailed, Trial, claim, of_value
from lossspec.core.arrays import Array


@check()
def check_weights(trial: Trial) -> None:
    """A sample's weight multiplies its loss: weights of 1 and 0 leave it alone."""
    claim(bool(trial.tags.per_sample), OF_BATCH)
    trial.needs("weights")
    inputs = trial.ordinary[:4]
    alone = costs_alone(trial, inputs)
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
                    f"is {costs_alone(trial, some)[0] / 2:.6g}; (0, 1) gives "
                    f"{_weighed(trial, some, 1):.6g}, half of the second is "
                    f"{costs_alone(trial, some)[1] / 2:.6g}"
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
    alone = costs_alone(trial, inputs) / 2
    return max(abs(_weighed(trial, inputs, row) - float(alone[row])) for row in (0, 1))


@check()
def check_nan_left_out(trial: Trial) -> None:
    """A weight of 0 leaves a sample of NaN out."""
    claim(bool(trial.tags.per_sample), OF_BATCH)
    trial.needs("weights")
    _check_left_out(trial, np.nan, weights=_all_but_one(trial))


@check()
def check_mask(trial: Trial) -> None:
    """A mask leaves samples out: what is predicted there doesn't matter."""
    claim(bool(trial.tags.per_sample), OF_BATCH)
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
