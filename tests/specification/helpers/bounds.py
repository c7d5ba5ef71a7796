"""How far a loss and its slopes may lie from their definition, on any inputs that laws are tried on."""

import numpy as np
from scipy.special import xlogy

from helpers.inputs import BCE, OF_DISTRIBUTIONS
from lossspec.losses import tolerance
from lossspec.losses.reference import REFERENCES


def bound_of(name, t, y, unit=tolerance.UNIT_ROUNDOFF):
    """The tolerance of each sample's loss."""
    if name == BCE:
        return tolerance.of_loss(name, _of_both_classes, t, np.hstack([y, 1 - y]), unit)
    return tolerance.of_loss(name, REFERENCES[name].value, t, y, unit)


def _of_both_classes(t, both):
    """Binary cross-entropy of a class and of the other apart: Keras 2 moves both away from 0, not one to the other."""
    one, other = np.hsplit(both, 2)
    return -np.mean(xlogy(t, one) + xlogy(1 - t, other), axis=1)


def _slope_of_both_classes(t, both):
    """The slope of that by the one probability, of which the other is what is left of 1."""
    one, other = np.hsplit(both, 2)
    return ((1 - t) / other - t / one) / one.shape[1]


def along_the_simplex(name, slopes):
    """Slopes of a loss of distributions but for their mean, since only exchanges of probability have a meaning."""
    return slopes - slopes.mean(axis=1, keepdims=True) if name in OF_DISTRIBUTIONS else slopes


def slope_of(name):
    """The derivative of the definition, `along_the_simplex`."""
    return lambda t, y: along_the_simplex(name, REFERENCES[name].derivative(t, y))


def bound_of_slope(name, t, y, unit=tolerance.UNIT_ROUNDOFF):
    """The tolerance of each prediction's slope, `along_the_simplex`.

    Keras divides a distribution by its sum, which adds 1 to the slope of every probability; the mean takes it off
    again, but for the roundings of this slope's and of the mean's.
    """
    if name == BCE:
        return tolerance.of_loss(name, _slope_of_both_classes, t, np.hstack([y, 1 - y]), unit)
    ones = 2 * tolerance.rounding(1, unit=unit) if name in OF_DISTRIBUTIONS else 0
    return tolerance.of_loss(name, slope_of(name), t, y, unit) + ones
