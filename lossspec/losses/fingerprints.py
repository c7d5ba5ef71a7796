"""Fingerprints: a loss and its slope on fixed inputs, to the last bit, and how far two of them lie apart.

What drifts between two versions before a claim breaks shows here: a record keeps fingerprints in each execution mode
and precision, and two records are compared in units in the last place.
"""

from __future__ import annotations

import hashlib
from typing import Any, Dict

import numpy as np

from lossspec.core.arrays import AnyArray, Array, ArrayLike
from lossspec.losses import definition_of
from lossspec.losses.inputs import Batch

_BITS = {"float64": 64, "float32": 32, "float16": 16, "bfloat16": 16}
PRECISIONS = tuple(_BITS)

Fingerprint = Dict[str, Any]


def encode(values: ArrayLike, dtype: str) -> str:
    """Numbers as text that holds every bit: the precision, and the big-endian hexadecimal digits of each, row by row.

    1.0 and -2.0 in float32 are ``float32:3f800000c0000000``. Every NaN is written alike, since which one came out means
    nothing.

    Args:
        values: any shape; the text doesn't keep it.
        dtype: ``float64``, ``float32``, ``float16`` or ``bfloat16``, which is float32's upper half. What it can't hold
            exactly is written in float32, or else in float64: some losses answer in more than they were asked in.
    """
    numbers = np.asarray(values, np.float64).ravel()
    wide_enough = next(each for each in (dtype, "float32", "float64") if _holds(each, numbers))
    words = _words(numbers, wide_enough).tolist()
    return f"{wide_enough}:" + "".join(f"{word:0{_BITS[wide_enough] // 4}x}" for word in words)


def decode(text: str) -> tuple[str, Array]:
    """The precision and the numbers, in a row, that `encode` wrote.

    Raises:
        ValueError: when the text is not whole numbers of a precision.
    """
    dtype, _, written = text.partition(":")
    if dtype not in _BITS:
        raise ValueError(
            f"{text[:20]!r} doesn't start with one of {', '.join(PRECISIONS)}, and a colon"
        )
    digits = _BITS[dtype] // 4
    if len(written) % digits:
        raise ValueError(
            f"{len(written)} digits are no whole number of {dtype}, which has {digits} each"
        )
    words = [int(written[start : start + digits], 16) for start in range(0, len(written), digits)]
    return dtype, _numbers(np.array(words, f"u{_BITS[dtype] // 8}"), dtype)


def _holds(dtype: str, numbers: Array) -> bool:
    held = _numbers(_words(numbers, dtype), dtype)
    with np.errstate(invalid="ignore"):  # NumPy 1.18 warns of comparing NaN
        return bool(np.all((held == numbers) | (np.isnan(held) & np.isnan(numbers))))


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
    """How many numbers of a precision lie between each two: their distance in units in the last place.

    Zeros of either sign are 0 apart, and so are two NaNs; a NaN and a number are infinitely far apart, and so are an
    infinity and any other number. Numbers of different sign are as far apart as both are from zero, added up.

    Args:
        one: numbers of that dtype, any shape.
        other: likewise, of the same shape.
        dtype: as for `encode`, in which both have to be exact.
    """
    left, right = (np.asarray(each, np.float64) for each in (one, other))
    words = [
        _words(each.ravel(), dtype).astype(np.uint64).reshape(each.shape) for each in (left, right)
    ]
    sign = np.uint64(1 << (_BITS[dtype] - 1))
    (size, other_size), negative = (
        [word & (sign - np.uint64(1)) for word in words],
        [word >= sign for word in words],
    )
    between = np.maximum(size, other_size) - np.minimum(size, other_size)
    apart = np.where(negative[0] == negative[1], between, size + other_size).astype(np.float64)
    finite = np.isfinite(left) & np.isfinite(right)
    with np.errstate(invalid="ignore"):
        same = (left == right) | (np.isnan(left) & np.isnan(right))
    return np.where(same, 0.0, np.where(finite, apart, np.inf))


def digest(batch: Batch) -> str:
    """Tells one grid of inputs from another: fingerprints of different ones can't be compared."""
    inputs = np.concatenate(
        [np.asarray(each, ">f8").ravel() for each in (batch.targets, batch.predictions)]
    )
    return hashlib.sha256(inputs.tobytes()).hexdigest()[:16]


def fingerprint(batch: Batch, values: ArrayLike, gradients: ArrayLike, dtype: str) -> Fingerprint:
    """A fingerprint as the record keeps it, in one mode and precision, with the digest of its inputs."""
    return {
        "grid": digest(batch),
        "values": encode(values, dtype),
        "gradients": encode(gradients, dtype),
    }


def grid(name: str) -> Batch:
    """Give the inputs on which the loss of a documented name is fingerprinted: 8 samples of 5 outputs."""
    return definition_of(name).extremes()
