"""Fingerprints: a loss and its slope on fixed inputs, to the last bit, and how far two of them lie apart.

What drifts between two versions before a claim breaks shows here: a record keeps fingerprints in each execution mode
and precision, and two records are compared in units in the last place.
"""

from __future__ import annotations

import hashlib
from typing import Any, Callable, Dict

import numpy as np

from lossspec.core.arrays import AnyArray, Array, ArrayLike
from lossspec.losses.grids import Batch

SAMPLES, OUTPUTS = 8, 5

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
        raise ValueError(f"{text[:20]!r} doesn't start with one of {', '.join(PRECISIONS)}, and a colon")
    digits = _BITS[dtype] // 4
    if len(written) % digits:
        raise ValueError(f"{len(written)} digits are no whole number of {dtype}, which has {digits} each")
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
    words = [_words(each.ravel(), dtype).astype(np.uint64).reshape(each.shape) for each in (left, right)]
    sign = np.uint64(1 << (_BITS[dtype] - 1))
    (size, other_size), negative = [word & (sign - np.uint64(1)) for word in words], [word >= sign for word in words]
    between = np.maximum(size, other_size) - np.minimum(size, other_size)
    apart = np.where(negative[0] == negative[1], between, size + other_size).astype(np.float64)
    finite = np.isfinite(left) & np.isfinite(right)
    with np.errstate(invalid="ignore"):
        same = (left == right) | (np.isnan(left) & np.isnan(right))
    return np.where(same, 0.0, np.where(finite, apart, np.inf))


def digest(batch: Batch) -> str:
    """Tells one grid of inputs from another: fingerprints of different ones can't be compared."""
    inputs = np.concatenate([np.asarray(each, ">f8").ravel() for each in (batch.targets, batch.predictions)])
    return hashlib.sha256(inputs.tobytes()).hexdigest()[:16]


def fingerprint(batch: Batch, values: ArrayLike, gradients: ArrayLike, dtype: str) -> Fingerprint:
    """A fingerprint as the record keeps it, in one mode and precision, with the digest of its inputs."""
    return {"grid": digest(batch), "values": encode(values, dtype), "gradients": encode(gradients, dtype)}


# --- The inputs: all exact in float32; in less, they are rounded before the loss sees them ---------------------------

_TINY = 2.0**-24
_NUMBERS = np.array(
    [
        # On the margins and around them; zero; sure and wrong, and sure and right.
        [-1, 1, 1 - 2.0**-7, 1 + 2.0**-7, -1 - 2.0**-7],
        [0, -0.0, _TINY, -_TINY, 2.0**-10],
        [100, -100, 1024, -1024, 10],
        [0.5, -0.5, 0.75, -0.75, 0.25],
        [2, -2, 3, -3, 1.5],
        [0.1875, 0.3125, -0.6875, 0.9375, -0.0625],
        [1.25, -1.75, 2.625, -0.375, 7.5],
        [0.015625, -0.03125, 5, -6, 12.5],
    ]
)
_PROBABILITIES = np.array(
    [
        # Sure and right, then sure and wrong: 0, 1, and as near as Keras clips, at 1e-7, a little less than 2⁻²³.
        [0, 1, 2.0**-23, 1 - 2.0**-23, _TINY],
        [0, 1, _TINY, 1 - _TINY, 2.0**-22],
        [0.5, 0.25, 0.75, 0.125, 0.875],
        [0.5, 0.25, 0.75, 0.125, 0.875],
        [0.0625, 0.9375, 0.1875, 0.8125, 0.3125],
        [0.0625, 0.9375, 0.1875, 0.8125, 0.3125],
        [0.6875, 0.4375, 0.5625, 0.03125, 0.96875],
        [0.015625, 0.984375, 0.375, 0.625, 2.0**-14],
    ]
)
_DISTRIBUTIONS = np.array(
    [
        # Sure and right, sure and wrong, nearly so, and two that don't add up to 1.
        [1, 0, 0, 0, 0],
        [1, 0, 0, 0, 0],
        [2.0**-23, 1 - 2.0**-21, 2.0**-23, 2.0**-23, 2.0**-23],
        [0.25, 0.25, 0.25, 0.125, 0.125],
        [0.5, 0.25, 0.125, 0.0625, 0.0625],
        [0.03125, 0.0625, 0.125, 0.28125, 0.5],
        [0.5, 0.5, 0.5, 0.5, 0.5],
        [0.125, 0.0625, 0.0625, 0.125, 0.25],
    ]
)
_CLASSES = np.array([0, 1, 0, 3, 0, 0, 2, 4])
_SIGNS = np.where(np.arange(SAMPLES * OUTPUTS).reshape(SAMPLES, OUTPUTS) % 2 == 0, -1.0, 1.0)
_SOFT = np.vstack([np.eye(OUTPUTS)[_CLASSES[:4]], _DISTRIBUTIONS[[3, 4, 5, 4]]])

_BATCHES: dict[str, Callable[[], Batch]] = {
    "mean_squared_error": lambda: Batch(_NUMBERS[::-1].copy(), _NUMBERS),
    "mean_squared_logarithmic_error": lambda: Batch(np.abs(_NUMBERS[::-1]), _NUMBERS),
    "mean_absolute_error": lambda: Batch(np.vstack([_NUMBERS[:2], _NUMBERS[:1:-1]]), _NUMBERS),
    "binary_crossentropy": lambda: Batch((_SIGNS + 1) / 2, _PROBABILITIES),
    "hinge": lambda: Batch(_SIGNS, _NUMBERS),
    "squared_hinge": lambda: Batch(_SIGNS, _NUMBERS),
    "categorical_crossentropy": lambda: Batch(_SOFT, _DISTRIBUTIONS),
    "sparse_categorical_crossentropy": lambda: Batch(_CLASSES.astype(float), _DISTRIBUTIONS),
    "kullback_leibler_divergence": lambda: Batch(_SOFT, _DISTRIBUTIONS),
}


def grid(name: str) -> Batch:
    """The inputs on which the loss of that documented name is fingerprinted: 8 samples of 5 outputs."""
    return _BATCHES[name]()
