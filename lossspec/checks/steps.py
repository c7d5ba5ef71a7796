"""A step of SGD along a loss's slope, and the layer that takes it."""

from __future__ import annotations

from typing import Callable, Mapping

import numpy as np
from scipy import special

from lossspec.checks.check import check
from lossspec.checks.trial import CheckFailed, Trial, claim
from lossspec.core.arrays import AnyArray, Array
from lossspec.losses.definition import Domain

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


@check(in_modes=True, compares=False)
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
    whole = targets.shape == trial.ordinary.predictions.shape
    if trial.tags.targets is Domain.NUMBERS and domain is Domain.NUMBERS and whole:
        targets[:6] = (inputs @ kernel)[:6]
    return targets, inputs, kernel, ACTIVATIONS[domain]
