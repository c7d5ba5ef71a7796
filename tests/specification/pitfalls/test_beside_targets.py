"""Targets outside the domain: labels and class numbers that a formula isn't made for."""

import numpy as np
import pytest

from helpers.kinds import HINGES
from helpers.networks import giving_back_its_inputs
from helpers.samples import close_to_definition
from lossspec.backends.keras.adapter import Refused
from lossspec.losses import DEFINITIONS, tolerance

BCE, CCE, MSLE = "binary_crossentropy", "categorical_crossentropy", "mean_squared_logarithmic_error"
SCCE = "sparse_categorical_crossentropy"


@pytest.mark.claim("beside.bce-half-label")
def test_a_label_of_one_half_is_best_met_by_one_half(loss, evidence):
    """For a label of 1/2, predicting 1/2 costs ln 2 and has no slope; anything else costs more."""
    half, others = np.full((1, 1), 0.5), np.array([[0.25], [0.375], [0.625], [0.75]])
    least = loss(BCE).per_sample(half, half)
    slope = tolerance.of_loss(
        BCE, lambda t, y: np.abs(DEFINITIONS[BCE].derivative(t, y))[:, 0], half, half
    )

    close_to_definition(BCE, half, half, loss, evidence)
    evidence.close("slope at 1/2", loss(BCE).gradient(half, half)[:, 0], 0, within=slope)
    evidence.above("loss elsewhere", loss(BCE).per_sample(np.full((4, 1), 0.5), others), least[0])


@pytest.mark.claim("beside.bce-other-labels")
@pytest.mark.usefixtures("given_as")
def test_labels_beyond_zero_and_one_make_it_negative(loss, evidence):
    """Labels of 2 and -1 follow the formula, which is negative at predictions of 7/8 and 1/4."""
    targets, predictions = np.array([[2.0], [-1.0]]), np.array([[0.875], [0.25]])

    close_to_definition(BCE, targets, predictions, loss, evidence)
    evidence.below("loss", loss(BCE).per_sample(targets, predictions), 0)


@pytest.mark.claim("beside.hinge-other-targets")
@pytest.mark.parametrize("name", HINGES)
@pytest.mark.usefixtures("given_as")
def test_a_hinge_takes_other_targets_as_they_stand(name, loss, evidence):
    """Targets of 2, 1/2 and -3 cost what the formula gives."""
    targets, predictions = np.array([[2.0], [0.5], [-3.0]]), np.array([[0.25], [0.25], [-0.125]])

    close_to_definition(name, targets, predictions, loss, evidence)


@pytest.mark.claim("beside.msle-negative-targets")
@pytest.mark.usefixtures("given_as")
def test_the_logarithmic_loss_takes_negative_targets_for_zero(loss, evidence):
    """Targets from -1/2 down to minus infinity cost what a target of 0 costs, which is ln² 1.5."""
    targets = np.array([[-0.5], [-1.0], [-5.0], [-1e20], [-np.inf]])
    predictions = np.full((5, 1), 0.5)
    at_zero = loss(MSLE).per_sample(np.zeros((5, 1)), predictions)

    evidence.exactly(
        "loss of negative targets", loss(MSLE).per_sample(targets, predictions), at_zero
    )
    bound = tolerance.of_loss(MSLE, DEFINITIONS[MSLE].value, np.zeros((1, 1)), predictions[:1])
    evidence.close("loss of a target of 0", at_zero, np.log(1.5) ** 2, within=bound[0])


@pytest.mark.claim("beside.cce-target-sum")
@pytest.mark.usefixtures("given_as")
def test_targets_are_not_divided_by_their_sum(loss, evidence):
    """Doubled targets cost twice what the formula says of the single ones, to the last bit."""
    targets, predictions = (
        np.array([[0.5, 0.25, 0.25], [0, 1, 0]]),
        np.array([[0.25, 0.25, 0.5], [0.125, 0.75, 0.125]]),
    )
    once, twice = (loss(CCE).per_sample(times * targets, predictions) for times in (1, 2))

    close_to_definition(CCE, targets, predictions, loss, evidence)
    evidence.exactly("loss of doubled targets", twice, 2 * once)


