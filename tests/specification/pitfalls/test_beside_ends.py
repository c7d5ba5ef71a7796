"""Ends of the domain: sure and right, probabilities above 1, and what softmax divides along."""

import numpy as np
import pytest

from lossspec.losses import DEFINITIONS, tolerance

BCE, CCE = "binary_crossentropy", "categorical_crossentropy"
SCCE, KL = "sparse_categorical_crossentropy", "kullback_leibler_divergence"

RIGHT = {BCE: ([[1], [0]], [[1], [0]]), CCE: ([[0, 1, 0]], [[0, 1, 0]]), SCCE: ([1], [[0, 1, 0]])}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(BCE, marks=pytest.mark.claim("beside.bce-sure-right")),
        *(pytest.param(name, marks=pytest.mark.claim("beside.sure-right")) for name in (CCE, SCCE)),
    ],
)
def test_a_sure_hit_costs_a_little(name, loss, evidence):
    """A probability of 1 for what came true costs more than 0, at most epsilon for each class."""
    costs = loss(name).per_sample(*RIGHT[name])

    evidence.above("loss", costs, 0)
    evidence.at_most("loss", costs, tolerance.of_zero(name, 3))


@pytest.mark.instead("beside.bce-sure-right")
def test_keras_2_makes_up_for_clipping(loss, evidence):
    """A probability of 1 for a label of 1, or of 0 for one of 0, costs exactly nothing."""
    evidence.exactly("loss", loss(BCE).per_sample(*RIGHT[BCE]), 0)


@pytest.mark.claim("beside.sure-right-no-slope")
@pytest.mark.parametrize("name", RIGHT)
def test_a_sure_hit_has_no_slope(name, loss, evidence):
    """A probability of 1 for what came true, and of 0 for the others, has slopes of 0 alone."""
    evidence.exactly("slope", loss(name).gradient(*RIGHT[name]), 0)


@pytest.mark.claim("beside.kl-sure-right-slope")
def test_the_divergence_of_a_sure_hit_has_a_slope(loss, evidence):
    """A probability of 1 for the class that came true costs 0, with a slope of -1; others none."""
    evidence.exactly("loss", loss(KL).per_sample(*RIGHT[CCE]), 0)
    evidence.exactly("slope", loss(KL).gradient(*RIGHT[CCE]), [[0, -1, 0]])


HALVES = np.array([[0.5, 0.25, 0.25]])
ABOVE = np.array([[2.0, 0.25, 0.25]])
CUT = np.array([[1.0, 0.25, 0.25]])


BELOW = np.array([[0.5, -1.0, 0.5]])
NOTHING = np.array([[0.5, 0.0, 0.5]])


def diverges(targets, predictions, as_if, loss, evidence):
    """Check that the divergence is that of other targets and predictions."""
    value = DEFINITIONS[KL].value
    bound = tolerance.of_loss(KL, value, *as_if)
    evidence.close("loss", loss(KL).per_sample(targets, predictions), value(*as_if), within=bound)


@pytest.mark.claim("beside.kl-target-above-one")
@pytest.mark.usefixtures("given_as")
def test_the_divergence_cuts_a_target_at_one(loss, evidence):
    """A target of 2 costs what a target of 1 costs, and so does an infinite one."""
    diverges(ABOVE, HALVES, (CUT, HALVES), loss, evidence)
    diverges(np.where(ABOVE == 2, np.inf, ABOVE), HALVES, (CUT, HALVES), loss, evidence)


@pytest.mark.claim("beside.kl-target-negative")
@pytest.mark.usefixtures("given_as")
def test_the_divergence_takes_a_negative_target_for_zero(loss, evidence):
    """A target of -1 costs what a target of 0 costs."""
    diverges(BELOW, HALVES, (NOTHING, HALVES), loss, evidence)


@pytest.mark.claim("beside.kl-prediction-above-one")
@pytest.mark.usefixtures("given_as")
def test_the_divergence_cuts_a_prediction_at_one(loss, evidence):
    """A prediction of 2 costs what one of 1 costs, and has no slope."""
    diverges(HALVES, ABOVE, (HALVES, CUT), loss, evidence)
    evidence.exactly("slope", loss(KL).gradient(HALVES, ABOVE)[0, 0], 0)


@pytest.mark.claim("beside.kl-prediction-negative")
@pytest.mark.usefixtures("given_as")
def test_the_divergence_takes_a_negative_prediction_for_epsilon(loss, evidence):
    """A prediction of -1 costs what one of 1e-7 costs, and has no slope."""
    at_epsilon = np.where(BELOW < 0, tolerance.KERAS_EPSILON, BELOW)
    # Nothing is clipped twice, and the logarithm of epsilon is 16.
    bound = tolerance.rounding(1 - np.log(tolerance.KERAS_EPSILON))
    value = DEFINITIONS[KL].value(HALVES, at_epsilon)

    evidence.close("loss", loss(KL).per_sample(HALVES, BELOW), value, within=bound)
    evidence.exactly("slope", loss(KL).gradient(HALVES, BELOW)[0, 1], 0)


LINEAR = np.array([[[0.0, 1.0, 2.0], [0.5, 0.25, -1.0]], [[-2.0, 0.0, 1.0], [1.5, 1.0, 0.75]]])


def shares(axis):
    """The exponentials over their sum along an axis, or over all of it."""
    exponentials = np.exp(LINEAR)
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


@pytest.mark.claim("beside.softmax-axis")
@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_softmax_divides_along_an_axis(axis, subject, mode, evidence):
    """Along the last axis, unless told another, the exponentials are divided by their sum."""
    given = {} if axis == -1 else {"axis": axis}
    activated = subject.activated("softmax", LINEAR, mode, **given)

    evidence.close(
        "softmax", activated, shares(axis), within=tolerance.rounding(1 + np.abs(LINEAR).max())
    )


@pytest.mark.claim("beside.softmax-of-all")
def test_softmax_without_an_axis_divides_by_the_sum_of_all(subject, mode, evidence):
    """With axis=None, all numbers together add up to 1."""
    activated = subject.activated("softmax", LINEAR, mode, axis=None)

    evidence.close(
        "softmax", activated, shares(None), within=tolerance.rounding(1 + np.abs(LINEAR).max())
    )
