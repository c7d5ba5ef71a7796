"""The hinge document's network and what it is built and trained with, up to the training itself."""

import numpy as np
import pytest
from scipy import stats

from helpers.networks import drawn
from lossspec.backends.keras.adapter import Refused
from lossspec.experiments.datasets import separable
from lossspec.experiments.recipes import recipe_named
from lossspec.losses import tolerance
from lossspec.losses.margin import HINGE

LAYERS = [
    {"units": 4, "input_shape": (2,), "activation": "relu", "kernel_initializer": "he_uniform"},
    {"units": 2, "activation": "relu", "kernel_initializer": "he_uniform"},
    {"units": 1, "activation": "tanh"},
]

ONE_ULP_BELOW_ONE = 2.0**-24
FLOAT32_STEP_ABOVE_ONE = 2.0**-23
DRAWS = 100

# Beyond it 1 - tanh(z) = 2 / (exp(2 z) + 1) is less than half a float32 step below 1, so the
# nearest float32 is 1.
TANH_SATURATES = 0.5 * np.log(2 / (ONE_ULP_BELOW_ONE / 2))


def relu(x):
    """max(0, x)."""
    return np.maximum(0, x)


@pytest.mark.claim("hinge.imports")
def test_the_documented_imports_exist(subject, evidence):
    """What is imported from where the document imports it builds a network."""
    sequential = subject.import_name("tensorflow.keras.models", "Sequential")
    dense = subject.import_name("tensorflow.keras.layers", "Dense")

    model = sequential()
    model.add(dense(1, input_shape=(2,)))

    assert callable(subject.import_name("tensorflow.keras.optimizers", "Adam"))
    evidence.exactly("trainable numbers", model.count_params(), 3)


@pytest.mark.claim("hinge.code-runs")
def test_what_the_document_compiles_with_trains(subject, evidence):
    """The documented layers can be built, and Adam(lr=0.03) updates a weight."""
    evidence.exactly("layers", len(subject.network(LAYERS).parameters()), 3)
    evidence.above("first step of Adam(lr=0.03)", subject.steps("Adam", lr=0.03), 0)


@pytest.mark.instead("hinge.code-runs")
def test_with_learning_rate_it_trains(subject, evidence):
    """Adam(learning_rate=0.03) updates a weight: lr alone keeps the code from running."""
    evidence.exactly("layers", len(subject.network(LAYERS).parameters()), 3)
    evidence.above("first step", subject.steps("Adam", learning_rate=0.03), 0)


@pytest.mark.claim("hinge.feature-shape")
def test_the_length_of_a_sample_is_the_input_shape(subject, evidence):
    """Of a sample's length, 2, the network takes vectors of that length and no others."""
    samples = separable(seed=0).training[:5]
    network = drawn(subject, [{"units": 1, "input_shape": (len(samples[0]),)}])
    longer = np.hstack([samples, samples[:, :1]])

    evidence.exactly("length of the first training sample", len(samples[0]), 2)
    evidence.exactly("shape of what it predicts", network.predict(samples).shape, (5, 1))
    evidence.refuses(
        "samples of length 3", subject.refusing(lambda: network.predict(longer)), Refused
    )


@pytest.mark.claim("hinge.three-layers")
def test_three_dense_layers_can_be_built(subject, evidence):
    """Layers of 4, 2 and 1 units over 2 inputs predict tanh of relu of relu, each of its kernel."""
    network, points = drawn(subject, LAYERS), separable(seed=0).testing
    kernels, biases = network.weights()[::2], network.weights()[1::2]
    passed, size = points, np.abs(points)
    for kernel, bias, activation in zip(kernels, biases, (relu, relu, np.tanh)):
        passed = activation(passed @ kernel + bias)
        size = size @ np.abs(kernel) + np.abs(bias)  # of what is added up on the way

    evidence.exactly("trainable numbers of the layers", network.parameters(), [12, 10, 3])
    # Sums of 3, 5 and 3 numbers, each product rounded too, and tanh.
    bound = tolerance.rounding(1 + size, operations=2 * (3 + 5 + 3) + tolerance.OPERATIONS)
    evidence.close("predictions", network.predict(points), passed, within=bound)


@pytest.mark.claim("hinge.nonlinear-layers")
def test_without_activation_the_layers_draw_a_line(subject, evidence):
    """Without relu the layers' last linear part is that of one layer, whose boundary is a line."""
    linear = [{k: v for k, v in each.items() if k != "activation"} for each in LAYERS]
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    of_origin, *others, of_sum = drawn(subject, linear).predict(corners)[:, 0]
    bent = drawn(subject, [*LAYERS[:2], linear[2]]).predict(np.vstack([corners, -corners]))[:, 0]

    evidence.close(
        "prediction at a sum less the sum of predictions",
        of_sum - of_origin,
        sum(others) - 2 * of_origin,
        within=tolerance.rounding(np.abs(others).sum(), operations=32),
    )
    evidence.above(
        "how far predictions with relu are from a line",
        np.abs(bent[1:4] + bent[5:] - 2 * bent[0]).max(),
        0.01,
    )


