"""The hinge document's network and what it is built and trained with, up to the training itself."""

import numpy as np
import pytest
from scipy import stats

from helpers.networks import drawn
from lossspec.experiments.datasets import separable
from lossspec.losses import tolerance
from lossspec.losses.margin import HINGE

LAYERS = [
    {"units": 4, "input_shape": (2,), "activation": "relu", "kernel_initializer": "he_uniform"},
    {"units": 2, "activation": "relu", "kernel_initializer": "he_uniform"},
    {"units": 1, "activation": "tanh"},
]

ONE_ULP_BELOW_ONE = 2.0**-24
FLOAT32_STEP_ABOVE_ONE = 2.0**-23

# Beyond it 1 - tanh(z) = 2 / (exp(2 z) + 1) is less than half a float32 step below 1, so the
# nearest float32 is 1.
TANH_SATURATES = 0.5 * np.log(2 / (ONE_ULP_BELOW_ONE / 2))


@pytest.mark.claim("hinge.imports")
def test_the_documented_imports_exist(subject):
    """Sequential and Dense can be imported from where the document imports them."""
    assert callable(subject.import_name("tensorflow.keras.models", "Sequential"))
    assert callable(subject.import_name("tensorflow.keras.layers", "Dense"))


@pytest.mark.claim("hinge.three-layers")
def test_three_dense_layers_can_be_built(subject, evidence):
    """Kernels and biases of 4, 2 and 1 units over 2 inputs are 12, 10 and 3 numbers."""
    evidence.exactly(
        "trainable numbers of the layers", subject.network(LAYERS).parameters(), [12, 10, 3]
    )


@pytest.mark.claim("hinge.one-output")
def test_the_last_neuron_gives_one_prediction_a_sample(subject, evidence):
    """Predictions for 250 samples are 250 rows of one number."""
    predictions = drawn(subject, LAYERS).predict(separable(seed=0).testing)

    evidence.exactly("shape of the predictions", predictions.shape, (250, 1))


@pytest.mark.claim("hinge.relu")
def test_relu_is_the_larger_of_zero_and_its_input(subject, mode, evidence):
    """relu(x) = max(0, x), exactly."""
    x = np.arange(-4, 4, 1 / 16)[:, None]

    evidence.exactly("relu", subject.dense("relu", x, mode), np.maximum(0, x))


@pytest.mark.claim("hinge.tanh-open")
def test_tanh_stays_below_one(subject, mode, evidence):
    """Predictions for linear parts up to 20 stay strictly between -1 and +1."""
    linear_part = np.arange(-20, 20, 1 / 16)[:, None]

    evidence.below(
        "largest distance of a prediction from 0",
        np.abs(subject.dense("tanh", linear_part, mode)).max(),
        1,
    )


@pytest.mark.instead("hinge.tanh-open")
def test_tanh_reaches_one(subject, mode, evidence):
    """Where the nearest float32 to tanh(z) is 1, the prediction is no less than 1."""
    linear_part = np.arange(np.ceil(TANH_SATURATES), 20, 1 / 16)[:, None]

    evidence.at_least(
        "prediction at linear parts from 9 to 20", subject.dense("tanh", linear_part, mode), 1
    )
    evidence.at_most(
        "prediction at linear parts from -20 to -9", subject.dense("tanh", -linear_part, mode), -1
    )


@pytest.mark.claim(
    "hinge.tanh-closed", "losses.hinge-output-layer", "losses.squared-hinge-output-layer"
)
def test_tanh_keeps_predictions_within_minus_one_and_one(subject, mode, evidence):
    """A unit with tanh gives tanh of its linear part, and never more than 1 or less than -1."""
    linear_part = np.arange(-20, 20, 1 / 512)[:, None]
    predictions = subject.dense("tanh", linear_part, mode)

    evidence.close("prediction", predictions, np.tanh(linear_part), within=tolerance.rounding(1))
    evidence.at_most("largest distance of a prediction from 0", np.abs(predictions).max(), 1)


