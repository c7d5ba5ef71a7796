"""Dice and Tversky loss: one number a batch, unless told an axis, and shares of what is there."""

import numpy as np
import pytest

from helpers.bounds import bound_of, bound_of_overlap, bound_of_overlap_slope
from helpers.networks import giving_back_its_inputs
from lossspec.core.errors import CallGone
from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.overlap import DICE, TVERSKY, dice, dice_derivative

T = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.5, 0.0]])
Y = np.array([[0.75, 0.125], [0.25, 0.5], [0.0, 1.0], [0.5, 0.25]])
IMAGES = 2, 3, 4, 1
"""Of which each holds 12 pixels."""

both_losses = pytest.mark.parametrize("name", [DICE.name, TVERSKY.name])


def both_are_there(subject):
    """Raise `CallGone` where one of the two is missing, as what is said is said of both."""
    for name in (DICE.name, TVERSKY.name):
        subject.loss_class(name, "eager")


def both_take_an_axis(subject):
    """Raise `CallGone` where one of the two takes none, as what is said is said of both."""
    for name in (DICE.name, TVERSKY.name):
        subject.loss(name)


def as_one(values):
    """All numbers of a batch as one sample's outputs, ``(1, n k)``."""
    return np.reshape(values, (1, -1))


def of_all(t, y):
    """What a batch costs as one sample, and the tolerance of it, both ``()``."""
    # Twice as many numbers are added as in five outputs, pairwise or not.
    return dice(as_one(t), as_one(y))[0], 2 * bound_of_overlap(as_one(t), as_one(y))[0]


def costs_as_one(what, got, t, y, evidence):
    """Check that a number is what a batch costs as one sample."""
    wanted, bound = of_all(t, y)
    evidence.close(what, got, wanted, within=bound)


@pytest.mark.claim("beside.overlap-whole-batch")
@both_losses
def test_a_batch_costs_what_it_costs_as_one_sample(name, subject, mode, evidence):
    """Function and class give one number, with and without a reduction."""
    both_are_there(subject)
    of_function = subject.function_of(name, mode).per_sample(T, Y)
    unreduced = subject.loss_class(name, mode, reduction="none")(T, Y)

    costs_as_one("what the function gives", of_function, T, Y, evidence)
    costs_as_one("what the class gives", subject.loss_class(name, mode)(T, Y), T, Y, evidence)
    costs_as_one("what it gives unreduced", unreduced, T, Y, evidence)


@pytest.mark.claim("beside.overlap-string")
@both_losses
def test_a_model_compiled_with_its_string_reports_that_number(name, subject, evidence):
    """What evaluate reports of one batch is what it costs as one sample."""
    both_are_there(subject)
    network = giving_back_its_inputs(subject, Y.shape[1])

    costs_as_one("loss reported", network.evaluate(Y, T, loss=name), T, Y, evidence)


@pytest.mark.claim("beside.overlap-halves")
@both_losses
def test_halves_of_a_batch_cost_something_else(name, subject, mode, evidence):
    """The mean of what two halves cost isn't what the batch costs."""
    both_are_there(subject)
    judged, halves = subject.loss_class(name, mode), (slice(0, 2), slice(2, 4))
    for number, half in enumerate(halves):
        what = f"loss of half {number + 1}"
        costs_as_one(what, judged(T[half], Y[half]), T[half], Y[half], evidence)
    mean = np.mean([judged(T[half], Y[half]) for half in halves])
    evidence.above("what the batch costs more than their mean", judged(T, Y) - mean, 0.01)


@pytest.mark.claim("beside.overlap-weights")
@both_losses
def test_weights_weigh_no_sample(name, subject, mode, evidence):
    """Whichever samples weigh something, the batch costs its one number times their mean."""
    both_are_there(subject)
    judged = subject.loss_class(name, mode)
    wanted, bound = of_all(T, Y)
    for weights in ([1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.5, 2.0, 3.0, 0.5]):
        cost, mean = judged(T, Y, np.array(weights)), np.mean(weights)
        within = mean * (bound + tolerance.rounding(wanted, operations=2 * len(T)))

        evidence.close(f"loss with weights of {weights}", cost, mean * wanted, within=within)


