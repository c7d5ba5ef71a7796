"""Connectionist temporal classification: all alignments added up, on cases small enough for it."""

import numpy as np
import pytest

from lossspec.losses import tolerance
from lossspec.losses.entropy import SCCE
from lossspec.losses.sequence import ctc, ctc_derivative

FRAMES = 4


def bound_of(y):
    """How far losses may be off: each frame adds logarithms of up to three sums.

    A path's logarithm is at most so many times the largest of a frame, to which numbers are rounded
    on the way, at most 16 times a frame.
    """
    largest = np.ptp(y, axis=-1).max(axis=-1) + np.log(y.shape[-1])
    return tolerance.rounding(y.shape[1] * largest, operations=tolerance.OPERATIONS * y.shape[1])


def bound_of_slope(y):
    """Slopes are differences of shares of 1, which are off by as much as their logarithms are."""
    return 2 * bound_of(y)[:, None, None]


@pytest.mark.claim
def test_alignments_are_added_up(definition, subject, mode, evidence):
    """Two labels in four frames of three classes cost what all their alignments say."""
    batch = definition.batch()
    t, y = batch.targets, batch.predictions
    wanted, bound = ctc(t, y), bound_of(y)
    got = subject.loss(definition.name, mode).per_sample(t, y)

    evidence.close("loss", got, wanted, within=bound)


@pytest.mark.claim
def test_each_logit_is_pulled_by_alignments(definition, subject, mode, evidence):
    """The slope by each logit is what the definition says: softmax less the alignments' share."""
    batch = definition.batch()
    t, y = batch.targets, batch.predictions
    slopes = subject.loss(definition.name, mode).gradient(t, y)

    evidence.close("slope", slopes, ctc_derivative(t, y), within=bound_of_slope(y))


@pytest.mark.claim
def test_one_frame_is_a_crossentropy(definition, subject, evidence):
    """Of one frame and one label, the loss is sparse cross-entropy of logits and that class."""
    y = definition.batch().predictions[:, :1]
    t = np.resize([1.0, 2.0], (len(y), 1))
    got = subject.loss(definition.name).per_sample(t, y)
    judged = subject.loss_class(SCCE.name, from_logits=True, reduction="none")

    within = bound_of(y) + 2 * tolerance.rounding(1 + np.abs(y).max(axis=(1, 2)))
    evidence.close("loss", got, judged(t[:, 0], y[:, 0]), within=within)
    mean = subject.loss(definition.name).mean(t, y)
    evidence.close("loss by the class", mean, got.mean(), within=within.mean())


PADDED = np.pad([[1, 0], [2, 0], [0, 0], [1, 2], [1, 1], [2, 1], [2, 2], [1, 0]], [(0, 0), (0, 2)])


@pytest.mark.claim
def test_zeros_behind_labels_are_padding(definition, subject, evidence):
    """None, one and two labels cost what they cost, with two to four zeros behind them."""
    y = definition.batch().predictions
    got = subject.loss(definition.name).per_sample(PADDED, y)

    evidence.close("loss", got, ctc(PADDED, y), within=bound_of(y))


@pytest.mark.instead
def test_zeros_behind_labels_were_labels(definition, subject, evidence):
    """One and two labels cost otherwise with zeros behind them, by over 0.1, and not without."""
    batch = definition.batch()
    t, y = batch.targets, batch.predictions
    judged = subject.loss(definition.name)
    off = np.abs(judged.per_sample(PADDED, y) - ctc(PADDED, y))

    evidence.above("what zeros change", off[PADDED[:, 0] > 0], 0.1)
    evidence.close("loss without", judged.per_sample(t, y), ctc(t, y), within=bound_of(y))


def sure(paths):
    """Logits that leave no doubt of a path, ``(n, frames, 3)``."""
    return 200.0 * (np.asarray(paths)[..., None] == np.arange(3)) - 100


PATHS = [[1, 0, 2, 0], [1, 1, 2, 2], [0, 1, 0, 1], [2, 2, 0, 2]]
SAID = np.array([[1.0, 2.0], [1.0, 2.0], [1.0, 1.0], [2.0, 2.0]])


@pytest.mark.claim
def test_a_sure_path_costs_nothing(definition, subject, evidence):
    """Where one path is as good as certain, labels that it says cost 0, and no less."""
    got = subject.loss(definition.name).per_sample(SAID, sure(PATHS))

    evidence.at_least("loss", got, 0)
    evidence.at_most("loss", got, bound_of(sure(PATHS)))


