"""Cosine similarity where a row has no direction, one number, or one too long; and its axis."""

import numpy as np
import pytest

from helpers.bounds import bound_of
from lossspec.losses import tolerance
from lossspec.losses.directions import COSINE

NAME = COSINE.name
NOTHING = np.zeros((1, 2))
ROW = np.array([[3.0, 4.0]])


@pytest.mark.claim("beside.cosine-zero-row")
def test_a_row_of_zeros_costs_nothing(loss, evidence):
    """A row of zeros, predicted, aimed at, or both, costs 0."""
    for t, y in ((ROW, NOTHING), (NOTHING, ROW), (NOTHING, NOTHING)):
        evidence.exactly("loss", loss(NAME).per_sample(t, y), 0)


@pytest.mark.claim("beside.cosine-zero-row")
def test_a_target_of_zeros_has_no_slope(loss, evidence):
    """Whatever is predicted for a target of zeros but zeros is pulled nowhere."""
    evidence.exactly("slope", loss(NAME).gradient(NOTHING, ROW), 0)


@pytest.mark.claim("beside.cosine-zero-slope")
def test_a_prediction_of_zeros_is_pulled_hard(loss, evidence):
    """The slope at a prediction of zeros is finite, and 1e6 or more long, against the target."""
    slope = loss(NAME).gradient(ROW, NOTHING)
    length = np.linalg.norm(slope)

    evidence.at_least("length of the slope", length, 1e6 * (1 - 1e-6))
    evidence.at_most("length of the slope", length, 1e7 * (1 + 1e-6))
    bound = tolerance.rounding(1)
    evidence.close("direction of the slope", slope / length, -ROW / 5, within=bound)


@pytest.mark.instead("beside.cosine-zero-slope")
def test_under_xla_a_prediction_of_zeros_has_a_slope_of_nan(loss, evidence):
    """The slope at a prediction of zeros is not a number, for a target of zeros, too."""
    for t in (ROW, NOTHING):
        slope = loss(NAME).gradient(t, NOTHING)
        evidence.exactly("whether the slope is not a number", np.isnan(slope), 1)


@pytest.mark.claim("beside.cosine-zero-row-float16")
def test_in_float16_a_row_of_zeros_costs_nothing(subject, mode, evidence):
    """In float16 a prediction of zeros costs 0 beside a target that isn't."""
    evidence.exactly("loss", subject.loss(NAME, mode, "float16").per_sample(ROW, NOTHING), 0)


@pytest.mark.instead("beside.cosine-zero-row-float16")
def test_in_float16_a_row_of_zeros_costs_nan(subject, mode, evidence):
    """In float16 a row of zeros, predicted or aimed at, costs NaN."""
    of_loss = subject.loss(NAME, mode, "float16")
    for t, y in ((ROW, NOTHING), (NOTHING, ROW)):
        evidence.exactly("whether it is not a number", np.isnan(of_loss.per_sample(t, y)), 1)


@pytest.mark.claim("beside.cosine-one-output")
def test_of_one_output_only_the_sign_counts(loss, evidence):
    """One number costs -1 where its sign is the target's, else +1, and is pulled nowhere."""
    t, y = np.array([[3.0], [3.0], [-1.0], [-1.0]]), np.array([[0.25], [-8.0], [-512.0], [3.0]])
    bound = bound_of(COSINE, t, y)

    evidence.close("loss", loss(NAME).per_sample(t, y), [-1, 1, -1, 1], within=bound)
    slopes = loss(NAME).gradient(t, y) * y
    evidence.close("slope by what the prediction is", slopes, 0, within=tolerance.rounding(1, 55))


@pytest.mark.claim("beside.cosine-long-rows")
def test_rows_whose_squares_overflow_cost_nothing(loss, evidence):
    """In float32 a prediction of length 5e19 along the target costs 0, without a slope."""
    long = ROW * 1e19
    evidence.exactly("loss", loss(NAME).per_sample(ROW, long), 0)
    evidence.exactly("slope", loss(NAME).gradient(ROW, long), 0)


@pytest.mark.instead("beside.cosine-long-rows")
def test_under_an_old_xla_rows_whose_squares_overflow_cost_nan(loss, evidence):
    """A prediction of length 5e19 costs NaN."""
    cost = loss(NAME).per_sample(ROW, ROW * 1e19)
    evidence.exactly("whether the loss is not a number", np.isnan(cost), 1)


@pytest.mark.claim("beside.cosine-long-rows-float16")
def test_in_float16_rows_from_256_on_cost_nothing(subject, mode, evidence):
    """In float16 a prediction of length 500 along the target costs 0."""
    of_loss = subject.loss(NAME, mode, "float16")
    evidence.exactly("loss", of_loss.per_sample(ROW, 100 * ROW), 0)


WHOLE_NUMBERS = np.array([[3, 4], [4, 3]])
PREDICTED = np.array([[5, 0], [0, 5]], np.float32)


@pytest.mark.claim("beside.cosine-integers")
def test_targets_of_integers_are_rows_as_well(subject, evidence):
    """Targets of (3, 4) and (4, 3) in integers cost -3/5 each beside (5, 0) and (0, 5)."""
    costs = evidence.accepts(
        "targets in integers",
        lambda: subject.loss(NAME).as_given(WHOLE_NUMBERS, PREDICTED),
        TypeError,
    )

    bound = bound_of(COSINE, WHOLE_NUMBERS, PREDICTED)
    evidence.close("loss", costs, -0.6, within=bound)


@pytest.mark.instead("beside.cosine-integers")
def test_keras_2_refuses_targets_of_integers(subject, evidence):
    """Given targets in integers, the function raises an error about its epsilon."""

    def call():
        return subject.loss(NAME).as_given(WHOLE_NUMBERS, PREDICTED)

    evidence.refuses("targets in integers", call, TypeError)


SEQUENCES = (
    COSINE.batch().targets[:8].reshape(4, 2, 3),
    COSINE.batch().predictions[:8].reshape(4, 2, 3),
)


@pytest.mark.claim("beside.cosine-axis")
def test_the_axis_is_that_of_the_directions(subject, mode, evidence):
    """With axis=1 the class compares targets and predictions (n, steps, k) along the steps."""
    t, y = (np.swapaxes(each, 1, 2) for each in SEQUENCES)
    judged = subject.loss_class(NAME, mode, axis=1, reduction="none")
    flat = t.swapaxes(1, 2).reshape(-1, 3), y.swapaxes(1, 2).reshape(-1, 3)

    evidence.close(
        "loss",
        judged(t, y),
        COSINE.value(*flat).reshape(4, 2),
        within=bound_of(COSINE, *flat).reshape(4, 2),
    )


@pytest.mark.claim("beside.cosine-axis-0")
def test_along_the_samples_each_output_costs_by_itself(subject, mode, evidence):
    """With axis=0 the class gives k losses of targets and predictions (n, k), and none a sample."""
    t, y = COSINE.batch().targets[:8], COSINE.batch().predictions[:8]
    costs = subject.loss_class(NAME, mode, axis=0, reduction="none")(t, y)

    # Of eight numbers a sum of squares rounds three times more than of five, and so do products.
    bound = bound_of(COSINE, t.T, y.T) + tolerance.rounding(1, operations=6)
    evidence.close("loss", costs, COSINE.value(t.T, y.T), within=bound)
