"""What a loss is for, guessed by calling it."""

from __future__ import annotations

from dataclasses import replace
from typing import Iterator, Sequence

import numpy as np

from lossspec.backends.own import Evaluated, LossRaised, OwnLoss
from lossspec.checks import inputs as on
from lossspec.checks.inputs import Inputs
from lossspec.checks.tags import DEFAULTS, LossTags
from lossspec.core.arrays import AnyArray, Array
from lossspec.losses.definition import Domain

_OF_PROBABILITIES = ("entropy", "bce", "focal", "dice", "tversky", "jaccard", "iou")
_SURE = 12.0
"""A logit that costs less than `_NOTHING`, and from which a sigmoid by hand still tells 1."""
_NOTHING = 1e-4
"""Of an ordinary loss: what is left of one that costs nothing, once Keras's epsilon is added."""
_SOMETHING = 0.1
"""What bits cost, at least, that are surely wrong: an overlap costs at most 1."""


_OUTPUTS = (3, 1, 2, 4, 6)
"""How many are tried: some losses cut a prediction into so many parts of one or two."""
_OF_MIXTURES = (6, 9, 12, 15, 2, 4, 10, 30)
"""Those tried beside one target: weights, means and scales of two components, three and so on."""

TRIED = ("targets", "predictions", "outputs", "zero_at_target")
"""The tags that are guessed by trying; others are assumed to be `DEFAULTS`."""


def guessed(loss: OwnLoss, known: LossTags) -> LossTags:
    """Complete what is known of a loss by trying it."""
    said = known
    if known.draw is None and known.predictions is None:
        known = known.or_else(_predictions(loss, known))
    if known.draw is None and known.targets is None:
        found = _targets(loss, known.or_else(DEFAULTS))
        # Probabilities turn out to be distributions, beside targets that are.
        known = said.or_else(found).or_else(known)
    if known.targets is Domain.CLASSES and known.predictions is Domain.PROBABILITIES:
        known = replace(known, predictions=Domain.DISTRIBUTIONS)
    complete = known.or_else(DEFAULTS)
    if known.zero_at_target is None:
        vanishes = LossTags(zero_at_target=_vanishes_at_target(loss, complete))
        complete = known.or_else(vanishes).or_else(DEFAULTS)
    return complete


def _tried(loss: OwnLoss, targets: AnyArray, predictions: Array) -> Evaluated | None:
    try:
        with np.errstate(all="ignore"):
            return loss.at(np.asarray(targets), predictions)
    except LossRaised:
        return None


def _predictions(loss: OwnLoss, known: LossTags) -> LossTags:
    """What predictions may be; beside class numbers, if it takes no others.

    Of as many outputs as give a loss a sample or a batch, and a slope somewhere.
    """
    otherwise = LossTags()
    for outputs in [known.outputs] if known.outputs else _OUTPUTS:
        for targets, wide in _wide(known, outputs):
            found = _tried(loss, targets, wide)
            if found is not None and found.slope is None and np.ptp(found.value):  # reads no others
                otherwise = otherwise.or_else(LossTags(predictions=Domain.NUMBERS, outputs=outputs))
            if found is None or found.slope is None or found.slope.shape != wide.shape:
                continue
            domain = Domain.CLASSES if targets.ndim == 1 else None
            read = LossTags(outputs=outputs)
            if known.outputs is None and domain is None:
                read = _read(loss, found) or read
            tags = replace(read, targets=domain, predictions=_domain(loss, found, targets, wide))
            if np.any(found.slope) and found.value.shape[:1] in {(), (on.SAMPLES,)}:
                return tags
            otherwise = otherwise.or_else(tags)
        if otherwise.outputs:
            continue
        inside = _tried(loss, np.ones_like(wide), (wide + 4) / 8)
        if inside is not None and np.any(inside.slope_or_zeros):
            # It refuses what isn't a probability.
            return LossTags(predictions=Domain.PROBABILITIES, outputs=outputs)
    counts = (known.outputs,) if known.outputs else _OF_MIXTURES
    return _beside_one(loss, known, counts) or otherwise


def _beside_one(loss: OwnLoss, known: LossTags, counts: Sequence[int]) -> LossTags | None:
    """Of how many outputs it reads all, beside a target of one number."""
    if known.target_width or known.targets is Domain.CLASSES:
        return None
    for outputs in counts:
        wide = next(_wide(LossTags(), outputs))[1]
        found = _tried(loss, wide[:, -1:] / 2, wide)
        if found is None or found.slope_or_zeros.shape != wide.shape or not found.finite:
            continue
        if np.all(np.any(found.slope_or_zeros, axis=0)):
            return LossTags(Domain.NUMBERS, Domain.NUMBERS, outputs, target_width=1)
    return None


