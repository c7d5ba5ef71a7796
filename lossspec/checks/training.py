"""Checks of a loss within the library's training, saved, and beside what it claims to be."""

from __future__ import annotations

import itertools

import numpy as np

from lossspec.backends.own import LossRaised, OwnLoss
from lossspec.checks.check import check
from lossspec.checks.inputs import Inputs, drawn
from lossspec.checks.steps import OUTPUTS, network
from lossspec.checks.trial import (
    ROUNDINGS,
    CheckFailed,
    Reference,
    Trial,
    claim,
    differs,
    needed,
    of_slope,
    of_value,
)
from lossspec.core.arrays import Array, in_a_line
from lossspec.losses.definition import Domain
from lossspec.losses.tolerance import OPERATIONS, UNITS

_SEEDS, _STEPS = 20, 60
_CHANCE, _LOST = 1e-3, 0.05
"""Networks learn worse by more than that, where a signed-rank test errs more rarely than that."""
_FELT = 1e-3
"""How large a number is whose ratio to another says something, and how far ratios may differ."""
_ENDS = " where predictions are exact or saturated"
_NO_OTHER = "it claims to be no other loss (like=)"


@check()
def check_fit(trial: Trial) -> None:
    """Called by hand it costs what fit reports, and the weights after a step are the same."""
    trial.needs("fit")
    claim(trial.usual.slope is not None, "it has no slope")
    targets, inputs, kernel, activation = network(trial)
    reported, fitted = trial.loss.fitted(targets, inputs, kernel, activation)
    by_hand = trial.loss.stepped(targets, inputs, kernel, activation, trial.mode)
    claim(bool(np.all(np.isfinite(by_hand))), "weights are NaN after a step: see check_step")
    if not np.isfinite(reported):
        raise CheckFailed(f"fit reports a loss of {reported}, by hand it is finite")
    moved = np.abs(by_hand - kernel)
    # A weight adds up what each sample and output rounds.
    roundings = ROUNDINGS * OPERATIONS * UNITS["float32"]
    allowed = roundings * (np.abs(kernel) + moved + moved.max())
    apart = differs(by_hand, fitted, allowed)
    if np.any(apart > 1):
        raise CheckFailed(
            "fit takes another step than the loss called by hand: it compiles the loss, and "
            "targets arrive in another shape or dtype; look for what differs in a graph, and for a "
            "reshape",
            figure=float(np.max(np.abs(by_hand - fitted))),
            tolerance=float(np.max(allowed)),
        )


@check()
def check_config(trial: Trial) -> None:
    """Made anew from its configuration it costs the same."""
    trial.needs("config")
    try:
        again = trial.loss.from_config()
    except LossRaised as error:
        raise CheckFailed(
            f"it can't be made from its configuration: it {error}; give get_config every argument "
            "of __init__"
        ) from error
    _check_same(trial, again, "made anew from get_config()")


@check()
def check_saved(trial: Trial) -> None:
    """Saved with a model and loaded again it costs the same."""
    trial.needs("config", "save")
    claim(trial.ordinary.predictions.ndim == 2, "a prediction isn't a row of numbers")
    inputs = trial.ordinary
    before = float(trial.in_training(inputs).value)
    try:
        after = trial.loss.reloaded(inputs.targets, inputs.predictions)
    except LossRaised as error:
        raise CheckFailed(
            f"a model with it can't be saved and loaded: it {error}; give get_config every "
            "argument of __init__, all of them numbers, strings or lists"
        ) from error
    allowed = 4 * float(np.sum(of_value(trial.in_training(inputs), inputs.predictions)))
    if abs(before - after) > allowed:
        raise CheckFailed(
            "saved with a model and loaded again it costs something else: get_config leaves out an "
            "argument of __init__",
            figure=abs(before - after),
            tolerance=allowed,
        )


def _check_same(trial: Trial, again: OwnLoss, how: str) -> None:
    def after(some: Inputs) -> Array:
        return again.at(some.targets, some.predictions).value

    def apart(some: Inputs) -> float:
        return float(np.max(np.abs(trial.plainly(some).value - after(some))))

    inputs = trial.ordinary
    off = apart(inputs)
    if off > 0:
        raise CheckFailed(
            f"{how} it costs something else: get_config leaves out an argument of __init__",
            figure=off,
            tolerance=0,
            inputs=inputs,
            wrong=lambda some: apart(some) > off / 100,  # so that it is seen
            shows=lambda some: f"{how} it costs {in_a_line(after(some))}",
        )


@check()
def check_like(trial: Trial) -> None:
    """Loss and slope are those of the loss that it claims to be."""
    like = needed(trial.like, _NO_OTHER)
    loss = trial.meeting or trial.loss
    # A definition knows no epsilon, so that only another loss is like one at the ends.
    batches = [("", trial.ordinary), *([] if like.tolerance else [(_ENDS, trial.ends)])]
    for (where, inputs), what in itertools.product(batches, ("loss", "slope")):
        with np.errstate(all="ignore"):
            apart, allowed = _beside(like, loss, inputs, what)
            worst = int(np.argmax(apart / allowed))
        if np.any(apart > allowed):
            instead = where or _instead(trial, like, loss, what)
            raise CheckFailed(
                f"its {what} isn't that of {like.name}{instead}: mend the formula, or name by at= "
                "the arguments with which they meet",
                figure=float(np.ravel(apart)[worst]),
                tolerance=float(np.ravel(allowed)[worst]),
                inputs=inputs,
                wrong=lambda some, what=what: _is_unlike(like, loss, some, what),  # type: ignore[misc] # what is bound
                shows=lambda some: _said_by(like, some),
                of=loss,
            )


