"""Checks of what a loss costs."""

from __future__ import annotations

import numpy as np

from lossspec.backends.own import LossRaised
from lossspec.checks import inputs as on
from lossspec.checks.check import check
from lossspec.checks.inputs import Inputs
from lossspec.checks.trial import CheckFailed, Trial, claim, differs, needed, of_value
from lossspec.core.arrays import Array
from lossspec.losses.definition import Domain

_LARGE = 80
"""Near to where float32's exponential overflows, at 88."""
_ENDS = 14
"""Samples of a batch of ends that aren't ordinary ones, which come last."""
_NOTHING = 1e-4
"""Of an ordinary loss: what Keras's epsilon leaves of one that costs nothing."""


@check(compares=False)
def check_shape(trial: Trial) -> None:
    """It gives a number, one a sample, or one an output."""
    samples = len(trial.ordinary)
    shape = trial.plainly(trial.ordinary).value.shape
    if len(shape) and shape[0] != samples:
        raise CheckFailed(
            f"for {samples} samples it gives shape {shape}: samples come first, so take means and "
            "sums over the last axis (axis=-1), not over the first",
            inputs=trial.ordinary[:2],
        )


@check()
def check_sizes(trial: Trial) -> None:
    """A batch may have any number of samples."""
    batch = trial.ordinary
    trial.plainly(batch)
    for samples in (1, 7, len(batch) + 1):
        some = on.drawn(trial.tags, samples) if samples > len(batch) else batch[:samples]
        try:
            trial.plainly(some)
        except LossRaised as error:
            raise CheckFailed(
                f"{len(batch)} samples it takes, {samples} not: it {error}; the last batch of an "
                "epoch is smaller: take sizes from tf.shape(y_pred), not from a constant",
                figure=samples,
                inputs=some[:1],
            ) from error


@check(in_modes=True, compares=False)
def check_finite(trial: Trial) -> None:
    """Loss and slope are finite within the domain."""
    for seed in (1, 2, 3):
        _check_finite(trial, on.drawn(trial.tags, seed=seed), "within its domain")


@check(in_modes=True, compares=False)
def check_finite_at_ends(trial: Trial) -> None:
    """Loss and slope are finite where predictions are exact, saturated or 0."""
    where = "where predictions are exact, saturated or 0"
    _check_finite(trial, trial.ends, where)
    # Of a root of a batch's mean, others hide those. A compiled loss is made anew for each size.
    if trial.mode == trial.loss.modes[0] and trial.usual.value.ndim == 0:
        for row in trial.ends[:_ENDS].one_by_one if trial.tags.per_sample else ():
            _check_finite(trial, row, where)


def _check_finite(trial: Trial, inputs: Inputs, where: str) -> None:
    found = trial.evaluated(inputs)

    def loss_wrong(some: Inputs) -> bool:
        return not np.all(np.isfinite(trial.evaluated(some).value))

    def slope_wrong(some: Inputs) -> bool:
        return not np.all(np.isfinite(trial.evaluated(some).slope_or_zeros))

    if not np.all(np.isfinite(found.value)):
        where = _place(trial, found.value, inputs) or where
        mend = "clip what goes into a logarithm, a root or a division, or add a small number"
        mend = _OVERFLOW if "beyond" in where else mend
        raise CheckFailed(
            f"the loss is {_worst(found.value)} {where}: {mend}",
            inputs=inputs,
            wrong=loss_wrong,
        )
    if not np.all(np.isfinite(found.slope_or_zeros)):
        where = _place(trial, found.slope_or_zeros, inputs) or where
        mend = (
            "both branches of a where are differentiated, and so are roots and norms at 0; make "
            "what goes into them safe first"
        )
        mend = _OVERFLOW if "beyond" in where else mend
        raise CheckFailed(
            f"the slope is {_worst(found.slope_or_zeros)} {where}, while the loss is finite: "
            f"{mend}",
            inputs=inputs,
            wrong=slope_wrong,
        )


_OVERFLOW = (
    "an exponential overflows: float32 ends at e^88, and a cosh or a softmax by hand with it; use "
    "softplus, logsumexp or log_softmax, which shift first, or clip what goes into it"
)


def _place(trial: Trial, values: Array, inputs: Inputs) -> str:
    """What the samples have in common whose numbers aren't finite."""
    if not values.ndim and len(inputs) == 1:
        values = values.reshape(1)
    if not values.ndim or len(values) != len(inputs):
        return ""
    spoilt = inputs[~np.all(np.isfinite(values.reshape(len(values), -1)), axis=1)]
    y = spoilt.predictions.reshape(len(spoilt), -1)
    if np.all(np.max(np.abs(y), axis=1) > _LARGE):
        return f"where predictions lie beyond ±{_LARGE:g}"
    if np.all(np.any(y == 0, axis=1)):
        return "where a prediction is 0"
    t = spoilt.targets.reshape(len(spoilt), -1)
    if t.shape == y.shape and np.all(np.any(t == y, axis=1)):
        return "where a prediction equals its target"
    if np.all(np.any(t == 0, axis=1)) and trial.tags.targets is Domain.NUMBERS:
        return "where a target is 0"
    return ""


def _worst(values: Array) -> str:
    return "NaN" if np.any(np.isnan(values)) else "infinite"