def _read(loss: OwnLoss, found: Evaluated) -> LossTags | None:
    """How many outputs it reads, where of three it leaves some out: a mean and a variance, say.

    Two, however many there are, or six: a weight of one part alone, as of a mixture, is always 1.
    """
    felt = np.any(found.slope_or_zeros, axis=0)
    if len(felt) != _OUTPUTS[0] or not np.any(felt) or np.all(felt):
        return None
    for count in (2, 6) if felt.tolist() == [True, True, False] else (6,):
        beside = _tried(loss, *next(_wide(LossTags(), count)))
        if beside is not None and np.all(np.any(beside.slope_or_zeros, axis=0)):
            return LossTags(outputs=count)
    return _beside_one(loss, LossTags(), _OF_MIXTURES)


def _wide(known: LossTags, outputs: int) -> Iterator[tuple[AnyArray, Array]]:
    rng = np.random.RandomState(2)
    wide = np.round(rng.uniform(-3, 3, (on.SAMPLES, outputs)) * 64) / 64 + 1 / 128
    if known.targets is not Domain.CLASSES:
        yield np.asarray(rng.randint(0, 2, wide.shape), np.float64), wide
    if known.targets in {None, Domain.CLASSES} and outputs > 1:
        yield rng.randint(0, outputs, on.SAMPLES), wide


def _domain(loss: OwnLoss, found: Evaluated, targets: AnyArray, wide: Array) -> Domain:
    """By where slopes are: probabilities are clipped, or have no logarithm outside."""
    positive = wide + 4
    if wide.shape[1] > 1 and _same(loss, (targets, positive), (targets, -2 * positive)):
        return Domain.DISTRIBUTIONS  # whatever they add up to, it divides by that
    with np.errstate(all="ignore"):
        felt = np.isfinite(found.slope_or_zeros) & (found.slope_or_zeros != 0)
    per_sample = found.per_sample
    if per_sample is not None and len(per_sample) == len(felt):
        felt &= np.isfinite(per_sample)[:, None]
    ones = np.ones_like(wide) if targets.ndim > 1 else targets
    if any(word in loss.name.lower() for word in _OF_PROBABILITIES):
        if (np.all(felt) and targets.ndim == 1) or _squashes(loss, wide.shape[1]):
            return Domain.NUMBERS
        return Domain.PROBABILITIES
    if np.any(felt[wide < 0]):
        return Domain.NUMBERS
    if np.any(felt[wide > 1]):
        # Of a target of 1, a count is best met at 1; a likelihood wants ever more.
        beyond = _tried(loss, ones, positive)
        if beyond is not None and targets.ndim > 1 and np.all(beyond.slope_or_zeros < 0):
            return Domain.PROBABILITIES
        return Domain.POSITIVE
    inside = _tried(loss, ones, (wide + 4) / 8)
    return Domain.PROBABILITIES if inside is not None and inside.finite else Domain.NUMBERS


def _targets(loss: OwnLoss, assumed: LossTags) -> LossTags:
    """What targets may be, from symmetries of the loss."""
    outputs = assumed.outputs or 1
    if assumed.predictions is Domain.PROBABILITIES:
        return _beside_probabilities(loss, outputs)
    if assumed.predictions is Domain.DISTRIBUTIONS:
        return LossTags(targets=Domain.ONE_HOT)
    if assumed.predictions is Domain.POSITIVE:
        return LossTags(targets=Domain.NOT_NEGATIVE)
    if assumed.predictions is not Domain.NUMBERS:
        return LossTags(targets=assumed.predictions)
    _, y = next(_wide(LossTags(), outputs))
    signs = np.where(np.arange(y.size).reshape(y.shape) % 2 == 0, -1.0, 1.0)
    if _same(loss, (signs, y), (np.ones_like(y), y)):
        return LossTags(targets=Domain.NUMBERS)  # it doesn't look at them
    if _same(loss, (signs, y), (signs, 2 * y)):
        return LossTags(targets=Domain.ROWS, predictions=Domain.ROWS)  # of directions alone
    if _same(loss, (signs, y), (-signs, -y)) and _same(loss, (signs, y), (2 * signs, y / 2)):
        return LossTags(targets=Domain.SIGNS)
    if _moves_with_scores(loss, outputs):
        return LossTags(targets=Domain.ONE_HOT)
    if _is_sure(loss, outputs) or _mixes_two_costs(loss, y):
        return LossTags(targets=Domain.PROBABILITIES)
    return LossTags(targets=Domain.NUMBERS)


