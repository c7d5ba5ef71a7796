"""Predictions outside the domain: negative, above 1, all 0, and rows of any sum."""

import numpy as np
import pytest

from helpers.networks import giving_back_its_inputs
from helpers.samples import close_to_definition
from lossspec.losses import DEFINITIONS, tolerance

BCE, CCE, MSLE = "binary_crossentropy", "categorical_crossentropy", "mean_squared_logarithmic_error"
SCCE, KL = "sparse_categorical_crossentropy", "kullback_leibler_divergence"

AT_CLIP = -np.log(tolerance.KERAS_EPSILON)
# The logarithm's roundings, and for the divergence what each of 3 targets of 0, clipped to epsilon,
# adds.
CLIP_BOUND = tolerance.rounding(AT_CLIP) + 3 * tolerance.KERAS_EPSILON * AT_CLIP


@pytest.mark.claim("beside.msle-negative-predictions")
@pytest.mark.usefixtures("given_as")
def test_the_logarithmic_loss_takes_negative_predictions_for_zero(loss, evidence):
    """Predictions from 0 down to minus infinity cost what 0 costs, without a slope."""
    targets, negative = np.ones((5, 1)), np.array([[0.0], [-0.5], [-1.0], [-5.0], [-np.inf]])
    costs = loss(MSLE).per_sample(targets, negative)
    bound = tolerance.of_loss(MSLE, DEFINITIONS[MSLE].value, targets[:1], negative[:1])

    evidence.exactly(
        "loss of negative predictions", costs, loss(MSLE).per_sample(targets, np.zeros((5, 1)))
    )
    evidence.close("loss of a prediction of 0", costs[0], np.log(2) ** 2, within=bound[0])
    evidence.exactly("slope of negative predictions", loss(MSLE).gradient(targets, negative), 0)


def is_left_alone(name, inputs, targets, subject, evidence):
    """Check that a step of SGD moves no weight of a linear unit that predicts its inputs."""
    network = giving_back_its_inputs(subject, 1)
    network.fit((np.array(inputs), np.array(targets)), loss=name, learning_rate=1.0)
    kernel, bias = network.weights()

    evidence.exactly("kernel after a step", kernel, [[1]])
    evidence.exactly("bias after a step", bias, [0])


@pytest.mark.claim("beside.msle-negative-predictions")
def test_negative_predictions_train_nothing(subject, evidence):
    """A linear unit that predicts -1 and -2 where 1 and 2 are wanted keeps its weights."""
    is_left_alone(MSLE, [[-1.0], [-2.0]], [[1.0], [2.0]], subject, evidence)


@pytest.mark.claim("beside.bce-beyond-probabilities")
@pytest.mark.usefixtures("given_as")
def test_predictions_beyond_zero_and_one_are_cut(loss, evidence):
    """Predictions below 0 and above 1, infinite too, cost what 0 and 1 cost, without a slope."""
    ends = np.array([-np.inf, -0.5, 1.5, np.inf])
    labels, beyond = np.tile([0, 1, 0.5], 4)[:, None], np.repeat(ends, 3)[:, None]
    at_ends = loss(BCE).per_sample(labels, np.clip(beyond, 0, 1))

    evidence.exactly("loss", loss(BCE).per_sample(labels, beyond), at_ends)
    evidence.exactly("slope", loss(BCE).gradient(labels, beyond), 0)
    # Whatever epsilon is added how often, the wrong end costs 15 at least.
    evidence.above("loss at the wrong ends", at_ends[[1, 4, 6, 9]], 15)
    evidence.below("loss at the right ends", at_ends[[0, 3, 7, 10]], 1e-6)


@pytest.mark.claim("beside.bce-beyond-probabilities")
def test_predictions_beyond_zero_and_one_train_nothing(subject, evidence):
    """A linear unit that predicts -1/2 for 1 and 3/2 for 0 keeps its weights."""
    is_left_alone(BCE, [[-0.5], [1.5]], [[1.0], [0.0]], subject, evidence)


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


ZEROS = [[0, 0, 0]]


@pytest.mark.claim("beside.cce-zeros")
def test_a_row_of_zeros_is_divided_by_zero(loss, evidence):
    """Three predictions of 0 cost NaN."""
    costs = loss(CCE).per_sample([[1, 0, 0]], ZEROS)

    evidence.exactly("whether the loss is not a number", np.isnan(costs), 1)


@pytest.mark.instead("beside.cce-zeros")
def test_under_xla_a_row_of_zeros_is_a_sure_mistake(loss, evidence):
    """Three predictions of 0 cost -ln 1e-7."""
    evidence.close("loss", loss(CCE).per_sample([[1, 0, 0]], ZEROS), AT_CLIP, within=CLIP_BOUND)


