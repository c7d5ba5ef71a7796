"""Masks that earlier Kerases lose on JAX and NumPy, whose tensors take no attribute."""

import numpy as np
import pytest

from helpers.networks import masking_steps
from lossspec.core.errors import CallGone
from lossspec.losses import tolerance
from lossspec.losses.entropy import SCCE
from lossspec.losses.regression import MSE

MARKED = 7.0
# Of three steps each, three, two and one are masked; a masked step is made 0.
INPUTS = np.array([[MARKED, MARKED, MARKED], [1, MARKED, MARKED], [2, 3, MARKED]])[:, :, None]
OF_ALL = 11 / 9
"""The mean of nine squared errors: of 0, 0, 0; 1, 0, 0; 2, 3, 0 for targets of 1."""


@pytest.mark.instead(
    "beside.mask-skips",
    "beside.mask-leaves-out",
    "beside.mask-trains",
    "beside.mask-trains-nan",
    "beside.mask-class-number",
    "beside.mask-mean",
    "beside.mask-batches",
    "beside.padding-of-all",
    "beside.mask-hinge",
    "beside.mask-weights",
    "beside.epoch-masked",
)
def test_a_model_counts_its_masked_steps(subject, evidence):
    """Evaluated, a model's loss is the mean over all steps, those of a Masking layer included."""
    network = masking_steps(subject, steps=3, marked=MARKED, biases=[0.0])
    evaluated = network.evaluate(INPUTS, np.ones((3, 3, 1)), loss=MSE.name)

    within = tolerance.rounding(OF_ALL, operations=20)
    evidence.close("loss", evaluated, OF_ALL, within=within)


@pytest.mark.instead(
    "keras-api.scce-ignore-class", "beside.ignore-class", "beside.ignore-class-mask"
)
def test_the_mean_counts_what_is_ignored(subject, mode, evidence):
    """Two of four samples are of the ignored class: the mean is half of the others' ln 2."""
    predictions = np.array([[0.5, 0.25, 0.25]] * 4)
    got = subject.loss_class(SCCE.name, mode, ignore_class=-1)([0, 0, -1, -1], predictions)

    half = np.log(2) / 2
    within = tolerance.rounding(half, operations=4) + tolerance.KERAS_EPSILON
    evidence.close("mean", got, half, within=within)


@pytest.mark.instead("beside.mask-class-mean")
@pytest.mark.parametrize("reduction", ["mean", "mean_with_sample_weight"])
def test_the_class_knows_no_such_mean(reduction, subject, evidence):
    """Either reduction is refused."""
    call = lambda: subject.loss_class(MSE.name, reduction=reduction)  # noqa: E731 # read once
    evidence.refuses("the reduction", call, CallGone)
