"""Hinge loss: max(0, 1 - t y) for a target t of -1 or +1 and a prediction y."""

import numpy as np
import pytest

from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.margin import HINGE

ONE_OR_MORE = np.array([[1], [1 + 2.0**-23], [1.5], [2], [1000], [1e20], [3e38], [np.inf]])
SIGNS = np.array([[1], [-1], [1], [-1]])
BEYOND_THE_RANGE = np.array([[1.5], [-2.0], [1000.0], [-1e20]])


@pytest.mark.claim("hinge.definition")
@pytest.mark.usefixtures("given_as")
def test_definition(loss, evidence):
    """The loss of a prediction y for a target t is max(0, 1 - t y), to the ends of float32."""
    batch, hinge = HINGE.batch(), loss("hinge")
    targets, predictions = batch.targets.reshape(-1, 1), batch.predictions.reshape(-1, 1)
    bound = tolerance.of_loss("hinge", HINGE.value, targets, predictions)
    ends = np.array([[1e20], [-1e20], [np.inf], [-np.inf]]).astype(np.float32).astype(float)

    evidence.close(
        "loss",
        hinge.per_sample(targets, predictions),
        HINGE.value(targets, predictions),
        within=bound,
    )
    for target in (1, -1):
        evidence.exactly(
            f"loss at t = {target:+}, y from -inf to inf",
            hinge.per_sample(np.full_like(ends, target), ends),
            np.maximum(0, -target * ends[:, 0]),
        )


@pytest.mark.claim("hinge.equal-is-zero")
@pytest.mark.usefixtures("given_as")
def test_a_prediction_equal_to_its_target_costs_nothing(loss, evidence):
    """A prediction equal to its target costs nothing, be it -1 or +1; one beside them costs."""
    equal, beside = (
        loss("hinge").per_sample([[1], [-1]], [[1], [-1]]),
        loss("hinge").per_sample([[1], [-1]], [[0.5], [-0.75]]),
    )

    evidence.exactly("loss at y = t", equal, 0)
    evidence.exactly("loss at y beside t", beside, [0.5, 0.25])


@pytest.mark.claim("hinge.opposite-is-two")
@pytest.mark.usefixtures("given_as")
def test_the_opposite_prediction_costs_two(loss, evidence):
    """A prediction of -1 for a target of +1 costs 2."""
    cost = loss("hinge").per_sample([[1]], [[-1]])

    evidence.exactly("loss at t = +1, y = -1", cost, 2)


@pytest.mark.claim("hinge.slightly-off")
@pytest.mark.usefixtures("given_as")
def test_a_prediction_slightly_off_costs_what_is_missing(loss, evidence):
    """A prediction of 0.9 for a target of +1 costs 0.1."""
    cost = loss("hinge").per_sample([[1]], [[0.9]])

    # 0.9 is rounded to float32 once on its way in; the subtraction is rounded once more.
    evidence.close("loss at t = +1, y = 0.9", cost, 0.1, within=tolerance.rounding(1, operations=2))


@pytest.mark.claim("hinge.zero-for-targets")
def test_targets_of_one_or_more_cost_nothing(loss, evidence):
    """Targets of 1 and 2 cost nothing, whatever the prediction."""
    targets, predictions = np.array([[1.0], [1.0], [2.0]]), np.array([[0.5], [-1.0], [0.0]])

    evidence.exactly(
        "loss at t = 1 and 2, y below 1", loss("hinge").per_sample(targets, predictions), 0
    )


@pytest.mark.claim("hinge.zero-beyond-margin")
@pytest.mark.usefixtures("given_as")
def test_predictions_of_one_or_more_cost_nothing(loss, evidence):
    """For a target of +1, every prediction of 1 or more costs nothing, up to infinity."""
    costs = loss("hinge").per_sample(np.ones_like(ONE_OR_MORE), ONE_OR_MORE)

    evidence.exactly("loss at t = +1, y from 1 to inf", costs, 0)


@pytest.mark.instead("hinge.zero-for-targets")
def test_predictions_and_not_targets_have_to_be_one_or_more(loss, evidence):
    """For a target of +1, predictions of 1 or more cost nothing, and those below cost."""
    below = np.array([[1 - 2.0**-20], [0.5], [0.0], [-1.0]])
    hinge = loss("hinge")

    evidence.exactly(
        "loss at y of 1 or more", hinge.per_sample(np.ones_like(ONE_OR_MORE), ONE_OR_MORE), 0
    )
    evidence.exactly(
        "loss at y below 1", hinge.per_sample(np.ones_like(below), below), 1 - below[:, 0]
    )


