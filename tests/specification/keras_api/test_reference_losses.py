"""What the reference says of single losses: shapes, formulas, and what becomes of odd inputs."""

import numpy as np
import pytest

from helpers.samples import own
from lossspec.losses import tolerance
from lossspec.losses.entropy import KL
from lossspec.losses.margin import HINGE, SQUARED_HINGE
from lossspec.losses.regression import HUBER, MSLE

LEADING = (24,), (4, 6), (2, 3, 4)
"""Axes before the last, which hold the 24 samples of a batch."""


@pytest.mark.claim
def test_every_axis_but_the_last_stays(definition, subject, evidence):
    """Targets and predictions of two, three and four axes have a loss for each row of the last."""
    t, y, losses, bound = own(definition.name)
    judged = subject.loss(definition.name)
    for axes in LEADING:
        got = judged.per_sample(t.reshape(*axes, -1), y.reshape(*axes, -1))
        within = bound.reshape(axes)
        evidence.close(f"losses of {len(axes) + 1} axes", got, losses.reshape(axes), within=within)
        evidence.exactly(f"axes of losses of {len(axes) + 1} axes", got.ndim, len(axes))


@pytest.mark.claim
def test_a_sample_is_one_loss(definition, subject, evidence):
    """Predictions (n, k) and their targets, (n, k) or class numbers (n,), have n losses."""
    t, y, losses, bound = own(definition.name)
    got = subject.loss(definition.name).per_sample(t, y)

    evidence.exactly("axes of losses", got.ndim, 1)
    evidence.close("losses", got, losses, within=bound)


@pytest.mark.claim("keras-api.huber-shape")
def test_sequences_are_one_huber_loss_each(subject, evidence):
    """Targets and predictions (8, 3, 3) have 8 losses by Huber's function."""
    t, y, *_ = own(HUBER.name)
    got = subject.loss(HUBER.name).per_sample(t.reshape(8, 3, 3), y.reshape(8, 3, 3))

    evidence.exactly("number of losses", got.size, 8)


@pytest.mark.instead("keras-api.huber-shape")
def test_steps_are_one_huber_loss_each(subject, evidence):
    """Targets and predictions (8, 3, 3) have losses (8, 3), those of their rows."""
    t, y, losses, bound = own(HUBER.name)
    got = subject.loss(HUBER.name).per_sample(t.reshape(8, 3, 3), y.reshape(8, 3, 3))

    evidence.close("losses", got, losses.reshape(8, 3), within=bound.reshape(8, 3))


BY_OUTPUT = {
    HINGE.name: lambda t, y: np.maximum(1 - t * y, 0),
    SQUARED_HINGE.name: lambda t, y: np.maximum(1 - t * y, 0) ** 2,
    KL.name: lambda t, y: t * np.log(t / y),
}
"""The formulas as they stand: neither sum nor mean is in them."""


def unreduced(definition, subject):
    """What the class gives of a batch of three outputs without reduction."""
    batch = definition.batch()
    return subject.loss_class(definition.name, reduction="none")(batch.targets, batch.predictions)


@pytest.mark.claim
def test_every_output_costs_what_the_formula_says(definition, subject, evidence):
    """Without reduction, 24 samples of three outputs give 24 times 3 numbers."""
    got = unreduced(definition, subject)

    evidence.exactly("numbers that come out", got.size, definition.batch().predictions.size)


@pytest.mark.instead
def test_outputs_cost_together_what_the_formula_says(definition, subject, evidence):
    """A number a sample comes out: the mean over its outputs, or the sum, of the formula."""
    batch = definition.batch()
    _, _, losses, bound = own(definition.name)
    by_output = BY_OUTPUT[definition.name](batch.targets, batch.predictions)
    together = by_output.sum(axis=1) / (1 if definition is KL else by_output.shape[1])

    evidence.close("losses", unreduced(definition, subject), together, within=bound)
    evidence.close("the formula of all outputs", together, losses, within=1e-12)


@pytest.mark.claim("keras-api.msle-floor")
def test_zero_and_below_count_as_epsilon(subject, mode, evidence):
    """In float64, targets and predictions of 0 and -1 cost what 1e-7 costs, beside it and 1."""
    judged, small = subject.loss(MSLE.name, mode, "float64"), [[0.0], [-1.0], [-5.0]]
    epsilon, ones = np.full((3, 1), 1e-7), np.ones((3, 1))
    # 1e-7 is held in float32, and so off by 1.2e-15, which ln 2 and a square make 1.4 times that;
    # one in its place is told by the 1.4e-7 that it takes off.
    bound = 2e-15 + tolerance.rounding(1, unit=tolerance.UNITS["float64"])
    of_epsilon = (np.log(2) - np.log1p(1e-7)) ** 2

    evidence.exactly("targets beside 1e-7", judged.per_sample(small, epsilon), 0)
    evidence.exactly("predictions beside 1e-7", judged.per_sample(epsilon, small), 0)
    evidence.close("targets beside 1", judged.per_sample(small, ones), of_epsilon, within=bound)
    evidence.close("predictions beside 1", judged.per_sample(ones, small), of_epsilon, within=bound)


@pytest.mark.claim
def test_labels_of_zero_and_one_are_made_signs(definition, subject, mode, evidence):
    """A batch of labels 0 and 1 costs what it costs with -1 in place of 0."""
    batch = definition.batch()
    t, y = batch.targets, batch.predictions
    got = subject.loss(definition.name, mode).per_sample((t + 1) / 2, y)
    bound = tolerance.of_loss(definition.name, definition.value, t, y)

    evidence.close("loss of labels 0 and 1", got, definition.value(t, y), within=bound)


def divergence(subject, mode, target, prediction):
    """What it costs by KL divergence, one output a sample."""
    return subject.loss(KL.name, mode).per_sample([[target]], [[prediction]])


@pytest.mark.claim("keras-api.kl-clipped")
def test_the_divergence_clips_to_zero_and_one(subject, mode, evidence):
    """2 counts as 1 and -1 as 0, so that a target of 1/2 predicted as 0 costs infinitely much."""
    for what, given, clipped in (
        ("prediction of 2", (0.5, 2.0), (0.5, 1.0)),
        ("target of 2", (2.0, 0.5), (1.0, 0.5)),
        ("prediction of -1", (0.5, -1.0), (0.5, 0.0)),
        ("target of -1", (-1.0, 0.5), (0.0, 0.5)),
    ):
        got, wanted = (divergence(subject, mode, *pair) for pair in (given, clipped))
        evidence.exactly(what, got, wanted)
    evidence.exactly("prediction of 0", divergence(subject, mode, 0.5, 0.0), np.inf)


@pytest.mark.instead("keras-api.kl-clipped")
def test_the_divergence_clips_to_epsilon_and_one(subject, mode, evidence):
    """2 counts as 1, and -1 and 0 as 1e-7: a target of 1/2 predicted as either costs 7.7."""
    # Numbers up to 17 round, and 1e-7 does in float32.
    bound = tolerance.rounding(17)
    for what, given, clipped in (
        ("prediction of 2", (0.5, 2.0), (0.5, 1.0)),
        ("target of 2", (2.0, 0.5), (1.0, 0.5)),
        ("prediction of -1", (0.5, -1.0), (0.5, 1e-7)),
        ("prediction of 0", (0.5, 0.0), (0.5, 1e-7)),
        ("target of -1", (-1.0, 0.5), (1e-7, 0.5)),
    ):
        wanted = clipped[0] * np.log(clipped[0] / clipped[1])
        evidence.close(what, divergence(subject, mode, *given), wanted, within=bound)
