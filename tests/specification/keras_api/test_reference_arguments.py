"""What the reference says of arguments: delta, from_logits, ignore_class, and defaults."""

import numpy as np
import pytest
from scipy.special import expit, softmax

from helpers.refusals import called
from helpers.samples import own
from lossspec.backends.keras.adapter import Refused
from lossspec.core.errors import CallGone
from lossspec.losses import inputs, tolerance
from lossspec.losses.entropy import BCE, CCE, SCCE
from lossspec.losses.inputs import SAMPLES
from lossspec.losses.regression import HUBER

DELTAS = 0.25, 2.0


def huber_of(delta, t, y):
    """L = 1/k Σ ρ(e), ρ(e) = e²/2 where |e| ≤ δ, else δ |e| - δ²/2. Huber 1964."""
    error = np.abs(y - t)
    return np.where(error <= delta, error**2 / 2, delta * error - delta**2 / 2).mean(axis=-1)


def bound_of_huber(delta, t, y):
    """Each output rounds at most four times, numbers up to δ |e|; their mean three times more."""
    return tolerance.rounding((delta * np.abs(y - t)).mean(axis=-1), operations=8)


@pytest.mark.claim("keras-api.huber-formula")
@pytest.mark.parametrize("delta", DELTAS)
def test_huber_loss_of_any_delta_is_its_formula(delta, subject, mode, evidence):
    """With that delta, samples cost what the formula says, by class and by function."""
    batch = HUBER.batch()
    t, y = batch.targets, batch.predictions
    wanted, bound = huber_of(delta, t, y), bound_of_huber(delta, t, y)
    of_class = subject.loss_class(HUBER.name, mode, delta=delta, reduction="none")(t, y)
    of_function = subject.loss_through("linear", HUBER.name, mode, delta=delta).per_sample(t, y)

    evidence.close("loss by the class", of_class, wanted, within=bound)
    evidence.close("loss by the function", of_function, wanted, within=bound)


@pytest.mark.claim("keras-api.huber-delta")
@pytest.mark.parametrize("delta", DELTAS)
def test_huber_loss_turns_straight_at_delta(delta, subject, mode, evidence):
    """Of one output, the slope is the error up to delta in size, and delta from there on."""
    errors = delta * np.array([0, 0.25, 0.5, 1 - 2**-7, 1, 1 + 2**-7, 2, 16])
    y = np.concatenate([errors, -errors])[:, None]
    judged = subject.loss_through("linear", HUBER.name, mode, delta=delta)

    # Errors are exact; a product with delta, or with one half twice, is too.
    slopes = judged.gradient(np.zeros_like(y), y)
    evidence.exactly("slope", slopes, np.clip(y, -delta, delta))


@pytest.mark.claim("keras-api.huber-delta-default")
def test_huber_loss_has_a_delta_of_one(subject, evidence):
    """Without a delta, class and function cost what the formula says with a delta of 1."""
    batch = HUBER.batch()
    t, y = batch.targets, batch.predictions
    without = subject.loss_class(HUBER.name, reduction="none")(t, y)
    bound = bound_of_huber(1.0, t, y)

    with_one = subject.loss_class(HUBER.name, delta=1.0, reduction="none")(t, y)
    evidence.exactly("loss by the class", without, with_one)
    evidence.close("loss by the class", without, huber_of(1.0, t, y), within=bound)
    by_function = subject.loss(HUBER.name).per_sample(t, y)
    evidence.close("loss by the function", by_function, huber_of(1.0, t, y), within=bound)


ERRORS = np.array([[0.5], [3.0]])


@pytest.mark.claim("keras-api.huber-delta-range")
def test_huber_loss_takes_no_delta_without_a_parabola(subject, evidence):
    """A delta of 0, and one of -1, raises."""
    for delta in (0.0, -1.0):
        call = called(HUBER.name, subject, np.zeros((2, 1)), ERRORS, delta=delta)
        evidence.refuses(f"a delta of {delta:g}", call, Refused)


@pytest.mark.instead("keras-api.huber-delta-range")
def test_huber_loss_takes_any_delta(subject, evidence):
    """With a delta of 0 every error costs 0; with one of -1, less than 0: -|e| - 1/2."""
    for delta, losses in ((0.0, [0, 0]), (-1.0, [-1.0, -3.5])):
        got = called(HUBER.name, subject, np.zeros((2, 1)), ERRORS, delta=delta)()
        evidence.exactly(f"losses with a delta of {delta:g}", got, losses)


ACTIVATIONS = {
    BCE.name: expit,
    CCE.name: lambda z: softmax(z, axis=-1),
    SCCE.name: lambda z: softmax(z, axis=-1),
}


@pytest.mark.claim
def test_logits_are_what_is_activated(definition, subject, mode, evidence):
    """With from_logits=True, numbers cost what sigmoid or softmax of them costs."""
    t, z = definition.batch().targets, inputs.numbers(-4).predictions
    judged = subject.loss_class(definition.name, mode, from_logits=True, reduction="none")
    wanted = definition.value(t, ACTIVATIONS[definition.name](z))

    # The slopes by each logit are at most 2 together: each moves by the roundings of 1 + |z|.
    bound = 2 * tolerance.rounding(1 + np.abs(z).max(axis=-1))
    evidence.close("loss of logits", judged(t, z), wanted, within=bound)


DEFAULTS = {
    BCE.name: {"from_logits": False, "label_smoothing": 0.0},
    CCE.name: {"from_logits": False, "label_smoothing": 0.0},
    SCCE.name: {"from_logits": False},
}


