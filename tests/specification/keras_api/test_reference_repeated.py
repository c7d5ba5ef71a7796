"""What the reference repeats of each loss: reductions, dtype and name, of those beside its ten."""

import numpy as np
import pytest

from helpers.bounds import bound_of
from helpers.circles import bound_of_circle
from helpers.known import known
from helpers.lone import batch_with_a_lone_sample
from lossspec.core.errors import CallGone
from lossspec.losses import tolerance
from lossspec.losses.inputs import SAMPLES
from lossspec.losses.overlap import dice
from lossspec.losses.similarity import Pairs

WEIGHTS = np.resize([0.0, 0.5, 1.0, 2.0, 3.0], SAMPLES)
ONES = np.ones(SAMPLES)
DEFAULT, MEAN, WEIGHTED = "sum_over_batch_size", "mean", "mean_with_sample_weight"


def samples(definition):
    """A batch, what each sample costs, and its tolerance; under Circle the last lacks a pair."""
    t, y = batch_with_a_lone_sample(definition)
    if definition.of_batch:
        return t, y, definition.value(t, y), bound_of_circle(Pairs(t, y), outputs=y.shape[1])
    return t, y, definition.value(t, y), bound_of(definition, t, y)


def is_sum_over(divisor, definition, subject, evidence, *weights, **reduction):
    """Check that a batch costs the sum of its samples' losses, weighted maybe, over a number."""
    t, y, losses, bound = samples(definition)
    got = subject.loss_class(known(definition, subject), **reduction)(t, y, *weights)
    (factors,) = weights or (ONES,)
    rounding = tolerance.rounding((factors * np.abs(losses)).sum(), operations=2 * SAMPLES)
    within = ((factors * bound).sum() + rounding) / divisor
    wanted = (factors * losses).sum() / divisor
    evidence.close(f"loss with {reduction}", got, wanted, within=within)


def is_not_reduced(definition, subject, evidence, reduction):
    """Check that a batch gives each sample's loss, times its weight."""
    t, y, losses, bound = samples(definition)
    judged = subject.loss_class(definition.name, reduction=reduction)
    # Multiplying rounds once more.
    within = WEIGHTS * bound + tolerance.rounding(WEIGHTS * losses, operations=1)

    evidence.close(f"loss with {reduction!r}", judged(t, y), losses, within=bound)
    weighted = judged(t, y, WEIGHTS)
    evidence.close(f"weighted, with {reduction!r}", weighted, WEIGHTS * losses, within=within)


@pytest.mark.claim
def test_a_loss_is_reduced_as_told(definition, subject, evidence):
    """With "sum" weighted losses add up, by default they are divided, with "none" neither."""
    for weights in ((), (WEIGHTS,)):
        is_sum_over(1, definition, subject, evidence, *weights, reduction="sum")
        is_sum_over(SAMPLES, definition, subject, evidence, *weights, reduction=DEFAULT)
        is_sum_over(SAMPLES, definition, subject, evidence, *weights)
    is_not_reduced(definition, subject, evidence, "none")


@pytest.mark.claim
def test_a_loss_is_averaged_as_told(definition, subject, evidence):
    """With "mean" samples divide, with "mean_with_sample_weight" weights, with None nothing."""
    for weights in ((), (WEIGHTS,)):
        is_sum_over(SAMPLES, definition, subject, evidence, *weights, reduction=MEAN)
    divisor = WEIGHTS.sum()
    is_sum_over(divisor, definition, subject, evidence, WEIGHTS, reduction=WEIGHTED)
    is_not_reduced(definition, subject, evidence, None)


@pytest.mark.instead
def test_the_class_knows_no_mean_by_its_name(definition, subject, evidence):
    """Reductions of "mean" and "mean_with_sample_weight" are refused; named, the default isn't."""
    for reduction in (MEAN, WEIGHTED):
        call = lambda reduction=reduction: subject.loss_class(  # noqa: E731 # read once
            definition.name, reduction=reduction
        )
        evidence.refuses(f"a reduction of {reduction!r}", call, CallGone)
    t, y, *_ = samples(definition)
    default, named = (
        subject.loss_class(definition.name, **given)(t, y) for given in ({}, {"reduction": DEFAULT})
    )
    evidence.exactly("loss with the default named", named, default)


def is_one_number(reductions, definition, subject, evidence):
    """Check that a batch costs what it costs as one sample, whatever the reduction."""
    t, y, *_ = samples(definition)
    whole = dice(t.reshape(1, -1), y.reshape(1, -1))[0]
    # Three sums of 72 numbers, of which each is a share of the quotient, which is 1 at most.
    bound = tolerance.rounding(1, operations=3 * t.size + 16)
    for reduction in reductions:
        got = subject.loss_class(definition.name, reduction=reduction)(t, y)
        evidence.exactly(f"axes with {reduction!r}", got.ndim, 0)
        evidence.close(f"loss with {reduction!r}", got, whole, within=bound)


