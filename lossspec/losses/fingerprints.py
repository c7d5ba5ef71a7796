"""Fingerprints: losses and slopes on fixed inputs, bit by bit.

What drifts between two versions before a claim breaks shows here: a record keeps fingerprints in
each execution mode and precision, and two records are compared in units in the last place.
"""

from __future__ import annotations

import hashlib
from typing import Dict

import numpy as np

from lossspec.core.arrays import AnyArray, Array, ArrayLike
from lossspec.losses.inputs import Batch

_BITS = {"float64": 64, "float32": 32, "float16": 16, "bfloat16": 16}
PRECISIONS = tuple(_BITS)

Fingerprint = Dict[str, str]


def encode(values: ArrayLike, dtype: str) -> str:
    """Numbers as text that holds every bit.

    The precision, then big-endian hexadecimal digits, row by row: 1.0 and -2.0 in float32 are
    ``float32:3f800000c0000000``. Every NaN is written alike.

    Args:
        values: any shape; the text doesn't keep it.
        dtype: one of `PRECISIONS`; bfloat16 is float32's upper half. What it can't hold exactly is
            written in float32, or else in float64: some losses answer in more than they were asked
            in.
    """
    numbers = np.asarray(values, np.float64).ravel()
    dtype = next(wide for wide in (dtype, "float32", "float64") if _holds(wide, numbers))
    return f"{dtype}:" + "".join(f"{word:0{_BITS[dtype] // 4}x}" for word in _words(numbers, dtype))


def decode(text: str) -> tuple[str, Array]:
    """Read the precision and the numbers that `encode` wrote.

    Raises:
        ValueError: when the text is not whole numbers of a precision.
    """
    dtype, _, written = text.partition(":")
    if dtype not in _BITS:
        known = ", ".join(PRECISIONS)
        raise ValueError(f"{text[:20]!r} doesn't start with one of {known}, and a colon")
    digits = _BITS[dtype] // 4
    if len(written) % digits:
        problem = f"{len(written)} digits are no whole number of {dtype}, which has {digits} each"
        raise ValueError(problem)
    words = [int(written[start : start + digits], 16) for start in range(0, len(written), digits)]
    return dtype, _numbers(np.array(words, f"u{_BITS[dtype] // 8}"), dtype)


def _holds(dtype: str, numbers: Array) -> bool:
    return bool(np.all(_same(_numbers(_words(numbers, dtype), dtype), numbers)))


def _same(one: Array, other: Array) -> AnyArray:
    with np.errstate(invalid="ignore"):  # NumPy 1.18 warns of comparing NaN
        return np.asarray((one == other) | (np.isnan(one) & np.isnan(other)))


def _words(numbers: Array, dtype: str) -> AnyArray:
    tidy = np.where(np.isnan(numbers), np.nan, numbers)
    with np.errstate(over="ignore"):  # what doesn't fit is told by `_holds`
        if dtype == "bfloat16":
            return (tidy.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)
        return tidy.astype(dtype).view(f"u{_BITS[dtype] // 8}")


def _numbers(words: AnyArray, dtype: str) -> Array:
    if dtype == "bfloat16":
        return (words.astype(np.uint32) << 16).view(np.float32).astype(np.float64)
    return words.view(dtype).astype(np.float64)


def ulps(one: ArrayLike, other: ArrayLike, dtype: str) -> Array:
    """Distances of numbers in units in the last place.

    Zeros of either sign are 0 apart, and so are two NaNs; a NaN and a number are infinitely far
    apart, and so are an infinity and any other number. Numbers of different sign are as far apart
    as both are from zero, added up.

    Args:
        one: numbers that are exact in that precision, any shape.
        other: likewise, of the same shape.
        dtype: one of `PRECISIONS`.
    """
    pair = [np.asarray(values, np.float64) for values in (one, other)]
    places = [_place(values, dtype) for values in pair]
    apart = np.abs(places[0] - places[1]).astype(np.float64)
    finite = np.isfinite(pair[0]) & np.isfinite(pair[1])
    return np.where(_same(*pair), 0.0, np.where(finite, apart, np.inf))


def _place(numbers: Array, dtype: str) -> AnyArray:
    """How many numbers of the precision lie below each, from 0."""
    words = np.atleast_1d(_words(numbers.ravel(), dtype)).astype(object).reshape(numbers.shape)
    sign = 1 << (_BITS[dtype] - 1)
    return np.where(words >= sign, sign - words, words)


def digest(batch: Batch) -> str:
    """Digest inputs: only fingerprints of the same compare."""
    inputs = np.concatenate(
        [np.asarray(values, ">f8").ravel() for values in (batch.targets, batch.predictions)]
    )
    return hashlib.sha256(inputs.tobytes()).hexdigest()[:16]


def fingerprint(batch: Batch, values: ArrayLike, gradients: ArrayLike, dtype: str) -> Fingerprint:
    """A loss and its slope, as a record keeps them."""
    return {
        "grid": digest(batch),
        "values": encode(values, dtype),
        "gradients": encode(gradients, dtype),
    }
