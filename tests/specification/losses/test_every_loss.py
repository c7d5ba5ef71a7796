"""What is said of each of the nine losses alike: its slope, its sign and its zero."""

import numpy as np
import pytest

from lossspec.losses import grids, tolerance
from lossspec.losses.reference import REFERENCES

NAMES = {
    "mse": "mean_squared_error",
    "msle": "mean_squared_logarithmic_error",
    "mae": "mean_absolute_error",
    "bce": "binary_crossentropy",
    "hinge": "hinge",
    "squared-hinge": "squared_hinge",
    "cce": "categorical_crossentropy",
    "scce": "sparse_categorical_crossentropy",
    "kl": "kullback_leibler_divergence",
}

ONE_HOT = np.eye(3)
SPREAD = np.array([[0.25, 0.25, 0.5], [0.125, 0.75, 0.125]])

# Targets, the predictions that are perfect for them, and some that are not.
PERFECT = {
    "mse": ([[-2.0], [0.0], [3.5]], [[-2.0], [0.0], [3.5]], [[-2.5], [0.25], [0.0]]),
    "msle": ([[0.0], [0.5], [3.5]], [[0.0], [0.5], [3.5]], [[0.25], [0.0], [3.0]]),
    "mae": ([[-2.0], [0.0], [3.5]], [[-2.0], [0.0], [3.5]], [[-2.5], [0.25], [0.0]]),
    "bce": ([[0.0], [1.0]], [[0.0], [1.0]], [[0.25], [0.5]]),
    "hinge": ([[-1.0], [1.0]], [[-1.0], [1.0]], [[-0.5], [0.75]]),
    "squared-hinge": ([[-1.0], [1.0]], [[-1.0], [1.0]], [[-0.5], [0.75]]),
    "cce": (ONE_HOT, ONE_HOT, np.full((3, 3), 0.25) + ONE_HOT / 4),
    "scce": ([0.0, 1.0, 2.0], ONE_HOT, np.full((3, 3), 0.25) + ONE_HOT / 4),
    "kl": (
        np.vstack([ONE_HOT, SPREAD]),
        np.vstack([ONE_HOT, SPREAD]),
        np.full((5, 3), [0.375, 0.25, 0.375]),
    ),
}


def every_loss(what, *slugs):
    """Run a spec once for each loss (or the ones given), each bound to the claim ``losses.<slug>-<what>``."""
    rows = [
        pytest.param(slug, marks=pytest.mark.claim(f"losses.{slug}-{what}"))
        for slug in slugs or NAMES
    ]
    return pytest.mark.parametrize("slug", rows)


@every_loss("gradient")
def test_training_follows_the_slope_of_the_definition(slug, loss, evidence):
    """The gradient that training takes is the derivative of the loss's definition."""
    name = NAMES[slug]
    line, formula = grids.line(name), REFERENCES[name]
    values = loss(name).per_sample(line.targets, line.predictions)
    slopes = loss(name).gradient(line.targets, line.predictions) @ line.direction

    def slope(targets, predictions):
        return formula.derivative(targets, predictions) @ line.direction

    evidence.curve("loss", line.x, values)
    evidence.curve("slope", line.x, slopes)
    value_bound = tolerance.of_loss(name, formula.value, line.targets, line.predictions)
    slope_bound = tolerance.of_loss(name, slope, line.targets, line.predictions)
    evidence.close(
        "loss", values, formula.value(line.targets, line.predictions), within=value_bound
    )
    evidence.close("slope", slopes, slope(line.targets, line.predictions), within=slope_bound)


@every_loss("not-negative")
def test_it_is_never_negative(slug, loss, evidence):
    """No prediction costs less than nothing."""
    batch = grids.batch(NAMES[slug])
    targets, perfect, _ = PERFECT[slug]

    evidence.at_least("loss", loss(NAMES[slug]).per_sample(batch.targets, batch.predictions), 0)
    evidence.at_least(
        "loss of perfect predictions", loss(NAMES[slug]).per_sample(targets, perfect), 0
    )


@every_loss("zero")
def test_it_is_zero_when_perfect_and_only_then(slug, loss, evidence):
    """Perfect predictions cost nothing, any others something."""
    of_loss, (targets, perfect, imperfect) = loss(NAMES[slug]), PERFECT[slug]
    bound = tolerance.of_zero(NAMES[slug], outputs=np.shape(perfect)[-1])

    evidence.close(
        "loss of perfect predictions", of_loss.per_sample(targets, perfect), 0, within=bound
    )
    evidence.above("loss of imperfect predictions", of_loss.per_sample(targets, imperfect), bound)


@every_loss("definition", "mse", "mae", "bce", "hinge", "cce", "scce", "kl")
def test_it_is_what_its_definition_says(slug, loss, evidence):
    """Each sample's loss, and the batch's mean that training minimises, follow from the definition."""
    name = NAMES[slug]
    batch, formula = grids.batch(name), REFERENCES[name]
    wanted = formula.value(batch.targets, batch.predictions)
    bound = tolerance.of_loss(name, formula.value, batch.targets, batch.predictions)
    mean_bound = bound.mean() + tolerance.rounding(wanted.mean(), operations=grids.SAMPLES)

    evidence.close(
        "loss of each sample",
        loss(name).per_sample(batch.targets, batch.predictions),
        wanted,
        within=bound,
    )
    evidence.close(
        "loss of the batch",
        loss(name).mean(batch.targets, batch.predictions),
        wanted.mean(),
        within=mean_bound,
    )


@pytest.mark.claim("losses.mse-output-layer", "losses.msle-output-layer", "losses.mae-output-layer")
def test_a_linear_unit_can_predict_any_number(subject, mode, evidence):
    """A unit with linear activation gives its linear part unchanged, however large and of either sign."""
    linear_part = np.array([[-1e30], [-4.0], [0.0], [0.25], [3.0], [1e30]], np.float32)

    evidence.exactly("prediction", subject.dense("linear", linear_part, mode), linear_part)


@pytest.mark.claim("losses.bce-output-layer")
def test_a_sigmoid_unit_predicts_a_probability(subject, mode, evidence):
    """A unit with sigmoid activation gives 1 / (1 + exp(-z)) of its linear part z, within [0, 1]."""
    linear_part = np.arange(-20, 20, 1 / 16)[:, None]
    predictions = subject.dense("sigmoid", linear_part, mode)

    evidence.close(
        "prediction", predictions, 1 / (1 + np.exp(-linear_part)), within=tolerance.rounding(1)
    )
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
    """Three units with softmax activation give exp(z) over its sum: not negative, adding up to 1."""
    linear_part = np.stack(
        [np.arange(-8, 8, 1 / 4), np.arange(8, -8, -1 / 4), np.zeros(64)], axis=1
    )
    exponentials = np.exp(linear_part)
    predictions = subject.dense("softmax", linear_part, mode)
    wanted = exponentials / exponentials.sum(axis=1, keepdims=True)

    evidence.close("probability", predictions, wanted, within=tolerance.rounding(1))
    evidence.at_least("probability", predictions, 0)
    evidence.close(
        "sum of a sample's probabilities", predictions.sum(axis=1), 1, within=tolerance.rounding(1)
    )
