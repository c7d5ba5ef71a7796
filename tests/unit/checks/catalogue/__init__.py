"""Custom losses, right and wrong, on which the checks are tried.

Formulas are public; each loss is written as somebody would for Keras on TensorFlow. Each wrong one
is a mistake that people make; where somebody reported it, the report is named.
"""

from __future__ import annotations

from catalogue import (  # each puts its losses into the two lists
    right_classes,
    right_elsewise,
    right_numbers,
    wrong_arguments,
    wrong_batches,
    wrong_classes,
    wrong_effects,
    wrong_ends,
    wrong_formulas,
    wrong_slopes,
)
from catalogue.entries import RIGHT, WRONG

__all__ = [
    "RIGHT",
    "WRONG",
    "right_classes",
    "right_elsewise",
    "right_numbers",
    "wrong_arguments",
    "wrong_batches",
    "wrong_classes",
    "wrong_effects",
    "wrong_ends",
    "wrong_formulas",
    "wrong_slopes",
]
