"""Examples of the reference for the losses beside the documents': the figures that it prints."""

import itertools

import numpy as np
import pytest

from helpers.bounds import bound_of
from helpers.examples import Example
from helpers.given import refusing
from helpers.known import known
from lossspec.backends.keras.adapter import Refused
from lossspec.losses import tolerance
from lossspec.losses.counts import POISSON
from lossspec.losses.directions import COSINE
from lossspec.losses.entropy import BCE
from lossspec.losses.focal import BINARY_FOCAL, CATEGORICAL_FOCAL
from lossspec.losses.margin import CATEGORICAL_HINGE
from lossspec.losses.overlap import DICE
from lossspec.losses.regression import LOG_COSH, MAPE

FOUR = np.array([0, 1, 0, 0]), np.array([-18.6, 0.51, 2.94, -12.8])
TWO_BY_TWO = tuple(each.reshape(2, 2) for each in FOUR)
IN_LISTS = [[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]]
WEIGHTED = *TWO_BY_TWO, [0.8, 0.2]
CLASSES = [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], [[0.05, 0.95, 0], [0.1, 0.8, 0.1]]
MASKS = [[[[1.0], [1.0]], [[0.0], [0.0]]], [[[1.0], [1.0]], [[0.0], [0.0]]]]
PREDICTED = [[[[0.0], [1.0]], [[0.0], [1.0]]], [[[0.4], [0.0]], [[0.0], [0.9]]]]
SUM, NONE = {"reduction": "sum"}, {"reduction": None}
OF_IMAGES = {"axis": (1, 2, 3), **NONE}


def focal(gamma, given, printed, decimals=3, **arguments):
    """An example of the class of binary focal cross-entropy, of logits."""
    arguments = {"gamma": gamma, "from_logits": True, **arguments}
    return Example(BINARY_FOCAL.name, arguments, given, printed, decimals)


BALANCED = {"apply_class_balancing": True}

EXAMPLES = {
    "keras-api.mape-example": Example(
        MAPE.name, {}, (np.array([100.0, 200, 300]), np.array([90.0, 210, 310])), 6.111111, 6
    ),
    "keras-api.cosine-example": Example(
        COSINE.name,
        None,
        ([[0.0, 1.0], [1.0, 1.0], [1.0, 1.0]], [[1.0, 0.0], [1.0, 1.0], [-1.0, -1.0]]),
        [0, -0.99999994, 0.99999994],
        6,
    ),
    "keras-api.log-cosh-example": Example(
        LOG_COSH.name, None, ([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [0.0, 0.0]]), 0.108, 3
    ),
    "keras-api.binary-focal-example": focal(2, FOUR, 0.691),
    "keras-api.binary-focal-example-balanced": focal(2, FOUR, 0.51, 2, **BALANCED),
    "keras-api.binary-focal-example-two": focal(3, TWO_BY_TWO, 0.647),
    "keras-api.binary-focal-example-two-balanced": focal(3, TWO_BY_TWO, 0.482, **BALANCED),
    "keras-api.binary-focal-example-weights": focal(3, WEIGHTED, 0.133),
    "keras-api.binary-focal-example-weights-balanced": focal(3, WEIGHTED, 0.097, **BALANCED),
    "keras-api.binary-focal-example-sum": focal(4, TWO_BY_TWO, 1.222, **SUM),
    "keras-api.binary-focal-example-sum-balanced": focal(4, TWO_BY_TWO, 0.914, **SUM, **BALANCED),
    "keras-api.binary-focal-example-none": focal(5, TWO_BY_TWO, [0.0017, 1.1561], 4, **NONE),
    "keras-api.binary-focal-example-none-balanced": focal(
        5, TWO_BY_TWO, [0.0004, 0.8670], [4, 3], **NONE, **BALANCED
    ),
    "keras-api.binary-focal-example-function": Example(
        BINARY_FOCAL.name, None, IN_LISTS, [0.330, 0.206], 3
    ),
    "keras-api.binary-focal-example-crossentropy": Example(
        BINARY_FOCAL.name, None, IN_LISTS, [0.916, 0.714], 3
    ),
    "keras-api.categorical-focal-example": Example(
        CATEGORICAL_FOCAL.name, {}, CLASSES, 0.23315276, 7
    ),
    "keras-api.categorical-focal-example-weights": Example(
        CATEGORICAL_FOCAL.name, {}, (*CLASSES, np.array([0.3, 0.7])), 0.1632, 4
    ),
    "keras-api.categorical-focal-example-sum": Example(
        CATEGORICAL_FOCAL.name, SUM, CLASSES, 0.46631, 5
    ),
    "keras-api.categorical-focal-example-none": Example(
        CATEGORICAL_FOCAL.name, NONE, CLASSES, [3.2058331e-05, 4.6627346e-01], [9, 6]
    ),
    "keras-api.categorical-focal-example-function": Example(
        CATEGORICAL_FOCAL.name,
        None,
        ([[0, 1, 0], [0, 0, 1]], [[0.05, 0.9, 0.05], [0.1, 0.85, 0.05]]),
        [2.63401289e-04, 6.75912094e-01],
        [8, 6],
    ),
    "keras-api.dice-example": Example(
        DICE.name, OF_IMAGES, (MASKS, PREDICTED), [0.5, 0.75757575], 6
    ),
    "keras-api.dice-example-batch": Example(DICE.name, {}, (MASKS, PREDICTED), 0.6164384, 6),
    "keras-api.dice-example-arrays": Example(
        DICE.name, OF_IMAGES, (np.array(MASKS), np.array(PREDICTED)), [0.5, 0.75757575], 6
    ),
}
"""By the id of the claim. Of eight digits printed, float32's last two may be others elsewhere."""


