"""Outside the domain: labels, class numbers and predictions that a formula isn't made for."""

import numpy as np
import pytest

from helpers.kinds import WITHOUT_LOGARITHM
from lossspec.backends.keras.adapter import Refused
from lossspec.losses import DEFINITIONS, tolerance

BCE, CCE, MSLE = "binary_crossentropy", "categorical_crossentropy", "mean_squared_logarithmic_error"
SCCE, KL = "sparse_categorical_crossentropy", "kullback_leibler_divergence"

AT_CLIP = -np.log(tolerance.KERAS_EPSILON)
# The logarithm's roundings, and for the divergence what each of 3 targets of 0, clipped to epsilon,
# adds.
CLIP_BOUND = tolerance.rounding(AT_CLIP) + 3 * tolerance.KERAS_EPSILON * AT_CLIP


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
def test_labels_beyond_zero_and_one_make_it_negative(loss, evidence):
    """Labels of 2 and -1 follow the formula, which is negative at predictions of 7/8 and 1/4."""
    targets, predictions = np.array([[2.0], [-1.0]]), np.array([[0.875], [0.25]])

    close_to_definition(BCE, targets, predictions, loss, evidence)
    evidence.below("loss", loss(BCE).per_sample(targets, predictions), 0)


@pytest.mark.claim("beside.msle-negative-targets")
def test_the_logarithmic_loss_takes_negative_targets_for_zero(loss, evidence):
    """Targets of -1/2, -1 and -5 cost what a target of 0 costs."""
    predictions = np.array([[0.5], [1.0], [2.0]])
    negative = loss(MSLE).per_sample([[-0.5], [-1.0], [-5.0]], predictions)

    evidence.exactly(
        "loss of negative targets", negative, loss(MSLE).per_sample(np.zeros((3, 1)), predictions)
    )


@pytest.mark.claim("beside.msle-negative-predictions")
def test_the_logarithmic_loss_takes_negative_predictions_for_zero(loss, evidence):
    """Predictions of -1/2, -1 and -5 cost what 0 costs, without a slope, though too low."""
    targets, negative = np.ones((3, 1)), np.array([[-0.5], [-1.0], [-5.0]])

    evidence.exactly(
        "loss of negative predictions",
        loss(MSLE).per_sample(targets, negative),
        loss(MSLE).per_sample(targets, np.zeros((3, 1))),
    )
    evidence.exactly("slope of negative predictions", loss(MSLE).gradient(targets, negative), 0)


@pytest.mark.claim("beside.cce-target-sum")
def test_targets_are_not_divided_by_their_sum(loss, evidence):
    """Doubled targets cost twice as much, to the last bit."""
    targets, predictions = (
        np.array([[0.5, 0.25, 0.25], [0, 1, 0]]),
        np.array([[0.25, 0.25, 0.5], [0.125, 0.75, 0.125]]),
    )
    once, twice = (loss(CCE).per_sample(times * targets, predictions) for times in (1, 2))

    evidence.exactly("loss of doubled targets", twice, 2 * once)


EVEN = np.array([[0.5, 0.25, 0.25], [0.5, 0.25, 0.25]])


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(3, marks=pytest.mark.claim("beside.class-too-large")),
        pytest.param(-1, marks=pytest.mark.claim("beside.class-negative")),
    ],
)
def test_a_class_out_of_range_is_refused(number, loss, subject, evidence):
    """A class number that none of three outputs has raises an error."""
    call = subject.refusing(lambda: loss(SCCE).per_sample([0, number], EVEN))

    evidence.refuses(f"class {number} of 3", call, Refused)


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(3, marks=pytest.mark.instead("beside.class-too-large")),
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
    """A class number of 1.75 costs what 1 costs."""
    predictions = np.array([[0.25, 0.125, 0.625]])

    evidence.exactly(
        "loss of class 1.75",
        loss(SCCE).per_sample([1.75], predictions),
        loss(SCCE).per_sample([1], predictions),
    )


@pytest.mark.claim("beside.bce-beyond-probabilities")
def test_predictions_beyond_zero_and_one_are_cut(loss, evidence):
    """Predictions of -1/2 and 3/2 cost what 0 and 1 cost, for either label, and have no slope."""
    labels, beyond = np.array([[0], [1], [0], [1]]), np.array([[-0.5], [-0.5], [1.5], [1.5]])
    at_ends = loss(BCE).per_sample(labels, np.clip(beyond, 0, 1))

    evidence.exactly("loss", loss(BCE).per_sample(labels, beyond), at_ends)
    evidence.exactly("slope", loss(BCE).gradient(labels, beyond), 0)


