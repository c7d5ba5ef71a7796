"""Sure and wrong: what a probability of 0 for what came true costs, and if training mends it."""

import numpy as np
import pytest

from helpers.networks import giving_back_its_inputs
from lossspec.core.errors import CallGone
from lossspec.losses import DEFINITIONS, tolerance

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

    # What is left of 1 below the clipped prediction is one float32 number, 2^-23, or, where Keras 2
    # adds its epsilon first, up to two.
    evidence.at_least("loss at a probability of 1", at_one, -np.log(2**-22) - CLIP_BOUND)
    evidence.at_most("loss at a probability of 1", at_one, -np.log(2**-23) + CLIP_BOUND)
    evidence.below("loss at a probability of 1", at_one, at_zero - 0.05)


@pytest.mark.claim("beside.bce-sure-mistake-float64")
def test_in_float64_both_sure_mistakes_cost_the_same(subject, mode, evidence):
    """A probability of 1 for a label of 0 costs what one of 0 costs for a label of 1: above 15."""
    at_zero, at_one = subject.loss(BCE, mode, "float64").per_sample([[1], [0]], [[0], [1]])

    evidence.at_least("loss at a probability of 0", at_zero, -np.log(2 * EPSILON) - 1e-8)
    evidence.at_most("loss at a probability of 0", at_zero, AT_CLIP + 1e-8)
    # 1 - epsilon is rounded by 2^-53, which is that over epsilon of what is left of 1; twice, as it
    # is subtracted.
    evidence.close(
        "loss at a probability of 1",
        at_one,
        at_zero,
        within=2 * 2**-53 / EPSILON + 16 * 2**-53 * AT_CLIP,
    )


# Sure that it is another class, and that it is one of two others.
MISTAKES = np.array([[0.0, 1.0, 0.0], [0.0, 0.5, 0.5]])


def slopes_of_mistakes(name, loss):
    """The slopes by all three predictions of the two mistakes."""
    targets = [0, 0] if name == SCCE else [[1, 0, 0], [1, 0, 0]]
    return loss(name).gradient(targets, MISTAKES)


@pytest.mark.claim("beside.sure-no-slope")
@pytest.mark.parametrize("name", [CCE, SCCE, KL])
def test_a_sure_mistake_has_no_slope(name, loss, evidence):
    """A probability of 0 for the class that came true has a slope of 0."""
    evidence.exactly("slope for the true class", slopes_of_mistakes(name, loss)[:, 0], 0)


@pytest.mark.claim("beside.sure-no-slope")
def test_a_sure_mistake_about_a_label_has_no_slope(loss, evidence):
    """A probability of 0 for a label of 1, or of 1 for one of 0, has a slope of 0."""
    evidence.exactly("slope", loss(BCE).gradient([[1], [0]], [[0], [1]]), 0)


@pytest.mark.claim("beside.sure-slope-elsewhere")
def test_the_sparse_loss_pushes_others_down(loss, evidence):
    """Beside a sure mistake two probabilities of 1/2 have slopes of 1, and one of 1 has none."""
    evidence.close(
        "slopes of the other classes",
        slopes_of_mistakes(SCCE, loss)[:, 1:],
        [[0, 0], [1, 1]],
        within=tolerance.rounding(1) + 2 * EPSILON,
    )


@pytest.mark.claim("beside.sure-slope-nowhere")
@pytest.mark.parametrize("name", [CCE, KL])
def test_nothing_beside_a_sure_mistake_has_a_slope(name, loss, evidence):
    """Beside a sure mistake the other probabilities have slopes of 0, by divergence of 2e-7."""
    # A target of 0 is clipped to epsilon, and over a probability of 1/2 or more is its slope.
    most = 0 if name == CCE else 2 * EPSILON + tolerance.rounding(2 * EPSILON)

    evidence.at_most("size of the slopes", np.abs(slopes_of_mistakes(name, loss)), most)


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


