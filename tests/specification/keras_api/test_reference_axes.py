"""What the reference says of two arguments: label_smoothing, and axis."""

import numpy as np
import pytest

from helpers.refusals import called
from helpers.samples import own
from lossspec.backends.keras.adapter import Refused
from lossspec.core.errors import CallGone
from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.entropy import BCE, CCE, SCCE
from lossspec.losses.inputs import SAMPLES


def smoothed(definition, t, share):
    """Labels of which a share is spread: over two, or over the classes."""
    places = 2 if definition is BCE else t.shape[1]
    return (1 - share) * t + share / places


def cost_of_smoothed(definition, share):
    """Losses of a batch's smoothed labels, and their bound."""
    batch = definition.batch()
    targets, y = smoothed(definition, batch.targets, share), batch.predictions
    value = definition.value
    # What is 0 or 1 becomes a number that rounds.
    return value(targets, y), tolerance.of_loss(
        definition.name, value, targets, y, targets_round=True
    )


@pytest.mark.claim
@pytest.mark.parametrize("share", [0.0, 0.125, 1.0])
def test_labels_are_smoothed_by_the_share(definition, share, subject, evidence):
    """Smoothed by 0, 1/8 and 1, labels cost what the smoothed ones do, by class and function."""
    name, batch = definition.name, definition.batch()
    t, y = batch.targets, batch.predictions
    wanted, bound = cost_of_smoothed(definition, share)
    of_class = subject.loss_class(name, reduction="none", label_smoothing=share)(t, y)
    function = subject.loss_through("linear", name, label_smoothing=share)

    evidence.close("loss by the class", of_class, wanted, within=bound)
    evidence.close("loss by the function", function.per_sample(t, y), wanted, within=bound)


BEYOND = 1.25, -0.25


@pytest.mark.claim
def test_a_share_beyond_its_range_is_refused(definition, subject, evidence):
    """Label smoothing of 1.25 and of -0.25 raises; without, the class is there."""
    subject.loss_class(definition.name)
    batch = definition.batch()
    for share in BEYOND:
        given = batch.targets, batch.predictions
        call = called(definition.name, subject, *given, label_smoothing=share)
        evidence.refuses(f"label_smoothing={share}", call, Refused)


@pytest.mark.instead
def test_a_share_beyond_its_range_is_taken(definition, subject, evidence):
    """Label smoothing of 1.25 and of -0.25 makes labels that are no probabilities."""
    batch = definition.batch()
    for share in BEYOND:
        wanted, bound = cost_of_smoothed(definition, share)
        given = batch.targets, batch.predictions
        got = called(definition.name, subject, *given, label_smoothing=share)()
        # Targets up to 1.25 in size round, each before a logarithm up to ln 64.
        more = tolerance.rounding(1.25 * np.abs(np.log(batch.predictions)).sum(axis=1))
        evidence.close(f"loss with label_smoothing={share}", got, wanted, within=bound + more)


STEPS = 2
SEQUENCES = SAMPLES // STEPS


def in_columns(values):
    """Samples as steps of sequences, their outputs on the second axis: ``(n, k, steps)``."""
    return values.reshape(SEQUENCES, STEPS, -1).transpose(0, 2, 1)


@pytest.mark.claim
def test_the_axis_is_where_outputs_are(definition, subject, evidence):
    """With axis=1, (n, k, steps) cost what their rows cost; with -1, as by default, (n, k) do."""
    t, y, losses, bound = own(definition.name)
    on_last, on_second = (
        subject.loss_class(definition.name, reduction="none", axis=axis) for axis in (-1, 1)
    )
    default = subject.loss_class(definition.name, reduction="none")(t, y)

    evidence.exactly("loss on the last axis", on_last(t, y), default)
    got = on_second(in_columns(t), in_columns(y))
    shape = SEQUENCES, STEPS
    evidence.close("loss on the second", got, losses.reshape(shape), within=bound.reshape(shape))