@pytest.mark.claim("hinge.grows-when-wrong")
@pytest.mark.usefixtures("given_as")
def test_loss_grows_as_predictions_fall_below_the_target(loss, evidence):
    """For a target of +1, the loss grows by what each step takes a prediction away below 1."""
    falling = np.concatenate([np.arange(1.0, -10.0, -0.5), -(4.0 ** np.arange(2, 9))])[:, None]
    costs = loss("hinge").per_sample(np.ones_like(falling), falling)

    evidence.exactly(
        "growth from one prediction to the next", np.diff(costs), -np.diff(falling[:, 0])
    )


# A unit x + b sets the boundary between groups at x = -3 and x = +3 at -b: halfway, or 1.1 from
# one of them. All of its predictions lie beyond -1 and +1.
HALFWAY, ASIDE = 0.0, (1.9, -1.9)


def of_boundary(hinge, bias):
    """Loss and slope of both groups, behind a unit that adds a bias."""
    targets, predictions = np.array([[-1.0], [1.0]]), np.array([[-3.0], [3.0]]) + bias
    return hinge.per_sample(targets, predictions), hinge.gradient(targets, predictions)


@pytest.mark.claim("hinge.maximizes-boundary")
def test_the_boundary_halfway_costs_least(loss, evidence):
    """Of boundaries that separate two groups, the one halfway between them costs less."""
    costs, _ = of_boundary(loss("hinge"), HALFWAY)
    dearer = [of_boundary(loss("hinge"), bias)[0].mean() for bias in ASIDE]

    evidence.below("mean loss of the boundary halfway", costs.mean(), min(dearer))


@pytest.mark.instead("hinge.maximizes-boundary")
def test_boundaries_beyond_the_margin_cost_the_same(loss, evidence):
    """Boundaries halfway and near one group cost nothing and have no slope: none is preferred."""
    for bias in (HALFWAY, *ASIDE):
        costs, slopes = of_boundary(loss("hinge"), bias)
        evidence.exactly(f"loss of the boundary at {-bias:g}", costs, 0)
        evidence.exactly(f"slope of the boundary at {-bias:g}", slopes, 0)


@pytest.mark.parametrize(
    "target",
    [
        pytest.param(1, marks=pytest.mark.claim("hinge.kink")),
        pytest.param(-1, marks=pytest.mark.claim("hinge.symmetric")),
    ],
)
def test_slope_jumps_where_prediction_meets_target(target, loss, evidence):
    """Just short of its target a prediction's slope is 1 in size, just beyond it is 0."""
    targets = [[target], [target]]
    short, beyond = loss("hinge").gradient(
        targets, [[target * (1 - 2**-20)], [target * (1 + 2**-20)]]
    )[:, 0]

    evidence.exactly("slope just short of the target", short, -target)
    evidence.exactly("slope just beyond the target", beyond, 0)


@pytest.mark.claim("hinge.kink-is-relu")
def test_hinge_around_its_target_is_relu_around_zero(loss, subject, mode, evidence):
    """What a prediction lacks to its target, of either sign, costs as much as ReLU gives for it."""
    near = 2.0 ** -np.arange(5, 21)
    missing = np.concatenate([np.arange(-2, 2, 1 / 16), near, -near])[:, None]
    relu = subject.dense("relu", missing, mode)[:, 0]

    for target in (1, -1):
        costs = loss("hinge").per_sample(np.full_like(missing, target), target * (1 - missing))
        evidence.exactly(f"loss against relu, target {target:+}", costs, relu)


@pytest.mark.claim("hinge.predictions-in-range")
def test_predictions_beyond_the_range_cost(loss, evidence):
    """Predictions beyond [-1, +1] on their target's side cost more than those at its ends."""
    beyond = loss("hinge").per_sample(SIGNS, BEYOND_THE_RANGE)

    evidence.above("loss of predictions beyond the range", beyond, 0)


@pytest.mark.instead("hinge.predictions-in-range")
def test_predictions_beyond_the_range_are_free(loss, evidence):
    """Predictions beyond [-1, +1] on their target's side cost nothing, and nothing pulls back."""
    hinge = loss("hinge")

    evidence.exactly("loss beyond the range", hinge.per_sample(SIGNS, BEYOND_THE_RANGE), 0)
    evidence.exactly("slope beyond the range", hinge.gradient(SIGNS, BEYOND_THE_RANGE), 0)


@pytest.mark.claim("hinge.ends-hardly-matter")
@pytest.mark.usefixtures("given_as")
def test_the_number_before_one_costs_hardly_anything(loss, evidence):
    """The float32 nearest to -1 or +1 that tanh may give instead of them costs 6e-8."""
    short = 2.0**-24
    cost = loss("hinge").per_sample([[1], [-1]], [[1 - short], [short - 1]])

    evidence.exactly("loss of the number just short of the target", cost, short)


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
@pytest.mark.usefixtures("given_as")
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
@pytest.mark.usefixtures("given_as")
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
