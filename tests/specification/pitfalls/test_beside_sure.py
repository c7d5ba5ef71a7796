"""Sure and wrong: what a probability of 0 for what came true costs, and if training mends it."""

import numpy as np
import pytest

from helpers.networks import giving_back_its_inputs
from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.entropy import entropy

BCE, CCE = "binary_crossentropy", "categorical_crossentropy"
SCCE, KL = "sparse_categorical_crossentropy", "kullback_leibler_divergence"

EPSILON = tolerance.KERAS_EPSILON
AT_CLIP = -np.log(EPSILON)
# The logarithm's roundings, and for the divergence what each of 3 targets of 0, clipped to epsilon,
# adds.
CLIP_BOUND = tolerance.rounding(AT_CLIP) + 3 * EPSILON * AT_CLIP

MISTAKE = np.array([[0.0, 1.0, 0.0]])
CLASS_0 = {CCE: [[1, 0, 0]], SCCE: [0], KL: [[1, 0, 0]]}


@pytest.mark.claim("beside.sure-mistake")
@pytest.mark.parametrize("name", [CCE, SCCE, KL])
def test_a_sure_mistake_costs_what_epsilon_costs(name, loss, evidence):
    """A probability of 0 for the class that came true costs -ln 1e-7."""
    evidence.close(
        "loss", loss(name).per_sample(CLASS_0[name], MISTAKE), AT_CLIP, within=CLIP_BOUND
    )


@pytest.mark.claim("beside.bce-sure-mistake")
def test_zero_for_a_label_of_one_costs_what_epsilon_costs(loss, evidence):
    """A probability of 0 for a label of 1 costs -ln 1e-7."""
    evidence.close("loss", loss(BCE).per_sample([[1]], [[0]]), AT_CLIP, within=CLIP_BOUND)


@pytest.mark.instead("beside.bce-sure-mistake")
def test_keras_2_adds_epsilon_twice(loss, evidence):
    """A probability of 0 for a label of 1 costs -ln 2e-7."""
    evidence.close(
        "loss", loss(BCE).per_sample([[1]], [[0]]), -np.log(2 * EPSILON), within=CLIP_BOUND
    )


@pytest.mark.claim("beside.bce-sure-mistake-lopsided")
def test_a_sure_mistake_at_one_costs_less_than_at_zero(loss, evidence):
    """A probability of 1 for a label of 0 costs less than one of 0 for a label of 1."""
    at_zero, at_one = loss(BCE).per_sample([[1], [0]], [[0], [1]])

    evidence.below("loss at a probability of 1", at_one, at_zero)


@pytest.mark.claim("beside.bce-sure-mistake-float64")
def test_in_float64_both_sure_mistakes_cost_the_same(subject, mode, evidence):
    """A probability of 1 for a label of 0 costs what one of 0 costs for a label of 1."""
    at_zero, at_one = subject.loss(BCE, mode, "float64").per_sample([[1], [0]], [[0], [1]])

    # 1 - epsilon is rounded by 2^-53, which is that over epsilon of what is left of 1; twice, as it
    # is subtracted.
    evidence.close(
        "loss at a probability of 1",
        at_one,
        at_zero,
        within=2 * 2**-53 / EPSILON + 16 * 2**-53 * AT_CLIP,
    )


@pytest.mark.claim("beside.sure-no-slope")
@pytest.mark.parametrize("name", [CCE, SCCE, KL])
def test_a_sure_mistake_has_no_slope(name, loss, evidence):
    """A probability of 0 for the class that came true has a slope of 0."""
    evidence.exactly(
        "slope for the true class", loss(name).gradient(CLASS_0[name], MISTAKE)[0, 0], 0
    )


@pytest.mark.claim("beside.sure-no-slope")
def test_a_sure_mistake_about_a_label_has_no_slope(loss, evidence):
    """A probability of 0 for a label of 1, or of 1 for one of 0, has a slope of 0."""
    evidence.exactly("slope", loss(BCE).gradient([[1], [0]], [[0], [1]]), 0)


# Linear parts by which the class that came true is 20 less than it should be: e^-20 = 2e-9 is below
# epsilon.
OFF = 20.0
LINEAR_PART = {name: np.array([[-OFF, 0.0, 0.0]]) for name in CLASS_0}
LINEAR_PART[BCE] = np.array([[-OFF]])
TARGETS = {**CLASS_0, BCE: [[1]]}
ACTIVATIONS = {CCE: "softmax", SCCE: "softmax", BCE: "sigmoid"}


