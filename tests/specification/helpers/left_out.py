"""Samples and steps that are left out, and what may stand there: numbers that no loss is made for.

Eight samples of a loss's batch, as they are or as two sequences of four steps. Those that are not
kept have a weight of 0, or are masked.
"""

import functools

import numpy as np

from helpers.networks import masking_steps
from lossspec.losses import DEFINITIONS
from lossspec.losses.definition import Domain

KEPT = np.array([[1, 1, 0, 0], [1, 1, 1, 0]]) == 1
OUT = ~KEPT.ravel()
MARK, RATE = -512.0, 0.25

STRAYS = {
    "512": 512.0,
    "-512": -512.0,
    "1e20": 1e20,
    "-1e20": -1e20,
    "infinity": np.inf,
    "-infinity": -np.inf,
    "NaN": np.nan,
}
HARD = "1e20", "infinity", "NaN"
OF_THE_DOMAIN = {
    Domain.NUMBERS: (-1, 1),
    Domain.NOT_NEGATIVE: (0, 1),
    Domain.SIGNS: (-1, 1),
    Domain.PROBABILITIES: (0, 1),
    Domain.DISTRIBUTIONS: ((1, 0, 0), (0, 0, 1)),
    Domain.CLASSES: (0, 2),
    Domain.ONE_HOT: ((1, 0, 0), (0, 0, 1)),
}
"""Two targets of each domain."""


def with_left_out(name, target=None, prediction=None):
    """Targets and predictions of eight samples, with others where they are left out."""
    batch = DEFINITIONS[name].batch()
    t, y = (each[: OUT.size].copy() for each in (batch.targets, batch.predictions))
    if target is not None:
        t[OUT] = target
    if prediction is not None:
        y[OUT] = prediction
    return t, y


def strays_of(name):
    """What a loss may be given where samples are left out, by words; a class has to be one."""
    classes = DEFINITIONS[name].targets is Domain.CLASSES
    return {
        f"{place}s of {words}": with_left_out(name, **{place: number})
        for words, number in STRAYS.items()
        for place in ([] if classes else ["target"]) + ["prediction"]
    }


def in_sequences(values):
    """Samples as steps of sequences."""
    return values.reshape(*KEPT.shape, *values.shape[1:])


@functools.lru_cache(maxsize=None)
def by_hand(name, way, subject, mode):
    """What the loss's class makes of a batch, of which some is left out; weights come in arrays.

    Returns:
        The loss with nothing unusual there; and for each stray, by words: whether what is left out
        has a loss of its own that is finite, and the loss of the batch.
    """
    judged = subject.loss_class(name, mode, given_as="arrays" if mode == "eager" else "tensors")
    own = subject.loss(name, mode)

    def cost(t, y):
        if way == "mask":
            return judged.masked(in_sequences(t), in_sequences(y), KEPT)
        return judged(t, y, KEPT.ravel())

    strays = {
        words: (np.isfinite(own.per_sample(*given)[OUT]).all(), cost(*given))
        for words, given in strays_of(name).items()
    }
    return cost(*with_left_out(name)), strays


class Step:
    """What one step of ``SGD`` reports and makes of a network's weights.

    Attributes:
        words: which targets stand where steps or samples are left out.
        finite_targets: whether those are finite.
        finite_loss: whether the losses of those are finite.
        finite_slopes: for each output, whether their slopes are.
        loss: what ``fit`` reports.
        weights: kernel over bias, after the step, ``(k + 1, k)``.
    """

    def __init__(self, words, given, judged, result):
        self.words = words
        self.finite_targets = np.isfinite(given[0]).all()
        self.finite_loss = np.isfinite(judged.per_sample(*given)[OUT]).all()
        self.finite_slopes = np.isfinite(judged.gradient(*given)[OUT]).all(axis=0)
        self.loss, weights = result
        self.weights = np.vstack(weights)


@functools.lru_cache(maxsize=None)
def steps_of_training(name, subject):
    """A step of training for each target that may stand where something is left out.

    Returns:
        Those by ``mask``, and by ``weight``; the first two of each are of the loss's domain.
    """
    definition, judged = DEFINITIONS[name], subject.loss(name)
    outputs = definition.batch().predictions.shape[1]
    # What is predicted at masked steps: nothing that gives NaN, which no weight would hide.
    biases = np.where(np.arange(outputs) < outputs - 1, 0.25, 0.5)
    network = masking_steps(subject, KEPT.shape[1], MARK, biases)
    targets = dict(zip(["one target", "another"], OF_THE_DOMAIN[definition.targets]))
    if definition.targets is not Domain.CLASSES:
        targets.update((f"targets of {words}", STRAYS[words]) for words in HARD)

    ways = {"mask": (biases, np.ones(KEPT.shape)), "weight": (None, KEPT)}
    given = {
        way: [with_left_out(name, target, prediction) for target in targets.values()]
        for way, (prediction, _) in ways.items()
    }
    batches = [
        (inputs_for(y - biases, way), in_sequences(t.reshape(len(t), -1)), ways[way][1])
        for way, batches in given.items()
        for t, y in batches
    ]
    results = network.each_one_step_on(batches, loss=subject.string_of(name), learning_rate=RATE)
    return {
        way: [Step(words, each, judged, results.pop(0)) for words, each in zip(targets, of_way)]
        for way, of_way in given.items()
    }


def inputs_for(linear_part, way):
    """Inputs of sequences, of which those that are masked are marked."""
    inputs = in_sequences(linear_part)
    return np.where(KEPT[..., None], inputs, MARK) if way == "mask" else inputs
