"""What fit, evaluate and the history report of the second document's regression network."""

import numpy as np
import pytest

from helpers.networks import drawn
from lossspec.experiments.datasets import circles, regression
from lossspec.losses import tolerance
from lossspec.losses.regression import MSE, MSLE

TRAINING = 500
MSE_STRING, MSLE_STRING = "mean_squared_error", "mean_squared_logarithmic_error"
LAYERS = [
    {"units": 25, "input_dim": 20, "activation": "relu", "kernel_initializer": "he_uniform"},
    {"units": 1, "activation": "linear"},
]
CIRCLES_LAYERS = [{"units": 50, "input_dim": 2, "activation": "relu"}, {"units": 1}]
CURVES = {
    "losses.history-curves": (regression, LAYERS, []),
    "losses.circles-curves": (circles, CIRCLES_LAYERS, ["accuracy"]),
}


def parts(data):
    """The training and the testing part, as fit takes them."""
    return (data.training, data.training_targets), (data.testing, data.testing_targets)


def squares_of(network, part):
    """Each sample's squared error, and how far the mean that Keras reports of it may be off."""
    squares = MSE.value(part[1], network.predict(part[0]))
    return squares, tolerance.rounding(squares.max(), operations=TRAINING)


@pytest.mark.claim("losses.validated-each-epoch")
def test_the_test_data_are_measured_at_the_end_of_each_epoch(subject, evidence):
    """Each val_loss of two epochs is the loss on the test data with the weights after the epoch."""
    training, testing = parts(regression())
    settings = {"loss": MSE_STRING, "batch_size": TRAINING, "learning_rate": 0.05}
    network, by_epoch = drawn(subject, LAYERS), drawn(subject, LAYERS)
    reported = network.fit(training, validation=testing, epochs=2, **settings)["val_loss"]

    losses, bounds = [], []
    for _ in range(2):
        by_epoch.fit(training, **settings)
        squares, bound = squares_of(by_epoch, testing)
        losses.append(squares.mean())
        bounds.append(bound)

    evidence.below("change of the loss from epoch to epoch", np.diff(losses), -np.max(bounds))
    evidence.close("val_loss of each epoch", reported, losses, within=bounds)


@pytest.mark.claim("losses.history-curves", "losses.circles-curves")
def test_the_history_holds_a_figure_an_epoch(claim, subject, evidence):
    """The history holds the curves of loss and metric, and a figure an epoch in each."""
    (data, layers, metrics), epochs = CURVES[claim.id], 3
    training, testing = parts(data())
    settings = {"loss": MSE_STRING, "metrics": metrics, "batch_size": TRAINING}
    network = drawn(subject, layers)
    history = network.fit(training, validation=testing, epochs=epochs, **settings)

    names = [f"{part}{name}" for part in ("", "val_") for name in ("loss", *metrics)]
    assert sorted(history) == sorted(names)
    evidence.exactly("figures of each curve", [len(history[name]) for name in names], epochs)


@pytest.mark.claim("losses.evaluate-loss-alone")
def test_evaluate_gives_the_loss_alone(subject, evidence):
    """Compiled without metrics, evaluate returns one number, which is the loss."""
    _, testing = parts(regression())
    network = drawn(subject, LAYERS)
    squares, bound = squares_of(network, testing)
    returned = network.evaluate(*testing, loss=MSE_STRING)

    evidence.exactly("dimensions of what is returned", np.ndim(returned), 0)
    evidence.close("the loss", returned, squares.mean(), within=bound)


@pytest.mark.claim("losses.evaluate-pair")
def test_evaluate_gives_loss_and_squared_error(subject, evidence):
    """With metrics=['mse'], evaluate returns the logarithmic loss, then the squared error."""
    _, testing = parts(regression())
    network = drawn(subject, LAYERS)
    squares, bound = squares_of(network, testing)
    # Keras clips what is below its epsilon to it, which moves either logarithm by as much.
    costs = MSLE.value(*(np.maximum(each, 0) for each in (testing[1], network.predict(testing[0]))))
    clipped = 4 * tolerance.KERAS_EPSILON * np.sqrt(costs.max())
    cost_bound = tolerance.rounding(costs.max(), operations=TRAINING) + clipped
    returned = network.evaluate(*testing, loss=MSLE_STRING, metrics=["mse"])

    evidence.exactly("numbers", len(returned), 2)
    evidence.close("the first", returned[0], costs.mean(), within=cost_bound)
    evidence.close("the second", returned[1], squares.mean(), within=bound)


def fitted_with_mse(subject):
    """A network, and the history of an epoch at a rate of 0 under MSLE, with metrics=['mse']."""
    training, testing = parts(regression())
    network = drawn(subject, LAYERS)
    history = network.fit(training, loss=MSLE_STRING, metrics=["mse"], validation=testing)
    return network, history


@pytest.mark.claim("losses.mse-tracked")
def test_the_squared_error_is_tracked(subject, evidence):
    """Two curves beside the losses are the mean squared errors on training and test data."""
    network, history = fitted_with_mse(subject)
    tracked = [history[name] for name in history if "loss" not in name]

    evidence.exactly("curves beside loss and val_loss", len(tracked), 2)
    for part, curve in zip(parts(regression()), tracked):  # training's comes first in the history
        squares, bound = squares_of(network, part)
        evidence.close("mean squared error", curve, squares.mean(), within=bound)


@pytest.mark.claim("losses.history-mse-key")
def test_the_history_knows_the_metric_by_its_long_name(subject):
    """Compiled with metrics=['mse'], the history has curves under its long name."""
    _, history = fitted_with_mse(subject)

    assert len(history["mean_squared_error"]) == len(history["val_mean_squared_error"]) == 1


@pytest.mark.instead("losses.history-mse-key")
def test_the_history_knows_the_metric_as_mse(subject, evidence):
    """Compiled with metrics=['mse'], the history has the squared error under mse and val_mse."""
    network, history = fitted_with_mse(subject)

    for part, name in zip(parts(regression()), ("mse", "val_mse")):
        squares, bound = squares_of(network, part)
        evidence.close(name, history[name], squares.mean(), within=bound)
