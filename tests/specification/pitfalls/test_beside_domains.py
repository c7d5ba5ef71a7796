"""Outside the domain: labels, class numbers and predictions that a formula isn't made for."""

import numpy as np
import pytest

from helpers.kinds import HINGES
from helpers.networks import giving_back_its_inputs
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


@pytest.mark.claim("beside.zeros")
@pytest.mark.parametrize(
    ("name", "targets", "cost"),
    [(SCCE, [0], np.log(3)), (KL, [[1, 0, 0]], AT_CLIP)],
    ids=["sparse", "divergence"],
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
