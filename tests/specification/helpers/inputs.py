"""What laws are tried on: batches in the domain of each loss, drawn by Hypothesis.

Whole batches are drawn, in three shapes only, since each new shape is compiled anew. Every number is a multiple of
2⁻¹⁸ (probabilities) or 2⁻¹⁴ (others) that float32 holds exactly, so that no error comes from an input itself;
subnormal numbers are left out, since XLA and Eigen count them as zero, which no loss promises otherwise. Numbers shrink
towards the simplest of their kind.
"""

import numpy as np
import pytest
from hypothesis import strategies as st

from lossspec.losses import SLUGS as NAMES
from lossspec.losses import reference
from lossspec.losses.grids import Batch

SAMPLES = 8
GRAIN = 2.0**-14
COARSE_GRAIN = 2.0**-4
LEAST = 2.0**-18
"""The least probability: `tolerance.of_loss` moves predictions by up to 2.2e-6, and none may leave (0, 1)."""

HINGES = ("hinge", "squared_hinge")
MSE, MAE, MSLE = "mean_squared_error", "mean_absolute_error", "mean_squared_logarithmic_error"
BCE = "binary_crossentropy"
CCE, SCCE, KL = (
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "kullback_leibler_divergence",
)
OF_DISTRIBUTIONS = (CCE, SCCE, KL)

# Zero, the margins, and numbers so far apart that their roundings matter.
HARD_NUMBERS = np.array([0, 1, -1, 0.5, -2, 3, 512, -512])
HARD_PROBABILITIES = np.array([0.5, 0.25, 0.75, LEAST, 1 - LEAST, 2.0**-10, 1 - 2.0**-10, 0.125])
NEARLY_NOTHING = np.array([0, 2.0**-24, 2.0**-26, 2.0**-40])
SOFT = np.array([0, 1, 0, 1, 0, 1, 0.5, 0.25, 0.875])
HALF_EXPONENTS = np.array([-14, -13, -11, -9, -8, -6, -4, -2])


def law(what, *slugs):
    """Run a spec once for each loss (or the ones given), each bound to the claim ``laws.<slug>-<what>``."""
    rows = [
        pytest.param(NAMES[slug], id=slug, marks=pytest.mark.claim(f"laws.{slug}-{what}"))
        for slug in slugs or NAMES
    ]
    return pytest.mark.parametrize("name", rows)


@st.composite
def coded(draw, shape, end, meaning=lambda code: code):
    """Arrays of integers below an end (of 2¹⁶ at most), and what they mean; what fails is shown so.

    Bytes are drawn, for two reasons: a whole array is one cheap draw; and Hypothesis tries integers that it finds in
    the source of whichever modules are loaded, so that drawing integers would not repeat.
    """
    size = 2 * int(np.prod(shape))
    code = np.frombuffer(draw(st.binary(min_size=size, max_size=size)), ">u2").reshape(shape)
    return meaning(code.astype(np.int64) % end)


def whole(low, high):
    """An integer between two, both included."""
    return coded((), high - low + 1, lambda code: low + int(code))


def orders(length):
    """Orders of so many things."""
    return coded((length,), 2**16, np.argsort)


def numbers(shape):
    """Multiples of 2⁻¹⁴ of any size up to 64, one in eight of them hard."""

    def of(code):
        sizes = (code & 255) * 2.0 ** HALF_EXPONENTS[code >> 8 & 7]
        return np.where(
            code < 2**13, HARD_NUMBERS[code % 8], np.where(code >> 11 & 1, -sizes, sizes)
        )

    return coded(shape, 2**16, of)


@st.composite
def not_negative(draw, shape):
    """Numbers from 0 up to 64: beyond, rounding a logarithm by itself moves it more than rounding its argument."""
    return np.minimum(np.abs(draw(numbers(shape))), 64)


def signs(shape):
    """Arrays of -1 and +1."""
    return coded(shape, 2, lambda code: 2.0 * code - 1)


