"""Beside the focal losses: their arguments, slopes where all is right, and what else they take."""

import numpy as np
import pytest

from lossspec.backends.keras.adapter import Refused
from lossspec.core.errors import CallGone
from lossspec.losses import tolerance
from lossspec.losses.entropy import BCE
from lossspec.losses.focal import ALPHA, BINARY_FOCAL, CATEGORICAL_FOCAL

EPSILON = tolerance.KERAS_EPSILON
AT_CLIP = -np.log(EPSILON)


@pytest.mark.claim
def test_without_balancing_alpha_is_ignored(definition, subject, mode, evidence):
    """Given an alpha of 10, the loss and the slope are those without, to the last bit."""
    batch = definition.batch()
    given = batch.targets, batch.predictions
    judged = subject.loss_through("linear", definition.name, mode, alpha=10.0)
    without = subject.loss(definition.name, mode)

    evidence.exactly("loss", judged.per_sample(*given), without.per_sample(*given))
    evidence.exactly("slope", judged.gradient(*given), without.gradient(*given))


MET = np.array([[1.0]])
SURE = np.array([[19.0]])
"""A score whose sigmoid float32 rounds to 1."""

from_either = pytest.mark.parametrize("from_logits", [False, True], ids=["plain", "logits"])


def sure_and_right(name, from_logits, subject, mode, **arguments):
    """A loss and its slope of a label that is met, by a prediction or by a score."""
    given = MET, SURE if from_logits else MET
    judged = subject.loss_through("linear", name, mode, from_logits=from_logits, **arguments)
    return judged.per_sample(*given), judged.gradient(*given)


@pytest.mark.claim
@from_either
def test_what_is_right_has_hardly_a_slope(definition, from_logits, subject, mode, evidence):
    """With a gamma of 1/2 what is sure and right has a slope below 1e-8."""
    _, slopes = sure_and_right(definition.name, from_logits, subject, mode, gamma=0.5)

    # Of cross-entropy from scores it is the sigmoid less the label, 5.6e-9, and with a gamma less.
    evidence.at_most("size of the slope", np.abs(slopes), 1e-8)


@pytest.mark.claim("beside.binary-focal-gamma-zero-met")
@from_either
def test_at_gamma_zero_what_is_right_has_crossentropys_slope(from_logits, subject, mode, evidence):
    """At gamma 0 what is sure and right has the slope of binary cross-entropy."""
    _, slopes = sure_and_right(BINARY_FOCAL.name, from_logits, subject, mode, gamma=0.0)
    _, wanted = sure_and_right(BCE.name, from_logits, subject, mode)

    # A sigmoid that rounds to 1 moves it by a rounding.
    evidence.close("slope", slopes, wanted, within=tolerance.UNIT_ROUNDOFF)


def is_nan_and_costs_nothing(gamma, from_logits, subject, mode, evidence):
    """Check that what is sure and right has a slope of NaN, though a loss of nearly 0."""
    losses, slopes = sure_and_right(BINARY_FOCAL.name, from_logits, subject, mode, gamma=gamma)

    evidence.exactly("slopes that are NaN", np.isnan(slopes), 1)
    evidence.at_most("size of the loss", np.abs(losses), 1e-6)


@pytest.mark.instead
@from_either
def test_what_is_right_has_a_slope_of_nan(from_logits, subject, mode, evidence):
    """With a gamma of 1/2 what is sure and right has a slope of NaN, and a finite loss."""
    is_nan_and_costs_nothing(0.5, from_logits, subject, mode, evidence)


@pytest.mark.instead("beside.binary-focal-gamma-zero-met")
@from_either
def test_at_gamma_zero_what_is_right_has_a_slope_of_nan(from_logits, subject, mode, evidence):
    """At gamma 0 what is sure and right has a slope of NaN, and a finite loss."""
    is_nan_and_costs_nothing(0.0, from_logits, subject, mode, evidence)


LATER = {
    "beside.binary-focal-gamma-zero-met": BINARY_FOCAL,
    "beside.categorical-focal-nothing": CATEGORICAL_FOCAL,
}


@pytest.mark.instead(*LATER)
def test_focal_losses_come_later(claim, subject, evidence):
    """Asked for the loss, the subject says what it lacks."""
    name = LATER[claim.id].name

    evidence.refuses(name, lambda: subject.loss(name), CallGone)


OFF = 50.0
BELOW = {
    "binary-focal": ([[1.0]], [[-OFF]], 1),
    "categorical-focal": ([[1, 0, 0]], [[-OFF, 0, -OFF]], ALPHA),
}
"""Targets, scores by which they are missed by 50, and what the miss weighs."""


@pytest.mark.claim
def test_from_logits_a_sure_focal_mistake_costs_what_it_is_off(definition, subject, mode, evidence):
    """A score that is 50 too low for what came true costs 50 times its weight, with that slope."""
    targets, scores, weight = BELOW[definition.slug]
    judged = subject.loss_through("linear", definition.name, mode, from_logits=True)

    cost, slope = judged.per_sample(targets, scores), judged.gradient(targets, scores)[0, 0]
    evidence.close("loss", cost, OFF * weight, within=tolerance.rounding(OFF))
    evidence.close("slope for what came true", slope, -weight, within=tolerance.rounding(1))


@pytest.mark.instead
def test_from_logits_a_sure_focal_mistake_is_clipped(definition, subject, mode, evidence):
    """A score that is 50 too low costs what a probability of 1e-7 costs, without a slope."""
    targets, scores, weight = BELOW[definition.slug]
    judged = subject.loss_through("linear", definition.name, mode, from_logits=True)

    bound = tolerance.rounding(AT_CLIP) + 2 * EPSILON * AT_CLIP
    cost, slope = judged.per_sample(targets, scores), judged.gradient(targets, scores)
    evidence.close("loss", cost, AT_CLIP * weight, within=bound)
    evidence.exactly("slope by all scores", slope, 0)