@pytest.mark.claim
def test_another_example_prints_its_figures(claim, subject, evidence):
    """Called as the example calls it, the loss rounds to the digits that are printed."""
    example = EXAMPLES[claim.id]
    known(example.loss, subject)
    call = refusing(subject, lambda: example.result(subject))
    got = evidence.accepts("what the example gives", call, Refused)

    example.is_printed(got, evidence)


@pytest.mark.instead
def test_another_example_prints_what_the_string_gives(claim, subject, evidence):
    """With a reduction of "none" in place of None, the losses round to the digits printed."""
    example = EXAMPLES[claim.id]
    example = example._replace(arguments={**example.arguments, "reduction": "none"})

    example.is_printed(example.result(subject), evidence)


@pytest.mark.instead
def test_another_example_takes_arrays_alone(claim, subject, evidence):
    """Lists are refused; as arrays, the same round to the digits that are printed."""
    example = EXAMPLES[claim.id]
    of_arrays = example._replace(given=tuple(map(np.array, example.given)))

    evidence.refuses("lists", refusing(subject, lambda: example.result(subject)), Refused)
    of_arrays.is_printed(of_arrays.result(subject), evidence)


@pytest.mark.instead
def test_the_example_of_log_cosh_gives_a_loss_a_sample(subject, evidence):
    """The two samples cost ln cosh 1, halved, and 0: the figure printed is their mean."""
    got, wanted = EXAMPLES["keras-api.log-cosh-example"].result(subject), np.log(np.cosh(1)) / 2

    # Of numbers up to 2 + ln 2.
    evidence.close("losses", got, [wanted, 0], within=tolerance.rounding(3))
    evidence.close("their mean", got.mean(), 0.108, within=5e-4)


@pytest.mark.instead
def test_the_example_of_crossentropy_calls_the_focal_loss(subject, evidence):
    """What is called is the focal loss again: to the last bit what a gamma of 2 gives."""
    got = EXAMPLES["keras-api.binary-focal-example-crossentropy"].result(subject)
    focal_loss = subject.function_of(BINARY_FOCAL.name, gamma=2).as_given(*IN_LISTS)

    evidence.exactly("losses", got, focal_loss)
    EXAMPLES["keras-api.binary-focal-example-function"].is_printed(got, evidence)


def quotients(subject):
    """The focal losses of the example, over what it calls cross-entropy and over that itself."""
    with_gamma = subject.function_of(BINARY_FOCAL.name, gamma=2).as_given(*IN_LISTS)
    called = subject.loss(BINARY_FOCAL.name).as_given(*IN_LISTS)
    return with_gamma / called, with_gamma / subject.loss(BCE.name).as_given(*IN_LISTS)


@pytest.mark.claim
def test_the_focal_loss_is_a_share_of_crossentropy(subject, evidence):
    """The quotient of what the example calls is 0.360 and 0.289."""
    as_called, _ = quotients(subject)

    evidence.close("quotient", as_called, [0.360, 0.289], within=5e-4)


