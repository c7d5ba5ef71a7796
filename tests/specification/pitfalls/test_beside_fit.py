"""Class weights and masks: how ``fit`` and ``evaluate`` weigh the losses that they average."""

import numpy as np
import pytest

from helpers.kinds import HINGES
from helpers.networks import giving_back_its_inputs, masking_steps
from lossspec.backends.keras.adapter import Refused
from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.inputs import SAMPLES

SIGNS = np.array([[1.0], [-1.0], [-1.0], [1.0]])
PREDICTIONS = np.array([[0.5], [0.25], [0.75], [0.875]])


def fitted(name, targets, predictions, subject, class_weight):
    """The loss that ``fit`` reports, at a learning rate of 0, with those class weights."""
    network = giving_back_its_inputs(subject, predictions.shape[1])
    training = predictions, targets
    return network.fit(training, loss=name, batch_size=len(targets), class_weight=class_weight)[
        "loss"
    ][0]


def reports_weighted_mean(name, targets, predictions, weights, reported, evidence):
    """Check that a loss is the sum of the samples' weighted losses over their number."""
    value, count = DEFINITIONS[name].value, len(weights)
    wanted = (weights * value(targets, predictions)).sum() / count
    bound = (weights * tolerance.of_loss(name, value, targets, predictions)).sum() / count

    evidence.close(
        "loss reported",
        reported,
        wanted,
        within=bound + tolerance.rounding(wanted, operations=2 * count),
    )


@pytest.mark.claim("beside.class-weights")
@pytest.mark.parametrize(
    "name", ["binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"]
)
def test_a_class_weight_multiplies_its_samples_losses(name, subject, evidence):
    """With weights of 1/2, 3 and 2 for classes, fit reports weighted losses over their number."""
    batch = DEFINITIONS[name].batch()
    one_output = slice(0, 1 if name == "binary_crossentropy" else None)
    targets, predictions = batch.targets[..., one_output], batch.predictions[:, one_output]
    classes = (
        targets.argmax(axis=1)
        if name == "categorical_crossentropy"
        else targets.ravel().astype(int)
    )
    weights = np.array([0.5, 3.0, 2.0])[: classes.max() + 1]
    reported = fitted(name, targets, predictions, subject, dict(enumerate(weights.tolist())))

    reports_weighted_mean(name, targets, predictions, weights[classes], reported, evidence)


@pytest.mark.claim("beside.weights-mean")
@pytest.mark.parametrize("name", ["mean_squared_error", "sparse_categorical_crossentropy"])
def test_fit_divides_weighted_losses_by_the_number_of_samples(name, subject, evidence):
    """With sample weights of 0 to 3, fit reports weighted losses over their number."""
    t, y = DEFINITIONS[name].batch().targets, DEFINITIONS[name].batch().predictions
    weights = np.resize([0.0, 0.5, 1.0, 2.0, 3.0], SAMPLES)
    network = giving_back_its_inputs(subject, y.shape[1])
    [(reported, _)] = network.each_one_step_on(
        [(y, t.reshape(SAMPLES, -1), weights)], loss=subject.string_of(name), learning_rate=0.0
    )

    reports_weighted_mean(name, t, y, weights, reported, evidence)


@pytest.mark.claim("beside.class-weight-zero")
@pytest.mark.parametrize("name", ["binary_crossentropy", "sparse_categorical_crossentropy"])
def test_a_class_weight_of_zero_hides_what_is_finite(name, subject, evidence):
    """With a weight of 0 for class 0, its predictions change what fit reports if they are NaN."""
    batch = DEFINITIONS[name].batch()
    t, y = batch.targets.reshape(SAMPLES, -1)[:, :1], batch.predictions
    y = y[:, :1] if name == "binary_crossentropy" else y
    network = giving_back_its_inputs(subject, y.shape[1])
    usual, moved, nan = network.each_one_step_on(
        [(np.where(t == 0, there, y), t) for there in (y, y[::-1], np.nan)],
        loss=subject.string_of(name),
        learning_rate=0.25,
        class_weight=dict(enumerate([0.0, 1.0, 1.0][: int(t.max()) + 1])),
    )

    evidence.exactly("loss with others of its predictions", moved[0], usual[0])
    for after, without in zip(moved[1], usual[1]):
        evidence.exactly("weights with others of its predictions", after, without)
    evidence.exactly("whether the loss with NaN is not a number", np.isnan(nan[0]), 1)


@pytest.mark.claim("beside.class-weights-labels")
def test_a_class_weight_goes_by_the_first_of_several_labels(subject, evidence):
    """Rows of labels (1, 1, 0), (0, 1, 1) and (0, 0, 1) weigh 1, 10 and 100, as by their first."""
    labels = np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0], [0.0, 0.0, 1.0]])
    predictions = np.array([[0.5, 0.75, 0.25], [0.125, 0.5, 0.75], [0.25, 0.5, 0.875]])
    name, weights = "binary_crossentropy", [1.0, 10.0, 100.0]
    reported = fitted(name, labels, predictions, subject, dict(enumerate(weights)))

    reports_weighted_mean(name, labels, predictions, np.array(weights), reported, evidence)


