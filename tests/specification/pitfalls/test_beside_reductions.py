"""Reductions by name: the mean, the mean by the sum of weights, and those of one's own loss."""

import numpy as np
import pytest

from lossspec.backends.keras.adapter import Refused
from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.inputs import SAMPLES

# A reduction meets losses, whichever they are: two of them will do.
either_loss = pytest.mark.parametrize(
    "name", ["mean_squared_error", "sparse_categorical_crossentropy"]
)

WEIGHTS = np.resize([0.0, 0.5, 1.0, 2.0, 3.0], SAMPLES)


def reduced(name, subject, mode, *weights, reduction=None):
    """What the class gives for the loss's batch, with that reduction."""
    batch = DEFINITIONS[name].batch()
    given = {} if reduction is None else {"reduction": reduction}
    return subject.loss_class(name, mode, **given)(batch.targets, batch.predictions, *weights)


def is_weighted_sum_over(divisor, name, got, evidence, weights=WEIGHTS):
    """Check that a number is the sum of the samples' weighted losses over another."""
    batch, value = DEFINITIONS[name].batch(), DEFINITIONS[name].value
    losses = weights * value(batch.targets, batch.predictions)
    bound = weights * tolerance.of_loss(name, value, batch.targets, batch.predictions)
    rounding = tolerance.rounding(np.abs(losses).sum() / divisor, operations=2 * SAMPLES)
    evidence.close("loss", got, losses.sum() / divisor, within=bound.sum() / divisor + rounding)


@pytest.mark.claim("beside.reduction-mean")
@either_loss
def test_mean_is_the_mean(name, subject, mode, evidence):
    """A reduction of "mean" is "sum_over_batch_size": the sum over the number of samples."""
    is_weighted_sum_over(
        SAMPLES, name, reduced(name, subject, mode, WEIGHTS, reduction="mean"), evidence
    )


@pytest.mark.instead(
    "beside.reduction-mean",
    "beside.reduction-weighted-mean",
    "beside.reduction-weighted-mean-zero",
    "beside.reduction-weighted-mean-stretched",
)
@either_loss
def test_the_default_divides_by_the_number_of_samples(name, subject, mode, evidence):
    """Without a reduction given, the loss is the weighted sum over the number of samples."""
    is_weighted_sum_over(SAMPLES, name, reduced(name, subject, mode, WEIGHTS), evidence)


@pytest.mark.claim("beside.reduction-weighted-mean")
@either_loss
def test_the_weighted_mean_divides_by_the_sum_of_weights(name, subject, mode, evidence):
    """With "mean_with_sample_weight" the sum of weights divides, or else the number of samples."""
    reduction, ones = "mean_with_sample_weight", np.ones(SAMPLES)
    with_weights = reduced(name, subject, mode, WEIGHTS, reduction=reduction)
    without = reduced(name, subject, mode, reduction=reduction)

    is_weighted_sum_over(WEIGHTS.sum(), name, with_weights, evidence)
    is_weighted_sum_over(SAMPLES, name, without, evidence, ones)


@pytest.mark.claim("beside.reduction-weighted-mean-zero")
@either_loss
def test_a_weighted_mean_of_weights_that_add_up_to_zero_is_zero(name, subject, mode, evidence):
    """With "mean_with_sample_weight" and weights of 0, or 1 and -1, the loss is 0 and not 0/0."""
    zeros, ones = np.zeros(SAMPLES), np.resize([1.0, -1.0], SAMPLES)

    for what, weights in {"0": zeros, "1 and -1": ones}.items():
        got = reduced(name, subject, mode, weights, reduction="mean_with_sample_weight")
        evidence.exactly(f"loss with weights of {what}", got, 0)


