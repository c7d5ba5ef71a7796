"""What the reference says of all losses alike: reductions, names, precisions, configurations."""

import functools

import numpy as np
import pytest

from helpers.kinds import DOCUMENTED
from helpers.samples import is_mean, own
from lossspec.core.errors import CallGone
from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.inputs import SAMPLES
from lossspec.losses.regression import HUBER

MSE, CCE, KL = "mean_squared_error", "categorical_crossentropy", "kullback_leibler_divergence"
TEN = [*DOCUMENTED, HUBER.name]
WEIGHTS = np.resize([0.0, 0.5, 1.0, 2.0, 3.0], SAMPLES)
DEFAULT, MEAN, WEIGHTED = "sum_over_batch_size", "mean", "mean_with_sample_weight"


def is_sum_over(divisor, reduction, name, subject, evidence, *weights):
    """Check that a batch costs the sum of its samples' losses, weighted maybe, over a number."""
    t, y, losses, bound = own(name)
    got = subject.loss_class(name, reduction=reduction)(t, y, *weights)
    (factors,) = weights or (np.ones(SAMPLES),)
    wanted = (factors * losses).sum() / divisor
    rounding = tolerance.rounding((factors * np.abs(losses)).sum() / divisor, 2 * SAMPLES)
    within = (factors * bound).sum() / divisor + rounding
    evidence.close(f"{name} with {reduction!r}", got, wanted, within=within)


@pytest.mark.claim("keras-api.reduction-default")
def test_the_default_reduction_is_the_mean(subject, evidence):
    """Without a reduction each loss is what it is with "sum_over_batch_size", the samples' mean."""
    for name in TEN:
        t, y, losses, bound = own(name)
        got = subject.loss_class(name)(t, y)
        named = subject.loss_class(name, reduction=DEFAULT)(t, y)

        evidence.exactly(f"{name} without a reduction", got, named)
        is_mean(f"{name} without a reduction", got, losses, bound, evidence)


@pytest.mark.claim("keras-api.reduction-sum")
def test_a_reduction_of_sum_adds_up(subject, evidence):
    """With "sum" a batch costs the sum of its samples' losses, each times its weight."""
    for name in TEN:
        is_sum_over(1, "sum", name, subject, evidence)
        is_sum_over(1, "sum", name, subject, evidence, WEIGHTS)


@pytest.mark.claim("keras-api.reduction-mean")
def test_two_reductions_divide_by_the_number_of_samples(subject, evidence):
    """With "mean" as with "sum_over_batch_size" the sum is divided by the number of samples."""
    for name in TEN:
        for reduction in (DEFAULT, MEAN):
            is_sum_over(SAMPLES, reduction, name, subject, evidence)
            is_sum_over(SAMPLES, reduction, name, subject, evidence, WEIGHTS)


@pytest.mark.claim("keras-api.reduction-weighted-mean")
def test_one_reduction_divides_by_the_weights(subject, evidence):
    """With "mean_with_sample_weight" the weighted sum is divided by the sum of the weights."""
    for name in TEN:
        is_sum_over(WEIGHTS.sum(), WEIGHTED, name, subject, evidence, WEIGHTS)


@pytest.mark.instead("keras-api.reduction-mean", "keras-api.reduction-weighted-mean")
def test_these_reductions_came_later(subject, evidence):
    """Both names are refused; "sum_over_batch_size" divides by the number of samples."""
    for reduction in (MEAN, WEIGHTED):
        call = lambda reduction=reduction: subject.loss_class(MSE, reduction=reduction)  # noqa: E731 # read once
        evidence.refuses(f"a reduction of {reduction!r}", call, CallGone)
    for name in TEN:
        is_sum_over(SAMPLES, DEFAULT, name, subject, evidence, WEIGHTS)


