"""What happens instead where cross-entropies are of one-hot rows: with JAX, once with torch."""

import numpy as np
import pytest

from helpers.left_out import KEPT, in_sequences, with_left_out
from helpers.networks import giving_back_its_inputs, masking_steps
from lossspec.backends.keras.adapter import Refused
from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.entropy import CCE, SCCE

EPSILON = tolerance.KERAS_EPSILON
AT_CLIP = -np.log(EPSILON)
# The logarithm's roundings, and for the divergence what each of 3 targets of 0, clipped to epsilon,
# adds.
CLIP_BOUND = tolerance.rounding(AT_CLIP) + 3 * EPSILON * AT_CLIP

HALF = np.array([[0.5, 0.25, 0.25], [0.5, 0.25, 0.25]])
OF_EPSILON = tolerance.rounding(1) + EPSILON


TOO_LARGE, NEGATIVE_NUMBER = "beside.class-too-large", "beside.class-negative"


@pytest.mark.parametrize(
    "number",
    [
        *(pytest.param(far, marks=pytest.mark.instead(TOO_LARGE)) for far in (3, 9)),
        *(pytest.param(low, marks=pytest.mark.instead(NEGATIVE_NUMBER)) for low in (-1, -2)),
    ],
)
def test_on_jax_a_class_out_of_range_costs_nothing(number, loss, evidence):
    """A class number beyond three outputs costs 0, without a slope; the other sample its own."""
    costs, slopes = (
        judge([0, number], HALF) for judge in (loss(SCCE).per_sample, loss(SCCE).gradient)
    )

    evidence.close("loss of the other sample", costs[0], np.log(2), within=OF_EPSILON)
    evidence.exactly("loss", costs[1], 0)
    evidence.exactly("slope", slopes[1], 0)


def passes_over(number, subject, evidence):
    """Check that class 0 and a number cost half of class 0 alone, and a step moves half as far."""

    def trained(classes, learning_rate):
        network = giving_back_its_inputs(subject, 3, activation="softmax")
        given = HALF[: len(classes)], np.array(classes)
        cost = network.evaluate(*given, loss=SCCE.name)
        network.fit(given, loss=SCCE.name, learning_rate=learning_rate)
        return cost, network.weights()

    (cost, together), (cost_alone, alone) = trained([0, number], 1.0), trained([0], 0.5)

    evidence.close("loss reported", cost, cost_alone / 2, within=tolerance.rounding(1))
    for what, got, wanted in zip(("kernel", "bias"), together, alone):
        evidence.close(f"{what} after a step", got, wanted, within=tolerance.rounding(1))
    evidence.above("what the step moves", alone[1][0], 0.1)


@pytest.mark.instead("beside.class-trained")
@pytest.mark.parametrize("number", [3, -1])
def test_on_jax_training_passes_over_a_class_out_of_range(number, subject, evidence):
    """Class 0 and that number cost half of class 0 alone, and a step moves half as far."""
    passes_over(number, subject, evidence)


@pytest.mark.instead("beside.class-trained")
def test_on_torch_training_passes_over_a_class_below_0(subject, evidence):
    """Class 0 and -1 cost half of class 0 alone, and a step moves half as far."""
    passes_over(-1, subject, evidence)


@pytest.mark.instead("beside.mask-class-number")
@pytest.mark.parametrize("padding", [-1, 3])
def test_on_jax_a_masked_class_number_may_be_any(padding, subject, evidence):
    """Class numbers of -1, and of 3 among three, cost at masked steps what 0 costs there."""
    network = masking_steps(subject, KEPT.shape[1], 0.0, [0.25, 0.25, 0.5])

    def evaluated(target):
        t, y = with_left_out(SCCE.name, target, 0.0)
        return network.evaluate(in_sequences(y), in_sequences(t), loss=SCCE.name)

    evidence.above("loss", evaluated(0), 0)
    evidence.exactly("loss beside masked numbers", evaluated(padding), evaluated(0))


@pytest.mark.instead
def test_on_jax_a_label_out_of_range_pulls_nowhere_compiled(definition, loss, evidence):
    """Class numbers of -1, and of as many as there are, cost 2, and have no slope."""
    t, y = np.array([-1.0, 3.0]), HALF

    evidence.exactly("loss", loss(definition).per_sample(t, y), 2)
    evidence.exactly("slope", loss(definition).gradient(t, y), 0)