@pytest.mark.claim("hinge.one-output")
def test_the_last_neuron_gives_one_prediction_a_sample(subject, evidence):
    """Predictions for 250 samples are 250 rows of one number."""
    predictions = drawn(subject, LAYERS).predict(separable(seed=0).testing)

    evidence.exactly("shape of the predictions", predictions.shape, (250, 1))


@pytest.mark.claim("hinge.relu")
def test_relu_is_the_larger_of_zero_and_its_input(subject, mode, evidence):
    """relu(x) = max(0, x), exactly, of numbers of any size."""
    x = np.append(np.arange(-4, 4, 1 / 16), [2.0**66, -(2.0**66)])[:, None]

    evidence.exactly("relu", subject.dense("relu", x, mode), relu(x))


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
    """Where the nearest float32 to tanh(z) is 1, it is given, and hinge loss has no slope left."""
    linear_part = np.arange(np.ceil(TANH_SATURATES), 20, 1 / 16)[:, None]
    through = subject.loss_through("tanh", "hinge", mode)
    slopes = through.gradient(np.ones_like(linear_part), -linear_part)

    evidence.at_least(
        "prediction at linear parts from 9 to 20", subject.dense("tanh", linear_part, mode), 1
    )
    evidence.at_most(
        "prediction at linear parts from -20 to -9", subject.dense("tanh", -linear_part, mode), -1
    )
    # Where an approximation of tanh oversteps 1 by a step, 1 - tanh² is two steps below 0.
    most = 2 * FLOAT32_STEP_ABOVE_ONE
    evidence.at_most("size of the slope there, target +1", np.abs(slopes), most)


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
    """A Kolmogorov-Smirnov test can't tell kernels from uniform draws, nor are rows alike."""
    limit = np.sqrt(6 / 2)
    kernel = subject.initial_kernel(2, units=4096, initializer="he_uniform", seed=2)
    uniform = stats.kstest(kernel.ravel(), stats.uniform(-limit, 2 * limit).cdf)

    # A p-value is uniform when the claim is true: below 1e-6 it is once in a million seeds.
    evidence.at_least("p-value", uniform.pvalue, 1e-6)
    evidence.at_least("p-value of rows that aren't alike", stats.pearsonr(*kernel)[1], 1e-6)


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


def mean_square_kept(kernels):
    """How much a layer of ReLUs with these kernels multiplies the mean square of what it is given.

    It is given the unit vectors and their negatives, so that each weight shows once.
    """
    inputs = kernels.shape[1]
    given = np.vstack([np.eye(inputs), -np.eye(inputs)])
    return np.mean(relu(given @ kernels) ** 2) / np.mean(given**2)


@pytest.mark.claim("hinge.he-keeps-mean-square")
def test_he_keeps_the_mean_square_and_glorot_lowers_it(subject, evidence):
    """Behind each ReLU layer the mean square is as before, and under Glorot's less."""
    he, glorot = (
        [subject.initial_weights(recipe_named(name), seed) for seed in range(DRAWS)]
        for name in ("separable-hinge", "separable-hinge-glorot")
    )

    # Squares of uniform draws deviate by √0.8 of their mean; six deviations of 8 squares a draw.
    spread = 6 * np.sqrt(0.8 / (8 * DRAWS))
    for layer, inputs, units in ((0, 2, 4), (1, 4, 2)):
        kept, lowered = (
            mean_square_kept(np.stack([weights[2 * layer] for weights in drawn_by]))
            for drawn_by in (he, glorot)
        )
        evidence.close(f"kept by He uniform, layer {layer + 1}", kept, 1, within=spread)
        share = inputs / (inputs + units)
        evidence.close(
            f"kept by Glorot uniform, layer {layer + 1}", lowered, share, within=spread * share
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


@pytest.mark.claim("hinge.smaller-batches-more-steps")
def test_smaller_batches_take_more_steps(subject, evidence):
    """An epoch of 100 samples takes 100 steps one by one, 20 in fives, and one all together."""
    data = separable(seed=0)
    training = data.training[:100], data.training_targets[:100]
    network = drawn(subject, LAYERS)
    steps = [network.fit(training, loss="hinge", batch_size=n).batches for n in (1, 5, 100)]

    evidence.exactly("steps", steps, [100, 20, 1])


def steps_of(epochs, subject):
    """How many steps fit takes in so many epochs of ten samples in fives."""
    data = separable(seed=0)
    training = data.training[:10], data.training_targets[:10]
    return drawn(subject, LAYERS).fit(training, loss="hinge", epochs=epochs, batch_size=5).batches


@pytest.mark.claim("hinge.epochs-are-iterations")
def test_an_epoch_is_an_iteration(subject, evidence):
    """Three epochs take three steps."""
    evidence.exactly("steps of three epochs", steps_of(3, subject), 3)


@pytest.mark.instead("hinge.epochs-are-iterations")
def test_an_epoch_is_an_iteration_a_batch(subject, evidence):
    """Three epochs of ten samples in fives take six steps, one a batch."""
    evidence.exactly("steps of three epochs", steps_of(3, subject), 6)