def undone(name):
    """What the mistake costs by the linear part, ln Σ exp z - z[true], and its slope."""
    linear_part = LINEAR_PART[name]
    if name == BCE:
        return np.log1p(np.exp(OFF)), [[1 / (1 + np.exp(OFF)) - 1]]
    probabilities = np.exp(linear_part) / np.exp(linear_part).sum()
    return np.log(np.exp(linear_part).sum()) + OFF, probabilities - [[1, 0, 0]]


def goes_back_to_the_linear_part(name, judged, evidence):
    """Check that cost and slope of the mistake are those that its linear part gives."""
    cost, slope = undone(name)
    given = TARGETS[name], LINEAR_PART[name]

    evidence.close("loss", judged.per_sample(*given), cost, within=tolerance.rounding(1 + OFF))
    evidence.close(
        "slope by the linear part", judged.gradient(*given), slope, within=tolerance.rounding(1)
    )


@pytest.mark.claim("beside.softmax-mistake")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_crossentropy_goes_back_to_what_keras_activated(name, subject, mode, evidence):
    """After Keras's activation, a mistake of 20 costs about 20, with a slope to mend it."""
    goes_back_to_the_linear_part(
        name, subject.loss_through(ACTIVATIONS[name], name, mode), evidence
    )


@pytest.mark.claim("beside.tensorflow-softmax")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_crossentropy_goes_back_to_what_tensorflow_activated(name, subject, mode, evidence):
    """After TensorFlow's activation, a mistake of 20 costs about 20, with a slope to mend it."""
    goes_back_to_the_linear_part(
        name, subject.loss_through(f"tf.nn.{ACTIVATIONS[name]}", name, mode), evidence
    )


def is_clipped(activation, name, subject, mode, evidence):
    """Check that the mistake costs what a probability of 0 costs, without a slope."""
    judged = subject.loss_through(activation, name, mode)
    at_zero = subject.loss(name, mode).per_sample(TARGETS[name], [[0]] if name == BCE else MISTAKE)
    given = TARGETS[name], LINEAR_PART[name]

    evidence.close("loss", judged.per_sample(*given), at_zero, within=CLIP_BOUND)
    evidence.close(
        "slope by the linear part", judged.gradient(*given), 0, within=tolerance.rounding(1)
    )


@pytest.mark.instead("beside.softmax-mistake")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_in_eager_mode_keras_softmax_was_clipped(name, subject, mode, evidence):
    """After Keras's activation, a mistake of 20 costs what 0 costs, and has no slope."""
    is_clipped(ACTIVATIONS[name], name, subject, mode, evidence)


@pytest.mark.instead("beside.tensorflow-softmax")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_in_eager_mode_tensorflows_softmax_is_clipped(name, subject, mode, evidence):
    """After TensorFlow's activation, a mistake of 20 costs what 0 costs, and has no slope."""
    is_clipped(f"tf.nn.{ACTIVATIONS[name]}", name, subject, mode, evidence)


@pytest.mark.claim("beside.softmax-mistake-kl")
@pytest.mark.parametrize("activation", ["softmax", "tf.nn.softmax"])
def test_the_divergence_clips_what_was_activated(activation, subject, mode, evidence):
    """After softmax a mistake of 20 costs -ln 1e-7, with the slope of clipped targets only."""
    judged = subject.loss_through(activation, KL, mode)
    given = TARGETS[KL], LINEAR_PART[KL]

    evidence.close("loss", judged.per_sample(*given), AT_CLIP, within=CLIP_BOUND)
    # A clipped target t pulls on each part of the linear part by at most t.
    evidence.close("slope by the linear part", judged.gradient(*given), 0, within=3 * EPSILON)


