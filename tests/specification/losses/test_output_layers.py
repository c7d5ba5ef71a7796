"""What an output layer predicts, and whether a loss requires the documented one."""

import numpy as np
import pytest

from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.entropy import one_hot

# As far as both ends of what exp of a float32 can hold, and much farther.
FAR = np.array([100.0, -100.0, 1e4, -1e4])


@pytest.mark.claim("losses.bce-output-layer")
def test_a_sigmoid_unit_predicts_a_probability(subject, mode, evidence):
    """A sigmoid unit gives 1 / (1 + exp(-z)) of its linear part z, within [0, 1]."""
    linear_part = np.concatenate([np.arange(-20, 20, 1 / 16), FAR])[:, None]
    predictions = subject.dense("sigmoid", linear_part, mode)
    exponentials = np.exp(-np.abs(linear_part))
    wanted = np.where(linear_part < 0, exponentials, 1) / (1 + exponentials)

    evidence.close("prediction", predictions, wanted, within=tolerance.rounding(1))
    evidence.at_least("prediction", predictions, 0)
    evidence.at_most("prediction", predictions, 1)


@pytest.mark.instead("losses.bce-output-layer")
def test_sigmoid_falls_short_of_zero_by_a_rounding(subject, mode, evidence):
    """Some prediction lies below 0, and none by more than one rounding of numbers up to 1."""
    linear_part = np.arange(-20, 20, 1 / 16)[:, None]
    least = subject.dense("sigmoid", linear_part, mode).min()

    evidence.below("least prediction", least, 0)
    evidence.at_least("least prediction", least, -tolerance.rounding(1, operations=1))


@pytest.mark.claim("losses.cce-output-layer", "losses.scce-output-layer", "losses.kl-output-layer")
def test_softmax_units_predict_a_distribution(subject, mode, evidence):
    """Softmax units give exp(z) over its sum: not negative, adding up to 1."""
    rising = np.concatenate([np.arange(-8, 8, 1 / 4), FAR])
    linear_part = np.stack([rising, -rising, np.zeros(len(rising))], axis=1)
    exponentials = np.exp(linear_part - linear_part.max(axis=1, keepdims=True))
    predictions = subject.dense("softmax", linear_part, mode)
    wanted = exponentials / exponentials.sum(axis=1, keepdims=True)

    evidence.close("probability", predictions, wanted, within=tolerance.rounding(1))
    evidence.at_least("probability", predictions, 0)
    evidence.close(
        "sum of a sample's probabilities", predictions.sum(axis=1), 1, within=tolerance.rounding(1)
    )


REQUIRES = {
    "losses.bce-requires-sigmoid": "binary_crossentropy",
    "losses.cce-requires-softmax": "categorical_crossentropy",
    "losses.scce-requires-softmax": "sparse_categorical_crossentropy",
}


def of_linear_part(name, subject):
    """Loss and slopes of linear units under from_logits=True, and those behind the activation.

    The slope behind a sigmoid or a softmax is the prediction less the target. PRML eq. 4.109.
    """
    definition, units = DEFINITIONS[name], 1 if name == "binary_crossentropy" else 3
    linear_part = np.array([[0.5, -1, 2], [-3, 0, 1], [1, 1, -2], [0, 4, 0.25]])[:, :units]
    classes = np.array([0, 1, 0, 1] if units == 1 else [2, 0, 1, 1])
    if units == 1:
        rows, predicted = classes[:, None], 1 / (1 + np.exp(-linear_part))
    else:
        exponentials = np.exp(linear_part)
        rows, predicted = one_hot(classes, 3), exponentials / exponentials.sum(axis=1)[:, None]
    targets = classes if name == "sparse_categorical_crossentropy" else rows

    linear = subject.loss_through("linear", name, from_logits=True)
    costs = linear.per_sample(targets, linear_part)
    return (
        (costs, definition.value(targets, predicted)),
        (linear.gradient(targets, linear_part), predicted - rows),
        # A sum of three exponentials, its logarithm, and numbers of up to 4.
        tolerance.rounding(4),
    )


@pytest.mark.claim(*REQUIRES)
def test_without_its_activation_a_loss_is_another(claim, subject, evidence):
    """However it is called on linear units, the loss or its slope isn't that behind the layer."""
    costs, slopes, bound = of_linear_part(REQUIRES[claim.id], subject)

    off = max(np.abs(got - wanted).max() for got, wanted in (costs, slopes))
    evidence.above("largest difference from the loss and slope behind the activation", off, bound)


@pytest.mark.instead(*REQUIRES)
def test_a_linear_part_costs_and_pulls_as_its_probability_does(claim, subject, evidence):
    """Told from_logits=True, the loss of linear units and its slope are those behind the layer."""
    costs, slopes, bound = of_linear_part(REQUIRES[claim.id], subject)

    evidence.close("loss of the linear part", *costs, within=bound)
    evidence.close("slope of the linear part", *slopes, within=bound)


OF_SIGNS = {
    "losses.hinge-requires-tanh": "hinge",
    "losses.squared-hinge-requires-tanh": "squared_hinge",
}
POINTS = np.array([[1, 0.5], [0.25, 1], [-1, 0.25], [-0.5, -1]])
OF_POINTS = np.array([[1.0], [1], [-1], [-1]])
START = np.array([[-0.5], [0.25]])  # has one sign right of four
RATE, STEPS = 0.5, 10


def linear_unit(subject):
    """A linear unit over two inputs."""
    network = subject.network([{"units": 1, "input_shape": (2,), "activation": "linear"}])
    network.set_weights([START, np.zeros(1)])
    return network


def trained(network, name, steps):
    """The loss before each of so many steps of SGD on all points."""
    return network.fit(
        (POINTS, OF_POINTS), loss=name, epochs=steps, batch_size=len(POINTS), learning_rate=RATE
    )["loss"]


@pytest.mark.claim(*OF_SIGNS)
def test_a_linear_unit_does_not_learn(claim, subject, evidence):
    """After training a linear unit, the loss is no lower than before."""
    losses = trained(linear_unit(subject), OF_SIGNS[claim.id], STEPS)

    evidence.at_least("loss at the end", losses[-1], losses[0])


@pytest.mark.instead(*OF_SIGNS)
def test_a_linear_unit_learns_the_signs(claim, subject, evidence):
    """A linear unit goes down the slope of the definition, and has all signs right at the end."""
    name = OF_SIGNS[claim.id]
    definition, network = DEFINITIONS[name], linear_unit(subject)
    slopes = POINTS.T @ definition.derivative(OF_POINTS, POINTS @ START) / len(POINTS)
    trained(network, name, 1)

    stepped = network.weights()[0]
    evidence.close(
        "kernel after a step", stepped, START - RATE * slopes, within=tolerance.rounding(1)
    )
    trained(network, name, STEPS)
    signs = np.sign(network.predict(POINTS))
    evidence.exactly("signs predicted after training", signs, OF_POINTS)


@pytest.mark.claim("losses.hinge-wrong-sign")
@pytest.mark.parametrize("target", [1, -1])
@pytest.mark.usefixtures("given_as")
def test_any_wrong_sign_costs_more_than_any_right_one(target, loss, evidence):
    """The cheapest prediction of the wrong sign costs more than the dearest of the right one."""
    sizes = np.array([[1e-6], [2.0**-10], [0.25], [1.0], [4.0], [1e20]])
    targets, hinge = np.full_like(sizes, target), loss("hinge")

    dearest_right = hinge.per_sample(targets, target * sizes).max()
    evidence.above(
        "loss of predictions of the wrong sign",
        hinge.per_sample(targets, -target * sizes),
        dearest_right,
    )
