"""How far a loss may be off in a precision other than float32, of numbers that it holds exactly."""

import numpy as np

from helpers.bounds import (
    bound_of,
    bound_of_slope,
    logarithms_of_both,
    missed_by_both,
    parts_of_focal_slope,
    roundings_of_overlap,
    roundings_of_slopes_across,
    slope_of,
)
from lossspec.losses import tolerance
from lossspec.losses.focal import GAMMA


def bounds_in(definition, t, y, dtype):
    """The tolerances of losses and slopes of numbers that a precision holds exactly.

    Of losses that add up what isn't negative, and of their slopes, each rounding is a share of the
    result: of 5 outputs there are at most 10 on the way (difference, square, two products, four
    sums, a mean's quotient and its rounded 5). What else rounds is `MORE_UNITS`. Epsilon comes on
    top, which float64 alone notices.
    """
    unit, exact = tolerance.UNITS[dtype], tolerance.UNITS["float64"]
    value, slope = definition.value(t, y), slope_of(definition, t, y)
    more_units = MORE_UNITS.get(definition.slug, lambda *_: (0, 0))
    of_loss, of_slope = more_units(definition, t, y)
    return (
        bound_of(definition, t, y, exact) + unit * (10 * np.abs(value) + of_loss),
        bound_of_slope(definition, t, y, exact) + unit * (10 * np.abs(slope) + of_slope),
    )


def _of_msle(_definition, t, y):
    # Each 1 + y rounds once, each logarithm twice.
    off = 2 + 2 * (np.log1p(t) + np.log1p(y))
    apart = np.abs(np.log1p(t) - np.log1p(y))
    return np.mean(2 * apart * off, axis=1), 2 * off / (1 + y) / y.shape[1]


def _of_log_cosh(definition, t, y):
    # ln(1 + exp(-2e)) rounds 4 times, its sum with the error e and what ln 2 leaves once each; the
    # slope is 1 less twice a quotient q that rounds 3 times. JAX takes q as exp(-2e - ln(1 +
    # exp(-2e))): the logarithm rounds as a number of size 2|e| does, where q isn't next to 0.
    e = y - t
    q = 1 / (1 + np.exp(2 * e))
    return 6 * definition.cancels(t, y), (6 + 4 * np.abs(e) * q) / y.shape[1]


def _of_poisson(definition, t, y):
    # y + epsilon rounds once, its logarithm twice, product, difference and sum 6 times; the
    # slope is 1 less a quotient.
    return np.mean(t, axis=1) + 9 * definition.cancels(t, y), 4 * (1 + t / y) / y.shape[1]


def _of_cosine(definition, t, y):
    # As above, the reciprocal root rounding once: 4.5 times to a unit row, and 5 in a sum.
    return 14 * definition.cancels(t, y), roundings_of_slopes_across(t, y, 9, 26)


def _of_bce(_definition, t, y):
    # The slope is the difference of two quotients.
    return 0, 10 * (t / y + (1 - t) / (1 - y)) / y.shape[1]


def _of_cce(definition, t, y):
    # The slope is 1, a sum of five products, less t / y.
    return 0, 10 - 10 * definition.derivative(t, y)


def _of_scce(_definition, _t, _y):
    # It goes back to logits, ln y ≥ -ln 8: they round, less their largest, twice (4 units),
    # their exponential once, and of those a sum (9 units), of which a logarithm less the logit.
    return 17, 18


def _of_binary_focal(_definition, t, y):
    # Of p each product rounds, and their sum; 1 - p rounds, too, is squared, and stands in
    # every part of the slope. Logarithm and power round twice, and are multiplied.
    both = np.hstack([y, 1 - y])
    missed = missed_by_both(t, both)
    off = 3 + 2 * (2 * (1 - missed) / missed + 1)
    costs = missed**GAMMA * sum(logarithms_of_both(t, both))
    parts = sum(parts_of_focal_slope(t, both, GAMMA))
    return np.mean(off * costs, axis=1), (10 + off) * parts


def _of_categorical_focal(definition, t, y):
    # The slope is a derivative less a sum of five, each times a prediction.
    size = np.abs(definition.derivative(t, y))
    return 0, 10 * size + 20 * np.sum(y * size, axis=1, keepdims=True)


def _of_gce(_definition, _t, _y):
    # A root of at most 1 rounds twice, what it is short of 1 once; half of 1 divides them.
    return 6, 0


def _of_kl(_definition, t, y):
    # Logarithms of both signs, of quotients that round once, are added.
    return 1 + 8 * np.sum(t * np.abs(np.log(t / y)), axis=1), 0


def _of_overlap(definition, t, y):
    return 16 * (1 - definition.value(t, y)), roundings_of_overlap(t, y)


MORE_UNITS = {
    "msle": _of_msle,
    "log-cosh": _of_log_cosh,
    "poisson": _of_poisson,
    "cosine": _of_cosine,
    "bce": _of_bce,
    "cce": _of_cce,
    "scce": _of_scce,
    "binary-focal": _of_binary_focal,
    "categorical-focal": _of_categorical_focal,
    "gce": _of_gce,
    "kl": _of_kl,
    "dice": _of_overlap,
    "tversky": _of_overlap,
}
"""Roundings of numbers larger than a loss, and than its slopes, in unit roundoffs of them."""