def are_not_reduced(reduction, subject, evidence):
    """Check that a batch gives each sample's loss, times its weight."""
    for name in TEN:
        t, y, losses, bound = own(name)
        judged = subject.loss_class(name, reduction=reduction)
        evidence.close(f"{name} with {reduction!r}", judged(t, y), losses, within=bound)
        # Multiplying rounds once more.
        within = WEIGHTS * bound + tolerance.rounding(WEIGHTS * losses, operations=1)
        evidence.close(
            f"{name} with {reduction!r}, weighted",
            judged(t, y, WEIGHTS),
            WEIGHTS * losses,
            within=within,
        )


@pytest.mark.claim("keras-api.reduction-none")
def test_none_is_no_reduction(subject, evidence):
    """With None as with "none" each sample's loss comes out, times its weight."""
    are_not_reduced("none", subject, evidence)
    are_not_reduced(None, subject, evidence)


@pytest.mark.instead("keras-api.reduction-none")
def test_none_goes_by_its_string(subject, evidence):
    """None is refused; with "none" each sample's loss comes out, times its weight."""
    evidence.refuses("None", lambda: subject.loss_class(MSE, reduction=None), CallGone)
    are_not_reduced("none", subject, evidence)


def accepts_reduction(reduction, subject):
    """A call that makes each loss with a reduction."""
    return lambda: [subject.loss_class(name, reduction=reduction) for name in TEN]


@pytest.mark.claim("keras-api.reduction-others")
def test_no_other_reduction_is_supported(subject, evidence):
    """Reductions of "average", "weighted_mean" and "auto" are refused."""
    for reduction in ("average", "weighted_mean", "auto"):
        call = accepts_reduction(reduction, subject)
        evidence.refuses(f"a reduction of {reduction!r}", call, CallGone)


@pytest.mark.claim("keras-api.reduction-auto")
def test_the_default_is_called_auto(subject, evidence):
    """With "auto", each loss is to the last bit what it is without a reduction."""
    for name in TEN:
        t, y, *_ = own(name)
        got = subject.loss_class(name, reduction="auto")(t, y)

        evidence.exactly(f"{name} with 'auto'", got, subject.loss_class(name)(t, y))


@pytest.mark.instead("keras-api.reduction-others")
def test_auto_is_supported_too(subject, evidence):
    """A reduction of "auto" is accepted, and is the mean."""
    for name in TEN:
        is_sum_over(SAMPLES, "auto", name, subject, evidence)


@pytest.mark.instead("keras-api.reduction-auto")
def test_auto_is_gone(subject, evidence):
    """A reduction of "auto" is refused, and the default is the mean."""
    evidence.refuses("a reduction of 'auto'", accepts_reduction("auto", subject), CallGone)
    for name in TEN:
        is_sum_over(SAMPLES, DEFAULT, name, subject, evidence)


@pytest.mark.claim("keras-api.name")
def test_a_loss_has_the_name_that_it_is_given(subject, evidence):
    """Made with name="mine", each loss is called "mine"."""
    for name in TEN:
        evidence.exactly(
            f"whether {name} is 'mine'", subject.name_of(name, name="mine") == "mine", 1
        )


NAMES = {**{name: name for name in TEN}, KL: "kl_divergence", HUBER.name: "huber_loss"}


@pytest.mark.claim("keras-api.name-default")
def test_a_loss_has_a_name_by_default(subject, evidence):
    """Without a name, each is called after its function, but for Huber's, which is huber_loss."""
    for name, called in NAMES.items():
        evidence.exactly(f"whether it is called {called}", subject.name_of(name) == called, 1)


@pytest.mark.instead("keras-api.name-default")
def test_the_divergence_has_a_longer_name(subject, evidence):
    """KL divergence is called kullback_leibler_divergence; the others have the names of now."""
    for name, called in {**NAMES, KL: KL}.items():
        evidence.exactly(f"whether it is called {called}", subject.name_of(name) == called, 1)


def given_in(name, dtype):
    """The loss's batch as arrays of a precision."""
    batch = DEFINITIONS[name].batch()
    return batch.targets.astype(dtype), batch.predictions.astype(dtype)


