"""Checks of how values are given, how precise they are, and in which mode a loss runs."""

from __future__ import annotations

import contextlib
import io
import random
from typing import Iterator

import numpy as np

from lossspec.backends.own import LossRaised
from lossspec.checks import inputs as on
from lossspec.checks.check import check
from lossspec.checks.inputs import Inputs
from lossspec.checks.trial import (
    CheckFailed,
    CheckSkipped,
    Trial,
    claim,
    differs,
    of_slope,
    of_value,
    settings_of,
)
from lossspec.core.arrays import AnyArray, Array, float32
from lossspec.losses.tolerance import OPERATIONS

_SEED = 20_191_204
"""One that nobody would choose."""


@check()
def check_arrays(trial: Trial) -> None:
    """NumPy arrays cost what tensors do."""
    trial.needs("arrays")
    inputs = trial.ordinary
    targets: AnyArray = inputs.targets
    if not np.issubdtype(targets.dtype, np.integer):
        targets = float32(targets)
    try:
        given = np.asarray(trial.loss.as_given(targets, np.float32(inputs.predictions)), np.float64)
    except LossRaised as error:
        raise CheckFailed(
            f"called by hand with NumPy arrays it {error}: convert both to tensors first",
            inputs=inputs[:1],
        ) from error
    found = trial.plainly(inputs)
    allowed = of_value(found, inputs.predictions)
    if given.shape != found.value.shape or np.any(differs(given, found.value, allowed) > 1):
        raise CheckFailed(
            "NumPy arrays cost otherwise than tensors: convert both to tensors first",
            figure=float(np.max(np.abs(np.mean(given) - np.mean(found.value)))),
            tolerance=float(np.max(allowed)),
            inputs=inputs[:1],
        )


@check()
def check_column(trial: Trial) -> None:
    """Targets (n,) beside predictions (n, 1) cost what columns do, or are refused."""
    claim(trial.tags.draw is None, "inputs are drawn by its tags")
    claim(trial.tags.targets not in on.OF_SEVERAL, "a prediction is a row of numbers")
    row = trial.ordinary
    column = Inputs(row.targets[:, :1], row.predictions[:, :1])
    try:
        right = trial.plainly(column)
    except LossRaised as error:
        raise CheckSkipped("it takes more than one output a sample") from error
    try:
        flat = trial.plainly(Inputs(column.targets[:, 0], column.predictions))
    except LossRaised:
        return
    # The mean is what is looked at: of n numbers, of n rows of one, or of one.
    a, b = np.mean(flat.value), np.mean(right.value)
    allowed = float(np.sum(of_value(right, column.predictions)))
    if abs(a - b) > allowed:
        raise CheckFailed(
            "called by hand, targets of shape (n,) spread over predictions of shape (n, 1) to "
            "(n, n) without a word; fit makes columns of them first: reshape targets like "
            "predictions, or refuse other shapes",
            figure=float(abs(a - b)),
            tolerance=allowed,
            inputs=Inputs(column.targets[:2, 0], column.predictions[:2]),
        )


@check(compares=False)
def check_inputs_unchanged(trial: Trial) -> None:
    """Arrays that are given stay as they are."""
    inputs = trial.ordinary
    targets, predictions = inputs.targets.copy(), np.float32(inputs.predictions)
    before = targets.copy(), predictions.copy()
    with contextlib.suppress(LossRaised):  # check_arrays says so
        trial.loss.as_given(targets, predictions)
    if not (np.array_equal(before[0], targets) and np.array_equal(before[1], predictions)):
        raise CheckFailed(
            "it writes into the arrays that are given: compute in new ones, without +=, out= or an "
            "index on the left",
            inputs=inputs[:1],
        )


@check()
def check_same_twice(trial: Trial) -> None:
    """The same inputs cost the same twice."""
    claim(bool(trial.tags.deterministic), "its tags say that it draws at random")
    first, second, third = (trial.plainly(trial.ordinary) for _ in range(3))
    for again in (second, third):
        if np.any(differs(first.value, again.value, 0)):
            raise CheckFailed(
                "the same inputs cost something else the second time: it draws at random or keeps "
                "a state; seed it, or say LossTags(deterministic=False)",
                figure=float(np.max(np.abs(first.value - again.value))),
                tolerance=0,
                inputs=trial.ordinary[:1],
                shows=lambda some: (
                    "called three times it costs "
                    + ", ".join(f"{np.mean(trial.plainly(some).value):.6g}" for _ in range(3))
                ),
            )


