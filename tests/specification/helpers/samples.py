"""The samples of a loss's batch, what each costs, and what they cost on average."""

import numpy as np

from lossspec.losses import DEFINITIONS, tolerance


def own(name, samples=slice(None)):
    """A batch of the loss, each sample's own loss, ``(n,)``, and its tolerance."""
    batch, value = DEFINITIONS[name].batch(), DEFINITIONS[name].value
    t, y = batch.targets[samples], batch.predictions[samples]
    return t, y, value(t, y), tolerance.of_loss(name, value, t, y)


def is_mean(what, got, wanted, bound, evidence):
    """Check that a number is the mean of samples' losses."""
    within = bound.mean() + tolerance.rounding(np.abs(wanted).mean(), operations=2 * len(wanted))
    evidence.close(what, got, wanted.mean(), within=within)


def close_to_definition(name, targets, predictions, loss, evidence):
    """Check that each sample costs what the loss's formula gives."""
    value = DEFINITIONS[name].value
    bound = tolerance.of_loss(name, value, targets, predictions)

    evidence.close(
        "loss",
        loss(name).per_sample(targets, predictions),
        value(targets, predictions),
        within=bound,
    )
