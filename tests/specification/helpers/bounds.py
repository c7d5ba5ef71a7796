"""How far a loss and its slopes may lie from their definition, on inputs that laws are tried on."""

import numpy as np
from scipy.special import xlogy

from lossspec.losses import tolerance
from lossspec.losses.definition import Domain
from lossspec.losses.entropy import BCE


def bound_of(definition, t, y, unit=tolerance.UNIT_ROUNDOFF):
    """The tolerance of each sample's loss."""
    if definition is BCE:
        return tolerance.of_loss(BCE.name, _of_both_classes, t, np.hstack([y, 1 - y]), unit)
    return tolerance.of_loss(definition.name, definition.value, t, y, unit)


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


def along_the_simplex(definition, slopes):
    """Slopes less their mean, for distributions: only exchanges of probability have a meaning."""
    if definition.predictions is not Domain.DISTRIBUTIONS:
        return slopes
    return slopes - slopes.mean(axis=1, keepdims=True)


def slope_of(definition):
    """The derivative of the definition, `along_the_simplex`."""
    return lambda t, y: along_the_simplex(definition, definition.derivative(t, y))


def bound_of_slope(definition, t, y, unit=tolerance.UNIT_ROUNDOFF):
    """The tolerance of each prediction's slope, `along_the_simplex`.

    Keras divides a distribution by its sum, which adds 1 to the slope of every probability; the
    mean takes it off again, but for the roundings of this slope's and of the mean's.
    """
    if definition is BCE:
        return tolerance.of_loss(BCE.name, _slope_of_both_classes, t, np.hstack([y, 1 - y]), unit)
    of_distributions = definition.predictions is Domain.DISTRIBUTIONS
    ones = 2 * tolerance.rounding(1, unit=unit) if of_distributions else 0
    return tolerance.of_loss(definition.name, slope_of(definition), t, y, unit) + ones