@pytest.mark.claim("beside.overlap-axis-weights")
@both_losses
def test_over_the_last_axis_weights_weigh_samples(name, subject, mode, evidence):
    """The one sample that weighs something costs its own loss, over the number of samples."""
    both_take_an_axis(subject)
    judged = subject.loss_class(name, mode, axis=-1)
    own, bound = DEFINITIONS[name].value(T, Y), bound_of(DEFINITIONS[name], T, Y)
    costs = [float(judged(T, Y, weights)) for weights in np.eye(len(T))]

    evidence.close("loss with a weight of 1", costs, own / len(T), within=bound)


@pytest.mark.claim("beside.overlap-empty-target")
@both_losses
def test_nothing_to_find_costs_one_whatever_is_predicted(name, subject, mode, evidence):
    """Where all targets are 0 the loss is 1 and its slope 0, for a right prediction as well."""
    both_are_there(subject)
    judged, nothing = subject.function_of(name, mode), np.zeros_like(Y)
    predicted = {"0": nothing, "numbers from 0 to 1": Y, "1": nothing + 1}
    for what, y in predicted.items():
        evidence.exactly(f"loss of predictions of {what}", judged.per_sample(nothing, y), 1)
        evidence.exactly(f"slope of predictions of {what}", judged.gradient(nothing, y), 0)


@pytest.mark.claim("beside.overlap-nothing-predicted")
@both_losses
def test_nothing_predicted_costs_one_and_is_pulled(name, subject, mode, evidence):
    """Where all predictions are 0 the loss is 1, and each is pulled by twice its target's share."""
    both_are_there(subject)
    judged, nothing = subject.function_of(name, mode), np.zeros_like(Y)
    slope = dice_derivative(as_one(T), as_one(nothing)).reshape(T.shape)
    bound = bound_of_overlap_slope(as_one(T), as_one(nothing)).reshape(T.shape)

    evidence.exactly("loss", judged.per_sample(T, nothing), 1)
    evidence.close("slope", judged.gradient(T, nothing), -2 * T / T.sum(), within=2 * bound)
    evidence.close("slope by the definition", slope, -2 * T / T.sum(), within=1e-12)


@pytest.mark.claim("beside.overlap-outside")
@both_losses
def test_predictions_below_zero_cost_less_than_nothing(name, subject, mode, evidence):
    """A target of 1 that is given -2 costs -3; given -1, more than a million."""
    both_are_there(subject)
    judged = subject.function_of(name, mode)
    below = judged.per_sample([[1.0]], [[-2.0]])

    # Keras's epsilon is two ten-millionths of the divisor, of which the loss is a multiple of 4.
    evidence.close("loss of a prediction of -2", below, -3, within=5e-6)
    evidence.above("loss of one of -1", judged.per_sample([[1.0]], [[-1.0]]), 1e6)


COLUMN = np.array([[1.0], [0.0], [1.0], [0.0]]), np.array([[0.75], [0.25], [0.5], [0.125]])


@pytest.mark.claim("beside.dice-vector-targets", "beside.tversky-vector-targets")
def test_vectors_of_targets_meet_columns_of_predictions(claim, subject, mode, evidence):
    """The function gives targets (n,) beside predictions (n, 1) what it gives two columns."""
    t, y = COLUMN
    judged = subject.function_of(of_claim(claim), mode)

    costs_as_one("loss", judged.per_sample(t[:, 0], y), t, y, evidence)


