"""What fit, evaluate and the history report, and under which names."""

import re

import numpy as np
import pytest

from helpers.networks import drawn, giving_back_its_inputs
from lossspec.experiments.datasets import circles, separable
from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.margin import HINGE

HINGE_LAYERS = [
    {"units": 4, "input_shape": (2,), "activation": "relu", "kernel_initializer": "he_uniform"},
    {"units": 2, "activation": "relu", "kernel_initializer": "he_uniform"},
    {"units": 1, "activation": "tanh"},
]
CIRCLES_LAYERS = [
    {"units": 50, "input_dim": 2, "activation": "relu", "kernel_initializer": "he_uniform"},
    {"units": 1, "activation": "sigmoid"},
]


def counts(printed):
    """The ``done/total`` of a progress bar."""
    return [int(number) for number in re.search(r"(\d+)/(\d+)", printed).groups()]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("hinge", marks=pytest.mark.claim("hinge.string-hinge")),
        pytest.param("squared_hinge", marks=pytest.mark.claim("hinge.string-squared-hinge")),
    ],
)
def test_fit_minimises_the_loss_of_its_string(name, subject, evidence):
    """A step of fit reports the loss of the string and moves the weights down its slope."""
    rate, network, definition = 1 / 8, giving_back_its_inputs(subject, 1), DEFINITIONS[name]
    inputs, targets = np.array([[0.75], [-1.0], [0.25], [-3.0]]), np.array([[1], [1], [-1], [-1]])
    slopes = definition.derivative(targets, inputs)

    history = network.fit((inputs, targets), loss=name, batch_size=4, learning_rate=rate)

    (kernel,), (bias,) = network.weights()
    bound = tolerance.rounding(4, operations=8)  # of four numbers below 4 that are added
    costs = definition.value(targets, inputs)
    evidence.close("loss reported", history["loss"], costs.mean(), within=bound)
    evidence.close("kernel", kernel, 1 - rate * np.mean(slopes * inputs), within=bound)
    evidence.close("bias", bias, -rate * np.mean(slopes), within=bound)


# Six of eight are on their target's side of 0, two of them above 1/2 for a target of +1.
PREDICTED = np.array([[0.9], [0.75], [0.4], [-0.2], [-0.9], [-0.75], [-0.4], [0.2]])
SIGNS = np.array([[1], [1], [1], [1], [-1], [-1], [-1], [-1]])


def accuracy_of_signs(subject):
    """What fit, at a learning rate of 0, reports as accuracy of known predictions."""
    network = giving_back_its_inputs(subject, 1)
    return network.fit((PREDICTED, SIGNS), loss="hinge", metrics=["accuracy"])["accuracy"]


@pytest.mark.claim("hinge.accuracy-counts-right")
def test_accuracy_is_the_share_on_the_right_side(subject, evidence):
    """Of eight predictions, six of them on their target's side, three quarters are right."""
    evidence.exactly("accuracy", accuracy_of_signs(subject), 6 / 8)


@pytest.mark.instead("hinge.accuracy-counts-right")
def test_accuracy_counts_targets_of_one_above_a_half(subject, evidence):
    """Of the same eight a quarter is: targets of +1 predicted above 1/2, and never one of -1."""
    evidence.exactly("accuracy", accuracy_of_signs(subject), 2 / 8)


@pytest.mark.claim("hinge.accuracy-string", "losses.history-accuracy-key")
def test_accuracy_is_reported_by_its_name(subject, evidence):
    """Compiled with metrics=['accuracy'], an epoch's history has accuracy and val_accuracy."""
    data = circles()
    history = drawn(subject, CIRCLES_LAYERS).fit(
        (data.training, data.training_targets),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        validation=(data.testing, data.testing_targets),
    )

    for name in ("accuracy", "val_accuracy"):
        evidence.exactly(f"figures under {name}", len(history[name]), 1)
        evidence.at_least(name, history[name], 0)
        evidence.at_most(name, history[name], 1)


@pytest.mark.claim("hinge.thirty-epochs")
def test_the_history_has_every_epoch(subject, evidence):
    """After epochs=30 the history holds 30 of each: loss, accuracy, val_loss, val_accuracy."""
    data = separable(seed=0)
    training = (data.training[:100], data.training_targets[:100])

    history = drawn(subject, HINGE_LAYERS).fit(
        training, loss="hinge", metrics=["accuracy"], validation=0.2, epochs=30, batch_size=100
    )

    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    evidence.exactly("figures of each", [len(values) for values in history.values()], [30] * 4)