def probabilities(shape):
    """Probabilities as near to 0 and 1 as 2⁻¹⁸, one in eight of them hard."""

    def of(code):
        small = ((code & 127) + 1) * 2.0 ** -(8 + (code >> 7 & 7) * 10 // 7)
        return np.where(
            code < 2**11, HARD_PROBABILITIES[code % 8], np.where(code >> 10 & 1, 1 - small, small)
        )

    return coded(shape, 2**14, of)


def soft_classes(shape):
    """Targets of a binary classification: mostly 0 and 1, some in between."""
    return coded(shape, len(SOFT), lambda code: SOFT[code])


def distributions(shape, least=LEAST):
    """Rows of probabilities, none below a least one, that add up to exactly 1."""

    def of(code):
        weights = ((code & 63) + 1) * 2.0 ** (code >> 6)
        grains = round(1 / least)
        counts = 1 + np.floor(weights / weights.sum(axis=1, keepdims=True) * (grains - shape[1]))
        counts[np.arange(len(counts)), counts.argmax(axis=1)] += grains - counts.sum(axis=1)
        return counts / grains

    return coded(shape, 2**10, of)


@st.composite
def sure_or_soft(draw, shape):
    """Rows of a single 1, and distributions, in turn as drawn."""
    soft, sure = draw(distributions(shape)), draw(coded((shape[0], 1), 2, lambda code: code == 0))
    return np.where(sure, reference.one_hot(soft.argmax(axis=1), shape[1]), soft)


def targets(name, shape):
    """Targets in the domain of the loss of that documented name."""
    if name == SCCE:
        return coded(shape[:1], shape[1], lambda code: code.astype(float))
    kinds = {MSLE: not_negative, BCE: soft_classes, CCE: sure_or_soft, KL: sure_or_soft}
    return (signs if name in HINGES else kinds.get(name, numbers))(shape)


def predictions(name, shape):
    """Predictions in the domain of the loss of that documented name."""
    kinds = {
        MSLE: not_negative,
        BCE: probabilities,
        **dict.fromkeys(OF_DISTRIBUTIONS, distributions),
    }
    return kinds.get(name, numbers)(shape)


def shapes(name):
    """The two shapes in which batches come: a distribution has two classes at least, another loss one output."""
    fewest = 2 if name in OF_DISTRIBUTIONS else 1
    return coded((), 2, lambda code: (SAMPLES, 5 if code else fewest))


def batches(name, shape=None):
    """Batches in the domain of the loss of that documented name."""
    if shape is None:
        return shapes(name).flatmap(lambda drawn: batches(name, drawn))
    return st.builds(Batch, targets(name, shape), predictions(name, shape))


@st.composite
def sure_and_wrong(draw, name):
    """Batches in which the class that came true was given a probability of at most 2⁻²⁴, less than Keras's epsilon."""
    shape = SAMPLES, 5
    given = NEARLY_NOTHING[draw(coded(shape, len(NEARLY_NOTHING)))]
    if name == BCE:
        classes = draw(coded(shape, 2, lambda code: code.astype(float)))
        return Batch(classes, np.where(classes == 1, given, 1 - given))
    true = draw(coded(shape[:1], shape[1]))
    taken = (true + draw(coded(shape[:1], shape[1] - 1, lambda code: code + 1))) % shape[1]
    rows = reference.one_hot(true, shape[1])
    y = rows * given + reference.one_hot(taken, shape[1]) * (
        1 - (rows * given).sum(axis=1, keepdims=True)
    )
    return Batch(true.astype(float) if name == SCCE else rows, y)


def coarse_batches(name):
    """Batches that every precision holds exactly, and so far inside the domain that none rounds out of it."""
    shape = (SAMPLES, 5)
    coarse = coded(shape, 255, lambda code: (code - 127) * COARSE_GRAIN)
    kinds = {
        MSLE: coded(shape, 128, lambda code: code * COARSE_GRAIN),
        BCE: coded(shape, 25, lambda code: (code + 4) / 32),
        **dict.fromkeys(OF_DISTRIBUTIONS, distributions(shape, 1 / 8)),
    }
    kind = kinds.get(name, coarse)
    # Signs and classes are coarse as they are.
    return st.builds(Batch, targets(name, shape) if name in (*HINGES, BCE, SCCE) else kind, kind)


def dtypes_of(name, subject):
    """The precisions other than float32 in which the subject has the loss of that documented name."""
    # A loss that is gone altogether stays in, for its call to say so.
    gone = subject.lacks(name)
    return [each for each in ("float64", "float16", "bfloat16") if subject.lacks(name, each) == gone]


def off_kinks(name, batch, grain=GRAIN):
    """The batch with predictions moved by a grain where the loss has no one slope: margin, target, a clipped zero."""
    t, y = batch.targets, batch.predictions
    if name in HINGES:
        kinks = t * y == 1
    elif name == MSLE:
        kinks = y == 0
    elif name == MAE:
        kinks = t == y
    else:
        return batch
    return Batch(t, np.where(kinks, y + grain, y))
