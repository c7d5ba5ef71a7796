"""Circle loss: what a sample costs beside others, and what counts in a batch's mean."""

import functools

import numpy as np
import pytest

from helpers.circles import bound_of_circle
from helpers.networks import giving_back_its_inputs
from lossspec.losses import tolerance
from lossspec.losses.similarity import Pairs, circle, circle_of

LABELS = np.array([0.0, 0.0, 1.0, 1.0, 2.0])
TURNS = np.array([0.0, 0.25, 0.5, 1.0, 2.0])
EMBEDDINGS = np.stack([np.cos(TURNS), np.sin(TURNS)], axis=1).astype(np.float32).astype(float)
"""Five directions in a plane; the last is alone in its class."""
PAIRED = LABELS < 2


def bound(labels=LABELS, y=EMBEDDINGS, **arguments):
    """The tolerance of each sample's loss."""
    return bound_of_circle(Pairs(labels, y, **arguments), outputs=y.shape[1])


def is_mean_of_paired(what, got, evidence, weights=1.0):
    """Check that a number is the sum of the samples' losses over how many have a pair."""
    losses, count = weights * circle(LABELS, EMBEDDINGS), PAIRED.sum()
    within = (weights * bound()).sum() + tolerance.rounding(
        losses.sum(), operations=2 * len(LABELS)
    )
    evidence.close(what, got, losses.sum() / count, within=within / count)


@pytest.mark.claim
def test_a_sample_costs_by_what_stands_beside_it(definition, loss, evidence):
    """Without the nearest of another class, the first two cost less, and by much."""
    judged, left = loss(definition), [0, 1, 3, 4]
    among_all = judged.per_sample(LABELS, EMBEDDINGS)[:2]
    among_four = judged.per_sample(LABELS[left], EMBEDDINGS[left])[:2]

    wanted, within = circle(LABELS[left], EMBEDDINGS[left]), bound(LABELS[left], EMBEDDINGS[left])
    evidence.close("loss among four", among_four, wanted[:2], within=within[:2])
    evidence.above("what it costs more among five", among_all - among_four, 10)


@pytest.mark.claim
def test_what_lacks_a_pair_costs_nothing(definition, loss, evidence):
    """Alone in its class, or in a batch of one class, a sample costs 0 and has no slope by that."""
    judged, alike = loss(definition), np.zeros_like(LABELS)

    evidence.exactly("loss of the last, alone", judged.per_sample(LABELS, EMBEDDINGS)[~PAIRED], 0)
    evidence.exactly("loss in one class", judged.per_sample(alike, EMBEDDINGS), 0)
    evidence.exactly("slope in one class", judged.gradient(alike, EMBEDDINGS), 0)
    each_alone = np.arange(len(LABELS))
    evidence.exactly("slope where all are alone", judged.gradient(each_alone, EMBEDDINGS), 0)


@pytest.mark.claim
def test_the_mean_is_of_those_that_cost_something(definition, subject, mode, evidence):
    """The class and a model compiled with the string divide by how many have both pairs."""
    judged = subject.loss_class(definition.name, mode)
    network = giving_back_its_inputs(subject, EMBEDDINGS.shape[1])
    reported = network.evaluate(EMBEDDINGS, LABELS, loss=definition.name)

    is_mean_of_paired("loss of the batch", judged(LABELS, EMBEDDINGS), evidence)
    is_mean_of_paired("loss reported", reported, evidence)
    evidence.exactly("loss of none that counts", judged(np.arange(5.0), EMBEDDINGS), 0)


@pytest.mark.claim
def test_other_reductions_leave_nothing_out(definition, subject, mode, evidence):
    """Without reduction a sample that lacks a pair keeps its 0; a sum is of all."""
    unreduced = subject.loss_class(definition.name, mode, reduction="none")(LABELS, EMBEDDINGS)
    total = subject.loss_class(definition.name, mode, reduction="sum")(LABELS, EMBEDDINGS)
    losses, within = circle(LABELS, EMBEDDINGS), bound()

    evidence.close("none", unreduced, losses, within=within)
    within = within.sum() + tolerance.rounding(losses.sum(), operations=2 * len(LABELS))
    evidence.close("sum", total, losses.sum(), within=within)


@pytest.mark.claim
def test_weights_multiply_and_the_divisor_stays(definition, subject, mode, evidence):
    """Each weight multiplies its sample's loss; what is divided by is how many cost something."""
    weights = np.array([0.5, 2.0, 0.0, 3.0, 1.0])
    cost = subject.loss_class(definition.name, mode)(LABELS, EMBEDDINGS, weights)

    is_mean_of_paired("weighted loss", cost, evidence, weights)