@pytest.mark.claim("beside.softmax-mistake-ignoring")
@pytest.mark.parametrize("mode", ["eager", "graph"])  # XLA: beside.ignore-class-xla
def test_beside_ignore_class_crossentropy_goes_back_as_well(subject, mode, evidence):
    """After softmax, with ignore_class=-1, a mistake of 20 costs about 20, with a slope."""
    judged = subject.loss_through("softmax", SCCE, mode, ignore_class=-1)

    goes_back_to_the_linear_part(SCCE, judged, evidence)


@pytest.mark.instead("beside.softmax-mistake-ignoring")
@pytest.mark.parametrize("mode", ["eager", "graph"])  # XLA: beside.ignore-class-xla
def test_beside_ignore_class_the_mistake_is_clipped(subject, mode, evidence):
    """After softmax, with ignore_class=-1, a mistake of 20 costs what 0 costs, without a slope."""
    is_clipped("softmax", SCCE, subject, mode, evidence, ignore_class=-1)


@pytest.mark.instead("beside.softmax-mistake-ignoring")
def test_there_is_no_class_to_ignore(subject, mode, evidence):
    """The loss refuses ignore_class."""
    evidence.refuses(
        "ignore_class",
        lambda: subject.loss_through("softmax", SCCE, mode, ignore_class=-1),
        CallGone,
    )


# Above 1/2 and below, so that a sigmoid's outputs don't add up to 1.
SCORES = np.array([[-1.0, 0.5, 2.0]])


@pytest.mark.claim("beside.softmax-for-sigmoid")
@pytest.mark.parametrize("name", [CCE, SCCE])
def test_after_a_sigmoid_softmax_is_put_in_its_place(name, subject, mode, evidence):
    """After Keras's sigmoid the loss is that of the softmax of what went into it."""
    judged = subject.loss_through("sigmoid", name, mode)
    wanted = np.log(np.exp(SCORES).sum()) - SCORES[0, 0]

    evidence.close(
        "loss", judged.per_sample(TARGETS[name], SCORES), wanted, within=tolerance.rounding(3)
    )


@pytest.mark.instead("beside.softmax-for-sigmoid")
@pytest.mark.parametrize("name", [CCE, SCCE])
def test_in_eager_mode_a_sigmoid_was_taken_as_it_is(name, subject, mode, evidence):
    """After Keras's sigmoid the loss is that of its outputs, divided by their sum."""
    judged = subject.loss_through("sigmoid", name, mode)
    given = 1 / (1 + np.exp(-SCORES))
    wanted = -np.log(given[0, 0] / given.sum())

    evidence.close(
        "loss",
        judged.per_sample(TARGETS[name], SCORES),
        wanted,
        within=tolerance.rounding(3) + 2 * EPSILON,
    )


@pytest.mark.claim("beside.tensorflow-softmax")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_crossentropy_goes_back_to_what_tensorflow_activated(name, subject, mode, evidence):
    """After TensorFlow's activation, a mistake of 20 costs about 20, with a slope to mend it."""
    goes_back_to_the_linear_part(
        name, subject.loss_through(f"tf.nn.{ACTIVATIONS[name]}", name, mode), evidence
    )


def is_clipped(activation, name, subject, mode, evidence, **arguments):
    """Check that the mistake costs what a probability of 0 costs, without a slope."""
    judged = subject.loss_through(activation, name, mode, **arguments)
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


def a_model_of(name, subject, **arguments):
    """A model that gives back its inputs, activated as its loss wants it."""
    outputs, activation = LINEAR_PART[name].shape[1], ACTIVATIONS.get(name, "softmax")
    return giving_back_its_inputs(subject, outputs, activation=activation, **arguments)


def after_a_step(network, name):
    """The bias for what came true, after a step of SGD at a rate of 1 on the mistake."""
    given = LINEAR_PART[name], np.array(TARGETS[name])
    network.fit(given, loss=name, learning_rate=1.0)
    return network.weights()[1][0]


def reported_by_a_model(name, subject):
    """What a model that ends so reports of the mistake."""
    network = a_model_of(name, subject)
    return network.evaluate(LINEAR_PART[name], TARGETS[name], loss=subject.string_of(name))


@pytest.mark.claim("beside.softmax-mistake-model")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_compiled_model_reports_the_mistake(name, subject, evidence):
    """A model that ends so reports about 20 by cross-entropy."""
    reported = reported_by_a_model(name, subject)

    evidence.close("loss reported", reported, undone(name)[0], within=tolerance.rounding(1 + OFF))


