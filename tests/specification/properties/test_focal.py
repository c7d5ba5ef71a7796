"""What focal losses alone are like: cross-entropy at gamma 0, and weighed by alpha."""

import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.bounds import (
    bound_of,
    bound_of_focal,
    bound_of_focal_slope,
    bound_of_slope,
    slope_of,
)
from helpers.domains import REACH
from helpers.inputs import SAMPLES, batches, sure_and_wrong
from lossspec.core.errors import CallGone
from lossspec.losses import tolerance
from lossspec.losses.entropy import BCE, CCE
from lossspec.losses.focal import ALPHA, BINARY_FOCAL, GAMMA

OF_FIVE = SAMPLES, 5


@functools.lru_cache(maxsize=None)
def given_with(name, subject, mode, **arguments):
    """A loss that function and class are given arguments for."""
    return subject.loss_through("linear", name, mode, **arguments)


CROSSENTROPIES = {"binary-focal": (BCE, 1), "categorical-focal": (CCE, 1 / ALPHA)}
"""What each is at gamma 0, and how many times that it lies below it."""


@pytest.mark.claim
@given(data=st.data())
def test_at_gamma_zero_it_is_crossentropy(definition, subject, mode, evidence, data):
    """At gamma 0 loss and slope are those of cross-entropy, or a quarter of them."""
    crossentropy, times = CROSSENTROPIES[definition.slug]
    batch = data.draw(batches(definition, REACH["gamma-zero"], OF_FIVE), "batch")
    t, y = batch.targets, batch.predictions
    focal = given_with(definition.name, subject, mode, gamma=0.0)
    whole = subject.loss(crossentropy.name, mode)

    bound, slope_bound = bound_of(crossentropy, t, y), bound_of_slope(crossentropy, t, y)
    evidence.close("loss", times * focal.per_sample(t, y), whole.per_sample(t, y), within=2 * bound)
    evidence.close(
        "slope", times * focal.gradient(t, y), whole.gradient(t, y), within=2 * slope_bound
    )


@pytest.mark.claim
@given(data=st.data())
@pytest.mark.parametrize("gamma", [0.5, 5.0])
def test_gamma_is_the_power_of_what_is_missed(definition, gamma, subject, mode, evidence, data):
    """With another gamma each sample's loss is that of the definition, with it for exponent."""
    batch = data.draw(batches(definition, REACH["gamma"], OF_FIVE), "batch")
    t, y = batch.targets, batch.predictions
    focal = given_with(definition.name, subject, mode, gamma=gamma)
    value = functools.partial(definition.value, gamma=gamma)

    bound = (
        bound_of_focal(t, y, gamma)
        if definition is BINARY_FOCAL
        else tolerance.of_loss(definition.name, value, t, y)
    )
    evidence.close(f"loss of gamma {gamma:g}", focal.per_sample(t, y), value(t, y), within=bound)


OTHER_ALPHA = 0.75
"""Not 1/4, which is the default, nor 1/2, which weighs both classes alike."""


@pytest.mark.claim
@given(data=st.data())
def test_balanced_each_class_has_its_weight(definition, subject, mode, evidence, data):
    """With apply_class_balancing a label of 1 weighs alpha, one of 0 what is left of 1."""
    batch = data.draw(batches(definition, REACH["balanced"], OF_FIVE), "batch")
    t, y = batch.targets, batch.predictions
    balanced = given_with(
        definition.name, subject, mode, apply_class_balancing=True, alpha=OTHER_ALPHA
    )
    weights = t * OTHER_ALPHA + (1 - t) * (1 - OTHER_ALPHA)

    def of_each(function):
        each = [function(t[:, [output]], y[:, [output]]) for output in range(5)]
        return weights * np.stack(each, axis=1) / 5

    losses = of_each(definition.value).sum(axis=1)
    # A weight, two products of it and their sum round, and so does multiplying by it.
    bound = of_each(lambda t, y: bound_of_focal(t, y, GAMMA)).sum(axis=1)
    bound = bound + tolerance.rounding(losses, operations=2 * 5)
    evidence.close("loss", balanced.per_sample(t, y), losses, within=bound)
    slopes = weights * definition.derivative(t, y)
    slope_bound = weights * bound_of_focal_slope(t, y, GAMMA) + tolerance.rounding(slopes)
    evidence.close("slope", balanced.gradient(t, y), slopes, within=slope_bound)


@pytest.mark.instead
def test_nothing_is_balanced_yet(definition, subject, mode, evidence):
    """Class and function know neither apply_class_balancing nor alpha."""
    for argument in ({"apply_class_balancing": True}, {"alpha": 0.25}):
        evidence.refuses(
            next(iter(argument)),
            lambda argument=argument: subject.loss_through(
                "linear", definition.name, mode, **argument
            ),
            CallGone,
        )