@pytest.mark.claim
def test_longer_embeddings_cost_something_else(definition, loss, evidence):
    """Directions stay and losses change; beyond a cosine of 1 nothing does."""
    judged = loss(definition)
    once, half = (judged.per_sample(LABELS, size * EMBEDDINGS)[PAIRED] for size in (1, 0.5))

    wanted = circle(LABELS, EMBEDDINGS / 2)[PAIRED]
    evidence.close("loss at half the length", half, wanted, within=bound(y=EMBEDDINGS / 2)[PAIRED])
    evidence.above("what it differs by", np.abs(half - once), 1)
    # All products lie above 1, and count as that: two of another class, one of its own.
    wanted = 80 * 0.84 + np.log(2) - 80 * 0.16
    narrow = 4 * EMBEDDINGS[[0, 1, 0, 1]]
    costs = judged.per_sample([0, 0, 1, 1], narrow)
    evidence.close("loss beyond 1", costs, wanted, within=tolerance.rounding(80))


@pytest.mark.claim
def test_a_pair_of_classes_is_led_to_a_right_angle(definition, loss, evidence):
    """Between -0.4 and 0 a cosine of two classes costs more the lower, and from there as at 0.4."""
    judged, labels = loss(definition), np.array([0.0, 0.0, 1.0])
    cosines = np.array([0.0, -0.125, -0.25, -0.375, -0.4375, -1.0, 0.4])

    def embedded(cosine):
        other = np.array([cosine, np.sqrt(1 - cosine**2)])
        return np.array([[1.0, 0.0], [1.0, 0.0], other])

    costs = np.array([judged.per_sample(labels, embedded(cosine))[0] for cosine in cosines])
    # ln(1 + e^a e^b): of the pair of its class, b = -80 · 0.16; a = 80 (s² - 0.16), or 0 beyond.
    exponents = np.where(cosines >= -0.4, 80 * (cosines**2 - 0.16), 0)
    wanted = np.logaddexp(0, exponents - 80 * 0.16)
    within = [bound(labels, embedded(cosine))[0] for cosine in cosines]
    evidence.close("loss", costs, wanted, within=within)
    evidence.above("what each costs more than the one before", np.diff(costs[:5]), 0)
    slope = judged.gradient(labels, embedded(-0.25)) @ [1, 0]
    evidence.above("slope by how far the other's embedding goes along", -slope[2], 0)


@functools.lru_cache(maxsize=None)
def told(subject, name, mode, remove_diagonal):
    """The loss, told whether a sample's pair with itself is left out."""
    return subject.loss_through("linear", name, mode, remove_diagonal=remove_diagonal)


@pytest.mark.claim
def test_a_sample_can_be_its_own_pair(definition, subject, mode, evidence):
    """Told to keep the diagonal, each sample has a pair of its class; by default it isn't one."""
    kept = told(subject, definition.name, mode, False)
    pairs = Pairs(LABELS, EMBEDDINGS, remove_diagonal=False)
    wanted, within = circle_of(pairs), bound(remove_diagonal=False)

    costs = kept.per_sample(LABELS, EMBEDDINGS)
    evidence.close("loss with the diagonal", costs, wanted, within=within)
    evidence.above("loss of the last, alone", costs[~PAIRED], 0)
    within = within.mean() + tolerance.rounding(wanted.mean(), operations=2 * len(LABELS))
    evidence.close("loss of the batch", kept.mean(LABELS, EMBEDDINGS), wanted.mean(), within=within)


REFERENCES = np.array([0.0, 1.0, 1.0, 2.0, 0.0]), EMBEDDINGS[::-1].copy()


@pytest.mark.claim
def test_references_take_the_batchs_place(definition, subject, mode, evidence):
    """Each sample is compared with all references, but with that of its own number in its class."""
    of_references, embeddings = REFERENCES
    given = {"ref_labels": of_references, "ref_embeddings": embeddings.astype(np.float32)}
    for remove in (True, False):
        judged = subject.function_of(definition.name, mode, remove_diagonal=remove, **given)
        pairs = Pairs(LABELS, EMBEDDINGS, references=REFERENCES, remove_diagonal=remove)
        costs, within = judged.per_sample(LABELS, EMBEDDINGS), bound_of_circle(pairs, outputs=2)

        evidence.close(f"loss, remove_diagonal={remove}", costs, circle_of(pairs), within=within)
    apart = circle_of(pairs) - circle_of(Pairs(LABELS, EMBEDDINGS, references=REFERENCES))
    evidence.above("what the diagonal changes by the definition", apart[[0, 2]], 1e-3)


@pytest.mark.claim
def test_labels_are_cut_to_whole_numbers(definition, loss, evidence):
    """What a label has beyond a whole number is of no matter, be it less than a half or more."""
    judged, beyond = loss(definition), np.array([0.0, 0.75, 0.25, 0.75, 0.5])
    wanted = judged.per_sample(LABELS, EMBEDDINGS)

    evidence.exactly("loss", judged.per_sample(LABELS + beyond, EMBEDDINGS), wanted)