def _squashes(loss: OwnLoss, outputs: int) -> bool:
    """Whether it takes logits: slopes of sure ones still lead on, to where they are surer."""
    if _moves_with_scores(loss, outputs):
        return True
    bits = _mixed(outputs)
    sure = _tried(loss, bits, np.where(bits > 0, 3.0, -3.0))
    if sure is None or sure.slope_or_zeros.shape != bits.shape:
        return False
    onwards = np.where(bits > 0, sure.slope_or_zeros < 0, sure.slope_or_zeros > 0)
    return bool(np.all(onwards)) and _is_sure(loss, outputs)


def _moves_with_scores(loss: OwnLoss, outputs: int) -> bool:
    """Whether a number added to all scores of a sample changes nothing."""
    _, y = next(_wide(LossTags(), outputs))
    one_hot = np.eye(outputs)[np.arange(len(y)) % outputs]
    # Each sample its own: a batch's mean would swallow one that all share.
    added = np.arange(len(y))[:, None] / 16
    return outputs > 1 and _same(loss, (one_hot, y), (one_hot, y + added))


def _mixes_two_costs(loss: OwnLoss, y: Array) -> bool:
    """Whether targets between 0 and 1 cost what lies between: that of 0 and that of 1.

    Not where the target moves no slope: the mean of errors with their signs is such a loss.
    """
    none, some, one = (_tried(loss, np.full_like(y, target), y) for target in (0.0, 0.25, 1.0))
    if none is None or some is None or one is None:
        return False
    if np.array_equal(none.slope_or_zeros, one.slope_or_zeros):
        return False
    if not np.all(np.isfinite(none.value + some.value + one.value)):
        return False
    mixed = 0.75 * none.value + 0.25 * one.value
    return not np.allclose(none.value, one.value) and bool(
        np.allclose(some.value, mixed, rtol=1e-4, atol=1e-5)
    )


def _beside_probabilities(loss: OwnLoss, outputs: int) -> LossTags:
    """Rows that sum to 1, or a number an output.

    Classes: a row of zeros costs nothing, or nothing holds the outputs down whose target is 0.
    """
    binary = LossTags(targets=Domain.PROBABILITIES)
    if outputs == 1:
        return binary
    of_classes = LossTags(targets=Domain.ONE_HOT, predictions=Domain.DISTRIBUTIONS)
    rows = np.full((on.SAMPLES, outputs), 0.25)
    none = _tried(loss, np.zeros_like(rows), rows)
    if none is not None and not np.any(none.value) and not np.any(none.slope_or_zeros):
        return of_classes
    one_hot = np.eye(outputs)[np.arange(on.SAMPLES) % outputs]
    some = _tried(loss, one_hot, rows)
    if some is None or some.slope_or_zeros.shape != rows.shape:
        return binary
    slope = some.slope_or_zeros
    own, others = slope[one_hot == 1], slope[one_hot == 0]
    # Smoothed labels pull the others up as well, but less: by a quarter, smoothed by half.
    unheld = np.all(own < 0) and np.all(others <= 0) and np.all(others >= own.max() / 4)
    return of_classes if unheld else binary


def _same(loss: OwnLoss, one: tuple[Array, Array], other: tuple[Array, Array]) -> bool:
    a, b = _tried(loss, *one), _tried(loss, *other)
    if a is None or b is None or not np.all(np.isfinite(a.value)):
        return False
    return bool(np.any(a.value != 0) and np.allclose(a.value, b.value, rtol=1e-4, atol=1e-5))


def _mixed(outputs: int) -> Array:
    """Rows of 0 and 1 in turn."""
    return np.asarray(np.arange(on.SAMPLES * outputs) % 2, np.float64).reshape(-1, outputs)


def _is_sure(loss: OwnLoss, outputs: int) -> bool:
    """Whether logits that are sure of bits cost nothing, and wrong ones something."""
    bits = _mixed(outputs)
    towards = np.where(bits > 0, _SURE, -_SURE)
    right, wrong = _tried(loss, bits, towards), _tried(loss, bits, -towards)
    if right is None or wrong is None:
        return False
    return bool(np.all(np.abs(right.value) < _NOTHING) and np.all(wrong.value > _SOMETHING))


def _vanishes_at_target(loss: OwnLoss, tags: LossTags) -> bool:
    """Whether it costs next to nothing where predictions equal targets."""
    if tags.draw is not None:
        return False
    batch = on.drawn(tags)
    exact = on.met(tags, batch.targets)
    if exact is None:
        return False
    found = _tried(loss, batch.targets, exact)
    ordinary = _tried(loss, *_both(batch))
    if found is None or ordinary is None:
        return False
    with np.errstate(all="ignore"):
        least = _NOTHING * np.mean(np.abs(ordinary.value))
        return bool(np.all(np.abs(found.value) <= least))


def _both(batch: Inputs) -> tuple[AnyArray, Array]:
    return batch.targets, batch.predictions
