"""How far a loss and its slopes may lie from their definition, on inputs that laws are tried on."""

import numpy as np
from scipy.special import xlogy

from lossspec.losses import tolerance
from lossspec.losses.counts import POISSON
from lossspec.losses.directions import COSINE, terms_of_cosine, unit_rows
from lossspec.losses.entropy import BCE, CCE, KL, SCCE
from lossspec.losses.regression import LOG_COSH, MAPE, MSLE


def bound_of(definition, t, y, unit=tolerance.UNIT_ROUNDOFF):
    """The tolerance of each sample's loss."""
    if definition is BCE:
        return tolerance.of_loss(BCE.name, _of_both_classes, t, np.hstack([y, 1 - y]), unit)
    if definition is MAPE:
        # Differences, quotients and their sum round as shares of themselves.
        return tolerance.rounding(definition.value(t, y), unit=unit)
    if definition is COSINE:
        # Each number rounds 7 times to one of a unit row (half of 5 for the sum of squares, 4 for
        # its reciprocal root, once for the product), and their products 5 times in a sum.
        return tolerance.rounding(definition.cancels(t, y), operations=20, unit=unit)
    bound = tolerance.of_loss(definition.name, definition.value, t, y, unit)
    if definition is MSLE:
        off = _logarithms(t, y, unit)
        bound = bound + np.mean(off * (2 * np.abs(np.log1p(t) - np.log1p(y)) + off), axis=1)
    if definition is POISSON:
        # Epsilon is added before the logarithm alone, which shows where the slope is 0.
        epsilon = tolerance.KERAS_EPSILON
        bound = bound + np.mean(t * np.log1p(epsilon / np.maximum(y, epsilon)), axis=1)
    return bound


def _logarithms(t, y, unit):
    """What rounding two logarithms by itself, each to 2 units in the last place, leaves."""
    return tolerance.rounding(np.log1p(t) + np.log1p(y), operations=4, unit=unit)


def _of_both_classes(t, both):
    """Binary cross-entropy of a class and of the other apart.

    Keras 2 moves both probabilities away from 0, not one to the other.
    """
    one, other = np.hsplit(both, 2)
    return -np.mean(xlogy(t, one) + xlogy(1 - t, other), axis=1)


def _slope_of_both_classes(t, both):
    """The slope of that by the one probability, of which the other is what is left of 1."""
    one, other = np.hsplit(both, 2)
    return ((1 - t) / other - t / one) / one.shape[1]


def slope_of(definition, t, y):
    """The slope that Keras takes: the derivative of the definition.

    And 1 in the multi-class cross-entropies, which divide a sample's predictions by their sum.
    """
    return definition.derivative(t, y) + (definition in (CCE, SCCE))


def bound_of_slope(definition, t, y, unit=tolerance.UNIT_ROUNDOFF):
    """The tolerance of each prediction's slope."""
    if definition is BCE:
        return tolerance.of_loss(BCE.name, _slope_of_both_classes, t, np.hstack([y, 1 - y]), unit)
    if definition is MAPE:
        slope = definition.derivative(t, y)
        # A prediction that rounds to its target has no slope.
        met = np.abs(y - t) <= tolerance.rounding(y, operations=1, unit=unit)
        return tolerance.rounding(slope, unit=unit) + np.where(met, np.abs(slope), 0)
    if definition is COSINE:
        return unit * (_of_slopes_across(t, y, 15, 40) + 2 * np.abs(definition.derivative(t, y)))
    bound = tolerance.of_loss(definition.name, lambda t, y: slope_of(definition, t, y), t, y, unit)
    if definition is KL:
        # That a target of 0 counts as epsilon is all there is of its slope, which rounds as well.
        bound = bound + tolerance.rounding(bound, unit=unit)
    if definition is MSLE:
        bound = bound + 2 * _logarithms(t, y, unit) / (1 + y) / y.shape[1]
    # The sum of the products that the 1 comes from rounds, too, and so does taking it.
    of_the_sum = definition in (CCE, SCCE)
    return bound + (2 * tolerance.rounding(1, unit=unit) if of_the_sum else 0)