TOO_MANY = np.array([[1.0, 1.0, 2.0, 2.0], [1.0, 2.0, 2.0, 1.0]])


@pytest.mark.claim
def test_labels_without_an_alignment_cost_infinitely_much(definition, subject, evidence):
    """Four labels, two of them repeated, need five frames: in four they cost infinitely much."""
    y = definition.batch().predictions[:2]
    got = subject.loss(definition.name).per_sample(TOO_MANY, y)

    evidence.exactly("loss", got, np.inf)


@pytest.mark.instead
def test_labels_without_an_alignment_cost_about_700(definition, subject, evidence):
    """Four labels, two of them repeated, cost from 600 to 800 in four frames; in five, below 20."""
    y = definition.batch().predictions
    judged = subject.loss(definition.name)
    got = judged.per_sample(TOO_MANY, y[:2])
    longer = judged.per_sample(TOO_MANY, np.concatenate([y[:2], y[2:4, :2]], axis=1))

    evidence.at_least("loss without an alignment", got, 600)
    evidence.at_most("loss without an alignment", got, 800)
    evidence.at_most("loss with one", longer, 20)


UNLIKELY = np.array([[[400.0, 0.0, 0.0]] * FRAMES])
"""Logits that leave no doubt of blanks alone."""


@pytest.mark.claim
def test_unlikely_labels_cost_what_they_are_worth(definition, subject, evidence):
    """Two labels as likely as e^-798 cost 798."""
    got = subject.loss(definition.name).per_sample([[1.0, 2.0]], UNLIKELY)

    wanted = ctc([[1.0, 2.0]], UNLIKELY)
    evidence.close("loss", got, wanted, within=bound_of(UNLIKELY))


@pytest.mark.instead
def test_unlikely_labels_cost_no_more_than_others(definition, subject, evidence):
    """Two labels as likely as e^-798 cost 700 to 710; those as likely as e^-198, that."""
    judged = subject.loss(definition.name)
    got = judged.per_sample([[1.0, 2.0]], UNLIKELY)

    evidence.at_least("loss", got, 700)
    evidence.at_most("loss", got, 710)
    likelier, wanted = (
        judged.per_sample([[1.0, 2.0]], UNLIKELY / 4),
        ctc([[1.0, 2.0]], UNLIKELY / 4),
    )
    evidence.close("loss of likelier ones", likelier, wanted, within=bound_of(UNLIKELY / 4))


def float64_off(definition, subject):
    """How far losses of float64 lie from the definition."""
    batch = definition.batch()
    got = subject.loss(definition.name, dtype="float64").per_sample(
        batch.targets, batch.predictions
    )
    return np.abs(got - ctc(batch.targets, batch.predictions))


@pytest.mark.claim
def test_float64_is_float64(definition, subject, evidence):
    """Of float64, losses lie within its roundings of the definition."""
    exact = bound_of(definition.batch().predictions) * 2.0**-29

    evidence.at_most("what losses are off", float64_off(definition, subject), exact)


@pytest.mark.instead
def test_float64_is_float32(definition, subject, evidence):
    """Of float64, losses lie within float32's roundings, and the worst is off by over 1e-9."""
    off = float64_off(definition, subject)

    evidence.at_most("what losses are off", off, bound_of(definition.batch().predictions))
    evidence.above("what the worst is off", off.max(), 1e-9)


INNER_ZERO, WITHOUT = np.array([[1.0, 0.0, 2.0]]), np.array([[1.0, 2.0, 0.0]])


def zero_within(definition, subject):
    """What labels with a zero among them cost, and what they cost with it behind them."""
    y = definition.batch().predictions[:1]
    return subject.loss(definition.name).per_sample(INNER_ZERO, y), ctc(WITHOUT, y), y


@pytest.mark.claim
def test_a_zero_among_labels_is_masked(definition, subject, evidence):
    """Labels 1, 0 and 2 cost what 1 and 2 cost."""
    got, wanted, y = zero_within(definition, subject)

    evidence.close("loss", got, wanted, within=bound_of(y))


@pytest.mark.instead
def test_a_zero_among_labels_is_one(definition, subject, evidence):
    """Labels 1, 0 and 2 cost over 0.1 more or less than 1 and 2."""
    got, wanted, _ = zero_within(definition, subject)

    evidence.above("what the zero changes", np.abs(got - wanted), 0.1)
