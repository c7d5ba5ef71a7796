"""Examples of the reference: values given as they are given there, and the figures printed."""

import numpy as np
import pytest

from helpers.examples import Example
from helpers.given import refusing
from lossspec.backends.keras.adapter import Refused
from lossspec.losses import tolerance

MSE, MAE = "mean_squared_error", "mean_absolute_error"
BCE, CCE = "binary_crossentropy", "categorical_crossentropy"
SCCE, KL = "sparse_categorical_crossentropy", "kullback_leibler_divergence"


LOGITS = {"from_logits": True}
NONE, SUM = {"reduction": None}, {"reduction": "sum"}
FOUR = np.array([0, 1, 0, 0]), np.array([-18.6, 0.51, 2.94, -12.8])
TWO_BY_TWO = tuple(each.reshape(2, 2) for each in FOUR)
IN_LISTS = [[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]]
PREDICTED = [[0.05, 0.95, 0], [0.1, 0.8, 0.1]]
ROWS = np.array([[0, 1, 0], [0, 0, 1]]), np.array(PREDICTED)
CLASSES = np.array([1, 2]), np.array(PREDICTED)
WEIGHTS = np.array([0.3, 0.7])

EXAMPLES = {
    "keras-api.mse-example": Example(
        MSE, {}, (np.array([1.0, 0.0, 1.0]), np.array([0.9, 0.1, 0.8])), 0.02, 2
    ),
    "keras-api.mae-example": Example(
        MAE, {}, (np.array([1.0, 0.3, 1.0]), np.array([1.9, 0.3, 1.8])), 0.5666667, 7
    ),
    "keras-api.huber-example": Example("huber", None, IN_LISTS, 0.155, 3),
    "keras-api.bce-example-four": Example(BCE, LOGITS, FOUR, 0.8654, 4),
    "keras-api.bce-example": Example(BCE, LOGITS, TWO_BY_TWO, 0.8654, 4),
    "keras-api.bce-example-weights": Example(BCE, LOGITS, (*TWO_BY_TWO, [0.8, 0.2]), 0.243, 3),
    "keras-api.bce-example-sum": Example(BCE, {**LOGITS, **SUM}, TWO_BY_TWO, 1.730, 3),
    "keras-api.bce-example-none": Example(BCE, {**LOGITS, **NONE}, TWO_BY_TWO, [0.235, 1.496], 3),
    "keras-api.bce-example-function": Example(BCE, None, IN_LISTS, [0.916, 0.714], 3),
    "keras-api.cce-example": Example(CCE, {}, ROWS, 1.177, 3),
    "keras-api.cce-example-weights": Example(CCE, {}, (*ROWS, WEIGHTS), 0.814, 3),
    "keras-api.cce-example-sum": Example(CCE, SUM, ROWS, 2.354, 3),
    "keras-api.cce-example-none": Example(CCE, NONE, ROWS, [0.0513, 2.303], 3),
    "keras-api.cce-example-function": Example(
        CCE, None, ([[0, 1, 0], [0, 0, 1]], PREDICTED), [0.0513, 2.303], 3
    ),
    "keras-api.scce-example": Example(SCCE, {}, CLASSES, 1.177, 3),
    "keras-api.scce-example-weights": Example(SCCE, {}, (*CLASSES, WEIGHTS), 0.814, 3),
    "keras-api.scce-example-sum": Example(SCCE, SUM, CLASSES, 2.354, 3),
    "keras-api.scce-example-none": Example(SCCE, NONE, CLASSES, [0.0513, 2.303], 3),
    "keras-api.scce-example-function": Example(SCCE, None, ([1, 2], PREDICTED), [0.0513, 2.303], 3),
}
"""By the id of the claim. Of two figures, the decimals are those of the shorter."""


@pytest.mark.claim
def test_an_example_prints_its_figures(claim, subject, evidence):
    """Called as the example calls it, the loss rounds to the digits that are printed."""
    example = EXAMPLES[claim.id]
    call = refusing(subject, lambda: example.result(subject))
    got = evidence.accepts("what the example gives", call, Refused)

    example.is_printed(got, evidence)


@pytest.mark.instead
def test_an_example_prints_its_figure_cut_off(claim, subject, evidence):
    """The loss is above the figure, by half a unit of its last digit or more, but less than one."""
    example = EXAMPLES[claim.id]
    got, unit = example.result(subject), 10.0**-example.decimals

    evidence.above("loss", got, example.printed + unit / 2)
    evidence.below("loss", got, example.printed + unit)


@pytest.mark.instead
def test_an_example_prints_what_the_string_gives(claim, subject, evidence):
    """With a reduction of "none" in place of None, the losses round to the digits printed."""
    example = EXAMPLES[claim.id]
    example = example._replace(arguments={**example.arguments, "reduction": "none"})

    example.is_printed(example.result(subject), evidence)


@pytest.mark.instead("keras-api.huber-example")
def test_the_example_of_huber_loss_gives_a_loss_a_sample(subject, evidence):
    """The two samples cost 0.18 and 0.13, of which the figure printed is the mean."""
    got = EXAMPLES["keras-api.huber-example"].result(subject)

    evidence.close("losses", got, [0.18, 0.13], within=tolerance.rounding(1))
    evidence.close("their mean", got.mean(), 0.155, within=tolerance.rounding(1))


@pytest.mark.instead("keras-api.scce-example-function")
def test_the_example_of_class_numbers_takes_arrays_alone(subject, evidence):
    """Lists raise an AttributeError; as arrays, the same cost what is printed."""
    example = EXAMPLES["keras-api.scce-example-function"]
    of_arrays = example._replace(given=CLASSES)

    evidence.refuses("lists", refusing(subject, lambda: example.result(subject)), Refused)
    of_arrays.is_printed(of_arrays.result(subject), evidence)


def divergence_drawn(subject):
    """What KL divergence gives for what the example draws, ten times; and what NumPy gives."""
    got, wanted = [], []
    for seed in range(10):
        drawn = np.random.RandomState(seed)
        t, y = drawn.randint(0, 2, (2, 3)).astype(np.float32), drawn.random_sample((2, 3))
        got.append(subject.loss(KL).as_given(t, y))
        t, y = np.clip(t, np.float32(1e-7), np.float32(1)), np.clip(y, 1e-7, 1)
        wanted.append(np.sum(t * np.log(t / y), axis=-1))
    return np.array(got), np.array(wanted)


@pytest.mark.claim("keras-api.kl-example")
def test_the_divergence_is_what_the_example_asserts(subject, evidence):
    """Two losses come out, to the last bit those of NumPy."""
    got, wanted = divergence_drawn(subject)

    evidence.exactly("losses", got, wanted)


@pytest.mark.instead("keras-api.kl-example")
def test_the_divergence_is_nearly_what_the_example_asserts(subject, evidence):
    """The losses are NumPy's but for a target of 1e-7, rounded to float32 there and not here."""
    got, wanted = divergence_drawn(subject)

    # Each of three such targets is off by 2⁻²⁴ of it, and ln(t / y) is at most 17 in size.
    of_targets = 3 * 2.0**-24 * 1e-7 * (17 + 1)
    # Sums of numbers up to 17, in float64.
    bound = of_targets + tolerance.rounding(17, unit=tolerance.UNITS["float64"])
    evidence.close("losses", got, wanted, within=bound)
    evidence.above("what the largest difference is", np.abs(got - wanted).max(), 0)
