"""Hinge loss: max(0, 1 - t y) for a target t of -1 or +1 and a prediction y."""

import numpy as np
import pytest

from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.margin import HINGE


@pytest.mark.claim("hinge.definition")
def test_definition(loss, evidence):
    """The loss of a prediction y for a target t is max(0, 1 - t y)."""
    batch = HINGE.batch()
    targets, predictions = batch.targets[:, :1], batch.predictions[:, :1]
    bound = tolerance.of_loss("hinge", HINGE.value, targets, predictions)

    evidence.close(
        "loss",
        loss("hinge").per_sample(targets, predictions),
        HINGE.value(targets, predictions),
        within=bound,
    )


@pytest.mark.claim("hinge.equal-is-zero")
def test_a_prediction_equal_to_its_target_costs_nothing(loss, evidence):
    """A prediction equal to its target costs nothing, be it -1 or +1."""
    cost = loss("hinge").per_sample([[1], [-1]], [[1], [-1]])

    evidence.exactly("loss at y = t", cost, 0)


@pytest.mark.claim("hinge.opposite-is-two")
def test_the_opposite_prediction_costs_two(loss, evidence):
    """A prediction of -1 for a target of +1 costs 2."""
    cost = loss("hinge").per_sample([[1]], [[-1]])

    evidence.exactly("loss at t = +1, y = -1", cost, 2)


@pytest.mark.claim("hinge.slightly-off")
def test_a_prediction_slightly_off_costs_what_is_missing(loss, evidence):
    """A prediction of 0.9 for a target of +1 costs 0.1."""
    cost = loss("hinge").per_sample([[1]], [[0.9]])

    # 0.9 is rounded to float32 once on its way in; the subtraction is rounded once more.
    evidence.close("loss at t = +1, y = 0.9", cost, 0.1, within=tolerance.rounding(1, operations=2))


@pytest.mark.claim("hinge.zero-beyond-margin")
def test_predictions_beyond_the_target_cost_nothing(loss, evidence):
    """For a target of +1, every prediction of 1 or more costs nothing."""
    beyond = np.array([[1.0], [1.5], [2.0], [10.0], [1000.0]])

    evidence.exactly(
        "loss at t = +1, y from 1 to 1000",
        loss("hinge").per_sample(np.ones_like(beyond), beyond),
        0,
    )


@pytest.mark.claim("hinge.grows-when-wrong")
def test_loss_grows_as_predictions_fall_below_the_target(loss, evidence):
    """For a target of +1, each step of the prediction away below 1 costs more than the last."""
    falling = np.arange(1.0, -10.0, -0.5)[:, None]
    costs = loss("hinge").per_sample(np.ones_like(falling), falling)

    evidence.above("growth from one prediction to the next", np.diff(costs), 0)


@pytest.mark.claim("hinge.margin-is-one")
def test_the_margin_is_one(loss, evidence):
    """A prediction of the right sign costs what it lacks to 1; from 1 on it costs nothing."""
    right_side = np.array([[1 / 64], [0.25], [0.5], [63 / 64], [1.0]])
    costs = loss("hinge").per_sample(np.ones_like(right_side), right_side)

    evidence.exactly("loss of predictions of the right sign", costs, 1 - right_side[:, 0])


@pytest.mark.claim("hinge.kink")
def test_slope_jumps_where_prediction_meets_target(loss, evidence):
    """Just below a target of +1 the slope is -1, just above it is 0."""
    below, above = loss("hinge").gradient([[1], [1]], [[1 - 2**-20], [1 + 2**-20]])[:, 0]

    evidence.exactly("slope just below the target", below, -1)
    evidence.exactly("slope just above the target", above, 0)


@pytest.mark.claim("hinge.kink-is-relu")
def test_hinge_around_its_target_is_relu_around_zero(loss, subject, mode, evidence):
    """What a prediction lacks to a target of +1 costs as much as ReLU gives for it."""
    missing = np.arange(-2, 2, 1 / 16)[:, None]
    costs = loss("hinge").per_sample(np.ones_like(missing), 1 - missing)

    evidence.exactly("loss against relu", costs, subject.dense("relu", missing, mode)[:, 0])


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("hinge", marks=pytest.mark.claim("hinge.symmetric")),
        pytest.param("squared_hinge", marks=pytest.mark.claim("hinge.squared-symmetric")),
    ],
)
def test_a_target_of_minus_one_mirrors_plus_one(name, loss, evidence):
    """Loss and slope for a target of -1 mirror those for +1 at the negated prediction."""
    line, of_loss = DEFINITIONS[name].line(), loss(name)
    mirrored = of_loss.per_sample(-line.targets, -line.predictions)
    mirrored_slope = of_loss.gradient(-line.targets, -line.predictions)

    evidence.exactly(
        "loss for target -1", mirrored, of_loss.per_sample(line.targets, line.predictions)
    )
    evidence.exactly(
        "slope for target -1", mirrored_slope, -of_loss.gradient(line.targets, line.predictions)
    )


@pytest.mark.claim("losses.hinge-wrong-sign")
def test_the_wrong_sign_costs_more_than_the_right_one(loss, evidence):
    """Any prediction of the wrong sign costs more than any of the right sign."""
    right = np.arange(1 / 16, 4, 1 / 16)[:, None]
    hinge = loss("hinge")
    dearest_right = hinge.per_sample(np.ones_like(right), right).max()
    wrong = hinge.per_sample(np.ones_like(right), -right)

    evidence.above("loss of predictions of the wrong sign", wrong, dearest_right)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            "hinge", marks=pytest.mark.claim("hinge.zero-one-targets-fail"), id="hinge-document"
        ),
        pytest.param("hinge", marks=pytest.mark.claim("losses.hinge-needs-signs"), id="hinge"),
        pytest.param(
            "squared_hinge",
            marks=pytest.mark.claim("losses.squared-hinge-needs-signs"),
            id="squared-hinge",
        ),
    ],
)
def test_zero_one_targets_do_not_work(name, loss, evidence):
    """With targets of 0 and 1 the loss is not what it would be with -1 and +1."""
    predictions = np.array([[0.5], [-0.25], [0.75], [-2.0]])
    signs, bits = np.array([[1], [-1], [-1], [1]]), np.array([[1], [0], [0], [1]])
    difference = loss(name).per_sample(bits, predictions) - loss(name).per_sample(
        signs, predictions
    )

    evidence.above("largest difference that 0/1 targets make", np.abs(difference).max(), 0)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            "hinge", marks=pytest.mark.instead("hinge.zero-one-targets-fail"), id="hinge-document"
        ),
        pytest.param("hinge", marks=pytest.mark.instead("losses.hinge-needs-signs"), id="hinge"),
        pytest.param(
            "squared_hinge",
            marks=pytest.mark.instead("losses.squared-hinge-needs-signs"),
            id="squared-hinge",
        ),
    ],
)
def test_zero_one_targets_are_converted_batch_by_batch(name, loss, evidence):
    """Targets of 0 and 1 count as -1 and +1, unless another number is in the batch."""
    judged, formula = loss(name), DEFINITIONS[name].value
    predictions = np.array([[0.5], [-0.25], [0.75], [-2.0]])
    bits, with_a_half = np.array([[1], [0], [0], [1]]), np.array([[1], [0], [0], [0.5]])

    evidence.exactly(
        "loss with 0/1 targets",
        judged.per_sample(bits, predictions),
        formula(2 * bits - 1, predictions),
    )
    evidence.exactly(
        "loss of a target of 0 beside a target of 0.5",
        judged.per_sample(with_a_half, predictions)[1:3],
        1,
    )