@pytest.mark.instead("beside.axis-sparse")
def test_on_jax_the_sparse_loss_takes_an_axis_as_long_as_the_last(subject, mode, evidence):
    """On axis 2, and on 1 where it is as long, steps cost their own; else axis 1 is refused."""
    batch = DEFINITIONS[SCCE.name].batch()
    outputs = batch.predictions.shape[1]
    t, losses = (
        each[: 2 * outputs].reshape(2, outputs)
        for each in (batch.targets, SCCE.value(batch.targets, batch.predictions))
    )
    y = batch.predictions[: 2 * outputs].reshape(2, outputs, outputs)
    last, middle = (
        subject.loss_class(SCCE.name, mode, reduction="none", axis=axis) for axis in (2, 1)
    )
    within = tolerance.of_loss(SCCE.name, SCCE.value, batch.targets, batch.predictions).max()

    evidence.close("loss with axis=2", last(t, y), losses, within=within)
    in_columns = y.transpose(0, 2, 1)
    evidence.close("loss with axis=1", middle(t, in_columns), losses, within=within)
    call = subject.refusing(lambda: middle(t[:, 1:], in_columns[:, :, 1:]))
    evidence.refuses("axis=1 of fewer steps", call, Refused)


@pytest.mark.instead("beside.scce-zeros")
def test_on_jax_a_row_of_zeros_costs_the_sparse_loss_nan(loss, evidence):
    """Three predictions of 0 cost NaN, as one-hot."""
    for judge in (loss(SCCE).per_sample, loss(SCCE).gradient):
        evidence.exactly("whether it is NaN", np.isnan(judge([0], np.zeros((1, 3)))), 1)


LARGE = np.array([[2, 0.25, 0.25], [2, 0.25, 0.25], [8, 4, 4]])
NEGATIVE = np.array([[-2, 0.5, 0.5], [-0.5, 0.75, 0.75]])
SURE_AND_WRONG = np.array([[0, 1, 0], [0, 0.5, 0.5]])


def is_that_of_one_hot_rows(classes, predictions, loss, evidence):
    """Check that class numbers have loss and slope of one-hot rows, and give back both."""
    rows = np.eye(3)[classes]
    got, slopes = (
        judge(classes, predictions) for judge in (loss(SCCE).per_sample, loss(SCCE).gradient)
    )

    evidence.exactly("loss", got, loss(CCE).per_sample(rows, predictions))
    evidence.close(
        "slope", slopes, loss(CCE).gradient(rows, predictions), within=tolerance.rounding(4)
    )
    return got, slopes


@pytest.mark.instead("beside.scce-cuts-first")
def test_on_jax_the_sparse_loss_divides_before_it_cuts(loss, evidence):
    """Of 2, 1/4, 1/4 class 0 costs ln 1.25 and class 1 ln 10, as one-hot, with slopes of both."""
    got, slopes = is_that_of_one_hot_rows(np.array([0, 1, 0]), LARGE, loss, evidence)

    within = tolerance.rounding(1 + np.log(10))
    evidence.close("loss", got, np.log([1.25, 10, 2]), within=within)
    evidence.close("slope of 2 as the true class", slopes[0, 0], -0.1, within=within)


@pytest.mark.instead("beside.scce-negative")
def test_on_jax_the_sparse_loss_divides_negative_predictions(loss, evidence):
    """Of -2, 1/2, 1/2 class 0 costs nothing, 2 of 1; of -1/2, 3/4, 3/4 -ln 1e-7; no slopes."""
    got, slopes = is_that_of_one_hot_rows(np.array([0, 0]), NEGATIVE, loss, evidence)

    evidence.close("loss of what makes the sum negative", got[0], 0, within=2 * OF_EPSILON)
    evidence.close("loss of what doesn't", got[1], AT_CLIP, within=CLIP_BOUND)
    evidence.exactly("slope", slopes, 0)


@pytest.mark.instead("beside.sure-slope-elsewhere")
def test_on_jax_nothing_beside_a_sure_mistake_is_pushed(loss, evidence):
    """Beside a probability of 0 for class 0, other probabilities have a slope of 0."""
    _, slopes = is_that_of_one_hot_rows(np.array([0, 0]), SURE_AND_WRONG, loss, evidence)

    evidence.exactly("slope", slopes, 0)


LINEAR_PART = {
    CCE.name: [[-20.0, 0, 0]],
    SCCE.name: [[-20.0, 0, 0]],
    "binary_crossentropy": [[-20.0]],
}
TRUE = {
    CCE.name: [[1.0, 0, 0]],
    SCCE.name: [0],
    "binary_crossentropy": [[1.0]],
}


@pytest.mark.instead("beside.softmax-mistake-model")
@pytest.mark.parametrize("name", LINEAR_PART)
def test_on_jax_a_compiled_model_keeps_the_mistake(name, subject, evidence):
    """Scored 20 too low it is reported as 16.12, and a step moves nothing."""
    scores, true = np.array(LINEAR_PART[name]), np.array(TRUE[name])
    activation = "sigmoid" if name == "binary_crossentropy" else "softmax"
    network = giving_back_its_inputs(subject, scores.shape[1], activation=activation)

    string = subject.string_of(name)
    reported = network.evaluate(scores, true, loss=string)
    evidence.close("loss reported", reported, AT_CLIP, within=CLIP_BOUND)
    network.fit((scores, true), loss=string, learning_rate=1.0)
    evidence.exactly("bias after a step", network.weights()[1], 0)
