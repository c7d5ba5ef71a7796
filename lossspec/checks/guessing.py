"""What a loss is for, guessed by calling it."""

from __future__ import annotations

from dataclasses import replace
from typing import Iterator

import numpy as np

from lossspec.backends.own import Evaluated, LossRaised, OwnLoss
from lossspec.checks import inputs as on
from lossspec.checks.inputs import Inputs
from lossspec.checks.tags import DEFAULTS, LossTags
from lossspec.core.arrays import AnyArray, Array
from lossspec.losses.definition import Domain

_OF_PROBABILITIES = ("entropy", "bce", "focal", "dice", "tversky", "jaccard", "iou")
_SURE = 19.0
_NOTHING = 1e-4
"""Of an ordinary loss: what is left of one that costs nothing, once Keras's epsilon is added."""


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
    """What predictions may be; beside class numbers, if it takes no others."""
    for outputs in [known.outputs] if known.outputs else [3, 1]:
        for targets, wide in _wide(known, outputs):
            found = _tried(loss, targets, wide)
            if found is None or found.slope is None or found.slope.shape != wide.shape:
                continue
            domain = Domain.CLASSES if targets.ndim == 1 else None
            return LossTags(domain, _domain(loss, found, targets, wide), outputs)
        inside = _tried(loss, np.ones_like(wide), (wide + 4) / 8)
        if inside is not None and inside.slope is not None:  # it refuses what isn't a probability
            return LossTags(predictions=Domain.PROBABILITIES, outputs=outputs)
    return LossTags()


def _wide(known: LossTags, outputs: int) -> Iterator[tuple[AnyArray, Array]]:
    rng = np.random.RandomState(2)
    wide = np.round(rng.uniform(-3, 3, (on.SAMPLES, outputs)) * 64) / 64 + 1 / 128
    if known.targets is not Domain.CLASSES:
        yield np.asarray(rng.randint(0, 2, wide.shape), np.float64), wide
    if known.targets in {None, Domain.CLASSES} and outputs > 1:
        yield rng.randint(0, outputs, on.SAMPLES), wide


def _domain(loss: OwnLoss, found: Evaluated, targets: AnyArray, wide: Array) -> Domain:
    """By where slopes are: probabilities are clipped, or have no logarithm outside."""
    with np.errstate(all="ignore"):
        felt = np.isfinite(found.slope_or_zeros) & (found.slope_or_zeros != 0)
    per_sample = found.per_sample
    finite = np.ones_like(felt)
    if per_sample is not None and len(per_sample) == len(wide):
        finite = np.isfinite(per_sample)[:, None] & felt
    felt &= finite.astype(bool)
    name = loss.name.lower()
    if any(word in name for word in _OF_PROBABILITIES) and "logit" not in name:
        both = bool(np.any(felt[wide < 0]) and np.any(felt[wide > 1]))
        logits = both and _takes_logits(loss, targets, wide)
        return Domain.NUMBERS if logits else Domain.PROBABILITIES
    if np.any(felt[wide < 0]):
        return Domain.NUMBERS
    if np.any(felt[wide > 1]):
        return Domain.POSITIVE
    inside = _tried(loss, np.ones_like(wide), (wide + 4) / 8)
    return Domain.PROBABILITIES if inside is not None and inside.finite else Domain.NUMBERS


def _takes_logits(loss: OwnLoss, targets: AnyArray, wide: Array) -> bool:
    """Whether a softmax or a sigmoid is part of it."""
    if _same(loss, (targets, wide), (targets, wide + 0.5)):
        return True
    ones = np.ones_like(wide)
    if targets.ndim == 1 or not (_is_sure(loss, ones) and _is_sure(loss, 0 * ones)):
        return False
    wrong, twice = (_tried(loss, ones, -size * ones) for size in (_SURE, 2 * _SURE))
    # Of logits it grows as they do; of what is meant for probabilities not at all, or as powers do.
    return bool(wrong and twice and np.allclose(twice.value, 2 * wrong.value, rtol=0.1))


def _targets(loss: OwnLoss, assumed: LossTags) -> LossTags:
    """What targets may be, from symmetries of the loss."""
    outputs = assumed.outputs or 1
    if assumed.predictions is Domain.PROBABILITIES:
        return _beside_probabilities(loss, outputs)
    if assumed.predictions is Domain.POSITIVE:
        return LossTags(targets=Domain.NOT_NEGATIVE)
    if assumed.predictions is not Domain.NUMBERS:
        return LossTags(targets=assumed.predictions)
    _, y = next(_wide(LossTags(), outputs))
    signs = np.where(np.arange(y.size).reshape(y.shape) % 2 == 0, -1.0, 1.0)
    if _same(loss, (signs, y), (-signs, -y)) and _same(loss, (signs, y), (2 * signs, y / 2)):
        return LossTags(targets=Domain.SIGNS)
    one_hot = np.eye(outputs)[np.arange(len(y)) % outputs]
    if outputs > 1 and _same(loss, (one_hot, y), (one_hot, y + 0.5)):
        return LossTags(targets=Domain.ONE_HOT)
    if _is_sure(loss, np.ones_like(y)) and _is_sure(loss, np.zeros_like(y)):
        return LossTags(targets=Domain.PROBABILITIES)
    return LossTags(targets=Domain.NUMBERS)


def _beside_probabilities(loss: OwnLoss, outputs: int) -> LossTags:
    """Rows that sum to 1 where a row of zeros costs nothing, else a number an output."""
    binary = LossTags(targets=Domain.PROBABILITIES)
    if outputs == 1:
        return binary
    rows = np.full((on.SAMPLES, outputs), 0.25)
    none = _tried(loss, np.zeros_like(rows), rows)
    if none is None or np.any(none.value != 0) or np.any(none.slope_or_zeros != 0):
        return binary
    return LossTags(targets=Domain.ONE_HOT, predictions=Domain.DISTRIBUTIONS)


def _same(loss: OwnLoss, one: tuple[Array, Array], other: tuple[Array, Array]) -> bool:
    a, b = _tried(loss, *one), _tried(loss, *other)
    if a is None or b is None or not np.all(np.isfinite(a.value)):
        return False
    return bool(np.any(a.value != 0) and np.allclose(a.value, b.value, rtol=1e-4, atol=1e-5))


def _is_sure(loss: OwnLoss, targets: Array) -> bool:
    """Whether logits that are sure of bits cost nothing, and wrong ones more than 1."""
    towards = np.where(targets > 0, _SURE, -_SURE)
    right, wrong = _tried(loss, targets, towards), _tried(loss, targets, -towards)
    if right is None or wrong is None:
        return False
    return bool(np.all(np.abs(right.value) < _NOTHING) and np.all(wrong.value > 1))


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