@check()
def check_zero_at_target(trial: Trial) -> None:
    """Predictions that equal their targets cost nothing, and no others cost less."""
    claim(bool(trial.tags.zero_at_target), "nothing says that exact predictions cost nothing")
    exact = needed(on.met(trial.tags, trial.ordinary.targets), "no prediction equals a target")
    at_target = Inputs(trial.ordinary.targets, exact)
    here, elsewhere = trial.plainly(at_target), trial.plainly(trial.ordinary)
    least = _NOTHING * max(1.0, float(np.mean(np.abs(elsewhere.value))))
    costs = float(np.max(np.abs(here.value)))
    if costs > least:
        raise CheckFailed(
            "exact predictions aren't free: drop what is added, or say "
            "LossTags(zero_at_target=False)",
            figure=costs,
            tolerance=least,
            inputs=at_target,
            wrong=lambda some: bool(np.max(np.abs(trial.plainly(some).value)) > least),
        )
    if np.any(elsewhere.value < -least):
        raise CheckFailed(
            "wrong predictions cost less than exact ones, so training runs away from the targets: "
            "turn the sign round, or take the square or the absolute value of each error",
            figure=float(np.min(elsewhere.value)),
            tolerance=least,
            inputs=trial.ordinary,
            wrong=lambda some: bool(np.min(trial.plainly(some).value) < -least),
        )
    if trial.tags.predictions is Domain.NUMBERS and exact.ndim == 2 and exact.shape[1] > 1:
        _check_errors_add_up(trial, at_target)


def _check_errors_add_up(trial: Trial, at_target: Inputs) -> None:
    """Two errors cost something where each alone does, whatever their signs."""

    def costs(some: Inputs, *signs: float) -> Array:
        """Where the first outputs are off by that much."""
        off = some.predictions.copy()
        off[:, : len(signs)] += signs
        value = np.abs(trial.plainly(Inputs(some.targets, off)).value)
        return value if value.ndim < 2 else np.asarray(value.reshape(len(value), -1).sum(axis=1))

    def cancel(some: Inputs) -> bool:
        each = np.minimum(costs(some, 1.0, 0.0), costs(some, 0.0, -1.0))
        return bool(np.any(costs(some, 1.0, -1.0) < _NOTHING * each))

    if cancel(at_target):
        off = at_target.predictions.copy()
        off[:, :2] += (1.0, -1.0)
        raise CheckFailed(
            "errors of opposite signs cancel, so wrong predictions cost nothing: take the square "
            "or the absolute value of each error before their mean, not of the mean",
            inputs=Inputs(at_target.targets, off)[:1],
        )


@check()
def check_convex(trial: Trial) -> None:
    """Midway between two predictions it costs no more than their mean."""
    claim(bool(trial.tags.convex), "nothing says that it is convex")
    one = trial.ordinary
    other = Inputs(one.targets, on.drawn(trial.tags, seed=2).predictions)
    middle = Inputs(one.targets, (one.predictions + other.predictions) / 2)
    found = [trial.plainly(each, trial.precise) for each in (one, middle, other)]
    above = found[1].value - (found[0].value + found[2].value) / 2
    allowed = of_value(found[1], middle.predictions)
    if np.any(above > allowed):
        row = int(np.argmax(above.reshape(len(above), -1).max(axis=1))) if above.ndim else 0
        pair = np.stack([one.predictions[row], other.predictions[row]])
        raise CheckFailed(
            "it isn't convex: say LossTags(convex=False), or mend the formula",
            figure=float(np.max(above)),
            tolerance=float(np.ravel(allowed)[np.argmax(above)]),
            inputs=Inputs(np.stack([one.targets[row]] * 2), pair),
            shows=lambda _: "midway between these two it costs more than their mean",
        )


@check()
def check_symmetric(trial: Trial) -> None:
    """Targets and predictions can change places."""
    claim(bool(trial.tags.symmetric), "nothing says that it is symmetric")
    inputs = Inputs(trial.ordinary.predictions, np.asarray(trial.ordinary.predictions[::-1]))

    def apart(some: Inputs) -> float:
        swapped = Inputs(some.predictions, np.asarray(some.targets, np.float64))
        a, b = trial.plainly(some), trial.plainly(swapped)
        allowed = of_value(a, some.predictions) + of_value(b, swapped.predictions)
        return float(np.max(differs(a.value, b.value, allowed)))

    if apart(inputs) > 1:
        raise CheckFailed(
            "targets and predictions can't change places: say LossTags(symmetric=False), or mend "
            "the formula",
            figure=apart(inputs),
            tolerance=1,
            inputs=inputs,
            wrong=lambda some: apart(some) > 1,
        )


@check(compares=False)
def check_labels(trial: Trial) -> None:
    """A class number that no prediction stands for is refused, or costs NaN."""
    claim(trial.tags.targets is Domain.CLASSES, "targets aren't class numbers")
    claim(trial.tags.predictions is not Domain.DIRECTIONS, "any label may stand beside a direction")
    for label in (-1, trial.ordinary.predictions.shape[-1]):
        outside = Inputs(np.array([label, 0]), trial.ordinary.predictions[:2])
        try:
            found = trial.plainly(outside).value
        except LossRaised:
            continue
        if np.all(np.isfinite(found)):
            raise CheckFailed(
                f"class {label} of {trial.ordinary.predictions.shape[-1]} costs "
                f"{np.ravel(found)[0]:.3g} without a word: check that labels are in range",
                inputs=outside,
            )
