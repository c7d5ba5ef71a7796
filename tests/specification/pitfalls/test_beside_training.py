"""What training starts with, and what it reports, on networks whose figures are known."""

import numpy as np
import pytest

from helpers.networks import giving_back_its_inputs, masking_steps
from lossspec.losses import tolerance

HINGE, BCE = "hinge", "binary_crossentropy"
CCE, SCCE = "categorical_crossentropy", "sparse_categorical_crossentropy"


def accuracy_of(name, targets, predictions, subject):
    """The accuracy that a compiled model reports."""
    network = giving_back_its_inputs(subject, predictions.shape[1])
    return network.evaluate(predictions, targets, loss=name, metrics=["accuracy"])[1]


@pytest.mark.claim("beside.accuracy-of-two")
def test_more_than_one_half_is_class_one(subject, evidence):
    """Of eight predictions, the three above 1/2 count as class 1, one of exactly 1/2 as class 0."""
    predictions = np.array([[0.0], [0.25], [0.4375], [0.5], [0.5], [0.5625], [0.75], [1.0]])
    targets = np.array([[0.0], [1.0], [0.0], [0.0], [1.0], [1.0], [0.0], [1.0]])

    evidence.exactly("accuracy", accuracy_of(BCE, targets, predictions, subject), 5 / 8)


@pytest.mark.claim("beside.accuracy-of-two")
@pytest.mark.parametrize("name", ["mean_squared_error", HINGE])
def test_more_than_one_half_is_class_one_under_every_loss(name, subject, evidence):
    """Scores of 1/4 and 3/4, as of a linear unit, count as class 0 and 1; -3 counts as 0."""
    predictions = np.array([[0.25], [0.75], [-3.0], [3.0]])

    evidence.exactly("accuracy", accuracy_of(name, np.ones((4, 1)), predictions, subject), 2 / 4)


@pytest.mark.claim("beside.accuracy-of-signs")
def test_minus_one_is_never_met(subject, evidence):
    """Of eight predictions of the right sign, the accuracy counts the two above 1/2 alone."""
    predictions = np.array([[-1.0], [-0.75], [-0.5], [-0.25], [0.25], [0.5], [0.75], [1.0]])

    evidence.exactly(
        "accuracy", accuracy_of(HINGE, np.sign(predictions), predictions, subject), 2 / 8
    )


@pytest.mark.claim("beside.accuracy-of-classes")
@pytest.mark.parametrize("name", [CCE, SCCE])
def test_the_largest_prediction_is_the_class(name, subject, evidence):
    """Of eight samples the accuracy counts those whose own class has the largest prediction."""
    classes = np.array([0, 1, 2, 2, 2, 1, 0, 1])
    predicted = np.array([0, 1, 2, 2, 0, 2, 0, 0])
    predictions = np.full((8, 3), 0.25) + np.eye(3)[predicted] / 4
    targets = np.eye(3)[classes] if name == CCE else classes[:, None]

    evidence.exactly("accuracy", accuracy_of(name, targets, predictions, subject), 5 / 8)


@pytest.mark.claim("beside.accuracy-of-classes")
def test_the_first_of_equals_is_the_class(subject, evidence):
    """Of four samples with predictions alike, the accuracy counts the two of class 0."""
    targets = np.eye(3)[[0, 1, 2, 0]]

    evidence.exactly("accuracy", accuracy_of(CCE, targets, np.full((4, 3), 0.25), subject), 2 / 4)


@pytest.mark.claim("beside.accuracy-of-labels")
def test_of_several_labels_the_largest_prediction_counts_alone(subject, evidence):
    """Of (1, 1, 0) and (0, 1, 0), each predicted right but for the order, one sample is counted."""
    targets = np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 0.0]])
    predictions = np.array([[0.75, 0.875, 0.25], [0.25, 0.75, 0.125]])

    evidence.exactly("accuracy", accuracy_of(BCE, targets, predictions, subject), 1 / 2)


TEN = np.arange(10.0)[:, None]


def reported_of_ten(subject):
    """What an epoch reports of ten samples in batches of four, at a learning rate of 0."""
    data = TEN, np.zeros((10, 1))
    network = giving_back_its_inputs(subject, 1)
    return network.fit(
        data, loss="mean_squared_error", metrics=["mae"], validation=data, batch_size=4
    )


def reported(name, history, wanted, evidence):
    """Check a figure that is a running mean over three batches of at most four samples."""
    evidence.close(name, history[name], wanted, within=tolerance.rounding(wanted, operations=20))


@pytest.mark.claim("beside.epoch-over-samples")
def test_an_epoch_reports_the_mean_over_samples(subject, evidence):
    """Of ten samples in batches of four, loss, metric and both of validation are means over ten."""
    history = reported_of_ten(subject)

    for name, wanted in (("loss", TEN**2), ("val_loss", TEN**2), ("mae", TEN), ("val_mae", TEN)):
        reported(name, history, wanted.mean(), evidence)


@pytest.mark.instead("beside.epoch-over-samples")
def test_an_epoch_reports_the_mean_over_batches(subject, evidence):
    """The validation loss is the mean over batches of 4, 4 and 2; metrics are over all ten."""
    history = reported_of_ten(subject)

    reported(
        "val_loss",
        history,
        np.mean([np.mean(TEN[each : each + 4] ** 2) for each in (0, 4, 8)]),
        evidence,
    )
    for name in ("mae", "val_mae"):
        reported(name, history, TEN.mean(), evidence)