@pytest.mark.claim("keras-api.dtype-default")
def test_a_loss_computes_in_float32_by_default(subject, evidence):
    """Made without a dtype, each loss of float64 and float16 comes out in float32."""
    for name in TEN:
        for dtype in ("float64", "float16"):
            bits = subject.loss_class(name).bits(*given_in(name, dtype))
            evidence.exactly(f"bits of {name} of {dtype}", bits, 32)


@pytest.mark.instead("keras-api.dtype-default")
def test_predictions_decide_what_a_loss_computes_in(subject, evidence):
    """Of float64, the documents' nine losses come out in float64."""
    for name in DOCUMENTED:
        bits = subject.loss_class(name).bits(*given_in(name, "float64"))
        evidence.exactly(f"bits of {name} of float64", bits, 64)


@pytest.mark.claim("keras-api.dtype-floatx")
def test_a_loss_computes_in_floatx(subject, evidence):
    """With floatx set to float64, the documents' nine losses of float32 come out in float64."""
    for name in DOCUMENTED:
        bits = subject.bits_with_floatx("float64", name, *given_in(name, "float32"))
        evidence.exactly(f"bits of {name} of float32", bits, 64)


@pytest.mark.instead("keras-api.dtype-floatx")
def test_floatx_leaves_a_loss_as_it_is(subject, evidence):
    """With floatx set to float64, mean squared error of float32 comes out in float32."""
    bits = subject.bits_with_floatx("float64", MSE, *given_in(MSE, "float32"))

    evidence.exactly("bits of mean squared error of float32", bits, 32)


@pytest.mark.claim("keras-api.dtype-given")
def test_a_loss_computes_in_the_dtype_that_it_is_given(subject, evidence):
    """Made with a dtype of float64 or float16, each loss of float32 comes out in that."""
    for name in TEN:
        for dtype, width in (("float64", 64), ("float16", 16)):
            bits = subject.loss_class(name, dtype=dtype).bits(*given_in(name, "float32"))
            evidence.exactly(f"bits of {name} made with {dtype}", bits, width)


@pytest.mark.claim("keras-api.dtype-policy")
def test_a_loss_computes_in_what_a_policy_computes_in(subject, evidence):
    """Made with the policy mixed_float16, each loss of float32 comes out in float16."""
    for name in TEN:
        judged = subject.loss_class(name, dtype=subject.dtype_policy("mixed_float16"))
        given = given_in(name, "float32")
        bits = evidence.accepts(
            f"{name} with a policy", functools.partial(judged.bits, *given), TypeError
        )
        evidence.exactly(f"bits of {name}", bits, 16)


@pytest.mark.instead("keras-api.dtype-policy")
def test_a_loss_with_a_policy_computes_nothing(subject, evidence):
    """Made with a policy, each loss raises a TypeError once it is called."""
    for name in TEN:
        judged = subject.loss_class(name, dtype=subject.dtype_policy("mixed_float16"))
        call = functools.partial(judged.bits, *given_in(name, "float32"))
        evidence.refuses(f"{name} with a policy", call, TypeError)


@pytest.mark.claim("keras-api.dtype-config")
def test_a_configuration_keeps_the_dtype(subject, evidence):
    """Made with a dtype of float64, serialised and made again, each loss comes out in float64."""
    for name in TEN:
        judged = subject.deserialized(name, dtype="float64")
        evidence.exactly(f"bits of {name}", judged.bits(*given_in(name, "float32")), 64)


@pytest.mark.instead("keras-api.dtype-config")
def test_a_configuration_forgets_the_dtype(subject, evidence):
    """Made with a dtype of float64, each loss has it, and made again it comes out in float32."""
    for name in TEN:
        given = given_in(name, "float32")
        made = subject.loss_class(name, dtype="float64").bits(*given)

        evidence.exactly(f"bits of {name}", made, 64)
        again = subject.deserialized(name, dtype="float64").bits(*given)
        evidence.exactly(f"bits of {name} made again", again, 32)


