"""What the reference says of the focal losses' arguments: logits, smoothing, alpha."""

import numpy as np
import pytest
from scipy.special import expit, softmax

from helpers.bounds import bound_of
from helpers.refusals import called
from lossspec.backends.keras.adapter import Refused
from lossspec.losses import inputs, tolerance
from lossspec.losses.focal import BINARY_FOCAL, CATEGORICAL_FOCAL
from lossspec.losses.inputs import SAMPLES

ACTIVATIONS = {"binary-focal": expit, "categorical-focal": lambda z: softmax(z, axis=-1)}


@pytest.mark.claim
def test_logits_of_a_focal_loss_are_activated(definition, subject, mode, evidence):
    """With from_logits=True, numbers cost what sigmoid or softmax of them costs."""
    t, z = definition.batch().targets, inputs.numbers(-4).predictions
    y = ACTIVATIONS[definition.slug](z)
    judged = subject.loss_class(definition.name, mode, from_logits=True, reduction="none")

    # Beside what y rounds, the slopes by each logit are at most 2 together: cross-entropy's 1,
    # times a factor up to 1, and what the factor's slope adds, below 1.
    bound = bound_of(definition, t, y) + 2 * tolerance.rounding(1 + np.abs(z).max(axis=-1))
    evidence.close("loss of logits", judged(t, z), definition.value(t, y), within=bound)


SURE = [[1.0], [0.0], [1.0], [0.0]], [[np.inf], [-np.inf], [-np.inf], [np.inf]]
"""Labels and infinite logits: two that are right, two that are wrong."""


def loss_of_sure(subject):
    """What the four cost."""
    return subject.loss_class(BINARY_FOCAL.name, from_logits=True, reduction="none")(*SURE)


@pytest.mark.claim
def test_logits_of_a_focal_loss_may_be_infinite(subject, evidence):
    """Infinite logits cost nothing where they are right, and infinitely much where they aren't."""
    evidence.exactly("loss", loss_of_sure(subject), [0, 0, np.inf, np.inf])


@pytest.mark.instead
def test_infinite_logits_of_a_focal_loss_cost_no_number(subject, evidence):
    """Right or wrong, infinite logits cost NaN, but for minus infinity beside a label of 1."""
    losses = loss_of_sure(subject)

    evidence.exactly("whether the loss is NaN", np.isnan(losses), [1, 1, 0, 1])
    evidence.exactly("loss of minus infinity for a label of 1", losses[2], np.inf)


BEYOND = 1.25, -0.25


@pytest.mark.instead
def test_a_share_beyond_its_range_is_taken_by_a_focal_loss(definition, subject, evidence):
    """Label smoothing of 1.25 and of -0.25 makes labels that are no probabilities."""
    batch = definition.batch()
    t, y = batch.targets, batch.predictions
    places = 2 if definition is BINARY_FOCAL else t.shape[1]
    for share in BEYOND:
        targets = (1 - share) * t + share / places
        got = called(definition.name, subject, t, y, label_smoothing=share)()
        bound = tolerance.of_loss(definition.name, definition.value, targets, y, targets_round=True)
        # Targets up to 1.25 in size round, each before a logarithm and a factor, which is 1.25 at
        # most and squared.
        both = np.abs(np.log(y)) + np.abs(np.log(1 - y))
        more = 1.25**2 * tolerance.rounding(1.25 * both.sum(axis=1))
        wanted = definition.value(targets, y)
        evidence.close(f"loss with {share}", got, wanted, within=bound + more)


LABELLED = np.array([[0.0], [1.0]]), np.array([[0.25], [0.25]])
ALPHAS = 1.5, -0.5


def weighed(alpha, subject):
    """A call of binary focal cross-entropy, balanced by an alpha, for a label of 0 and one of 1."""
    given = {"alpha": alpha, "apply_class_balancing": True}
    return called(BINARY_FOCAL.name, subject, *LABELLED, **given)


@pytest.mark.claim
def test_an_alpha_beyond_its_range_is_refused(subject, evidence):
    """An alpha of 1.5, and one of -0.5, raises; without, the class balances."""
    subject.loss_class(BINARY_FOCAL.name, apply_class_balancing=True)
    for alpha in ALPHAS:
        evidence.refuses(f"an alpha of {alpha}", weighed(alpha, subject), Refused)


