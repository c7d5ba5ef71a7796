"""Predictions and targets that are NaN: what they make of their sample's loss, and of others'."""

import numpy as np
import pytest

from helpers.kinds import WITHOUT_LOGARITHM
from lossspec.losses import DEFINITIONS, tolerance

BCE, CCE, MSLE = "binary_crossentropy", "categorical_crossentropy", "mean_squared_logarithmic_error"
SCCE, KL = "sparse_categorical_crossentropy", "kullback_leibler_divergence"

ONES = np.ones((3, 2))
WITH_NAN = np.array([[0.25, np.nan], [0.25, 0.75], [0.5, 0.5]])


def spoils_its_sample(name, targets, predictions, loss, evidence):
    """Check that the first of three samples, that with a NaN, costs NaN, and no other."""
    costs, value = loss(name).per_sample(targets, predictions), DEFINITIONS[name].value
    others = targets[1:], predictions[1:]

    evidence.exactly("whether the loss is NaN", np.isnan(costs), [1, 0, 0])
    bound = tolerance.of_loss(name, value, *others)
    evidence.close("loss of the others", costs[1:], value(*others), within=bound)


@pytest.mark.claim("beside.nan")
@pytest.mark.parametrize("name", WITHOUT_LOGARITHM)
@pytest.mark.usefixtures("given_as")
def test_nan_stays_with_its_sample(name, loss, evidence):
    """A NaN among a sample's predictions makes its loss NaN; two others cost what they do."""
    spoils_its_sample(name, ONES, WITH_NAN, loss, evidence)


@pytest.mark.claim("beside.nan-target")
@pytest.mark.parametrize("name", [*WITHOUT_LOGARITHM, BCE])
def test_a_target_of_nan_stays_with_its_sample(name, loss, evidence):
    """A NaN among a sample's targets makes its loss NaN; two others cost what they do."""
    targets = np.where(np.isnan(WITH_NAN), np.nan, 1)

    spoils_its_sample(name, targets, np.nan_to_num(WITH_NAN, nan=0.5), loss, evidence)


@pytest.mark.claim("beside.nan-msle")
def test_nan_makes_the_logarithmic_loss_nan(loss, evidence):
    """A prediction of NaN makes its sample's loss NaN; two others cost what they do."""
    spoils_its_sample(MSLE, ONES[:, :1], WITH_NAN[:, 1:], loss, evidence)


@pytest.mark.instead("beside.nan-msle")
def test_under_xla_nan_makes_the_logarithmic_loss_infinite(loss, evidence):
    """A prediction of NaN makes its sample's loss infinite."""
    costs = loss(MSLE).per_sample(ONES[:, :1], WITH_NAN[:, 1:])

    evidence.exactly("loss", costs[0], np.inf)


NAN_FOR_EITHER_LABEL = np.array([[1.0], [0.0]]), np.full((2, 1), np.nan)


@pytest.mark.claim("beside.nan-bce")
def test_nan_makes_binary_crossentropy_nan(loss, evidence):
    """A prediction of NaN costs NaN for a label of 1 and of 0."""
    costs = loss(BCE).per_sample(*NAN_FOR_EITHER_LABEL)

    evidence.exactly("whether the loss is NaN", np.isnan(costs), 1)


@pytest.mark.instead("beside.nan-bce")
def test_under_xla_nan_counts_as_a_probability_of_zero(loss, evidence):
    """A prediction of NaN costs more than 15 for a label of 1, and next to nothing for 0."""
    of_one, of_zero = loss(BCE).per_sample(*NAN_FOR_EITHER_LABEL)

    evidence.above("loss for a label of 1", of_one, 15)
    evidence.below("loss for a label of 0", of_zero, 1e-6)


# At the class that came true, and at another.
NAN_IN_A_ROW = np.array([[np.nan, 0.5, 0.25], [0.5, np.nan, 0.25]])


def costs_of_nan_in_a_row(name, loss):
    """What rows with a NaN cost where class 0 comes true."""
    targets = [0, 0] if name == SCCE else [[1, 0, 0], [1, 0, 0]]
    return loss(name).per_sample(targets, NAN_IN_A_ROW)


@pytest.mark.claim("beside.nan-distribution")
@pytest.mark.parametrize("name", [CCE, SCCE, KL])
def test_nan_for_any_class_makes_the_loss_nan(name, loss, evidence):
    """A prediction of NaN makes the loss NaN, at the class that comes true and at another."""
    costs = costs_of_nan_in_a_row(name, loss)

    evidence.exactly("whether the loss is NaN", np.isnan(costs), 1)


@pytest.mark.instead("beside.nan-distribution")
@pytest.mark.parametrize("name", [CCE, SCCE, KL])
def test_under_xla_clipping_hides_nan(name, loss, evidence):
    """A NaN at the class that comes true costs more than 15, and at another a number, too."""
    of_true, of_other = costs_of_nan_in_a_row(name, loss)

    evidence.above("loss of NaN at the true class", of_true, 15)
    evidence.exactly("whether the loss of NaN at another is NaN", np.isnan(of_other), 0)


@pytest.mark.claim("beside.nan-batch")
@pytest.mark.parametrize("name", WITHOUT_LOGARITHM)
def test_nan_spoils_the_batch(name, loss, evidence):
    """The mean loss of three samples is NaN where one of their predictions is."""
    whole = loss(name).mean(ONES, np.nan_to_num(WITH_NAN, nan=0.5))

    evidence.exactly("whether it is NaN", np.isnan(loss(name).mean(ONES, WITH_NAN)), 1)
    evidence.exactly("whether it is NaN without", np.isnan(whole), 0)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("hinge", marks=pytest.mark.claim("beside.hinge-nan-no-slope")),
        *(
            pytest.param(name, marks=pytest.mark.claim("beside.nan-no-slope"))
            for name in ("squared_hinge", BCE)
        ),
    ],
)
def test_nan_pulls_nowhere(name, loss, evidence):
    """Plain predictions of NaN have a slope of 0 for either label; a number beside them has one."""
    labels = np.array([[1.0], [0.0 if name == BCE else -1.0], [1.0]])
    slopes = loss(name).gradient(labels, [[np.nan], [np.nan], [0.25]])

    evidence.exactly("slope at NaN", slopes[:2], 0)
    evidence.below("slope at 1/4", slopes[2], -0.5)
