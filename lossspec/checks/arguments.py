"""Whether a loss takes its targets for predictions, as one whose arguments are swapped does.

A loss of swapped arguments is a loss, too, of other data: what it is for is guessed anew, and it
may pass every other check. What can be told without knowing what it claims to be: a likelihood or
a cross-entropy so called is linear in the predictions, all its curves are the targets'.
"""

from __future__ import annotations

import re

import numpy as np

from lossspec.backends.own import Evaluated, LossRaised
from lossspec.checks import inputs as on
from lossspec.checks.check import check
from lossspec.checks.inputs import Inputs
from lossspec.checks.tags import tags_of
from lossspec.checks.trial import CheckFailed, Trial, claim, differs, of_slope, of_value
from lossspec.core.arrays import Array, is_multiple
from lossspec.losses import DEFINITIONS
from lossspec.losses.definition import Definition

_PLACES = (-0.25, 0.1875, 0.6875)
"""Targets of which a loss is made for some: below 0 for logits, between 0 and 1 for all others."""
_STEP = 3 / 64
"""So short that no target passes 0, 1/2 or 1: rounds and thresholds stay flat between."""
_STEPS = 3
_MOST = 0.5
"""The share of outputs that says so: one that a loss leaves out has no slope."""
_ON_PURPOSE = {"reverse", "reversed", "backward", "inverse"}
"""Words in the names of losses whose arguments are swapped because that is another loss."""


@check(compares=False)
def check_arguments(trial: Trial) -> None:
    """Targets and predictions aren't taken for each other."""
    claim(trial.tags.draw is None, "inputs are drawn by its tags")
    ordinary = trial.ordinary
    claim(ordinary.targets.shape == ordinary.predictions.shape, "they differ in shape")
    namesake = _namesake_turned_round(trial)
    if namesake is not None:
        raise CheckFailed(
            f"it costs what {namesake.title} does with targets and predictions swapped: write it "
            f"as a function of {trial.loss.takes}, or, if that is meant, call it reverse",
            inputs=_in_each_others_place(namesake)[:1],
            shows=lambda some: (
                f"with the two swapped {namesake.title} costs "
                f"{namesake.value(some.predictions, some.targets)[0]:.6g}, as they are "
                f"{namesake.value(some.targets, some.predictions)[0]:.6g}"
            ),
        )
    if _is_of_targets(trial):
        raise CheckFailed(
            "it is linear in the predictions and curved in the targets, so that its slope is the "
            "same wherever predictions are, and no prediction is the best: targets and predictions "
            f"are swapped; it is called with {trial.loss.takes}",
            inputs=Inputs(np.repeat(ordinary.targets[:1], 2, axis=0), ordinary.predictions[:2]),
            shows=lambda _: "two predictions for one target: their slopes are the same",
        )


def _is_of_targets(trial: Trial) -> bool:
    """Whether predictions move it along a straight line, targets along a curve.

    Losses of logarithms of probabilities are linear in these as well, but pull all of them up, to
    where their sum ends it; this one has to push some down, without end.
    """
    one, other = trial.ordinary.predictions, on.drawn(trial.tags, seed=2).predictions
    pushes = bends = False
    for place in _PLACES:
        elsewhere = _tried(trial, _targets(one.shape, place, 0), other)
        near = [_tried(trial, _targets(one.shape, place, step), one) for step in range(_STEPS + 1)]
        found = [each for each in (elsewhere, *near) if each is not None and each.finite]
        if len(found) < len(near) + 1:
            continue
        slopes = [each.slope_or_zeros for each in found]
        if any(slope.shape != one.shape for slope in slopes):
            return False
        allowed = np.maximum(of_slope(slopes[0], other), of_slope(slopes[1], one))
        if np.any(differs(slopes[0], slopes[1], 2 * allowed) > 1):
            return False
        pushes |= bool(np.any(slopes[1] > allowed))
        bends |= _bends(slopes[1:], allowed)
        if place < 0:  # where x log x, of such logarithms, is none
            bends |= _bends([each.value for each in found[1:]], of_value(found[1], one))
    return pushes and bends


def _bends(along: list[Array], allowed: Array) -> bool:
    """Whether most numbers leave a straight line everywhere along it, and not at a kink alone."""
    off = np.min(np.abs(np.diff(along, 2, axis=0)), axis=0)
    return bool(np.mean(off > 4 * allowed) > _MOST)


def _targets(shape: tuple[int, ...], place: float, steps: int) -> Array:
    """Targets about a place, so many steps further: up for one output, half down for the next."""
    # Not all alike: scores of which each is moved by as much are the same scores. Those that go up
    # begin above the others, so that none overtakes another, as in a maximum.
    direction = np.where(np.arange(shape[-1]) % 2 == 0, 1.0, -0.5)
    about = direction / 64 + (np.arange(np.prod(shape)) % 5).reshape(shape) / 1024
    return np.asarray(place + about + steps * _STEP * direction, np.float64)


def _tried(trial: Trial, targets: Array, predictions: Array) -> Evaluated | None:
    try:
        with np.errstate(all="ignore"):
            return trial.plainly(Inputs(targets, predictions))
    except LossRaised:
        return None


def _namesake_turned_round(trial: Trial) -> Definition | None:
    """The known loss by whose name it is called, if it is that of swapped arguments."""
    words = set(re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", trial.loss.name).lower()))
    called = "".join(re.findall(r"[a-z]", trial.loss.name.lower()))
    if words & _ON_PURPOSE:
        return None
    for loss in DEFINITIONS.values():
        names = [re.sub(r"[^a-z]", "", name.lower()) for name in (loss.name, *loss.keras)]
        is_named = any(name in called for name in names) or loss.slug in words
        if is_named and _costs_swapped(trial, loss):
            return loss
    return None


def _in_each_others_place(loss: Definition) -> Inputs:
    """Predictions of a known loss in both places."""
    one, other = (on.drawn(tags_of(loss), seed=seed).predictions for seed in (1, 2))
    return Inputs(one, other)


def _costs_swapped(trial: Trial, loss: Definition) -> bool:
    """Whether it costs what another does of swapped arguments, times a number, and not straight."""
    rows = _in_each_others_place(loss)
    try:
        with np.errstate(all="ignore"):
            found = trial.plainly(rows).per_sample
            if found is None:  # a number a batch
                rows = rows[:6]
                found = np.array([float(trial.plainly(row).value) for row in rows.one_by_one])
            swapped = np.asarray(loss.value(rows.predictions, rows.targets))
            straight = np.asarray(loss.value(rows.targets, rows.predictions))
    except (LossRaised, ValueError, IndexError):  # it takes no such targets
        return False
    return is_multiple(found, swapped) and not is_multiple(found, straight)