@pytest.mark.instead
def test_one_number_is_not_reduced(definition, subject, evidence):
    """With "sum", by default and with "none" the whole batch costs the same one number."""
    is_one_number(("sum", DEFAULT, "none"), definition, subject, evidence)


@pytest.mark.instead
def test_one_number_is_not_averaged(definition, subject, evidence):
    """With "mean", "mean_with_sample_weight" and None the batch costs the same one number."""
    is_one_number((MEAN, WEIGHTED, None), definition, subject, evidence)


@pytest.mark.instead
def test_the_sum_is_divided_by_how_many_have_a_pair(definition, subject, evidence):
    """By default 23 of 24 samples are divided by, as many as cost anything; with "sum" none are."""
    is_sum_over(SAMPLES - 1, definition, subject, evidence)
    is_sum_over(SAMPLES - 1, definition, subject, evidence, WEIGHTS, reduction=DEFAULT)
    is_sum_over(1, definition, subject, evidence, WEIGHTS, reduction="sum")


@pytest.mark.instead
def test_the_weights_are_of_what_has_a_pair(definition, subject, evidence):
    """The number that "mean" divides by, and the weights, leave out the sample without a pair."""
    is_sum_over(SAMPLES - 1, definition, subject, evidence, reduction=MEAN)
    of_paired = WEIGHTS[:-1].sum()
    is_sum_over(of_paired, definition, subject, evidence, WEIGHTS, reduction=WEIGHTED)


def given_in(definition, dtype):
    """The loss's batch as arrays of a precision."""
    batch = definition.batch()
    return batch.targets.astype(dtype), batch.predictions.astype(dtype)


def computes_in_what_it_is_made_with(definition, subject, evidence):
    """Check that float32 comes out of a loss without a dtype, and of one with it that."""
    for dtype, width in (("float64", 64), ("float16", 16)):
        default = subject.loss_class(known(definition, subject)).bits(*given_in(definition, dtype))
        made = subject.loss_class(definition.name, dtype=dtype)

        evidence.exactly(f"bits of {dtype} without a dtype", default, 32)
        bits = made.bits(*given_in(definition, "float32"))
        evidence.exactly(f"bits of float32 with {dtype}", bits, width)


def bits_with_a_policy(definition, subject):
    """A call of a loss that is made with the policy mixed_float16."""
    judged = subject.loss_class(definition.name, dtype=subject.dtype_policy("mixed_float16"))
    return lambda: judged.bits(*given_in(definition, "float32"))


@pytest.mark.claim
def test_a_loss_computes_in_its_dtype(definition, subject, evidence):
    """Without a dtype float32 comes out, with one that, with a policy what that computes in."""
    computes_in_what_it_is_made_with(definition, subject, evidence)
    bits = evidence.accepts("a policy", bits_with_a_policy(definition, subject), TypeError)

    evidence.exactly("bits with the policy mixed_float16", bits, 16)


@pytest.mark.instead
def test_a_loss_computes_in_its_dtype_and_in_no_policy(definition, subject, evidence):
    """A dtype is what comes out; made with a policy, the loss raises a TypeError when called."""
    computes_in_what_it_is_made_with(definition, subject, evidence)

    evidence.refuses("a policy", bits_with_a_policy(definition, subject), TypeError)


@pytest.mark.instead
def test_the_class_has_no_dtype(definition, subject, evidence):
    """A dtype is refused; without, float32 comes out of float32."""
    call = lambda: subject.loss_class(definition.name, dtype="float64")  # noqa: E731 # read once
    evidence.refuses("a dtype", call, CallGone)

    bits = subject.loss_class(definition.name).bits(*given_in(definition, "float32"))
    evidence.exactly("bits without a dtype", bits, 32)


def is_called(called, definition, subject, evidence):
    """Check an instance's name, with and without one that is given."""
    name = known(definition, subject)
    default, given = subject.name_of(name), subject.name_of(name, name="mine")
    evidence.exactly(f"whether it is called {called}", default == called, 1)
    evidence.exactly("whether it is called 'mine'", given == "mine", 1)


@pytest.mark.claim
def test_a_loss_is_called_after_its_function(definition, subject, evidence):
    """Without a name an instance is called after the function, and with one that."""
    is_called(definition.name, definition, subject, evidence)


@pytest.mark.instead
def test_log_cosh_is_called_in_one_word(definition, subject, evidence):
    """Without a name an instance is called logcosh."""
    is_called("logcosh", definition, subject, evidence)
