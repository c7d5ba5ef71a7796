"""How far a loss and its slopes may lie from their definition, on inputs that laws are tried on."""

import numpy as np
from scipy.special import xlogy

from lossspec.losses import tolerance
from lossspec.losses.counts import POISSON
from lossspec.losses.directions import COSINE, terms_of_cosine, unit_rows
from lossspec.losses.entropy import BCE, CCE, KL, SCCE
from lossspec.losses.focal import ALPHA, BINARY_FOCAL, CATEGORICAL_FOCAL, GAMMA
from lossspec.losses.overlap import DICE, TVERSKY, tversky, tversky_derivative, tversky_divisor
from lossspec.losses.regression import MAPE, MSLE


def bound_of(definition, t, y, unit=tolerance.UNIT_ROUNDOFF):
    """The tolerance of each sample's loss."""
    if definition is BCE:
        return tolerance.of_loss(BCE.name, _of_both_classes, t, np.hstack([y, 1 - y]), unit)
    if definition in (DICE, TVERSKY):
        return bound_of_overlap(t, y, unit=unit)
    if definition is BINARY_FOCAL:
        return bound_of_focal(t, y, GAMMA, unit)
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


def roundings_of_overlap(t, y, alpha=0.5, beta=0.5):
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
    return of_epsilon + unit * (np.abs(slope) + roundings_of_overlap(t, y, alpha, beta))


def bound_of_focal(t, y, gamma, unit=tolerance.UNIT_ROUNDOFF):
    """The tolerance of each sample's binary focal cross-entropy.

    Of a class and of the other apart, of which either makes factor and logarithm smaller.
    """

    def of_both_classes(t, both):
        return np.mean(missed_by_both(t, both) ** gamma * sum(logarithms_of_both(t, both)), axis=1)

    both = np.hstack([y, 1 - y])
    return tolerance.of_loss(BINARY_FOCAL.name, of_both_classes, t, both, unit)


def missed_by_both(t, both):
    """What a target is given short of 1."""
    one, other = np.hsplit(both, 2)
    return 1 - t * one - (1 - t) * other


def logarithms_of_both(t, both):
    """What a class and the other add to the cross-entropy of each output."""
    one, other = np.hsplit(both, 2)
    return -xlogy(t, one), -xlogy(1 - t, other)


def parts_of_focal_slope(t, both, gamma):
    """What the slope of each output's focal cross-entropy is added up of, in size.

    The slope of the factor times the cross-entropy, and the factor times each logarithm's slope:
    either prediction makes all of them smaller.
    """
    (one, other), outputs = np.hsplit(both, 2), t.shape[1]
    missed = missed_by_both(t, both)
    of_factor = gamma * missed ** (gamma - 1) * sum(logarithms_of_both(t, both))
    return [
        part / outputs
        for part in (of_factor, missed**gamma * t / one, missed**gamma * (1 - t) / other)
    ]


def bound_of_focal_slope(t, y, gamma, unit=tolerance.UNIT_ROUNDOFF):
    """The tolerance of its slope by each prediction: that of all parts together."""
    both = np.hstack([y, 1 - y])
    return sum(
        tolerance.of_loss(
            BINARY_FOCAL.name,
            lambda t, both, part=part: parts_of_focal_slope(t, both, gamma)[part],
            t,
            both,
            unit,
        )
        for part in range(3)
    )


def slope_of(definition, t, y):
    """The slope that Keras takes: the derivative of the definition.

    Less what all of a sample's predictions have in common, in the multi-class cross-entropies that
    divide them by their sum: -1, unless focal.
    """
    derivative = definition.derivative(t, y)
    if definition is CATEGORICAL_FOCAL:
        return derivative - np.sum(y * derivative, axis=1, keepdims=True)
    return derivative + (definition in (CCE, SCCE))


def _parts_of_categorical_focal_slope(t, y):
    """Both parts of the derivative, in size: either falls as the prediction rises."""
    return ALPHA * t * GAMMA * (1 - y) * -np.log(y), ALPHA * t * (1 - y) ** GAMMA / y


def _bound_of_categorical_focal_slope(t, y, unit):
    """The tolerance of the derivative's parts, and of their sum over the classes."""
    bound = sum(
        tolerance.of_loss(
            CATEGORICAL_FOCAL.name,
            lambda t, y, part=part: _parts_of_categorical_focal_slope(t, y)[part],
            t,
            y,
            unit,
        )
        for part in (0, 1)
    )
    size = np.abs(CATEGORICAL_FOCAL.derivative(t, y))
    of_sum = np.sum(y * (bound + tolerance.rounding(size, unit=unit)), axis=1, keepdims=True)
    return bound + of_sum


def bound_of_slope(definition, t, y, unit=tolerance.UNIT_ROUNDOFF):
    """The tolerance of each prediction's slope."""
    if definition is BCE:
        return tolerance.of_loss(BCE.name, _slope_of_both_classes, t, np.hstack([y, 1 - y]), unit)
    if definition in (DICE, TVERSKY):
        return bound_of_overlap_slope(t, y, unit=unit)
    if definition is BINARY_FOCAL:
        return bound_of_focal_slope(t, y, GAMMA, unit)
    if definition is CATEGORICAL_FOCAL:
        return _bound_of_categorical_focal_slope(t, y, unit)
    if definition is MAPE:
        slope = definition.derivative(t, y)
        # A prediction that rounds to its target has no slope.
        met = np.abs(y - t) <= tolerance.rounding(y, operations=1, unit=unit)
        return tolerance.rounding(slope, unit=unit) + np.where(met, np.abs(slope), 0)
    if definition is COSINE:
        of_slope = 2 * np.abs(definition.derivative(t, y))
        return unit * (roundings_of_slopes_across(t, y, 15, 40) + of_slope)
    bound = tolerance.of_loss(definition.name, lambda t, y: slope_of(definition, t, y), t, y, unit)
    if definition is KL:
        # That a target of 0 counts as epsilon is all there is of its slope, which rounds as well.
        bound = bound + tolerance.rounding(bound, unit=unit)
    if definition is MSLE:
        bound = bound + 2 * _logarithms(t, y, unit) / (1 + y) / y.shape[1]
    # The sum of the products that the 1 comes from rounds, too, and so does taking it.
    of_the_sum = definition in (CCE, SCCE)
    return bound + (2 * tolerance.rounding(1, unit=unit) if of_the_sum else 0)


def roundings_of_slopes_across(t, y, of_target, of_cosine):
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