@pytest.mark.claim("beside.class-weights-signs")
def test_class_weights_are_refused_for_signs(subject, evidence):
    """Weights for the classes -1 and +1 raise an error."""
    call = subject.refusing(lambda: fitted("hinge", SIGNS, PREDICTIONS, subject, {-1: 2.0, 1: 3.0}))

    evidence.refuses("class weights for -1 and +1", call, Refused)


@pytest.mark.instead("beside.class-weights-signs")
def test_class_weights_weigh_signs(subject, evidence):
    """Weights of 2 and 3 for the classes -1 and +1 multiply the hinge losses of their samples."""
    reported = fitted("hinge", SIGNS, PREDICTIONS, subject, {-1: 2.0, 1: 3.0})

    reports_weighted_mean(
        "hinge", SIGNS, PREDICTIONS, np.where(SIGNS[:, 0] > 0, 3.0, 2.0), reported, evidence
    )


@pytest.mark.claim("beside.class-weights-left-out")
def test_class_weights_without_a_class_are_refused(subject, evidence):
    """A weight for class 1 alone raises an error."""
    call = subject.refusing(
        lambda: fitted("binary_crossentropy", (SIGNS + 1) / 2, PREDICTIONS, subject, {1: 3.0})
    )

    evidence.refuses("class weights without class 0", call, Refused)


@pytest.mark.instead("beside.class-weights-left-out")
def test_a_class_left_out_weighs_one(subject, evidence):
    """With a weight of 3 for class 1 alone, samples of class 0 count with 1."""
    targets = (SIGNS + 1) / 2
    reported = fitted("binary_crossentropy", targets, PREDICTIONS, subject, {1: 3.0})

    reports_weighted_mean(
        "binary_crossentropy", targets, PREDICTIONS, 1 + 2 * targets[:, 0], reported, evidence
    )


MARK, STEPS = -512.0, 4


def at_masked_steps(outputs):
    """What is predicted at masked steps: nothing that gives NaN, which no weight would hide."""
    return np.where(np.arange(outputs) < outputs - 1, 0.25, 0.5)


def sequences(name, padding):
    """The batch as sequences of three steps and a masked fourth with a padded target."""
    batch = DEFINITIONS[name].batch()
    inputs = batch.predictions.reshape(-1, STEPS - 1, batch.predictions.shape[1])
    inputs = inputs - at_masked_steps(inputs.shape[2])
    targets = batch.targets.reshape(len(inputs), STEPS - 1, -1)
    return tuple(
        np.pad(steps, [(0, 0), (0, 1), (0, 0)], constant_values=last)
        for steps, last in ((targets, padding), (inputs, MARK))
    )


def evaluated(name, targets, inputs, subject, **weights):
    """The loss that ``evaluate`` reports of sequences, masked steps being marked."""
    network = masking_steps(subject, STEPS, MARK, at_masked_steps(inputs.shape[2]))
    return network.evaluate(inputs, targets, loss=subject.string_of(name), **weights)


@pytest.mark.claim("beside.mask-hinge")
@pytest.mark.parametrize("name", HINGES)
def test_padding_stops_the_conversion_of_labels(name, subject, evidence):
    """Labels of 0 and 1 are converted beside masked labels of 0, and not beside ones of -1."""
    batch, value = DEFINITIONS[name].batch(), DEFINITIONS[name].value
    signs, inputs = sequences(name, 1)
    zero_padded, one_below_padded = (signs + 1) / 2, (signs + 1) / 2
    zero_padded[:, -1], one_below_padded[:, -1] = 0, -1
    by_signs, beside_0, beside_less = (
        evaluated(name, targets, inputs, subject)
        for targets in (signs, zero_padded, one_below_padded)
    )
    unconverted = (
        value((batch.targets + 1) / 2, batch.predictions).sum()
        / value(batch.targets, batch.predictions).sum()
    )

    evidence.exactly("loss beside masked labels of 0", beside_0, by_signs)
    # Each of the two losses sums and divides as many steps as there are.
    bound = tolerance.rounding(unconverted, operations=2 * 2 * inputs[..., 0].size)
    evidence.close(
        "share of it beside masked labels of -1", beside_less / by_signs, unconverted, within=bound
    )


@pytest.mark.claim("beside.mask-weights")
@pytest.mark.parametrize("name", ["mean_squared_error", "hinge", "categorical_crossentropy"])
def test_weights_of_steps_count_beside_a_mask(name, subject, evidence):
    """With weights of 1/2 to 3 for steps, a masked loss changes as the weighted sum does."""
    batch, value = DEFINITIONS[name].batch(), DEFINITIONS[name].value
    targets, inputs = sequences(name, 1)
    weights = np.resize([0.5, 1.0, 3.0, 2.0, 0.25, 1.5, 1.0], inputs.shape[:2])
    losses = value(batch.targets, batch.predictions)
    share = (weights[:, :-1].ravel() * losses).sum() / losses.sum()
    weighted, plain = (
        evaluated(name, targets, inputs, subject, **given)
        for given in ({"sample_weight": weights}, {})
    )

    # Each of the two losses sums and divides as many steps as there are, and each step's own loss
    # is off by its bound.
    bound = tolerance.of_loss(name, value, batch.targets, batch.predictions).sum() / losses.sum()
    within = weights.max() * (2 * bound + tolerance.rounding(1, operations=2 * 2 * weights.size))
    evidence.close("share of the loss without weights", weighted / plain, share, within=within)