def _of_slopes_across(t, y, of_target, of_cosine):
    """Roundings of cosine's slopes: of the target's direction, and of the share along y."""
    along = terms_of_cosine(t, y)[:, None] * np.abs(unit_rows(y))
    lengths = np.linalg.norm(y, axis=1, keepdims=True)
    return (of_target * np.abs(unit_rows(t)) + of_cosine * along) / lengths


def bounds_along(definition, line):
    """The tolerance of losses along a line of predictions, and of their slopes along it."""
    t, y, name = line.targets, line.predictions, definition.name
    if definition is COSINE:
        slopes = bound_of_slope(definition, t, y) @ np.abs(line.direction)
        return bound_of(definition, t, y), slopes
    return (
        tolerance.of_loss(name, definition.value, t, y),
        tolerance.of_loss(name, lambda t, y: definition.derivative(t, y) @ line.direction, t, y),
    )


def bounds_in(definition, t, y, dtype):
    """The tolerances of losses and slopes of numbers that a precision holds exactly.

    Of losses that add up what isn't negative, and of their slopes, each rounding is a share of the
    result: of 5 outputs there are at most 10 on the way (difference, square, two products, four
    sums, a mean's quotient and its rounded 5). What else rounds is `_more_units`. Epsilon comes on
    top, which float64 alone notices.
    """
    unit, exact = tolerance.UNITS[dtype], tolerance.UNITS["float64"]
    value, slope = definition.value(t, y), slope_of(definition, t, y)
    of_loss, of_slope = _more_units(definition, t, y)
    return (
        bound_of(definition, t, y, exact) + unit * (10 * np.abs(value) + of_loss),
        bound_of_slope(definition, t, y, exact) + unit * (10 * np.abs(slope) + of_slope),
    )


def _more_units(definition, t, y):
    """Roundings of numbers larger than a loss, and than its slopes, in unit roundoffs of them."""
    if definition is MSLE:
        # Each 1 + y rounds once, each logarithm twice.
        off = 2 + 2 * (np.log1p(t) + np.log1p(y))
        apart = np.abs(np.log1p(t) - np.log1p(y))
        return np.mean(2 * apart * off, axis=1), 2 * off / (1 + y) / y.shape[1]
    if definition is LOG_COSH:
        # ln(1 + exp) rounds 4 times, its sum with the error and what ln 2 leaves once each; the
        # slope is 1 less twice a quotient that rounds 3 times.
        return 6 * definition.cancels(t, y), 6 / y.shape[1]
    if definition is POISSON:
        # y + epsilon rounds once, its logarithm twice, product, difference and sum 6 times; the
        # slope is 1 less a quotient.
        return np.mean(t, axis=1) + 9 * definition.cancels(t, y), 4 * (1 + t / y) / y.shape[1]
    if definition is COSINE:
        # As above, the reciprocal root rounding once: 4.5 times to a unit row, and 5 in a sum.
        return 14 * definition.cancels(t, y), _of_slopes_across(t, y, 9, 26)
    if definition is BCE:
        # The slope is the difference of two quotients.
        return 0, 10 * (t / y + (1 - t) / (1 - y)) / y.shape[1]
    if definition is CCE:
        # The slope is 1, a sum of five products, less t / y.
        return 0, 10 - 10 * definition.derivative(t, y)
    if definition is SCCE:
        # It goes back to logits, ln y ≥ -ln 8: they round, less their largest, twice (4 units),
        # their exponential once, and of those a sum (9 units), of which a logarithm less the logit.
        return 17, 18
    if definition is KL:
        # Logarithms of both signs, of quotients that round once, are added.
        return 1 + 8 * np.sum(t * np.abs(np.log(t / y)), axis=1), 0
    return 0, 0