MARKED = 7.0
# Three sequences of three steps, of which one, one and two are left unmasked.
MASKED = np.array([[1, MARKED, MARKED], [2, MARKED, MARKED], [3, 0, MARKED]])[:, :, None]


def of_masked(batch_size, subject):
    """The loss that an epoch reports of the sequences, in batches of that size."""
    network = masking_steps(subject, steps=3, marked=MARKED, biases=[0.0])
    data = MASKED, np.zeros((3, 3, 1))
    history = network.fit(data, loss="mean_squared_error", validation=data, batch_size=batch_size)
    return history["val_loss"][0]


@pytest.mark.claim("beside.epoch-masked")
def test_batches_of_masked_steps_make_no_difference(subject, evidence):
    """In batches of one and two sequences an epoch reports what it does of all three at once."""
    at_once = of_masked(3, subject)

    for size in (1, 2):
        bound = tolerance.rounding(at_once, operations=20)
        evidence.close(
            f"loss in batches of {size}", of_masked(size, subject), at_once, within=bound
        )


@pytest.mark.instead("beside.epoch-masked")
def test_batches_of_masked_steps_weigh_by_their_samples(subject, evidence):
    """One at a time the sequences' means of 1, 4 and 4.5 count alike, though one has two steps."""
    evidence.close(
        "loss in batches of 1",
        of_masked(1, subject),
        (1 + 4 + 4.5) / 3,
        within=tolerance.rounding(4.5, operations=20),
    )
    evidence.close(
        "loss of all at once",
        of_masked(3, subject),
        (1 + 4 + 9) / 4,
        within=tolerance.rounding(4.5, operations=20),
    )


@pytest.mark.claim("beside.epoch-afresh")
def test_an_epoch_forgets_the_one_before(subject, evidence):
    """Each epoch's loss is a fourth of the last one's, its metric a half; validation is ahead."""
    # A linear unit predicts 1 for a target of 0. A step of rate 1/8 takes off twice the error over
    # 8, once from its weight and once from its bias, which leaves half of the error: powers of two,
    # that nothing rounds.
    one = np.ones((1, 1)), np.zeros((1, 1))
    history = giving_back_its_inputs(subject, 1).fit(
        one,
        loss="mean_squared_error",
        metrics=["mae"],
        validation=one,
        epochs=3,
        learning_rate=1 / 8,
    )

    evidence.exactly("loss", history["loss"], [1, 1 / 4, 1 / 16])
    evidence.exactly("absolute error", history["mae"], [1, 1 / 2, 1 / 4])
    evidence.exactly("validation loss", history["val_loss"], [1 / 4, 1 / 16, 1 / 64])


@pytest.mark.claim("beside.epoch-afresh")
def test_each_batch_counts_by_the_weights_it_met(subject, evidence):
    """Of two batches alike the second meets half the error, and the epoch reports their mean."""
    two = np.ones((2, 1)), np.zeros((2, 1))
    history = giving_back_its_inputs(subject, 1).fit(
        two, loss="mean_squared_error", validation=two, batch_size=1, learning_rate=1 / 8
    )

    evidence.exactly("loss", history["loss"], [(1 + 1 / 4) / 2])
    evidence.exactly("validation loss", history["val_loss"], [1 / 16])


@pytest.mark.claim("beside.relu-slope")
def test_training_reaches_what_lies_before_a_relu(subject, evidence):
    """A unit whose linear part is 1 is trained through its relu; those of -1 and 0 aren't."""
    network = subject.network(
        [{"units": 3, "input_shape": (1,), "activation": "relu"}, {"units": 1}]
    )
    network.set_weights([[[1, -1, 0]], [0, 0, 0], [[1], [1], [1]], [0]])
    # Predicted is 1 for a target of 0: a slope of 2, and a rate of 1/8.
    network.fit((np.ones((1, 1)), np.zeros((1, 1))), loss="mean_squared_error", learning_rate=1 / 8)
    kernel, bias, last_kernel, last_bias = network.weights()

    evidence.exactly("kernel before the relu", kernel, [[0.75, -1, 0]])
    evidence.exactly("bias before the relu", bias, [-0.25, 0, 0])
    evidence.exactly("kernel after it", last_kernel, [[0.75], [1], [1]])
    evidence.exactly("bias after it", last_bias, [-0.25])


INITIALIZERS = "ones", "random_normal", "glorot_uniform", "he_uniform", "lecun_normal"


@pytest.mark.claim("beside.bias-zero")
def test_biases_start_at_zero(subject, evidence):
    """With several initializers, and without any, four units start with biases of 0."""
    for given in ({}, *({"kernel_initializer": name} for name in INITIALIZERS)):
        _, bias = subject.network([{"units": 4, "input_shape": (3,), **given}]).weights()

        evidence.exactly(f"biases with {given or 'nothing given'}", bias, np.zeros(4))


@pytest.mark.claim("beside.adam-default-rate")
def test_adam_trains_at_a_thousandth(subject, evidence):
    """Adam() moves a weight by 0.001 in its first step, where its moment estimates cancel."""
    # As in test_optimizers: dividing by 1 - 0.999 magnifies the rounding of 0.999 a thousandfold.
    bound = tolerance.rounding(0.001 / (1 - 0.999))

    evidence.close("first step of Adam()", subject.steps("Adam"), 0.001, within=bound)