@check(compares=False)
def check_quiet(trial: Trial) -> None:
    """It prints nothing and leaves global state alone."""
    printed = io.StringIO()
    with _seeded_anew(), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        before = _drawn_from()
        trial.plainly(trial.ordinary)
        after = _drawn_from()
    if printed.getvalue():
        raise CheckFailed(
            f"it prints at each call ({printed.getvalue().strip()[:40]!r}): a compiled loss prints "
            "once, an eager one floods the terminal; drop the print"
        )
    if before != after:
        raise CheckFailed(
            "it draws from, or seeds, the global random numbers of NumPy or Python: whatever is "
            "drawn after it changes; use a generator of its own"
        )
    now = settings_of(trial.loss)
    changed = [name for name, value in (trial.settings or now).items() if now[name] != value]
    if changed:
        raise CheckFailed(f"it changes {', '.join(changed)} for the whole process: set it back")


@contextlib.contextmanager
def _seeded_anew() -> Iterator[None]:
    """Random numbers as no loss has left them, and afterwards as they were."""
    of_numpy, of_python = np.random.get_state(), random.getstate()
    np.random.seed(_SEED)
    random.seed(_SEED)
    try:
        yield
    finally:
        np.random.set_state(of_numpy)
        random.setstate(of_python)


def _drawn_from() -> tuple[object, ...]:
    """The state of what NumPy and Python draw from by themselves."""
    _, keys, *position = np.random.get_state(legacy=True)
    return np.asarray(keys).tobytes(), tuple(position), random.getstate()


@check()
def check_float64(trial: Trial) -> None:
    """In float32 it costs what it does in float64, but for roundings."""
    claim(trial.precise == "float64", "it computes in float32, whatever it is given")
    inputs = trial.ordinary
    single, double = trial.plainly(inputs), trial.plainly(inputs, "float64")
    allowed = of_value(double, inputs.predictions)
    apart = differs(single.value, double.value, allowed)
    if np.any(apart > 1):
        raise CheckFailed(
            "float32 loses what float64 shows: a difference of nearly equal numbers, or a power or "
            "an exponential that overflows; rewrite the formula (log1p, expm1, logsumexp)",
            figure=float(np.max(np.abs(single.value - double.value))),
            tolerance=float(np.max(allowed)),
            inputs=inputs,
            wrong=lambda some: bool(
                np.any(
                    differs(
                        trial.plainly(some).value,
                        trial.plainly(some, "float64").value,
                        of_value(trial.plainly(some, "float64"), some.predictions),
                    )
                    > 1
                )
            ),
        )


@check(compares=False)
def check_half(trial: Trial) -> None:
    """In float16 and bfloat16 it is finite within its domain."""
    _check_half(trial, trial.ordinary)


@check(compares=False)
def check_half_at_ends(trial: Trial) -> None:
    """In float16 and bfloat16 it is finite where predictions are exact or saturated."""
    _check_half(trial, trial.ends)


def _check_half(trial: Trial, inputs: Inputs) -> None:
    for dtype in ("float16", "bfloat16"):
        try:
            found = trial.plainly(inputs, dtype)
        except LossRaised as error:
            raise CheckSkipped(f"it takes no {dtype}: it {error}"[:200]) from error
        slope = found.slope_or_zeros
        if not found.finite:
            raise CheckFailed(
                f"in {dtype} it is NaN or infinite: 1 - 1e-7 is 1 there, 300² overflows; clip by "
                "1e-3, or cast to float32 first",
                figure=float(np.sum(~np.isfinite(found.value)) + np.sum(~np.isfinite(slope))),
                tolerance=0,
            )


@check()
def check_modes(trial: Trial) -> None:
    """Every execution mode gives the same loss and slope."""
    for inputs in (trial.ordinary, trial.ends):
        plain = trial.plainly(inputs)
        for mode in trial.loss.modes[1:]:
            compiled = trial.within(mode).evaluated(inputs)
            allowed = of_value(plain, inputs.predictions)
            apart = _finite_apart(plain.value, compiled.value, 2 * allowed)
            _check_apart(mode, "loss", apart, inputs)
            slopes = plain.slope_or_zeros, compiled.slope_or_zeros
            if slopes[0].shape == slopes[1].shape:
                # Twice, for each rounds; and a slope's own operations are those of its loss, each
                # differentiated: 16 at most.
                off = _finite_apart(
                    *slopes, 2 * OPERATIONS * of_slope(slopes[0], inputs.predictions)
                )
                _check_apart(mode, "slope", off, inputs)


def _finite_apart(a: Array, b: Array, tolerance: Array) -> Array:
    """How far they are apart where both are finite: where not, check_finite says so."""
    both = np.isfinite(a) & np.isfinite(b) & np.isfinite(tolerance)
    return np.where(both, differs(a, b, tolerance), 0.0)


def _check_apart(mode: str, what: str, apart: Array, inputs: Inputs) -> None:
    if np.any(apart > 1):
        row = int(np.argmax(apart)) // (apart.size // len(inputs)) if apart.ndim else 0
        raise CheckFailed(
            f"in {mode} mode the {what} is another: look for NumPy, Python's if or a random number "
            "that is computed once, when the graph is built",
            figure=float(np.max(apart)),
            tolerance=1,
            inputs=inputs[row : row + 1],
            mode=mode,
        )