@pytest.mark.instead
def test_the_focal_loss_is_all_of_itself(subject, evidence):
    """The quotient of what the example calls is 1; over cross-entropy it is 0.360 and 0.288."""
    as_called, of_crossentropy = quotients(subject)

    evidence.exactly("quotient", as_called, 1)
    evidence.close("quotient over cross-entropy", of_crossentropy, [0.360, 0.288], within=5e-4)


def of_function(subject, **arguments):
    """What the function of Dice loss gives of the lists in the example."""
    return subject.function_of(known(DICE, subject), **arguments).as_given(MASKS, PREDICTED)


@pytest.mark.claim
def test_the_function_of_dice_prints_its_figures(subject, evidence):
    """Over axis=(1, 2, 3) the two images have 0.5 and 0.75757575; without, the batch 0.6164384."""
    EXAMPLES["keras-api.dice-example"].is_printed(of_function(subject, axis=(1, 2, 3)), evidence)
    EXAMPLES["keras-api.dice-example-batch"].is_printed(of_function(subject), evidence)


PAIRS = [list(drawn) for drawn in itertools.product(range(3), repeat=2)]
SCORES = np.array([[0.25, 0.5, 0.125], [0.5, 0.75, 0.25]])


def hinge_of_drawn(subject, drawn):
    """A call of categorical hinge for class numbers that are drawn, made rows as the example is."""
    rows = np.eye(max(drawn) + 1)[drawn]
    return subject.refusing(lambda: subject.loss(CATEGORICAL_HINGE.name).as_given(rows, SCORES))


def cost_of_drawn(drawn):
    """What two samples of those classes cost, and the tolerance of it."""
    rows = np.eye(3)[drawn]
    return CATEGORICAL_HINGE.value(rows, SCORES), bound_of(CATEGORICAL_HINGE, rows, SCORES)


@pytest.mark.claim("keras-api.categorical-hinge-example")
def test_whatever_is_drawn_has_a_hinge_loss(subject, evidence):
    """Each of the nine pairs of classes that can be drawn costs what its rows of three cost."""
    for drawn in PAIRS:
        got = evidence.accepts(f"classes {drawn}", hinge_of_drawn(subject, drawn), Refused)
        wanted, bound = cost_of_drawn(drawn)
        evidence.close(f"loss of classes {drawn}", got, wanted, within=bound)


@pytest.mark.instead("keras-api.categorical-hinge-example")
def test_rows_are_as_long_as_the_largest_class_drawn(subject, evidence):
    """With a class 2 it is right, with a 1 at most refused, and of zeros all scores are targets."""
    for drawn in PAIRS:
        call = hinge_of_drawn(subject, drawn)
        if max(drawn) == 2:
            wanted, bound = cost_of_drawn(drawn)
            evidence.close(f"loss of classes {drawn}", call(), wanted, within=bound)
        elif max(drawn) == 1:
            evidence.refuses(f"classes {drawn}", call, Refused)
        else:
            evidence.exactly("loss of classes 0 and 0", call(), [1 - 0.875, 0])


def poisson_drawn(subject):
    """Poisson loss of what the example draws, ten times, and what NumPy gives with 1e-7 added."""
    got, wanted = [], []
    for seed in range(10):
        drawn = np.random.RandomState(seed)
        t, y = drawn.randint(0, 2, size=(2, 3)), drawn.random_sample(size=(2, 3))
        got.append(subject.loss(POISSON.name).as_given(t, y))
        y = y + 1e-7
        wanted.append(np.mean(y - t * np.log(y), axis=-1))
    return np.array(got), np.array(wanted)


@pytest.mark.claim("keras-api.poisson-example")
def test_poisson_loss_is_what_the_example_asserts(subject, evidence):
    """Two losses come out, within 1e-5 of NumPy's, and as much as NumPy's allclose adds."""
    call = refusing(subject, lambda: poisson_drawn(subject))
    got, wanted = evidence.accepts("what the example draws", call, Refused)

    evidence.close("losses", got, wanted, within=1e-5 + 1e-5 * np.abs(wanted))


@pytest.mark.instead("keras-api.poisson-example")
def test_poisson_loss_refuses_what_the_example_draws(subject, evidence):
    """Predictions of float64, as NumPy draws them, raise an error about their precision."""
    call = refusing(subject, lambda: poisson_drawn(subject))

    evidence.refuses("predictions of float64", call, Refused)
