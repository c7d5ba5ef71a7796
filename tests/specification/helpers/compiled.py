"""Models compiled with a string: whether they report, and are trained with, the loss it names."""

import numpy as np

from helpers.bounds import bound_of_slope, slope_of
from helpers.networks import giving_back_its_inputs
from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.inputs import SAMPLES


def reported_by_a_model_compiled_with(string, name, subject, evidence):
    """Check that a model compiled with the string reports the mean of the named loss."""
    batch = DEFINITIONS[name].batch()
    network = giving_back_its_inputs(subject, batch.predictions.shape[-1])
    reported = network.evaluate(batch.predictions, batch.targets, loss=string)
    is_mean_of_loss(reported, string, name, evidence)


def is_mean_of_loss(reported, string, name, evidence):
    """Check that what a model reports of the named loss's batch is the mean of the loss."""
    batch, formula = DEFINITIONS[name].batch(), DEFINITIONS[name]
    mean = formula.value(batch.targets, batch.predictions).mean()

    # The bound of each sample's loss, averaged like the losses, and the roundings of averaging.
    bound = tolerance.of_loss(name, formula.value, batch.targets, batch.predictions).mean()
    bound = bound + tolerance.rounding(mean, operations=SAMPLES)
    evidence.close(f"loss reported after compile(loss={string!r})", reported, mean, within=bound)


def trained_by_a_model_compiled_with(string, name, subject, evidence):
    """Check what a full-batch step of SGD at a rate of 1 reports, and that it goes down the slope.

    The slope by kernel and bias is that of the named loss's mean by the predictions.
    """
    definition = DEFINITIONS[name]
    batch = definition.batch()
    t, y = batch.targets, batch.predictions
    network = giving_back_its_inputs(subject, y.shape[-1])
    before = network.weights()
    history = network.fit((y, t), loss=string, batch_size=SAMPLES, learning_rate=1.0)
    is_mean_of_loss(history["loss"][0], string, name, evidence)
    inputs = np.hstack([y, np.ones((SAMPLES, 1))])  # the bias has an input of 1

    steps = [after - start for after, start in zip(network.weights(), before)]
    wanted = -inputs.T @ slope_of(definition, t, y) / SAMPLES
    bound = np.abs(inputs).T @ bound_of_slope(definition, t, y) / SAMPLES
    bound = bound + tolerance.rounding(1 + np.abs(wanted), operations=SAMPLES)
    evidence.close(
        f"step of kernel and bias after compile(loss={string!r})",
        np.vstack(steps),
        wanted,
        within=bound,
    )
