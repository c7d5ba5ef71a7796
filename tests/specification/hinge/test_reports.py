"""What fit, evaluate and the history report, and under which names."""

import re

import numpy as np
import pytest

from helpers.networks import drawn
from lossspec.experiments.datasets import circles, circles_signs, regression, separable
from lossspec.losses import tolerance
from lossspec.losses.margin import HINGE
from lossspec.losses.regression import MSE

HINGE_LAYERS = [
    {"units": 4, "input_shape": (2,), "activation": "relu", "kernel_initializer": "he_uniform"},
    {"units": 2, "activation": "relu", "kernel_initializer": "he_uniform"},
    {"units": 1, "activation": "tanh"},
]
CIRCLES_LAYERS = [
    {"units": 50, "input_dim": 2, "activation": "relu", "kernel_initializer": "he_uniform"},
    {"units": 1, "activation": "sigmoid"},
]
REGRESSION_LAYERS = [
    {"units": 25, "input_dim": 20, "activation": "relu", "kernel_initializer": "he_uniform"},
    {"units": 1, "activation": "linear"},
]


def counts(printed):
    """The ``done/total`` of a progress bar."""
    return [int(number) for number in re.search(r"(\d+)/(\d+)", printed).groups()]


def fitted_with_mse(subject):
    """The history of an epoch, compiled with metrics=['mse']."""
    data = regression()
    training, testing = (data.training, data.training_targets), (data.testing, data.testing_targets)
    network = drawn(subject, REGRESSION_LAYERS)
    return network.fit(
        training, loss="mean_squared_logarithmic_error", metrics=["mse"], validation=testing
    )


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


@pytest.mark.claim("hinge.thirty-epochs", "hinge.history-keys")
def test_the_history_has_every_epoch(subject, evidence):
    """After epochs=30 the history holds 30 of each: loss, accuracy, val_loss, val_accuracy."""
    data = separable(seed=0)
    training = (data.training[:100], data.training_targets[:100])
    network = drawn(subject, HINGE_LAYERS)

    history = network.fit(
        training, loss="hinge", metrics=["accuracy"], validation=training, epochs=30, batch_size=100
    )

    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    evidence.exactly("figures of each", [len(values) for values in history.values()], [30] * 4)


@pytest.mark.claim("losses.validated-each-epoch")
def test_the_test_data_is_measured_after_each_epoch(subject, evidence):
    """With validation_data, each of ten epochs has a val_loss, and it is the loss on that data."""
    data = regression()
    network = drawn(subject, REGRESSION_LAYERS)
    testing = (data.testing, data.testing_targets)
    squares = MSE.value(data.testing_targets, network.predict(data.testing))

    training = (data.training, data.training_targets)
    history = network.fit(
        training, loss="mean_squared_error", validation=testing, epochs=10, batch_size=500
    )

    evidence.exactly("figures under val_loss", len(history["val_loss"]), 10)
    # At a learning rate of 0 the network stays as it was; a running mean over 500 samples in
    # float32.
    bound = tolerance.rounding(squares.max(), operations=500)
    evidence.close("val_loss of each epoch", history["val_loss"], squares.mean(), within=bound)


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
    """With accuracy compiled in, evaluate returns two numbers, of which the first is the loss."""
    data = circles_signs()
    network = drawn(subject, HINGE_LAYERS)
    costs = HINGE.value(data.testing_targets, network.predict(data.testing))

    returned = network.evaluate(
        data.testing, data.testing_targets, loss="hinge", metrics=["accuracy"]
    )

    evidence.exactly("numbers", len(returned), 2)
    evidence.close(
        "the first", returned[0], costs.mean(), within=tolerance.rounding(2, operations=500)
    )


@pytest.mark.claim("losses.evaluate-pair")
def test_evaluate_gives_loss_and_squared_error(subject, evidence):
    """With metrics=['mse'], evaluate returns the logarithmic loss, then the squared error."""
    data = regression()
    network = drawn(subject, REGRESSION_LAYERS)
    squares = MSE.value(data.testing_targets, network.predict(data.testing))

    returned = network.evaluate(
        data.testing, data.testing_targets, loss="mean_squared_logarithmic_error", metrics=["mse"]
    )

    evidence.exactly("numbers", len(returned), 2)
    bound = tolerance.rounding(squares.max(), operations=500)
    evidence.close("the second", returned[1], squares.mean(), within=bound)


@pytest.mark.claim("losses.evaluate-loss-alone")
def test_evaluate_gives_the_loss_alone(subject, evidence):
    """Compiled without metrics, evaluate returns one number, which is the loss."""
    data = regression()
    network = drawn(subject, REGRESSION_LAYERS)
    squares = MSE.value(data.testing_targets, network.predict(data.testing))

    returned = network.evaluate(data.testing, data.testing_targets, loss="mean_squared_error")

    evidence.exactly("dimensions of what is returned", np.ndim(returned), 0)
    bound = tolerance.rounding(squares.max(), operations=500)
    evidence.close("the loss", returned, squares.mean(), within=bound)


@pytest.mark.claim("losses.history-mse-key")
def test_the_history_knows_the_metric_by_its_long_name(subject):
    """Compiled with metrics=['mse'], the history has a curve under mean_squared_error."""
    history = fitted_with_mse(subject)

    assert len(history["mean_squared_error"]) == 1


@pytest.mark.instead("losses.history-mse-key")
def test_the_history_knows_the_metric_as_mse(subject):
    """Compiled with metrics=['mse'], the history has curves under mse and val_mse."""
    history = fitted_with_mse(subject)

    assert len(history["mse"]) == len(history["val_mse"]) == 1


@pytest.mark.claim("hinge.log-counts-samples", "hinge.evaluate-counts-samples")
def test_the_progress_bar_counts_samples(claim, subject, evidence):
    """The progress bar's last line says 600/600 after training, and 250/250 after testing."""
    samples, batch_size, _ = BARS[claim.id]
    bar = _bar(subject, samples, batch_size)

    evidence.exactly("what the progress bar counts", bar, [samples, samples])


@pytest.mark.instead("hinge.log-counts-samples", "hinge.evaluate-counts-samples")
def test_the_progress_bar_counts_batches(claim, subject, evidence):
    """The progress bar's last line says 120/120 after training, and 8/8 after testing."""
    samples, batch_size, batches = BARS[claim.id]
    bar = _bar(subject, samples, batch_size)

    evidence.exactly("what the progress bar counts", bar, [batches, batches])


# Samples, the batch size that fit is given (evaluate is given none and takes 32), and batches.
BARS = {"hinge.log-counts-samples": (600, 5, 120), "hinge.evaluate-counts-samples": (250, None, 8)}


def _bar(subject, samples, batch_size):
    data = separable(seed=0)
    given = data.training[:samples], data.training_targets[:samples]
    return counts(
        drawn(subject, HINGE_LAYERS).progress_bar(*given, loss="hinge", batch_size=batch_size)
    )
