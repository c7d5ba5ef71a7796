"""Beside generalised cross-entropy: its labels, its q, and slopes where nothing is clipped."""

import numpy as np
import pytest

from helpers.given import refusing
from lossspec.backends.keras.adapter import Refused
from lossspec.core.errors import CallGone
from lossspec.losses import tolerance
from lossspec.losses.entropy import Q

CLASSES = np.array([0.0, 1.0])
PREDICTED = np.array([[0.25, 0.5, 0.25], [0.5, 0.25, 0.25]])


@pytest.mark.claim
def test_a_column_of_class_numbers_is_taken(definition, loss, evidence):
    """Class numbers (n, 1) cost what (n,) cost, each sample its own."""
    evidence.close(
        "loss",
        loss(definition).per_sample(CLASSES[:, None], PREDICTED),
        definition.value(CLASSES, PREDICTED),
        within=tolerance.rounding(1 / Q),
    )


@pytest.mark.instead
def test_a_column_of_class_numbers_is_compared_with_every_row(definition, loss, evidence):
    """Class numbers (n, 1) make (n, n) losses, one for each label beside each prediction."""
    got = loss(definition).per_sample(CLASSES[:, None], PREDICTED)
    wanted = [definition.value(np.repeat(number, 2), PREDICTED) for number in CLASSES]

    evidence.close("loss", got, wanted, within=tolerance.rounding(1 / Q))
    # By the mean of all, too, which a class takes: two samples of loss 1 then cost 0.79.
    mean = loss(definition).mean(CLASSES[:, None], PREDICTED)
    evidence.close("mean loss", mean, np.mean(wanted), within=tolerance.rounding(1 / Q))


@pytest.mark.claim
def test_one_hot_rows_are_no_labels(definition, subject, mode, evidence):
    """Two one-hot rows of three classes raise an error; three of them make (3, 3) losses."""
    judged = subject.loss(definition.name, mode)
    rows, y = np.eye(3), np.tile(PREDICTED[:1], (3, 1))

    call = subject.refusing(lambda: judged.per_sample(rows[:2], y[:2]))
    evidence.refuses("two one-hot rows of three classes", call, Refused)
    # Every 0 and 1 counts as a class number.
    wanted = np.where(rows == 1, *(definition.value([number], y[:1]) for number in (1, 0)))
    within = tolerance.rounding(1 / Q)
    evidence.close("losses of three", judged.per_sample(rows, y), wanted, within=within)


@pytest.mark.claim
def test_a_label_out_of_range_costs_two(definition, loss, evidence):
    """Class numbers of -1, and of as many as there are, cost 2, and their slopes are NaN."""
    t, y = np.array([-1.0, 3.0]), PREDICTED

    evidence.exactly("loss", loss(definition).per_sample(t, y), 1 / Q)
    slopes = loss(definition).gradient(t, y)
    evidence.exactly("slopes that are NaN", np.isnan(slopes), 1)


@pytest.mark.claim
def test_generalised_crossentropy_cuts_off_a_fraction(definition, loss, evidence):
    """1.75 counts as class 1, and -0.75 as class 0."""
    of_fractions = loss(definition).per_sample([1.75, -0.75], PREDICTED)

    evidence.exactly("loss", of_fractions, loss(definition).per_sample([1, 0], PREDICTED))


FAR_OFF = np.array([[0.0, 200.0, 0.0]])


@pytest.mark.claim
def test_through_softmax_a_sure_mistake_has_a_finite_slope(definition, subject, mode, evidence):
    """A class scored 200 too low has a slope from -1 to 1 by each score, which rounding makes 0."""
    judged = subject.loss_through("softmax", definition.name, mode)

    slopes = judged.gradient([0], FAR_OFF)
    evidence.at_most("size of the slopes", np.abs(slopes), 1)


@pytest.mark.instead
def test_through_softmax_a_sure_mistake_has_a_slope_of_nan(definition, subject, mode, evidence):
    """A class scored 200 too low costs 2 with slopes of NaN; 80 too low with finite ones."""
    judged = subject.loss_through("softmax", definition.name, mode)

    evidence.exactly("slopes that are NaN", np.isnan(judged.gradient([0], FAR_OFF)), 1)
    evidence.exactly("loss", judged.per_sample([0], FAR_OFF), 1 / Q)
    evidence.at_most("size of the slopes at 80", np.abs(judged.gradient([0], FAR_OFF * 0.4)), 1e-6)


@pytest.mark.claim
def test_a_plain_zero_has_an_infinite_slope(definition, loss, evidence):
    """A probability of 0 for the class has a slope of minus infinity."""
    slopes = loss(definition).gradient([0], [[0.0, 0.5, 0.5]])

    evidence.exactly("slope for the class", slopes[0, 0], -np.inf)


@pytest.mark.claim
def test_predictions_outside_are_taken_as_they_are(definition, loss, evidence):
    """Below 0 a prediction for the class costs NaN, and one of 9/4 costs -1."""
    got = loss(definition).per_sample([0, 0], [[-0.25, 1, 0.25], [2.25, 0, 0]])

    evidence.exactly("losses that are NaN", np.isnan(got), [1, 0])
    evidence.close("loss of 9/4", got[1], -1, within=tolerance.rounding(1 / Q))


@pytest.mark.claim
def test_predictions_are_not_divided_by_their_sum(definition, loss, evidence):
    """What other classes are given changes nothing, and a sum of 1/4 isn't made 1."""
    of_class = np.array([0.25, 0.25, 0.0625])
    others = np.array([[0.5, 0.25], [0.0, 8.0], [0.125, 0.0625]])
    got = loss(definition).per_sample([0, 0, 0], np.column_stack([of_class, others]))

    evidence.close("loss", got, [1, 1, 1.5], within=tolerance.rounding(1 / Q))


@pytest.mark.claim
@pytest.mark.parametrize("q", [0.0, 1.0, -0.5, 2.0])
def test_another_q_is_refused(definition, q, subject, evidence):
    """The class refuses a q that lies outside of 0 to 1, or at an end."""
    subject.loss_class(definition.name)  # which is there

    evidence.refuses(f"q = {q:g}", lambda: subject.loss_class(definition.name, q=q), CallGone)


@pytest.mark.claim
def test_with_a_tiny_q_nothing_costs(definition, subject, mode, evidence):
    """With a q of 1e-8 probabilities from 1/4 on cost 0: their power rounds to 1."""
    judged = subject.loss_through("linear", definition.name, mode, q=1e-8)

    evidence.exactly("loss", judged.per_sample(CLASSES, PREDICTED), 0)


@pytest.mark.claim
def test_predictions_in_lists_have_no_precision(definition, subject, evidence):
    """The function raises an AttributeError where predictions are a plain list."""
    judged = subject.loss(definition.name)
    call = refusing(subject, lambda: judged.as_given([0, 1], PREDICTED.tolist()))

    evidence.refuses("predictions in plain lists", call, Refused)