@pytest.mark.instead
def test_an_alpha_beyond_its_range_makes_a_class_pay(subject, evidence):
    """With an alpha of 1.5 a label of 0 costs less than 0, with one of -0.5 a label of 1."""
    losses = BINARY_FOCAL.value(*LABELLED)
    bound = bound_of(BINARY_FOCAL, *LABELLED)
    for alpha in ALPHAS:
        weights = np.array([1 - alpha, alpha])
        within = np.abs(weights) * bound + tolerance.rounding(weights * losses, operations=4)
        got = weighed(alpha, subject)()
        evidence.close(f"loss with {alpha}", got, weights * losses, within=within)
        evidence.below(f"the least loss with {alpha}", got.min(), 0)


@pytest.mark.claim
def test_balancing_is_off_and_weighs_by_a_quarter(definition, subject, evidence):
    """Not asked for, nothing is balanced; asked for, alpha is 1/4 unless it is given."""
    batch, name = definition.batch(), definition.name

    def cost(**arguments):
        judged = subject.loss_class(name, reduction="none", **arguments)
        return judged(batch.targets, batch.predictions)

    off, balanced = cost(apply_class_balancing=False), cost(apply_class_balancing=True)
    evidence.exactly("loss without the argument", cost(), off)
    by_a_quarter = cost(apply_class_balancing=True, alpha=0.25)
    evidence.exactly("loss without an alpha", balanced, by_a_quarter)
    evidence.above("what balancing changes", np.abs(balanced - off), 1e-5)


@pytest.mark.claim
def test_a_list_of_another_length_is_refused(subject, evidence):
    """For three classes an alpha of two numbers, and of one, raises; one of three is taken."""
    of_three = subject.loss_class(CATEGORICAL_FOCAL.name, alpha=[0.25, 0.5, 0.25])
    batch = CATEGORICAL_FOCAL.batch()
    call = subject.refusing(lambda: of_three(batch.targets, batch.predictions))
    evidence.accepts("an alpha of 3", call, Refused)
    given = CATEGORICAL_FOCAL.name, subject, batch.targets, batch.predictions
    for alpha in ([0.5, 0.5], [0.5]):
        evidence.refuses(f"an alpha of {len(alpha)}", called(*given, alpha=alpha), Refused)


@pytest.mark.instead
def test_a_list_of_one_weighs_every_class(subject, evidence):
    """An alpha of two numbers raises; one of a single number is that number."""
    batch = CATEGORICAL_FOCAL.batch()
    given = CATEGORICAL_FOCAL.name, subject, batch.targets, batch.predictions

    evidence.refuses("an alpha of two", called(*given, alpha=[0.5, 0.5]), Refused)
    of_number = called(*given, alpha=0.5)()
    evidence.exactly("loss with an alpha of one", called(*given, alpha=[0.5])(), of_number)


STEPS = 2


def in_columns(values):
    """Samples as steps of sequences, their classes on the second axis: ``(n, k, steps)``."""
    return values.reshape(SAMPLES // STEPS, STEPS, -1).transpose(0, 2, 1)


def focal_smoothed_in_columns(places, subject, evidence):
    """Check that labels in columns are smoothed by 1/4, shared by so many places."""
    batch, value = CATEGORICAL_FOCAL.batch(), CATEGORICAL_FOCAL.value
    targets, y = 0.75 * batch.targets + 0.25 / places, batch.predictions
    judged = subject.loss_class(
        CATEGORICAL_FOCAL.name, reduction="none", axis=1, label_smoothing=0.25
    )
    # Smoothed targets, of at most 1, round, each before a logarithm.
    bound = tolerance.of_loss(CATEGORICAL_FOCAL.name, value, targets, y, targets_round=True)
    bound = bound + tolerance.rounding(np.abs(np.log(y)).sum(axis=1))

    shape = SAMPLES // STEPS, STEPS
    got = judged(in_columns(batch.targets), in_columns(y))
    evidence.close("loss", got, value(targets, y).reshape(shape), within=bound.reshape(shape))


@pytest.mark.claim
def test_focal_labels_are_spread_over_the_classes_of_the_axis(subject, evidence):
    """With axis=1, three classes of two steps get a third each of what is spread."""
    focal_smoothed_in_columns(3, subject, evidence)


@pytest.mark.instead
def test_focal_labels_are_spread_by_the_size_of_the_last_axis(subject, evidence):
    """With axis=1, three classes of two steps get a half each of what is spread."""
    focal_smoothed_in_columns(STEPS, subject, evidence)