ALPHAS = (0.125, 0.25, 0.5, 1.0, 2.0)


@pytest.mark.claim
@given(data=st.data())
@pytest.mark.parametrize("alpha", [1.0, ALPHAS], ids=["one", "each"])
def test_alpha_weighs_the_classes(definition, alpha, subject, mode, evidence, data):
    """Another alpha, or one for each class, multiplies the losses of classes, and their slopes."""
    batch = data.draw(batches(definition, REACH["alphas"], OF_FIVE), "batch")
    t, y = batch.targets, batch.predictions
    weighed = given_with(definition.name, subject, mode, alpha=alpha)
    # Weighing the targets is the same.
    weights = t * alpha / ALPHA

    bound = tolerance.of_loss(definition.name, definition.value, weights, y)
    evidence.close("loss", weighed.per_sample(t, y), definition.value(weights, y), within=bound)
    evidence.close(
        "slope",
        weighed.gradient(t, y),
        slope_of(definition, weights, y),
        within=bound_of_slope(definition, weights, y),
    )


@pytest.mark.claim
@given(data=st.data())
def test_a_sure_mistake_keeps_its_slope(definition, loss, evidence, data):
    """What is sure and wrong costs what epsilon does, and the factor's slope pulls it back."""
    batch = data.draw(sure_and_wrong(definition), "batch")
    t, y = batch.targets, batch.predictions
    # To cross-entropy Keras 2 adds epsilon once more; and 1 less epsilon lies a rounding off.
    epsilon = tolerance.KERAS_EPSILON
    least, most = -np.log([2 * epsilon + tolerance.UNIT_ROUNDOFF, epsilon])
    least, most = least - tolerance.rounding(least), most + tolerance.rounding(most)
    # The factor's slope by what is missed is twice that, here nearly 1.
    pulls = np.where(t == 1, -1, 1) * loss(definition).gradient(t, y) * y.shape[1]

    evidence.at_least("loss", loss(definition).per_sample(t, y), least)
    evidence.at_most("loss", loss(definition).per_sample(t, y), most)
    evidence.at_least("slope away from the label, times the outputs", pulls, 2 * least)
    evidence.at_most("slope away from the label, times the outputs", pulls, 2 * most)


@pytest.mark.claim
@given(data=st.data())
def test_a_sure_mistake_costs_a_quarter_of_what_epsilon_costs(definition, loss, evidence, data):
    """A class given less than epsilon costs a quarter of -ln 1e-7, without slope."""
    batch = data.draw(sure_and_wrong(definition), "batch")
    t, y = batch.targets, batch.predictions
    at_clip = -ALPHA * np.log(tolerance.KERAS_EPSILON)

    # What is missed is 1 less epsilon, squared.
    bound = tolerance.rounding(at_clip) + 2 * tolerance.KERAS_EPSILON * at_clip
    evidence.close("loss", loss(definition).per_sample(t, y), at_clip, within=bound)
    slopes = (t * loss(definition).gradient(t, y)).sum(axis=1)
    evidence.exactly("slope of what came true", slopes, 0)


MEANS = {
    # Of eight labels two are 1; of eight classes six are the first.
    "binary-focal": (np.repeat([[1.0], [0.0]], [2, 6], axis=0), [3 / 8]),
    "categorical-focal": (np.repeat(np.eye(3), [6, 1, 1], axis=0), [10 / 16, 3 / 16, 3 / 16]),
}
"""Targets, and a prediction that is less sure than their mean."""


@pytest.mark.claim
def test_their_mean_is_not_what_costs_least(definition, loss, evidence):
    """Predicted for all samples, what is less sure than the targets' mean costs a fifth less."""
    t, less_sure = MEANS[definition.slug]
    of_mean, of_less_sure = (
        loss(definition).per_sample(t, np.tile(y, (len(t), 1))).mean()
        for y in (t.mean(axis=0), less_sure)
    )

    evidence.below("mean loss of the less sure prediction", of_less_sure, 0.8 * of_mean)


@pytest.mark.claim
@given(data=st.data())
def test_two_classes_are_a_quarter_of_the_binary_loss(definition, loss, evidence, data):
    """Of two classes, one of them sure, the loss is a quarter of the binary one."""
    batch = data.draw(batches(BINARY_FOCAL, REACH["two-classes"], (SAMPLES, 1)), "batch")
    t, y = (batch.targets == 1) * 1.0, batch.predictions
    both = [np.hstack([1 - values, values]) for values in (t, y)]

    bound = ALPHA * bound_of(BINARY_FOCAL, t, y) + bound_of(definition, *both)
    evidence.close(
        "loss",
        loss(definition).per_sample(*both),
        ALPHA * loss(BINARY_FOCAL).per_sample(t, y),
        within=bound,
    )