@pytest.mark.instead("beside.dice-vector-targets", "beside.tversky-vector-targets")
def test_each_target_meets_every_prediction(claim, subject, mode, evidence):
    """What counts as met is the product of both sums, so that the loss falls below 0."""
    t, y = COLUMN
    name = of_claim(claim)
    cost = subject.function_of(name, mode).per_sample(t[:, 0], y)
    pairs, count = t.sum() * y.sum(), len(t)
    missed, wrong = t.sum() * (1 - y).sum(), (1 - t).sum() * y.sum()
    divisors = {
        DICE.name: (t.sum() + y.sum()) / 2,
        TVERSKY.name: pairs + (missed + wrong) / 2,
    }

    # As many as 16 numbers are added, each a share of the quotient.
    wanted, rounds = 1 - pairs / divisors[name], 2 * count**2 + 16
    bound = tolerance.rounding(1 + abs(1 - wanted), operations=rounds)
    evidence.close("loss", cost, wanted, within=bound)


def of_claim(claim):
    """The name of the loss that a claim's id begins with."""
    return claim.id.partition(".")[2].partition("-")[0]


@pytest.mark.claim("beside.overlap-vector-class")
@both_losses
def test_the_class_takes_vectors_of_targets(name, subject, mode, evidence):
    """The class gives targets (n,) beside predictions (n, 1) what it gives two columns."""
    both_are_there(subject)
    t, y = COLUMN

    costs_as_one("loss", subject.loss_class(name, mode)(t[:, 0], y), t, y, evidence)


def images():
    """Two images of targets of 0 and 1, and predictions for them."""
    drawn = np.random.RandomState(0).randint(0, 65, (2, *IMAGES)) / 64
    return (drawn[0] > 0.5).astype(float), drawn[1]


@pytest.mark.claim("beside.overlap-images")
@both_losses
def test_an_image_has_its_own_loss_over_its_three_axes(name, subject, mode, evidence):
    """Over those each image costs what its pixels cost as a sample; over the last, each pixel."""
    both_take_an_axis(subject)
    t, y = images()
    rows, predicted = (each.reshape(len(t), -1) for each in (t, y))
    of_images = subject.function_of(name, mode, axis=(1, 2, 3)).per_sample(t, y)
    of_pixels = subject.function_of(name, mode, axis=-1).per_sample(t, y)
    # A pixel whose target is 0 costs 1, and one whose target is 1 as much as it lacks.
    wanted = np.where(t == 1, (1 - y) / (1 + y), 1)[..., 0]

    bound = 3 * bound_of_overlap(rows, predicted)
    evidence.close("loss of each image", of_images, dice(rows, predicted), within=bound)
    evidence.close("loss of each pixel", of_pixels, wanted, within=tolerance.rounding(1))


@pytest.mark.claim("beside.overlap-whole-targets")
@both_losses
def test_targets_may_be_integers_or_booleans(name, subject, mode, evidence):
    """Each sample costs what its targets cost as floats."""
    both_take_an_axis(subject)
    t = np.round(T)
    wanted = subject.loss(name, mode).per_sample(t, Y)
    for dtype in ("int32", "int64", "bool"):
        costs = subject.loss(name, mode, targets_in=dtype).per_sample(t, Y)

        evidence.exactly(f"loss with targets in {dtype}", costs, wanted)


@pytest.mark.instead
def test_the_release_lacks_one_of_the_two(subject, evidence):
    """Asked for Tversky loss, the subject says what it lacks."""
    evidence.refuses("Tversky", lambda: subject.loss_class(TVERSKY.name), CallGone)


@pytest.mark.instead
def test_the_release_lacks_dice(subject, evidence):
    """Asked for Dice loss, the subject says what it lacks."""
    evidence.refuses("Dice", lambda: subject.loss_class(DICE.name), CallGone)


@pytest.mark.instead
def test_one_of_the_two_takes_no_axis(subject, evidence):
    """Told an axis, Tversky loss refuses it, or isn't there."""
    evidence.refuses("axis", lambda: subject.loss_class(TVERSKY.name, axis=-1), CallGone)