@pytest.mark.claim("beside.softmax-mistake-model-kl")
def test_a_compiled_model_reports_the_mistake_by_divergence(subject, evidence):
    """A model that ends so reports 16.12 by divergence."""
    evidence.close("loss reported", reported_by_a_model(KL, subject), AT_CLIP, within=CLIP_BOUND)


@pytest.mark.claim("beside.softmax-mistake-model")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_compiled_model_mends_the_mistake(name, subject, evidence):
    """A step at a rate of 1 raises the bias for what came true by 1, the slope."""
    moved = after_a_step(a_model_of(name, subject), name)

    evidence.close("bias after a step", moved, 1, within=tolerance.rounding(1))


@pytest.mark.claim("beside.softmax-mistake-mixed")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_under_mixed_precision_a_model_mends_the_mistake(name, subject, evidence):
    """With float16 outputs a step at a rate of 1 raises the bias for what came true by 1."""
    network = evidence.accepts(
        "mixed_float16", lambda: a_model_of(name, subject, dtype="mixed_float16"), TypeError
    )
    moved = after_a_step(network, name)

    evidence.close("bias after a step", moved, 1, within=tolerance.rounding(1, unit=2**-11))


@pytest.mark.instead("beside.softmax-mistake-mixed")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_under_mixed_precision_the_mistake_stays(name, subject, evidence):
    """With float16 outputs the mistake is reported as 16.12, and a step moves no bias."""
    network = a_model_of(name, subject, dtype="mixed_float16")
    reported = network.evaluate(LINEAR_PART[name], TARGETS[name], loss=subject.string_of(name))

    evidence.close("loss reported", reported, AT_CLIP, within=CLIP_BOUND)
    # Float16 holds e^-20 = 2e-9 as 0, which is clipped, and so has no slope.
    evidence.exactly("bias after a step", after_a_step(network, name), 0)


@pytest.mark.instead("beside.softmax-mistake-mixed")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_layer_knows_no_mixed_precision(name, subject, evidence):
    """A layer refuses dtype="mixed_float16", which is no type of a tensor."""
    evidence.refuses(
        "mixed_float16", lambda: a_model_of(name, subject, dtype="mixed_float16"), TypeError
    )


@pytest.mark.claim("beside.from-logits")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_from_logits_is_the_loss_of_the_probabilities(name, subject, mode, evidence):
    """Scores cost what their softmax or sigmoid costs, with a slope of probability less target."""
    batch, value = DEFINITIONS[name].batch(), DEFINITIONS[name].value
    t, y = batch.targets, batch.predictions
    scores = np.log(y / (1 - y) if name == BCE else y)
    judged = subject.loss_through("linear", name, mode, from_logits=True)
    # No part of the linear part moves the loss by more than it moves itself, nor all parts by more
    # than twice that; and a slope by half of that.
    bound = 2 * tolerance.rounding(1 + np.abs(scores)).max(axis=1)
    places = np.eye(y.shape[1])[t.astype(int)] if name == SCCE else t
    slopes = (y - places) / (y.shape[1] if name == BCE else 1)

    evidence.close("loss", judged.per_sample(t, scores), value(t, y), within=bound)
    evidence.close(
        "slope by a score", judged.gradient(t, scores), slopes, within=bound[:, np.newaxis]
    )


@pytest.mark.claim("beside.from-logits-sure")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_from_logits_a_sure_mistake_costs_what_it_is_off(name, subject, mode, evidence):
    """A score that is 200 less than another for what came true costs 200, with a slope of -1."""
    scores = [[-200.0]] if name == BCE else [[-200.0, 0.0, -400.0]]
    judged = subject.loss_through("linear", name, mode, from_logits=True)

    evidence.close(
        "loss", judged.per_sample(TARGETS[name], scores), 200, within=tolerance.rounding(200)
    )
    slope = judged.gradient(TARGETS[name], scores)[0, 0]
    evidence.close("slope for what came true", slope, -1, within=tolerance.rounding(1))
