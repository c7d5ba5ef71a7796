"""Padding: which steps of a sequence a ``Masking`` layer takes for it."""

import numpy as np
import pytest

from helpers.networks import masking_steps
from lossspec.losses import tolerance

MARK = -512.0
STEPS = np.array([[[1.0, 2.0], [MARK, 0.5], [MARK, MARK]]])


def evaluated(targets, subject):
    """The squared error of a network that masks steps of marks, and else predicts its inputs."""
    network = masking_steps(subject, STEPS.shape[1], MARK, [0.0, 0.0])
    return network.evaluate(STEPS, np.array([targets]), loss="mean_squared_error")


@pytest.mark.claim("beside.padding-of-all")
def test_a_step_is_padding_if_all_its_numbers_are(subject, evidence):
    """A step with one number that is the mark costs what it costs; one of marks alone, nothing."""
    near, far, other = (
        evaluated([[0, 0], [MARK, target], [padded, padded]], subject)
        for target, padded in ((0.0, 7.0), (2.5, 7.0), (0.0, 9.0))
    )

    # The first step costs 5/2, the second 1/8 or 2; by how many steps their sum is divided is
    # another claim's matter.
    bound = tolerance.rounding(4.5 / 2.625, operations=2 * STEPS.size)
    evidence.close(
        "share of the loss with a target further off", far / near, 4.5 / 2.625, within=bound
    )
    evidence.exactly("loss with another target at the step of marks", other, near)


@pytest.mark.claim("beside.padding-nan")
def test_a_mark_of_nan_masks_nothing(subject, evidence):
    """With mask_value NaN, a step of NaN alone makes the loss NaN; with a number, it is masked."""
    costs = {}
    for mark in (np.nan, MARK):
        steps = np.array([[[1.0, 2.0], [mark, mark]]])
        network = masking_steps(subject, steps.shape[1], mark, [0.0, 0.0])
        costs[mark] = network.evaluate(steps, np.zeros(steps.shape), loss="mean_squared_error")

    evidence.exactly("whether the loss is not a number", np.isnan(costs[np.nan]), 1)
    evidence.above("loss with a mask_value that is a number", costs[MARK], 0)