@pytest.mark.claim("beside.cce-divides")
def test_predictions_are_divided_by_their_sum(loss, evidence):
    """Doubled and halved predictions cost exactly the same: towards larger ones the slope is 0."""
    targets, predictions = (
        np.array([[1, 0, 0], [0, 0.5, 0.5]]),
        np.array([[0.5, 0.25, 0.25], [0.125, 0.625, 0.25]]),
    )
    as_they_are = loss(CCE).per_sample(targets, predictions)

    evidence.exactly(
        "loss of doubled predictions", loss(CCE).per_sample(targets, 2 * predictions), as_they_are
    )
    evidence.exactly(
        "loss of halved predictions", loss(CCE).per_sample(targets, predictions / 2), as_they_are
    )
    # The sum of what each prediction adds, at most 1 in size, and of as much that is taken off.
    towards_more = (loss(CCE).gradient(targets, predictions) * predictions).sum(axis=1)
    evidence.close(
        "slope towards larger predictions", towards_more, 0, within=tolerance.rounding(2)
    )


@pytest.mark.claim("beside.cce-negative")
def test_a_negative_prediction_of_the_true_class_is_clipped(loss, evidence):
    """Predicting -1/2 for the true class costs -ln 1e-7 and has no slope."""
    targets, predictions = [[1, 0, 0]], [[-0.5, 0.75, 0.75]]

    evidence.close("loss", loss(CCE).per_sample(targets, predictions), AT_CLIP, within=CLIP_BOUND)
    evidence.exactly("slope", loss(CCE).gradient(targets, predictions), 0)


@pytest.mark.claim("beside.scce-cuts-first")
def test_the_sparse_loss_cuts_before_it_divides(loss, evidence):
    """Predictions of 8, 4 and 4 cost ln 3, without a slope, and ln 2 for a one-hot target."""
    predictions = [[8, 4, 4]]
    # Each is cut to within epsilon and a rounding of 1; the logarithm of their sum moves by no
    # more.
    bound = tolerance.rounding(1 + np.log(3)) + tolerance.KERAS_EPSILON

    evidence.close("sparse loss", loss(SCCE).per_sample([0], predictions), np.log(3), within=bound)
    evidence.exactly("its slope", loss(SCCE).gradient([0], predictions), 0)
    evidence.close(
        "one-hot loss", loss(CCE).per_sample([[1, 0, 0]], predictions), np.log(2), within=bound
    )


@pytest.mark.claim("beside.kl-does-not-divide")
def test_the_divergence_of_large_predictions_is_negative(loss, evidence):
    """Predictions of 3/4 for each of 3 classes cost what the formula gives: less than nothing."""
    targets, predictions = np.array([[0.5, 0.25, 0.25]]), np.full((1, 3), 0.75)

    close_to_definition(KL, targets, predictions, loss, evidence)
    evidence.below("loss", loss(KL).per_sample(targets, predictions), 0)


WITH_NAN = np.array([[np.nan], [0.25], [0.5]])


@pytest.mark.claim("beside.nan")
@pytest.mark.parametrize("name", WITHOUT_LOGARITHM)
def test_nan_stays_with_its_sample(name, loss, evidence):
    """A prediction that is not a number costs no number, and the two others what they do."""
    costs, value = loss(name).per_sample(np.ones((3, 1)), WITH_NAN), DEFINITIONS[name].value
    others = np.ones((2, 1)), WITH_NAN[1:]

    evidence.exactly("whether the loss is not a number", np.isnan(costs), [1, 0, 0])
    evidence.close(
        "loss of the others",
        costs[1:],
        value(*others),
        within=tolerance.of_loss(name, value, *others),
    )


@pytest.mark.claim("beside.nan-no-slope")
@pytest.mark.parametrize("name", ["hinge", "squared_hinge", BCE])
def test_nan_pulls_nowhere(name, loss, evidence):
    """A prediction that is not a number has a slope of 0."""
    evidence.exactly("slope", loss(name).gradient(np.ones((3, 1)), WITH_NAN)[0], 0)


@pytest.mark.claim("beside.nan-batch")
@pytest.mark.parametrize("name", ["mean_squared_error", "hinge"])
def test_nan_spoils_the_batch(name, loss, evidence):
    """The loss of a batch in which one of three predictions is not a number isn't one either."""
    evidence.exactly(
        "whether the loss is not a number", np.isnan(loss(name).mean(np.ones((3, 1)), WITH_NAN)), 1
    )


NAN_OF_A_DISTRIBUTION = [[1, 0, 0]], [[np.nan, 0.25, 0.25]]


@pytest.mark.claim("beside.nan-distribution")
@pytest.mark.parametrize("name", [CCE, KL])
def test_nan_for_the_true_class_costs_no_number(name, loss, evidence):
    """A prediction for the true class that is not a number makes the loss not a number."""
    costs = loss(name).per_sample(*NAN_OF_A_DISTRIBUTION)

    evidence.exactly("whether the loss is not a number", np.isnan(costs), 1)


@pytest.mark.instead("beside.nan-distribution")
@pytest.mark.parametrize("name", [CCE, KL])
def test_under_xla_clipping_hides_nan(name, loss, evidence):
    """A prediction for the true class that is not a number costs -ln 1e-7, as 0 does."""
    evidence.close(
        "loss", loss(name).per_sample(*NAN_OF_A_DISTRIBUTION), AT_CLIP, within=CLIP_BOUND
    )
