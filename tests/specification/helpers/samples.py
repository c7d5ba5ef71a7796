"""The samples of a loss's batch, what each costs, and what they cost on average."""

import numpy as np

from lossspec.losses import grids, tolerance
from lossspec.losses.reference import REFERENCES


def own(name, samples=slice(None)):
    """A batch of the loss, each sample's own loss, ``(n,)``, and its tolerance."""
    batch = grids.batch(name)
    targets, predictions = batch.targets[samples], batch.predictions[samples]
    wanted = REFERENCES[name].value(targets, predictions)
    return (
        targets,
        predictions,
        wanted,
        tolerance.of_loss(name, REFERENCES[name].value, targets, predictions),
    )


def is_mean(what, got, wanted, bound, evidence):
    """Check that a number is the mean of samples' losses."""
    within = bound.mean() + tolerance.rounding(np.abs(wanted).mean(), operations=2 * len(wanted))
    evidence.close(what, got, wanted.mean(), within=within)