@pytest.mark.parametrize(
    ("name", "targets", "cost"),
    [
        pytest.param(
            SCCE, [0], np.log(3), marks=pytest.mark.claim("beside.scce-zeros"), id="sparse"
        ),
        pytest.param(
            KL, [[1, 0, 0]], AT_CLIP, marks=pytest.mark.claim("beside.kl-zeros"), id="divergence"
        ),
    ],
)
def test_a_row_of_zeros_costs_a_number(name, targets, cost, loss, evidence):
    """Three predictions of 0 cost ln 3, and -ln 1e-7 by divergence, without a slope."""
    evidence.close("loss", loss(name).per_sample(targets, ZEROS), cost, within=CLIP_BOUND)
    evidence.exactly("slope", loss(name).gradient(targets, ZEROS), 0)


@pytest.mark.claim("beside.cce-negative")
@pytest.mark.usefixtures("given_as")
def test_a_negative_prediction_of_the_true_class_is_clipped(loss, evidence):
    """Predicting -1/2 for the true class costs -ln 1e-7 and has no slope."""
    targets, predictions = [[1, 0, 0]], [[-0.5, 0.75, 0.75]]

    evidence.close("loss", loss(CCE).per_sample(targets, predictions), AT_CLIP, within=CLIP_BOUND)
    evidence.exactly("slope", loss(CCE).gradient(targets, predictions), 0)


@pytest.mark.claim("beside.cce-negative-sum")
@pytest.mark.usefixtures("given_as")
def test_a_negative_sum_turns_the_signs_around(loss, evidence):
    """Predictions of -1/2, -1/4 and -1/4 cost what 1/2, 1/4 and 1/4 cost; -2, 1/2, 1/2 nothing."""
    targets = np.array([[1, 0, 0], [1, 0, 0]])
    costs = loss(CCE).per_sample(targets, [[-0.5, -0.25, -0.25], [-2, 0.5, 0.5]])
    usual = targets[:1], np.array([[0.5, 0.25, 0.25]])
    bound = tolerance.of_loss(CCE, DEFINITIONS[CCE].value, *usual)

    evidence.close("loss of a negative row", costs[0], np.log(2), within=bound[0])
    evidence.close("loss of -2, 1/2, 1/2", costs[1], 0, within=tolerance.of_zero(CCE, 3))


LARGE = np.array([[2, 0.25, 0.25], [2, 0.25, 0.25], [8, 4, 4]])


LARGE_CLASSES = np.array([0, 1, 0])


def costs_of_large(name, loss):
    """What predictions above 1 cost, and their slopes."""
    targets = LARGE_CLASSES if name == SCCE else np.eye(3)[LARGE_CLASSES]
    return loss(name).per_sample(targets, LARGE), loss(name).gradient(targets, LARGE)


@pytest.mark.claim("beside.scce-cuts-first")
def test_the_sparse_loss_cuts_before_it_divides(loss, evidence):
    """Of 2, 1/4, 1/4 class 0 costs ln 1.5 and class 1 ln 6; one-hot ln 1.25 and ln 10."""
    # Each is cut to within epsilon and a rounding of 1, and the logarithm of their sum moves by no
    # more; so do slopes, of at most 4 in size.
    bound = tolerance.rounding(1 + np.log(6)) + tolerance.KERAS_EPSILON
    sparse, slopes = costs_of_large(SCCE, loss)
    one_hot, _ = costs_of_large(CCE, loss)

    evidence.close("sparse loss", sparse, np.log([1.5, 6, 3]), within=bound)
    evidence.close(
        "its slopes",
        slopes,
        [[0, 2 / 3, 2 / 3], [0, -10 / 3, 2 / 3], [0, 0, 0]],
        within=4 * bound,
    )
    evidence.exactly("its slopes above 1", slopes[LARGE > 1], 0)
    evidence.close(
        "one-hot loss", one_hot, np.log([1.25, 10, 2]), within=tolerance.rounding(1 + np.log(10))
    )


@pytest.mark.claim("beside.scce-negative")
def test_the_sparse_loss_takes_negative_predictions_for_epsilon(loss, evidence):
    """Of -2, 1/2, 1/2 class 0 costs -ln 1e-7; of -1/2, 3/4, 3/4, that of the half as much again."""
    costs = loss(SCCE).per_sample([0, 0], [[-2, 0.5, 0.5], [-0.5, 0.75, 0.75]])
    slopes = loss(SCCE).gradient([0, 0], [[-2, 0.5, 0.5], [-0.5, 0.75, 0.75]])

    evidence.close("loss", costs, AT_CLIP + np.log([1, 1.5]), within=CLIP_BOUND)
    evidence.exactly("slope of the negative prediction", slopes[:, 0], 0)


@pytest.mark.claim("beside.kl-does-not-divide")
@pytest.mark.usefixtures("given_as")
def test_the_divergence_of_large_predictions_is_negative(loss, evidence):
    """Predictions of 3/4 for each of 3 classes cost what the formula gives: less than nothing."""
    targets, predictions = np.array([[0.5, 0.25, 0.25]]), np.full((1, 3), 0.75)

    close_to_definition(KL, targets, predictions, loss, evidence)
    evidence.below("loss", loss(KL).per_sample(targets, predictions), 0)