@pytest.mark.claim("beside.softmax-mistake-model")
@pytest.mark.parametrize("name", [*ACTIVATIONS, KL])
def test_a_compiled_model_reports_the_mistake(name, subject, evidence):
    """A model that ends so reports about 20 by cross-entropy, and 16.12 by divergence."""
    outputs = LINEAR_PART[name].shape[1]
    network = giving_back_its_inputs(subject, outputs, activation=ACTIVATIONS.get(name, "softmax"))
    reported = network.evaluate(LINEAR_PART[name], TARGETS[name], loss=subject.string_of(name))

    if name == KL:
        evidence.close("loss reported by divergence", reported, AT_CLIP, within=CLIP_BOUND)
    else:
        evidence.close(
            "loss reported", reported, undone(name)[0], within=tolerance.rounding(1 + OFF)
        )


@pytest.mark.claim("beside.from-logits")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_from_logits_is_the_loss_of_the_probabilities(name, subject, mode, evidence):
    """The linear part that stands for a probability costs what the probability costs."""
    batch, value = DEFINITIONS[name].batch(), DEFINITIONS[name].value
    odds = batch.predictions / (1 - batch.predictions) if name == BCE else batch.predictions
    linear_part = np.log(odds)
    judged = subject.loss_class(name, mode, from_logits=True, reduction="none")
    # No part of the linear part moves the loss by more than it moves itself, nor all parts by more
    # than twice that.
    bound = 2 * tolerance.rounding(1 + np.abs(linear_part)).max(axis=1)

    evidence.close(
        "loss",
        judged(batch.targets, linear_part),
        value(batch.targets, batch.predictions),
        within=bound,
    )


@pytest.mark.claim("beside.from-logits-sure")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_from_logits_a_sure_mistake_costs_what_it_is_off(name, subject, mode, evidence):
    """A linear part that is 200 less than another for the class that came true costs 200."""
    linear_part = [[-200.0]] if name == BCE else [[-200.0, 0.0, -400.0]]
    judged = subject.loss_class(name, mode, from_logits=True)

    evidence.close("loss", judged(TARGETS[name], linear_part), 200, within=tolerance.rounding(200))


@pytest.mark.claim("beside.smoothing-zero")
@pytest.mark.parametrize("name", [BCE, CCE])
def test_no_smoothing_is_a_smoothing_of_zero(name, subject, mode, evidence):
    """A label smoothing of 0 gives what the class gives without."""
    batch = DEFINITIONS[name].batch()
    without, with_zero = (
        subject.loss_class(name, mode, reduction="none", **given)(batch.targets, batch.predictions)
        for given in ({}, {"label_smoothing": 0.0})
    )

    evidence.exactly("loss with a smoothing of 0", with_zero, without)


def smoothed(name, targets):
    """Targets with a label smoothing of 1/4."""
    places = 2 if name == BCE else np.shape(targets)[1]
    return 0.75 * np.asarray(targets) + 0.25 / places


@pytest.mark.claim("beside.smoothing-targets")
@pytest.mark.parametrize("name", [BCE, CCE])
def test_smoothing_spreads_a_part_of_the_target(name, subject, mode, evidence):
    """A label smoothing of 1/4 costs what targets cost of which a quarter is spread evenly."""
    batch, value = DEFINITIONS[name].batch(), DEFINITIONS[name].value
    targets = smoothed(name, batch.targets)
    judged = subject.loss_class(name, mode, label_smoothing=0.25, reduction="none")

    evidence.close(
        "loss with a smoothing of 1/4",
        judged(batch.targets, batch.predictions),
        value(targets, batch.predictions),
        within=tolerance.of_loss(name, value, targets, batch.predictions),
    )


@pytest.mark.claim("beside.smoothing-floor")
@pytest.mark.parametrize("name", [BCE, CCE])
def test_the_smoothed_target_is_the_best_prediction(name, subject, mode, evidence):
    """Predicting the smoothed target costs its entropy; being surer of the true class, more."""
    targets = np.array([[1.0]]) if name == BCE else np.array([[1.0, 0.0, 0.0, 0.0]])
    surer = (
        np.array([[127 / 128]])
        if name == BCE
        else np.array([[125 / 128, 1 / 128, 1 / 128, 1 / 128]])
    )
    best = smoothed(name, targets)
    judged = subject.loss_class(name, mode, label_smoothing=0.25)
    least = entropy(np.hstack([best, 1 - best]) if name == BCE else best)
    bound = tolerance.of_loss(name, DEFINITIONS[name].value, best, best)

    evidence.close("least loss", judged(targets, best), least[0], within=bound[0])
    evidence.above("loss of a surer prediction", judged(targets, surer), least[0] + bound[0])