@pytest.mark.instead(
    "hinge.tanh-closed", "losses.hinge-output-layer", "losses.squared-hinge-output-layer"
)
def test_tanh_oversteps_one_by_a_rounding(subject, mode, evidence):
    """Predictions leave [-1, +1], by no more than one step of float32."""
    linear_part = np.arange(-20, 20, 1 / 512)[:, None]
    farthest = np.abs(subject.dense("tanh", linear_part, mode)).max()

    evidence.above("largest distance of a prediction from 0", farthest, 1)
    evidence.at_most(
        "largest distance of a prediction from 0", farthest, 1 + FLOAT32_STEP_ABOVE_ONE
    )


@pytest.mark.claim("hinge.he-uniform-limit")
@pytest.mark.parametrize("fan_in", [2, 4])
def test_he_uniform_fills_its_limits(fan_in, subject, evidence):
    """Kernels reach up to ±√(6 / inputs), and not beyond."""
    limit = np.sqrt(6 / fan_in)
    kernel = np.abs(subject.initial_kernel(fan_in, units=4096, initializer="he_uniform", seed=1))

    evidence.at_most(
        "largest weight", kernel.max(), limit + tolerance.rounding(limit, operations=4)
    )
    # Of n = 8192 or more uniform draws none reaches 0.995 of the limit with probability 0.995^n <
    # 1e-17.
    evidence.at_least("largest weight", kernel.max(), 0.995 * limit)


@pytest.mark.claim("hinge.he-uniform-uniform")
def test_he_uniform_is_uniform(subject, evidence):
    """A Kolmogorov-Smirnov test can't tell kernels from uniform draws."""
    limit = np.sqrt(6 / 2)
    kernel = subject.initial_kernel(2, units=4096, initializer="he_uniform", seed=2).ravel()

    # A p-value is uniform when the claim is true: below 1e-6 it is once in a million seeds.
    evidence.at_least(
        "p-value", stats.kstest(kernel, stats.uniform(-limit, 2 * limit).cdf).pvalue, 1e-6
    )


@pytest.mark.claim("hinge.glorot-is-default")
def test_dense_starts_with_glorot_uniform(subject, evidence):
    """Without an initializer, kernels are uniform within ±√(6 / (inputs + units))."""
    limit = np.sqrt(6 / (64 + 64))
    kernel = subject.initial_kernel(64, units=64, initializer=None, seed=3).ravel()

    evidence.at_most(
        "largest weight", np.abs(kernel).max(), limit + tolerance.rounding(limit, operations=4)
    )
    evidence.at_least(
        "p-value", stats.kstest(kernel, stats.uniform(-limit, 2 * limit).cdf).pvalue, 1e-6
    )


@pytest.mark.claim("hinge.validation-split")
def test_a_fifth_is_validated_on_and_the_rest_trained_on(subject, evidence):
    """With learning rate 0, fit reports the loss of the first 600 samples and of the last 150."""
    data = separable(seed=0)
    network = drawn(subject, LAYERS)
    targets = data.training_targets
    costs = HINGE.value(targets, network.predict(data.training))
    history = network.fit((data.training, targets), loss="hinge", batch_size=5, validation=0.2)

    # A running mean over 120 batches, each rounded twice.
    bound = tolerance.rounding(2, operations=240)
    evidence.close("training loss", history["loss"], costs[:600].mean(), within=bound)
    evidence.close("validation loss", history["val_loss"], costs[600:].mean(), within=bound)


@pytest.mark.claim("hinge.batches-of-five")
def test_batches_hold_five_samples(subject, evidence):
    """600 training samples take 120 batches of five, and 150 validation samples 30."""
    data = separable(seed=0)
    training = data.training, data.training_targets
    history = drawn(subject, LAYERS).fit(training, loss="hinge", batch_size=5, validation=0.2)

    evidence.exactly("training batches", history.batches, 120)
    evidence.exactly("validation batches", history.validation_batches, 30)