@pytest.mark.claim
def test_arguments_have_their_defaults(definition, subject, evidence):
    """Without arguments, the loss is that of probabilities; named, the defaults change no bit."""
    name = definition.name
    t, y, losses, bound = own(name)
    without = subject.loss_class(name, reduction="none")(t, y)
    named = subject.loss_class(name, reduction="none", **DEFAULTS[name])(t, y)

    evidence.close("loss without arguments", without, losses, within=bound)
    evidence.exactly("loss with the defaults named", named, without)


SURE = [[1.0], [0.0], [1.0], [0.0]], [[np.inf], [-np.inf], [-np.inf], [np.inf]]
"""Labels and infinite logits: two that are right, two that are wrong."""


@pytest.mark.claim("keras-api.bce-logits-infinite")
def test_logits_may_be_infinite(subject, evidence):
    """Infinite logits cost nothing where they are right, and infinitely much where they aren't."""
    judged = subject.loss_class(BCE.name, from_logits=True, reduction="none")

    evidence.exactly("loss", judged(*SURE), [0, 0, np.inf, np.inf])


@pytest.mark.instead("keras-api.bce-logits-infinite")
def test_infinite_logits_that_are_right_cost_no_number(subject, evidence):
    """Infinite logits on the right side cost NaN, and logits of 1e30 on it nothing."""
    judged = subject.loss_class(BCE.name, from_logits=True, reduction="none")

    evidence.exactly("whether the loss is NaN", np.isnan(judged(*SURE)[:2]), 1)
    evidence.exactly("loss of 1e30", judged([[1.0], [0.0]], [[1e30], [-1e30]]), 0)


IGNORED = np.resize([1, 0, 0], SAMPLES) == 1


def ignoring(number, subject, evidence):
    """Check that samples of a class that is ignored cost 0, and that the mean is of the others."""
    t, y, *_ = own(SCCE.name)
    others = (number + 1 + t % 2) % 3 if 0 <= number < 3 else t
    losses = SCCE.value(others, y)
    bound = tolerance.of_loss(SCCE.name, SCCE.value, others, y)
    given, counts = np.where(IGNORED, number, others), ~IGNORED
    call = subject.refusing(
        lambda: [
            subject.loss_class(SCCE.name, reduction=reduction, ignore_class=number)(given, y)
            for reduction in ("none", "sum_over_batch_size")
        ]
    )
    each, mean = evidence.accepts(f"ignore_class={number}", call, Refused)

    evidence.close(f"losses, {number} ignored", each, counts * losses, within=counts * bound)
    wanted = losses[counts].mean()
    within = bound[counts].mean() + tolerance.rounding(wanted, operations=2 * SAMPLES + 2)
    evidence.close(f"mean, {number} ignored", mean, wanted, within=within)


@pytest.mark.claim("keras-api.scce-ignore-class")
def test_a_class_may_be_ignored(subject, evidence):
    """Samples of the class -1, 255 or 1, ignored, cost 0 and leave the mean; None ignores none."""
    for number in (-1, 255, 1):
        ignoring(number, subject, evidence)
    t, y, losses, bound = own(SCCE.name)
    named = subject.loss_class(SCCE.name, reduction="none", ignore_class=None)(t, y)

    evidence.close("losses, none ignored", named, losses, within=bound)
    without = subject.loss_class(SCCE.name, reduction="none")(t, y)
    evidence.exactly("losses without the argument", without, named)


@pytest.mark.instead("keras-api.scce-ignore-class", "keras-api.scce-config")
def test_no_class_can_be_ignored(subject, evidence):
    """The argument is refused; without, samples cost what they cost."""
    t, y, losses, bound = own(SCCE.name)

    evidence.refuses(
        "ignore_class", lambda: subject.loss_class(SCCE.name, ignore_class=1), CallGone
    )
    got = subject.loss_class(SCCE.name, reduction="none")(t, y)
    evidence.close("losses", got, losses, within=bound)


CONFIGURED = {
    HUBER.name: {"delta": 0.25},
    BCE.name: {"from_logits": True, "label_smoothing": 0.25},
    CCE.name: {"from_logits": True, "label_smoothing": 0.25},
    SCCE.name: {"from_logits": True, "ignore_class": 1},
}


def made_and_made_again(definition, subject):
    """Losses by a class with arguments, by what its configuration makes, and without."""
    name, arguments = definition.name, CONFIGURED[definition.name]
    given = definition.batch().targets, definition.batch().predictions
    made = subject.loss_class(name, reduction="none", **arguments)(*given)
    again = subject.deserialized(name, reduction="none", **arguments)(*given)
    return made, again, subject.loss_class(name, reduction="none")(*given)


@pytest.mark.claim
def test_a_configuration_keeps_the_arguments(definition, subject, evidence):
    """Serialised and made again, the loss costs to the last bit what it cost with arguments."""
    made, again, without = made_and_made_again(definition, subject)

    evidence.exactly("losses", again, made)
    evidence.above("what they are off without arguments", np.abs(made - without).max(), 0.01)


@pytest.mark.instead
def test_a_configuration_forgets_the_argument(definition, subject, evidence):
    """Made again, the loss costs to the last bit what it costs without arguments."""
    made, again, without = made_and_made_again(definition, subject)

    evidence.exactly("losses", again, without)
    evidence.above("what they are off with arguments", np.abs(made - without).max(), 0.01)
