"""What a class is made with beside a reduction: it computes with that, and not with a default."""

import numpy as np
import pytest

from helpers.samples import own
from lossspec.losses import tolerance
from lossspec.losses.inputs import SAMPLES

ARGUMENTS = {
    "binary-focal": {"gamma": 3.0},
    "categorical-focal": {"gamma": 3.0, "alpha": 0.5},
    "gce": {"q": 0.25},
    "tversky": {"alpha": 0.25, "beta": 1.0},
}
"""None of them a default."""

STEPS = 2
SEQUENCES = SAMPLES // STEPS


@pytest.mark.claim
def test_the_class_computes_with_what_it_is_made_with(definition, subject, evidence):
    """It gives the mean of what the function gives of the same arguments, not that of defaults."""
    batch = definition.batch()
    t, y = batch.targets, batch.predictions
    judged = subject.loss_through("linear", definition.name, **ARGUMENTS[definition.slug])
    losses, of_defaults = judged.per_sample(t, y), subject.loss(definition.name).mean(t, y)

    # Eager, function and class are the same operations: only the mean rounds.
    bound = tolerance.rounding(np.abs(losses).mean(), operations=SAMPLES)
    evidence.close("loss of the class", judged.mean(t, y), losses.mean(), within=bound)
    apart = np.abs(losses.mean() - of_defaults)
    evidence.above("how far the loss is from that of the defaults", apart, 2 * bound)


def in_columns(values):
    """Samples as steps of sequences, their outputs on the second axis: ``(n, k, steps)``."""
    return values.reshape(SEQUENCES, STEPS, -1).transpose(0, 2, 1)


@pytest.mark.claim
def test_the_axis_is_where_a_focal_loss_adds_up(definition, subject, evidence):
    """With axis=1, each step of (n, k, steps) costs what a sample of its k outputs costs."""
    t, y, losses, bound = own(definition.name)
    columns, shape = (in_columns(t), in_columns(y)), (SEQUENCES, STEPS)
    of_class = subject.loss_class(definition.name, reduction="none", axis=1)(*columns)
    function = subject.loss_through("linear", definition.name, axis=1)

    wanted, bound = losses.reshape(shape), bound.reshape(shape)
    evidence.close("loss by the class", of_class, wanted, within=bound)
    evidence.close("loss by the function", function.per_sample(*columns), wanted, within=bound)
