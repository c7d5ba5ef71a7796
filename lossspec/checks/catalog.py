"""Every check, in the order in which they are tried."""

from __future__ import annotations

from typing import Mapping

from lossspec.checks import (
    arguments,
    giving,
    lines,
    samples,
    slopes,
    steps,
    training,
    values,
    weights,
)
from lossspec.checks.check import Check

_FILES = (arguments, values, slopes, lines, steps, samples, weights, giving, training)

_FIRST = (
    "check_shape",
    "check_quiet",
    "check_same_twice",
    "check_sizes",
    "check_inputs_unchanged",
    "check_arguments",
)
"""What makes others fail as well, so that the first that fails names the mistake."""

_FOUND: Mapping[str, Check] = {
    check.name: check
    for file in _FILES
    for check in vars(file).values()
    if isinstance(check, Check)
}
CHECKS: Mapping[str, Check] = {**{name: _FOUND[name] for name in _FIRST}, **_FOUND}
"""By name; a check is known by standing in one of those files."""

BY_DEFAULT = tuple(check for check in CHECKS.values() if not check.asked_for)

_MULTIPLIES = (
    "weights multiply losses, in Keras as elsewhere: NaN times 0 is NaN for each of its own losses"
)
_SPREADS = (
    "any formula of NumPy, TensorFlow or torch does so; fit makes columns of such targets first"
)
_IN_FLOAT16 = (
    "a clip by 1e-7 is none in float16; Keras 3 casts predictions to float32 before a loss is "
    "computed, unless its dtype says otherwise"
)

KNOWN: Mapping[str, str] = {
    "check_nan_left_out": _MULTIPLIES,
    "check_column": _SPREADS,
    "check_half_at_ends": _IN_FLOAT16,
}
"""Checks that a loss may fail without a fault of its own, each with the reason."""
