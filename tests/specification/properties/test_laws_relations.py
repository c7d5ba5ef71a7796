"""Laws between losses, and of one loss under exchange, shift, scale and order of its inputs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.bounds import bound_of, bound_of_slope
from helpers.domains import REACH, Reach
from helpers.inputs import (
    SAMPLES,
    batches,
    numbers,
    orders,
    probabilities,
    shapes,
    soft_classes,
)
from lossspec.losses import tolerance
from lossspec.losses.definition import Domain
from lossspec.losses.directions import COSINE
from lossspec.losses.entropy import BCE, CCE, KL, SCCE, entropy, one_hot
from lossspec.losses.margin import HINGE
from lossspec.losses.regression import MAE, MSE

ONE_OUTPUT = SAMPLES, 1


@pytest.mark.claim
@given(data=st.data())
def test_several_outputs_cost_the_mean_of_each(definition, loss, evidence, data):
    """The loss of five outputs is the mean of the losses of each by itself."""
    batch = data.draw(batches(definition, REACH["mean-of-outputs"], (SAMPLES, 5)), "batch")
    t, y = batch.targets, batch.predictions
    each = [loss(definition).per_sample(t[:, [output]], y[:, [output]]) for output in range(5)]

    # Each is computed alike, so that only summing and dividing round differently; and of terms that
    # cancel logarithms, which a processor may take otherwise of eight numbers than of one.
    bound = tolerance.rounding(np.mean(np.abs(each), axis=0), operations=2 * 5)
    if definition.cancels:
        bound = bound + tolerance.rounding(definition.cancels(t, y))
    evidence.close("loss", loss(definition).per_sample(t, y), np.mean(each, axis=0), within=bound)


@pytest.mark.claim("laws.squared-hinge-square")
@given(data=st.data())
def test_squared_hinge_is_the_square_of_hinge(loss, evidence, data):
    """The squared hinge loss of one output is the square of its hinge loss."""
    batch = data.draw(batches(HINGE, Reach.WHOLE, ONE_OUTPUT), "batch")
    hinges = loss("hinge").per_sample(batch.targets, batch.predictions)

    # Squaring rounds once; the hinge itself is the same number in both.
    bound = tolerance.rounding(hinges**2, operations=1)
    squares = loss("squared_hinge").per_sample(batch.targets, batch.predictions)
    evidence.close("squared hinge loss", squares, hinges**2, within=bound)


@pytest.mark.claim("laws.bce-two-classes")
@given(data=st.data())
def test_binary_crossentropy_is_that_of_two_classes(loss, evidence, data):
    """A probability p costs what the distribution (1 - p, p) costs against (1 - t, t)."""
    t, p = data.draw(soft_classes(ONE_OUTPUT), "t"), data.draw(probabilities(ONE_OUTPUT), "p")
    of_two = np.hstack([1 - t, t]), np.hstack([1 - p, p])

    bound = bound_of(BCE, t, p) + bound_of(CCE, *of_two)
    evidence.close("loss", loss(BCE).per_sample(t, p), loss(CCE).per_sample(*of_two), within=bound)


@pytest.mark.claim("laws.scce-one-hot")
@given(data=st.data())
def test_class_numbers_cost_what_their_rows_cost(loss, evidence, data):
    """Class numbers cost what their one-hot rows cost, and pull on each prediction alike."""
    batch = data.draw(batches(SCCE), "batch")
    classes, y = batch.targets, batch.predictions
    rows = one_hot(classes, y.shape[1])
    slopes = [loss(of).gradient(t, y) for of, t in ((SCCE, classes), (CCE, rows))]

    bound = 2 * bound_of(CCE, rows, y)
    evidence.close(
        "loss",
        loss(SCCE).per_sample(classes, y),
        loss(CCE).per_sample(rows, y),
        within=bound,
    )
    evidence.close("slope", slopes[0], slopes[1], within=2 * bound_of_slope(CCE, rows, y))


@pytest.mark.claim("laws.kl-excess")
@given(data=st.data())
def test_divergence_is_crossentropy_less_entropy(loss, evidence, data):
    """The divergence is the cross-entropy less the target's entropy, each slope 1 less."""
    batch = data.draw(batches(KL), "batch")
    t, y = batch.targets, batch.predictions
    slopes = [loss(of).gradient(t, y) for of in (KL, CCE)]

    bound = bound_of(KL, t, y) + bound_of(CCE, t, y)
    evidence.close(
        "loss",
        loss(KL).per_sample(t, y),
        loss(CCE).per_sample(t, y) - entropy(t),
        within=bound,
    )
    slope_bound = bound_of_slope(KL, t, y) + bound_of_slope(CCE, t, y)
    evidence.close("slope", slopes[0], slopes[1] - 1, within=slope_bound)


@pytest.mark.claim
@given(data=st.data())
def test_target_and_prediction_can_be_exchanged(definition, loss, evidence, data):
    """Exchanging target and prediction leaves the loss the same; cosines but for rounding."""
    batch = data.draw(batches(definition, REACH["exchange"]), "batch")
    t, y = batch.targets, batch.predictions

    # The others stay so to the last bit; of cosines XLA may multiply and add at once.
    bound = 2 * bound_of(COSINE, t, y) if definition is COSINE else 0
    exchanged, plain = (loss(definition).per_sample(*each) for each in ((y, t), (t, y)))
    evidence.close("loss", exchanged, plain, within=bound)


