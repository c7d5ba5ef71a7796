"""Which samples a statement speaks of, as masks of targets and predictions."""

import numpy as np

from helpers.inputs import OF_NUMBERS, off_kinks
from helpers.pools import LEAST, NEARLY
from lossspec.losses.counts import POISSON
from lossspec.losses.definition import Domain
from lossspec.losses.entropy import one_hot
from lossspec.losses.focal import BINARY_FOCAL
from lossspec.losses.inputs import Batch
from lossspec.losses.regression import MSLE


def in_domain(definition):
    """Of samples in the domain of a loss."""

    def where(t, y):
        if definition is MSLE:
            return (t >= 0).all(axis=1) & (y >= 0).all(axis=1)
        if definition is POISSON:
            return (t >= 0).all(axis=1) & (y >= 2.0**-18).all(axis=1)
        if definition.predictions in OF_NUMBERS:
            return True
        inside = ((y >= 0) & (y <= 1)).all(axis=1)
        return inside & ((y.sum(axis=1) == 1) | (definition.predictions is Domain.PROBABILITIES))

    return where


def inside(definition):
    """Of samples in the domain, predictions as far inside as definitions and slopes hold."""

    def where(t, y):
        of_numbers = definition.predictions in OF_NUMBERS
        far_in = of_numbers or ((y >= 2.0**-18) & (y <= 1 - 2.0**-18)).all(axis=1)
        return in_domain(definition)(t, y) & far_in

    return where


def off_the_kink(definition):
    """Of those that have one derivative."""

    def where(t, y):
        same = off_kinks(definition, Batch(t, y)).predictions == y
        clipped = (definition is MSLE) & (y < 2.0**-19)
        return inside(definition)(t, y) & (same & ~clipped).all(axis=1)

    return where


def all_of(mask):
    """Of several outputs, where it is so of each."""
    return np.all(mask, axis=-1) if np.ndim(mask) > 1 else mask


def of_true(t, numbers):
    """Of each sample the number of its only output, or of its class."""
    if numbers.shape[1] == 1:
        return numbers[:, 0]
    rows = one_hot(t, numbers.shape[1]) if t.ndim == 1 else t
    return np.take_along_axis(numbers, rows.argmax(axis=1)[:, None], axis=1)[:, 0]


def of_class(t, y):
    """The probability of each sample's class."""
    return of_true(t, y)


def sure(t):
    """Of samples whose target is one class, or 0 or 1."""
    return True if t.ndim == 1 else ((t == 0) | (t == 1)).all(axis=1)


def equal(t, y):
    """Of predictions equal to their targets."""
    return t == y


def apart(t, y):
    """Of predictions off their targets by so much that float32 holds the square."""
    return np.abs(t - y) >= LEAST


def logarithms_apart(t, y):
    """Of numbers whose logarithms differ by more than rounding does."""
    with np.errstate(all="ignore"):
        return (t >= 0) & (y >= 0) & (np.abs(np.log1p(t) - np.log1p(y)) >= 1e-5)


def short_of_the_margin(t, y):
    """Of scores below the margin."""
    return t * y < 1


def sure_and_right(t, y):
    """Of sure targets given all."""
    return sure(t) & (of_class(t, y) == (t[:, 0] if y.shape[1] == 1 else 1))


def sure_and_wrong(t, y):
    """Of sure targets given next to nothing."""
    given = np.abs(t - y)[:, 0] >= 1 - NEARLY if y.shape[1] == 1 else of_class(t, y) <= NEARLY
    return sure(t) & given


def a_thousandth_apart(t, y):
    """Of rows that differ by a thousandth somewhere."""
    return (np.abs(t - y) >= 1e-3).any(axis=1)


def both(*masks):
    """Where all of these speak."""
    return lambda t, y: np.logical_and.reduce(np.broadcast_arrays(*(m(t, y) for m in masks)))


def met_by_its_label(t, y):
    """Of a first output equal to its sure label."""
    return (t == y)[:, 0] & sure(t)


def off_its_label(t, y):
    """Of probabilities apart from a label, or of soft labels."""
    return in_domain(BINARY_FOCAL)(t, y) & ((np.abs(t - y)[:, 0] >= 2.0**-18) | ~sure(t))


def a_margin_above(t, y):
    """Of scores of the class 1 above the best other."""
    return of_class(t, y) >= 1 + _best_other(t, y)


def below_the_margin(t, y):
    """Of those short of that by more than rounding."""
    best, score = _best_other(t, y), of_class(t, y)
    return 1 + best - score >= 1e-6 * np.maximum(1, np.abs([best, score]).max(axis=0))


def _best_other(t, y):
    return ((1 - t) * y).max(axis=1)


def known(mask):
    """Where a definition has a value once its inputs are changed: no probability of 0."""
    return lambda t, y: mask(t, y) & (y > 0).all(axis=1)