SUMS_OTHER_THAN_ONE = np.array([[2.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])


ALIKE = np.zeros((3, 3))  # so that each probability is 1/3


def slopes_from_logits(subject, mode):
    """Slopes of categorical cross-entropy by three scores alike, for targets of other sums."""
    judged = subject.loss_through("linear", CCE, mode, from_logits=True)
    return judged.gradient(SUMS_OTHER_THAN_ONE, ALIKE)


@pytest.mark.claim("beside.cce-target-sum-slope")
def test_the_slope_is_that_of_targets_of_any_sum(subject, mode, evidence):
    """For targets that add up to 2 or 0 the slope is the probability times that sum, less each."""
    sums = SUMS_OTHER_THAN_ONE.sum(axis=1, keepdims=True)

    evidence.close(
        "slope by a score",
        slopes_from_logits(subject, mode),
        sums / 3 - SUMS_OTHER_THAN_ONE,
        within=tolerance.rounding(2),
    )


@pytest.mark.instead("beside.cce-target-sum-slope")
def test_the_slope_takes_every_sum_for_one(subject, mode, evidence):
    """The slope is the probability less the target, for targets that add up to 2 or 0 as well."""
    evidence.close(
        "slope by a score",
        slopes_from_logits(subject, mode),
        1 / 3 - SUMS_OTHER_THAN_ONE,
        within=tolerance.rounding(2),
    )


@pytest.mark.claim("beside.cce-negative-targets")
@pytest.mark.usefixtures("given_as")
def test_a_negative_target_can_make_crossentropy_negative(loss, evidence):
    """Targets of 1/2, -1 and 0 cost what the formula gives: less than nothing."""
    targets, predictions = np.array([[0.5, -1.0, 0.0]]), np.array([[0.5, 0.25, 0.25]])

    close_to_definition(CCE, targets, predictions, loss, evidence)
    evidence.below("loss", loss(CCE).per_sample(targets, predictions), 0)


EVEN = np.array([[0.5, 0.25, 0.25], [0.5, 0.25, 0.25]])


OUT_OF_RANGE = [
    *(pytest.param(far, marks=pytest.mark.claim("beside.class-too-large")) for far in (3, 10**9)),
    *(pytest.param(far, marks=pytest.mark.claim("beside.class-negative")) for far in (-1, -2)),
]


@pytest.mark.parametrize("number", OUT_OF_RANGE)
def test_a_class_out_of_range_is_refused(number, loss, subject, evidence):
    """A class number that none of three outputs has raises an error."""
    call = subject.refusing(lambda: loss(SCCE).per_sample([0, number], EVEN))

    evidence.refuses(f"class {number} of 3", call, Refused)


@pytest.mark.claim("beside.class-trained")
@pytest.mark.parametrize("number", [3, -1])
def test_training_refuses_a_class_out_of_range(number, subject, evidence):
    """Trained on a class number that none of three outputs has, a model raises an error."""
    network = giving_back_its_inputs(subject, 3, activation="softmax")
    call = subject.refusing(lambda: network.fit((EVEN, np.array([0, number])), loss=SCCE))

    evidence.refuses(f"class {number} of 3 in fit", call, Refused)


@pytest.mark.parametrize(
    "number",
    [
        *(pytest.param(far, marks=pytest.mark.instead("beside.class-too-large")) for far in (3, 9)),
        pytest.param(-1, marks=pytest.mark.instead("beside.class-negative")),
    ],
)
def test_under_xla_a_class_out_of_range_costs_nan(number, loss, evidence):
    """A class number beyond three outputs makes its own sample's loss, alone, not a number."""
    costs = loss(SCCE).per_sample([0, number], EVEN)
    bound = tolerance.of_loss(SCCE, DEFINITIONS[SCCE].value, [0], EVEN[:1])

    evidence.exactly("whether the loss is not a number", np.isnan(costs), [0, 1])
    evidence.close("loss of the other sample", costs[0], np.log(2), within=bound[0])


@pytest.mark.claim("beside.class-fraction")
def test_a_fraction_of_a_class_number_is_cut_off(loss, evidence):
    """Class numbers of 1.75 and -0.75 cost what 1 and 0 cost, which is not the same."""
    predictions = np.array([[0.25, 0.125, 0.625], [0.25, 0.125, 0.625]])
    whole = loss(SCCE).per_sample([1, 0], predictions)

    evidence.exactly(
        "loss of classes 1.75 and -0.75", loss(SCCE).per_sample([1.75, -0.75], predictions), whole
    )
    bound = tolerance.of_loss(SCCE, DEFINITIONS[SCCE].value, [1, 0], predictions)
    evidence.close("loss of classes 1 and 0", whole, np.log([8, 4]), within=bound)
