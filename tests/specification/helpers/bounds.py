"""How far a loss and its slopes may lie from their definition, on inputs that laws are tried on."""

import numpy as np
from scipy.special import xlogy

from lossspec.losses import tolerance
from lossspec.losses.entropy import BCE, CCE, KL, SCCE
from lossspec.losses.overlap import DICE, TVERSKY, tversky, tversky_derivative, tversky_divisor
from lossspec.losses.regression import MSLE


def bound_of(definition, t, y, unit=tolerance.UNIT_ROUNDOFF):
    """The tolerance of each sample's loss."""
    if definition is BCE:
        return tolerance.of_loss(BCE.name, _of_both_classes, t, np.hstack([y, 1 - y]), unit)
    if definition in (DICE, TVERSKY):
        return bound_of_overlap(t, y, unit=unit)
    bound = tolerance.of_loss(definition.name, definition.value, t, y, unit)
    if definition is MSLE:
        off = _logarithms(t, y, unit)
        bound = bound + np.mean(off * (2 * np.abs(np.log1p(t) - np.log1p(y)) + off), axis=1)
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


def bound_of_overlap(t, y, alpha=0.5, beta=0.5, unit=tolerance.UNIT_ROUNDOFF):
    """The tolerance of Tversky loss of up to 5 outputs, and of Dice loss, which is of fewer steps.

    Its quotient is of sums of what isn't negative, so that each rounding is a share of it: 5 of the
    numerator (a product, four sums), 10 of the divisor (a difference and a weight, two sums and
    epsilon's more), and its own; taking it from 1 rounds once. Epsilon, which the divisor is larger
    by, counts as a share of that.
    """
    loss, divisor = tversky(t, y, alpha, beta), tversky_divisor(t, y, alpha, beta)[:, 0]
    of_epsilon = tolerance.KERAS_EPSILON * (1 - loss) / divisor
    return of_epsilon + unit * (np.abs(loss) + 16 * (1 - loss))


def _terms_of_overlap(t, y, alpha, beta):
    """The sizes of the two quotients whose difference is the slope of Tversky loss."""
    divisor = tversky_divisor(t, y, alpha, beta)
    both = np.sum(t * y, axis=1, keepdims=True)
    return t / divisor, both * (t + alpha + beta) / divisor**2


def _roundings_of_overlap(t, y, alpha=0.5, beta=0.5):
    """How those round, in unit roundoffs.

    The first as the divisor does (10), by its quotient and two products; the second as numerator
    and twice the divisor do (25), by two quotients and two products.
    """
    first, second = _terms_of_overlap(t, y, alpha, beta)
    return 13 * first + 29 * second


def bound_of_overlap_slope(t, y, alpha=0.5, beta=0.5, unit=tolerance.UNIT_ROUNDOFF):
    """The tolerance of its slopes; epsilon counts twice in the second quotient."""
    slope, divisor = tversky_derivative(t, y, alpha, beta), tversky_divisor(t, y, alpha, beta)
    first, second = _terms_of_overlap(t, y, alpha, beta)
    of_epsilon = tolerance.KERAS_EPSILON * (first + 2 * second) / divisor
    return of_epsilon + unit * (np.abs(slope) + _roundings_of_overlap(t, y, alpha, beta))


def slope_of(definition, t, y):
    """The slope that Keras takes: the derivative of the definition.

    And 1 in the multi-class cross-entropies, which divide a sample's predictions by their sum.
    """
    return definition.derivative(t, y) + (definition in (CCE, SCCE))


def bound_of_slope(definition, t, y, unit=tolerance.UNIT_ROUNDOFF):
    """The tolerance of each prediction's slope."""
    if definition is BCE:
        return tolerance.of_loss(BCE.name, _slope_of_both_classes, t, np.hstack([y, 1 - y]), unit)
    if definition in (DICE, TVERSKY):
        return bound_of_overlap_slope(t, y, unit=unit)
    bound = tolerance.of_loss(definition.name, lambda t, y: slope_of(definition, t, y), t, y, unit)
    if definition is KL:
        # That a target of 0 counts as epsilon is all there is of its slope, which rounds as well.
        bound = bound + tolerance.rounding(bound, unit=unit)
    if definition is MSLE:
        bound = bound + 2 * _logarithms(t, y, unit) / (1 + y) / y.shape[1]
    # The sum of the products that the 1 comes from rounds, too, and so does taking it.
    of_the_sum = definition in (CCE, SCCE)
    return bound + (2 * tolerance.rounding(1, unit=unit) if of_the_sum else 0)


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
    if definition in (DICE, TVERSKY):
        return 16 * (1 - definition.value(t, y)), _roundings_of_overlap(t, y)
    return 0, 0
