"""The formulas of all losses by name, in float64: see regression, margin and entropy."""

from __future__ import annotations

from lossspec.losses import DEFINITIONS
from lossspec.losses.entropy import (
    binary_crossentropy,
    binary_crossentropy_derivative,
    entropy,
    kullback_leibler_divergence,
    one_hot,
    sparse_categorical_crossentropy,
)
from lossspec.losses.margin import hinge, squared_hinge
from lossspec.losses.regression import mean_squared_error, mean_squared_logarithmic_error

__all__ = [
    "REFERENCES",
    "binary_crossentropy",
    "binary_crossentropy_derivative",
    "entropy",
    "hinge",
    "kullback_leibler_divergence",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "one_hot",
    "sparse_categorical_crossentropy",
    "squared_hinge",
]

REFERENCES = DEFINITIONS