@pytest.mark.claim("hinge.history-keys")
def test_the_history_has_both_losses(subject, evidence):
    """At a learning rate of 0, loss is that of the first four fifths and val_loss of the rest."""
    data = separable(seed=0)
    inputs, targets = data.training[:100], data.training_targets[:100]
    network = drawn(subject, HINGE_LAYERS)
    costs = HINGE.value(targets, network.predict(inputs))

    history = network.fit((inputs, targets), loss="hinge", validation=0.2, batch_size=100)

    bound = tolerance.rounding(2, operations=100)
    evidence.close("loss", history["loss"], costs[:80].mean(), within=bound)
    evidence.close("val_loss", history["val_loss"], costs[80:].mean(), within=bound)


def history_is_of(part, subject, evidence):
    """Check that fit, at a learning rate of 0, reports the hinge loss on a part of the data."""
    data = separable(seed=0)
    parts = {
        "training": (data.training, data.training_targets),
        "testing": (data.testing, data.testing_targets),
    }
    network = drawn(subject, HINGE_LAYERS)
    inputs, targets = parts[part]
    costs = HINGE.value(targets, network.predict(inputs))

    history = network.fit(parts["training"], loss="hinge", batch_size=750)

    evidence.close(
        "history's loss",
        history["loss"],
        costs.mean(),
        within=tolerance.rounding(2, operations=750),
    )


@pytest.mark.claim("hinge.plot-is-of-testing-data")
def test_the_history_holds_the_testing_loss(subject, evidence):
    """At a learning rate of 0, the history's loss is the hinge loss on the testing data."""
    history_is_of("testing", subject, evidence)


@pytest.mark.instead("hinge.plot-is-of-testing-data")
def test_the_history_holds_the_training_loss(subject, evidence):
    """At a learning rate of 0, the history's loss is the hinge loss on the training data."""
    history_is_of("training", subject, evidence)


@pytest.mark.claim("hinge.evaluate-pair")
def test_evaluate_gives_loss_and_accuracy(subject, evidence):
    """With accuracy compiled in, evaluate gives the loss, then the share met when cut at 1/2."""
    network = giving_back_its_inputs(subject, 1)

    returned = network.evaluate(PREDICTED, SIGNS, loss="hinge", metrics=["accuracy"])

    evidence.exactly("numbers", len(returned), 2)
    bound = tolerance.rounding(2, operations=2 * len(SIGNS))
    evidence.close("the first", returned[0], HINGE.value(SIGNS, PREDICTED).mean(), within=bound)
    evidence.exactly("the second", returned[1], 2 / 8)


@pytest.mark.claim("hinge.log-counts-samples", "hinge.evaluate-counts-samples")
def test_the_progress_bar_counts_samples(claim, subject, evidence):
    """The progress bar's last line says 600/600 after training, and 250/250 after testing."""
    samples, batch_size, _ = BARS[claim.id]
    bar = counts(_bar(subject, samples, batch_size))

    evidence.exactly("what the progress bar counts", bar, [samples, samples])


@pytest.mark.claim("hinge.verbose")
def test_verbosity_of_one_prints_progress(subject):
    """With verbose=1, fit's last line counts to the end and names the loss."""
    bar = _bar(subject, 20, 5)

    assert counts(bar) == [4, 4]
    assert re.search(r"loss: \d", bar)


@pytest.mark.instead("hinge.log-counts-samples", "hinge.evaluate-counts-samples")
def test_the_progress_bar_counts_batches(claim, subject, evidence):
    """The progress bar's last line says 120/120 after training, and 8/8 after testing."""
    samples, batch_size, batches = BARS[claim.id]
    bar = counts(_bar(subject, samples, batch_size))

    evidence.exactly("what the progress bar counts", bar, [batches, batches])


# Samples, the batch size that fit is given (evaluate is given none and takes 32), and batches.
BARS = {"hinge.log-counts-samples": (600, 5, 120), "hinge.evaluate-counts-samples": (250, None, 8)}


def _bar(subject, samples, batch_size):
    data = separable(seed=0)
    given = data.training[:samples], data.training_targets[:samples]
    return drawn(subject, HINGE_LAYERS).progress_bar(*given, loss="hinge", batch_size=batch_size)