def _said_by(like: Reference, inputs: Inputs) -> str:
    value, slope = map(in_a_line, like.at(inputs))
    return f"{like.name} costs {value}, with slope {slope}"


def _is_unlike(like: Reference, loss: OwnLoss, inputs: Inputs, what: str) -> bool:
    apart, allowed = _beside(like, loss, inputs, what)
    return bool(np.any(apart > allowed))


def _beside(like: Reference, loss: OwnLoss, inputs: Inputs, what: str) -> tuple[Array, Array]:
    """How far loss or slope are from the other's, and how far they may be."""
    value, slope = like.at(inputs)
    found = loss.at(inputs.targets, inputs.predictions)
    known = like.tolerance(inputs) if like.tolerance else None
    per_sample = found.per_sample
    if what == "loss":
        expected = value if per_sample is not None else np.asarray(np.mean(value))
        measured = found.value if per_sample is None else per_sample
        allowed = of_value(found, inputs.predictions)
        allowed = allowed.reshape(*measured.shape, -1).sum(axis=-1)
        if np.ndim(value) == 0:  # the other gives one number a batch
            measured, allowed = np.asarray(measured.mean()), np.asarray(allowed.mean())
        # Within either bound: the definition's own allows for Keras's epsilon.
        own = 0 if known is None else 4 * (known[0] if per_sample is not None else known[0].mean())
        return np.abs(measured - expected), np.asarray(allowed + own, np.float64)
    # One number a batch shares each slope among the samples; one an output, among the outputs.
    share = 1.0
    if per_sample is None and np.ndim(value):
        share = float(len(value))
    elif per_sample is not None and not np.ndim(value):
        share = 1 / len(inputs)
    share /= inputs.predictions[0].size if found.value.ndim > 1 else 1
    rounding = of_slope(slope, inputs.predictions)
    own = 0 if known is None else 4 * known[1]
    apart = found.slope_or_zeros * share - slope
    if like.of_distributions:  # which move along the simplex alone
        apart, rounding = apart - apart.mean(axis=-1, keepdims=True), rounding + rounding.max()
    return np.abs(apart), np.asarray(rounding + own, np.float64)


def _instead(trial: Trial, like: Reference, loss: OwnLoss, what: str) -> str:
    """What it is instead: a multiple of the other, or the other of changed inputs."""
    inputs = trial.ordinary
    times = _times(*_measured(like, loss, inputs, inputs, what))
    if times is not None:
        return f", but {times:.3g} times it"
    y = inputs.predictions
    if trial.tags.predictions in {Domain.PROBABILITIES, Domain.DISTRIBUTIONS}:
        for name in ("sigmoid", "softmax"):
            squashed = Inputs(inputs.targets, OUTPUTS[name](y))
            if _times(*_measured(like, loss, inputs, squashed, "loss")) is not None:
                return f", but that of the {name} of predictions, which are probabilities already"
    other = drawn(trial.tags, seed=2).predictions
    if other.shape == inputs.targets.shape:
        there, back = Inputs(other, y), Inputs(y, other)
        if _times(*_measured(like, loss, there, back, "loss")) is not None:
            return ", but that with targets and predictions swapped"
    return ""


def _measured(
    like: Reference, loss: OwnLoss, inputs: Inputs, of_other: Inputs, what: str
) -> tuple[Array, Array]:
    """What is measured of a loss, and of the other, at inputs of its own."""
    found = loss.at(inputs.targets, inputs.predictions)
    value, slope = like.at(of_other)
    if what == "slope":
        return found.slope_or_zeros, slope
    measured = found.value if found.per_sample is None else found.per_sample
    if 0 in {measured.ndim, np.ndim(value)}:
        return np.asarray(np.mean(measured)), np.asarray(np.mean(value))
    return measured, value


def _times(measured: Array, other: Array) -> float | None:
    """How many times the other it is, where it is that throughout."""
    with np.errstate(all="ignore"):
        ratio = np.ravel(measured / other)[np.ravel(np.abs(other) > _FELT)]
    if len(ratio) and np.all(np.isfinite(ratio)) and np.ptp(ratio) < _FELT * np.abs(ratio).max():
        return float(ratio.mean())
    return None


@check(asked_for=True)
def check_training(trial: Trial) -> None:
    """A small network learns with it no worse than with the loss that it claims to be."""
    from scipy import stats  # which takes longer to import than all that other checks need

    like = needed(trial.like, _NO_OTHER)
    other_loss = needed(like.own, "what it claims to be isn't a loss of this library")
    own, other = (_learnt(trial, like, loss) for loss in (trial.loss, other_loss))
    worse = own - other
    chance = stats.wilcoxon(worse, alternative="greater").pvalue if np.any(worse) else 1.0
    lost = float(np.median(worse) / max(np.median(np.abs(other)), 1e-6))
    if chance < _CHANCE and lost > _LOST:
        raise CheckFailed(
            f"over {_SEEDS} seeds a network that learns with it ends {lost:.0%} worse, by "
            f"{like.name}: see check_like and check_slope",
            figure=lost,
            tolerance=_LOST,
        )


def _learnt(trial: Trial, like: Reference, loss: OwnLoss) -> Array:
    """Where networks end, by the loss that it claims to be, seed by seed."""
    targets, inputs, kernel, activation = network(trial)
    inputs = np.clip(inputs, -2, 2)
    mode = loss.modes[min(1, len(loss.modes) - 1)]
    ends = []
    for seed in range(_SEEDS):
        learnt = np.random.RandomState(seed).normal(size=kernel.shape) / 4
        for _ in range(_STEPS):
            learnt = loss.stepped(targets, inputs, learnt, activation, mode)
        outputs = OUTPUTS[activation](inputs @ learnt)
        ends.append(float(np.mean(like.at(Inputs(targets, outputs))[0])))
    return np.array(ends)