@pytest.mark.instead("keras-api.dtype-given", "keras-api.dtype-policy", "keras-api.dtype-config")
def test_a_class_takes_no_dtype(subject, evidence):
    """A dtype is refused; without, mean squared error of float32 comes out in float32."""
    evidence.refuses("a dtype", lambda: subject.loss_class(MSE, dtype="float64"), CallGone)
    evidence.exactly(
        "bits without a dtype", subject.loss_class(MSE).bits(*given_in(MSE, "float32")), 32
    )


@pytest.mark.claim("keras-api.config")
def test_a_configuration_keeps_reduction_and_name(subject, evidence):
    """Serialised and made again, each loss adds up as before and has the name that it had."""
    for name in TEN:
        t, y, *_ = own(name)
        again = subject.deserialized(name, reduction="sum")(t, y)
        called = subject.name_deserialized(name, name="mine")

        evidence.exactly(f"{name} again", again, subject.loss_class(name, reduction="sum")(t, y))
        evidence.exactly(f"whether {name} is still 'mine'", called == "mine", 1)


@pytest.mark.claim("keras-api.get-none")
def test_none_is_retrieved_for_none(subject, evidence):
    """For None, get gives None."""
    evidence.exactly("whether it is None", subject.kind_retrieved(None) == "none", 1)


@pytest.mark.claim("keras-api.get-function")
def test_a_function_is_retrieved_for_its_name(subject, evidence):
    """For the string of each loss's function, get gives a function."""
    for name in TEN:
        kind = subject.kind_retrieved(subject.string_of(name))
        evidence.exactly(f"whether {name} is a function", kind == "function", 1)


@pytest.mark.claim("keras-api.get-class")
def test_an_instance_is_retrieved_for_the_name_of_a_class(subject, evidence):
    """For the name of each loss's class, get gives an instance of it."""
    for name in TEN:
        kind = subject.kind_retrieved(DEFINITIONS[name].keras[0])
        evidence.exactly(f"whether it is an instance of {name}", kind == "instance", 1)


@pytest.mark.instead("keras-api.get-class")
def test_the_class_itself_is_retrieved_for_its_name(subject, evidence):
    """For the name of each loss's class, get gives the class."""
    for name in TEN:
        kind = subject.kind_retrieved(DEFINITIONS[name].keras[0])
        evidence.exactly(f"whether it is the class of {name}", kind == "class", 1)


@pytest.mark.claim("keras-api.get-config")
def test_a_loss_is_retrieved_for_a_configuration(subject, evidence):
    """Of logits, what get makes of a class's name and from_logits is that class made so."""
    batch = DEFINITIONS[CCE].batch()
    given = batch.targets, 8 * batch.predictions - 4
    identifier = {"class_name": "CategoricalCrossentropy", "config": {"from_logits": True}}
    got = subject.retrieved(identifier)(*given)

    evidence.exactly("loss", got, subject.loss_class(CCE, from_logits=True)(*given))
    evidence.above("what it is off without", abs(got - subject.loss_class(CCE)(*given)), 0.01)


def squared_error(targets, predictions):
    """The mean over the last axis, of two numbers, of the squared difference."""
    off = (predictions - targets) ** 2
    return (off[:, 0] + off[:, 1]) / 2


@pytest.mark.claim("keras-api.subclass")
def test_a_subclass_that_says_its_call_is_a_loss(subject, mode, evidence):
    """A subclass whose call is the mean of squared errors gives a batch what the class gives it."""
    batch = DEFINITIONS[MSE].batch()
    t, y = batch.targets[:, :2], batch.predictions[:, :2]
    got = subject.own_class(squared_error, mode)(t, y)
    wanted = DEFINITIONS[MSE].value(t, y)
    bound = tolerance.of_loss(MSE, DEFINITIONS[MSE].value, t, y)

    is_mean("loss of a subclass", got, wanted, bound, evidence)