@pytest.mark.claim
@pytest.mark.parametrize("share", [0.25, 1.0])
def test_focal_smoothing_spreads_a_part_of_the_target(definition, share, subject, mode, evidence):
    """A label smoothing costs what targets cost of which that share is spread evenly."""
    batch, name = definition.batch(), definition.name
    y = batch.predictions
    places = 2 if definition.slug == "binary-focal" else y.shape[1]
    targets = (1 - share) * batch.targets + share / places
    judged = subject.loss_class(name, mode, label_smoothing=share, reduction="none")

    # A smoothed target, of at most 1, is rounded as the predictions are.
    bound = tolerance.of_loss(name, definition.value, targets, y, targets_round=True)
    evidence.close(
        f"loss with a smoothing of {share:g}",
        judged(batch.targets, y),
        definition.value(targets, y),
        within=bound,
    )


OUTSIDE = [[1.0], [0.0]], [[1.5], [-0.5]]
"""Labels, and what a linear unit may predict, beyond them."""


@pytest.mark.claim
def test_beyond_the_wrong_end_the_factor_grows(definition, loss, evidence):
    """Half beyond the wrong end, a prediction costs 9/4 of what epsilon costs; a right one nil."""
    t, y = map(np.array, OUTSIDE)
    wrong, right = loss(definition).per_sample(1 - t, y), loss(definition).per_sample(t, y)

    # What 1 less epsilon leaves is one float32 number, 2^-23, and Keras 2 adds epsilon once more.
    evidence.at_most("loss beyond the wrong end", wrong, 9 / 4 * (AT_CLIP + 1e-4))
    evidence.at_least("loss beyond the wrong end", wrong, 9 / 4 * -np.log(2**-22))
    evidence.at_most("size of the loss beyond the right end", np.abs(right), 1e-7)


@pytest.mark.claim
def test_beyond_the_right_end_a_broken_power_is_nan(definition, subject, mode, evidence):
    """With a gamma of 3/2 a prediction beyond its label costs NaN, as a root of less than 0."""
    judged = subject.loss_through("linear", definition.name, mode, gamma=1.5)

    evidence.exactly("losses that are NaN", np.isnan(judged.per_sample(*OUTSIDE)), 1)


@pytest.mark.claim
def test_labels_outside_are_taken_as_the_formula_does(definition, loss, evidence):
    """A label of -1 costs what the formula says, which is below 0 for a prediction of 1/4."""
    t, y = np.array([[-1.0], [-1.0], [2.0]]), np.array([[0.25], [0.75], [0.75]])
    wanted = definition.value(t, y)
    got = loss(definition).per_sample(t, y)

    bound = tolerance.of_loss(definition.name, definition.value, t, y)
    evidence.close("loss", got, wanted, within=bound)
    evidence.below("loss of a label of -1 at 1/4, and of 2 at 3/4", got[[0, 2]], 0)


@pytest.mark.claim
def test_focal_predictions_are_divided_by_their_sum(definition, loss, evidence):
    """A sample's plain predictions cost the same doubled, halved, and divided by their sum."""
    batch = definition.batch()
    bound = tolerance.of_loss(definition.name, definition.value, batch.targets, batch.predictions)
    wanted = definition.value(batch.targets, batch.predictions)

    for times in (0.5, 1, 2):
        got = loss(definition).per_sample(batch.targets, times * batch.predictions)
        evidence.close(f"loss of {times:g} times the predictions", got, wanted, within=bound)


OF_NOTHING = np.array([[1.0, 0, 0]] * 2), np.array([[0, 0, 0], [0.5, 0.25, 0.25]])


@pytest.mark.claim("beside.categorical-focal-nothing")
def test_focal_predictions_of_nothing_are_nan(loss, evidence):
    """A sample whose plain predictions are all 0 costs NaN, and no other sample does."""
    losses = loss(CATEGORICAL_FOCAL).per_sample(*OF_NOTHING)

    evidence.exactly("losses that are NaN", np.isnan(losses), [1, 0])


@pytest.mark.instead("beside.categorical-focal-nothing")
def test_under_xla_focal_predictions_of_nothing_are_a_sure_mistake(loss, evidence):
    """A sample whose plain predictions are all 0 costs a quarter of -ln 1e-7."""
    losses = loss(CATEGORICAL_FOCAL).per_sample(*OF_NOTHING)

    bound = tolerance.rounding(AT_CLIP) + 2 * EPSILON * AT_CLIP
    evidence.close("loss of nothing", losses[0], ALPHA * AT_CLIP, within=bound)


NUMBERED = np.array([[1.0], [2.0]]), np.array([[0.5, 0.25, 0.25]] * 2)


@pytest.mark.claim
def test_class_numbers_in_a_column_are_refused(definition, subject, mode, evidence):
    """Class numbers (n, 1) beside predictions (n, k) raise an error."""
    judged = subject.loss(definition.name, mode)

    call = subject.refusing(lambda: judged.per_sample(*NUMBERED))
    evidence.refuses("class numbers (2, 1) beside predictions (2, 3)", call, Refused)


@pytest.mark.instead
def test_class_numbers_in_a_column_multiply(definition, subject, mode, evidence):
    """A class number (n, 1) multiplies what all classes cost together, without a word."""
    judged = subject.loss(definition.name, mode)
    classes, y = NUMBERED
    of_all = definition.value(np.ones_like(y), y)

    bound = tolerance.of_loss(definition.name, definition.value, np.ones_like(y), y)
    evidence.close(
        "loss",
        judged.per_sample(classes, y),
        classes[:, 0] * of_all,
        within=classes[:, 0] * bound,
    )