@pytest.mark.claim("beside.reduction-weighted-mean-stretched")
def test_the_weighted_mean_divides_by_the_weights_as_given(subject, mode, evidence):
    """With weights (n, 1) for sequences of three steps, the loss is 3 times the weighted mean."""
    name, steps = "mean_squared_error", 3
    batch = DEFINITIONS[name].batch()
    weights = np.resize([0.5, 1.0, 2.0], (SAMPLES // steps, 1))
    flat = batch.targets, batch.predictions
    sequences = (each.reshape(len(weights), steps, -1) for each in flat)
    judged = subject.loss_class(name, mode, reduction="mean_with_sample_weight")

    is_weighted_sum_over(
        weights.sum(), name, judged(*sequences, weights), evidence, np.repeat(weights, steps)
    )


TARGETS, PREDICTIONS = np.array([[1.0], [2.0], [-1.0]]), np.array([[1.5], [4.0], [0.5]])
OFF = np.array([0.5, 2.0, 1.5])


def how_far_above(targets, predictions):
    """What each prediction is above its target: exact on these numbers."""
    return (predictions - targets)[:, 0]


@pytest.mark.claim("beside.own-class")
@pytest.mark.parametrize(
    ("reduction", "wanted"),
    [
        pytest.param({}, OFF @ [0.5, 1, 3] / 3, id="default"),
        pytest.param({"reduction": "sum"}, OFF @ [0.5, 1, 3], id="sum"),
        pytest.param({"reduction": "none"}, OFF * [0.5, 1, 3], id="none"),
    ],
)
def test_a_loss_of_ones_own_is_weighted_and_reduced(reduction, wanted, subject, mode, evidence):
    """A subclass of Loss gives each sample's cost, which is weighted, then reduced, to the mean."""
    judged = subject.own_class(how_far_above, mode, **reduction)(TARGETS, PREDICTIONS, [0.5, 1, 3])

    evidence.close("loss", judged, wanted, within=tolerance.rounding(wanted, operations=1))


def squared_error(targets, predictions):
    """The mean over the last axis, of one number or two, of the squared difference."""
    off = (predictions - targets) ** 2
    return (off[:, 0] + off[:, -1]) / 2


@pytest.mark.claim("beside.own-class-shapes")
def test_a_loss_of_ones_own_compares_each_target_with_each_prediction(subject, mode, evidence):
    """Targets (2,) of 1 and 3 cost 2 each where predictions (2, 1) are the same, and (2, 1) 0."""
    judged = subject.own_class(squared_error, mode, reduction="none")
    exact = [[1.0], [3.0]]

    evidence.exactly("losses of targets (2,)", judged([1.0, 3.0], exact), [2, 2])
    evidence.exactly("losses of targets (2, 1)", judged(exact, exact), [0, 0])


def squared_error_of_a_batch(targets, predictions):
    """One number a batch of two."""
    off = squared_error(targets, predictions)
    return (off[0] + off[1]) / 2


def weighed_as_a_batch(subject, mode):
    """A call that gives the losses of errors of 1 and 3, either of the two having a weight of 0."""
    judged = subject.own_class(squared_error_of_a_batch, mode)
    return subject.refusing(
        lambda: [
            judged([[0.0], [0.0]], [[1.0], [3.0]], weights) for weights in ([1.0, 0.0], [0.0, 1.0])
        ]
    )


@pytest.mark.claim("beside.own-class-scalar")
def test_a_loss_of_ones_own_that_is_one_number_is_not_weighed_by_sample(subject, mode, evidence):
    """Errors of 1 and 3 cost the same whichever of the two has a weight of 1, the other 0."""
    call = weighed_as_a_batch(subject, mode)
    first, second = evidence.accepts("weights (2,) beside one number", call, Refused)

    evidence.exactly("loss with a weight for the second sample alone", second, first)
    evidence.above("loss with a weight for the first sample alone", first, 0)


@pytest.mark.instead("beside.own-class-scalar")
def test_weights_of_a_loss_that_is_one_number_are_refused(subject, mode, evidence):
    """Weights for two samples raise where the batch has one loss."""
    call = weighed_as_a_batch(subject, mode)

    evidence.refuses("weights (2,) beside one number", call, Refused)


def of_float64(seen):
    """A loss of one's own that remembers what its targets come as, and answers in float64."""

    def call(targets, predictions):
        seen.append(str(targets.dtype))
        return np.asarray(predictions)[:, 0].astype(np.float64)

    return call


@pytest.mark.claim("beside.own-class-precision")
def test_a_loss_of_ones_own_is_given_and_gives_float32(subject, evidence):
    """Targets that are integers come as float32, and an answer in float64 goes out as float32."""
    seen = []
    bits = subject.own_class(of_float64(seen), reduction="none").bits(
        TARGETS.astype(int), PREDICTIONS
    )

    evidence.exactly("whether targets come as float32", "float32" in seen[0], 1)
    evidence.exactly("bits of a loss", bits, 32)


@pytest.mark.instead("beside.own-class-precision")
def test_a_loss_of_ones_own_is_given_what_there_is(subject, evidence):
    """Targets that are integers come as such, and an answer in float64 goes out as float64."""
    seen = []
    bits = subject.own_class(of_float64(seen), reduction="none").bits(
        TARGETS.astype(int), PREDICTIONS
    )

    evidence.exactly("whether targets come as integers", "int" in seen[0], 1)
    evidence.exactly("bits of a loss", bits, 64)