@pytest.mark.claim
@given(data=st.data())
def test_both_can_be_shifted(definition, loss, evidence, data):
    """The loss stays the same, to the last bit, when target and prediction are shifted alike."""
    batch = data.draw(batches(definition, REACH["shift"]), "batch")
    shift = data.draw(numbers((1, 1)), "shift")
    t, y = batch.targets, batch.predictions

    # Sums and differences of multiples of 2⁻¹⁴ below 2¹⁰ are exact in float32.
    evidence.exactly(
        "loss",
        loss(definition).per_sample(t + shift, y + shift),
        loss(definition).per_sample(t, y),
    )


def doubled_costs(times, definition, loss, evidence, batch):
    """Check that doubling targets and predictions multiplies the loss, exactly."""
    t, y = batch.targets, batch.predictions
    evidence.exactly(
        "loss",
        loss(definition).per_sample(2 * t, 2 * y),
        times * loss(definition).per_sample(t, y),
    )


@pytest.mark.claim("laws.mse-scale")
@given(batch=batches(MSE, REACH["scale"]))
def test_doubling_makes_mse_four_times_as_large(loss, evidence, batch):
    """Doubling targets and predictions makes the loss four times as large, to the last bit."""
    doubled_costs(4, MSE, loss, evidence, batch)


@pytest.mark.claim("laws.mae-scale")
@given(batch=batches(MAE, REACH["scale"]))
def test_doubling_makes_mae_twice_as_large(loss, evidence, batch):
    """Doubling targets and predictions makes the loss twice as large, to the last bit."""
    doubled_costs(2, MAE, loss, evidence, batch)


@pytest.mark.claim
@given(data=st.data())
def test_both_can_change_their_sign(definition, loss, evidence, data):
    """The loss stays the same, to the last bit, when target and prediction change their sign."""
    batch = data.draw(batches(definition, REACH["sign"]), "batch")
    t, y = batch.targets, batch.predictions

    evidence.exactly("loss", loss(definition).per_sample(-t, -y), loss(definition).per_sample(t, y))


@pytest.mark.claim
@given(data=st.data())
def test_the_two_classes_can_be_exchanged(definition, loss, evidence, data):
    """The loss stays the same when targets and predictions are taken from 1."""
    batch = data.draw(batches(definition, REACH["complement"]), "batch")
    t, y = batch.targets, batch.predictions

    bound = bound_of(definition, t, y) + bound_of(definition, 1 - t, 1 - y)
    evidence.close(
        "loss",
        loss(definition).per_sample(1 - t, 1 - y),
        loss(definition).per_sample(t, y),
        within=bound,
    )


@pytest.mark.claim
@given(data=st.data())
def test_the_order_of_classes_is_of_no_matter(definition, loss, evidence, data):
    """The loss stays the same when the classes are put in another order."""
    batch = data.draw(batches(definition, REACH["permutation"], (SAMPLES, 5)), "batch")
    order = data.draw(orders(5), "order")
    t, y = batch.targets, batch.predictions
    reordered = (
        np.argsort(order)[t.astype(int)].astype(float)
        if definition.targets is Domain.CLASSES
        else t[:, order]
    )

    bound = 2 * bound_of(definition, t, y)
    evidence.close(
        "loss",
        loss(definition).per_sample(reordered, y[:, order]),
        loss(definition).per_sample(t, y),
        within=bound,
    )


def costs_of_moving(definition, loss, t, near, far):
    """What moving a prediction costs more, the same by the definition, and the tolerance of it."""
    of_near, of_far = (loss(definition).per_sample(t, y) for y in (near, far))
    wanted = definition.value(t, far) - definition.value(t, near)
    return of_far - of_near, wanted, bound_of(definition, t, near) + bound_of(definition, t, far)


@pytest.mark.claim("laws.bce-wrong-way")
@given(data=st.data())
def test_moving_away_from_the_target_never_pays(loss, evidence, data):
    """A prediction moved away from its target, on the same side, costs more."""
    shape = data.draw(shapes(BCE), "shape")
    one, other = (data.draw(batches(BCE, REACH["wrong-way"], shape), each) for each in "ab")
    t = one.targets
    same_side = (one.predictions - t) * (other.predictions - t) >= 0
    ways = one.predictions, np.where(same_side, other.predictions, one.predictions)
    nearer = np.where(np.abs(ways[0] - t) <= np.abs(ways[1] - t), *ways)
    farther = ways[0] + ways[1] - nearer
    beyond, wanted, bound = costs_of_moving(BCE, loss, t, nearer, farther)

    # By the definition nothing falls, so that a loss that stays where that rises is seen, too.
    evidence.at_least("what moving away costs by the definition", wanted, -1e-12)
    evidence.at_least("what moving away costs", beyond, wanted - bound)


@pytest.mark.claim
@given(data=st.data())
def test_moving_against_the_target_never_pays(definition, loss, evidence, data):
    """A prediction moved against the sign of its target costs more, from the margin on."""
    shape = data.draw(shapes(definition), "shape")
    one, other = (data.draw(batches(definition, REACH["wrong-way"], shape), each) for each in "ab")
    t = one.targets
    products = t * np.array([one.predictions, other.predictions])
    beyond, wanted, bound = costs_of_moving(
        definition, loss, t, t * products.max(axis=0), t * products.min(axis=0)
    )
    past_the_margin = loss(definition).per_sample(t, t * (1 + np.abs(one.predictions)))

    evidence.at_least("what moving against the target costs by the definition", wanted, 0)
    evidence.at_least("what moving against the target costs", beyond, wanted - bound)
    evidence.exactly("loss where t y is at least 1", past_the_margin, 0)