@pytest.mark.claim("keras-api.scce-axis")
def test_the_axis_is_where_classes_are(subject, evidence):
    """With axis=1, class numbers (n, steps) beside (n, k, steps) cost what samples cost."""
    t, y, losses, bound = own(SCCE.name)
    judged = subject.loss_class(SCCE.name, reduction="none", axis=1)
    call = subject.refusing(lambda: judged(t.reshape(SEQUENCES, STEPS), in_columns(y)))
    got = evidence.accepts("axis=1", call, Refused)

    shape = SEQUENCES, STEPS
    evidence.close("loss", got, losses.reshape(shape), within=bound.reshape(shape))


@pytest.mark.instead("keras-api.scce-axis")
def test_no_axis_but_the_last_is_taken(subject, evidence):
    """With axis=1 it raises; with axis=-1, samples cost what they cost."""
    t, y, losses, bound = own(SCCE.name)
    judged = subject.loss_class(SCCE.name, reduction="none", axis=1)
    call = subject.refusing(lambda: judged(t.reshape(SEQUENCES, STEPS), in_columns(y)))
    on_last = subject.loss_class(SCCE.name, reduction="none", axis=-1)

    evidence.refuses("axis=1", call, Refused)
    evidence.close("loss on the last axis", on_last(t, y), losses, within=bound)


@pytest.mark.instead
def test_a_class_takes_no_axis(claim, subject, evidence):
    """An axis is refused; without, samples (n, k) cost what they cost."""
    name = claim_loss(claim)
    t, y, losses, bound = own(name)

    evidence.refuses("axis=1", lambda: subject.loss_class(name, axis=1), CallGone)
    got = subject.loss_class(name, reduction="none")(t, y)
    evidence.close("loss", got, losses, within=bound)


def claim_loss(claim):
    """The name of the loss that the section of a claim is of."""
    return next(name for name, each in DEFINITIONS.items() if each.keras[0] == claim.section)


def smoothed_in_columns(places, subject, evidence):
    """Check that labels in columns are smoothed by 1/4, shared by so many places."""
    batch = CCE.batch()
    targets, y = 0.75 * batch.targets + 0.25 / places, batch.predictions
    judged = subject.loss_class(CCE.name, reduction="none", axis=1, label_smoothing=0.25)
    wanted = CCE.value(targets, y)
    # Smoothed targets, of at most 1, round, each before a logarithm.
    bound = tolerance.of_loss(CCE.name, CCE.value, targets, y, targets_round=True)
    bound = bound + tolerance.rounding(np.abs(np.log(y)).sum(axis=1))

    shape = SEQUENCES, STEPS
    got = judged(in_columns(batch.targets), in_columns(y))
    evidence.close("loss", got, wanted.reshape(shape), within=bound.reshape(shape))


@pytest.mark.claim("keras-api.cce-smoothing-axis")
def test_labels_are_spread_over_the_classes_of_the_axis(subject, evidence):
    """With axis=1, three classes of two steps get a third each of what is spread."""
    smoothed_in_columns(3, subject, evidence)


@pytest.mark.instead("keras-api.cce-smoothing-axis")
def test_labels_are_spread_by_the_size_of_the_last_axis(subject, evidence):
    """With axis=1, three classes of two steps get a half each of what is spread."""
    smoothed_in_columns(STEPS, subject, evidence)


def made_again_on_the_second_axis(subject):
    """A call of what the configuration of a loss with axis=1 makes, with classes on the last."""
    t, y, *_ = own(SCCE.name)
    judged = subject.deserialized(SCCE.name, reduction="none", axis=1)
    on_last = y.reshape(SEQUENCES, STEPS, -1)
    return subject.refusing(lambda: judged(t.reshape(SEQUENCES, STEPS), on_last))


@pytest.mark.claim("keras-api.scce-config-axis")
def test_a_configuration_keeps_the_axis(subject, evidence):
    """Made again with axis=1, it refuses classes on the last axis, as before."""
    call = made_again_on_the_second_axis(subject)

    evidence.refuses("classes on the last axis", call, Refused)


@pytest.mark.instead("keras-api.scce-config-axis")
def test_a_configuration_forgets_the_axis(subject, evidence):
    """Made again with axis=1, it takes classes on the last axis, and costs what they cost."""
    _, _, losses, bound = own(SCCE.name)
    got = made_again_on_the_second_axis(subject)()

    shape = SEQUENCES, STEPS
    evidence.close("losses", got, losses.reshape(shape), within=bound.reshape(shape))
