"""What laws are tried on: batches in the domain of each loss, drawn by Hypothesis.

Whole batches are drawn, in three shapes only, since each new shape is compiled anew. Every number
is a multiple of 2⁻¹⁸ (probabilities) or 2⁻¹⁴ (others) that float32 holds exactly, so that no error
comes from an input itself; subnormal numbers are left out, since XLA and Eigen count them as zero,
which no loss promises otherwise. Numbers shrink towards the simplest of their kind.
"""

import numpy as np
from hypothesis import strategies as st

from helpers.domains import Reach
from lossspec.losses.definition import Domain
from lossspec.losses.entropy import one_hot
from lossspec.losses.inputs import Batch

SAMPLES = 8
GRAIN = 2.0**-14
COARSE_GRAIN = 2.0**-4
LEAST = 2.0**-18
"""The least probability: `tolerance.of_loss` moves predictions by up to 2.2e-6, and none may leave
(0, 1)."""
FAR_NUMBERS = 2.0**59 * np.array([0, 1, -1, 2.0**-20, -(2.0**-40), 2.0**-59, 0.75, -(2.0**-118)])
"""As far from 0, and as near, as float32 holds squares and those of twice as much."""

# Zero, the margins, and numbers so far apart that their roundings matter.
HARD_NUMBERS = np.array([0, 1, -1, 0.5, -2, 3, 512, -512])
HARD_PROBABILITIES = np.array([0.5, 0.25, 0.75, LEAST, 1 - LEAST, 2.0**-10, 1 - 2.0**-10, 0.125])
NEARLY_NOTHING = np.array([0, 2.0**-24, 2.0**-26, 2.0**-40])
SOFT = np.array([0, 1, 0, 1, 0, 1, 0.5, 0.25, 0.875])
HALF_EXPONENTS = np.array([-14, -13, -11, -9, -8, -6, -4, -2])


@st.composite
def coded(draw, shape, end, meaning=lambda code: code):
    """Arrays of integers below an end (of 2¹⁶ at most), and what they mean; what fails is shown so.

    Bytes are drawn, for two reasons: a whole array is one cheap draw; and Hypothesis tries integers
    that it finds in the source of whichever modules are loaded, so that drawing integers would not
    repeat.
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
    """Numbers from 0 up to 64.

    Beyond, rounding a logarithm by itself moves it more than rounding its argument.
    """
    return np.minimum(np.abs(draw(numbers(shape))), 64)


def not_zero(shape):
    """Numbers of any size up to 512, with 1 for 0."""
    return numbers(shape).map(lambda drawn: np.where(drawn == 0, 1, drawn))


def positive(shape):
    """Numbers from 2⁻¹⁸ up to 64."""
    return not_negative(shape).map(lambda drawn: np.maximum(drawn, LEAST))


def rows(shape):
    """Rows of numbers of any size up to 512, with a first 1 for rows of zeros."""
    return numbers(shape).map(off_zeros)


def off_zeros(drawn):
    """The rows, what is nearer 0 than 2⁻¹⁴ as 0, and a 1 to begin those with that are all 0."""
    drawn, ones = np.where(np.abs(drawn) < GRAIN, 0, drawn), np.arange(drawn.shape[1]) == 0
    return np.where((drawn == 0).all(axis=1, keepdims=True), ones, drawn)


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
    return np.where(sure, one_hot(soft.argmax(axis=1), shape[1]), soft)


def classes(shape):
    """Class numbers, one a sample."""
    return coded(shape[:1], shape[1], lambda code: code.astype(float))


def directions(shape):
    """Rows of length 1, but for float32's rounding, no two alike."""
    # Each row starts from a place of its own, so that those of one code differ.
    places = 2 * np.cos(np.outer(np.arange(shape[0]) + 1, np.arange(shape[1]) + 1))

    def of(code):
        rows = code / 2.0**15 - 1 + places
        return np.float32(rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float64)

    return coded(shape, 2**16, of)


PREDICTIONS = {
    Domain.NUMBERS: numbers,
    Domain.NOT_NEGATIVE: not_negative,
    Domain.NOT_ZERO: not_zero,
    Domain.POSITIVE: positive,
    Domain.ROWS: rows,
    Domain.SIGNS: signs,
    Domain.PROBABILITIES: probabilities,
    Domain.DISTRIBUTIONS: distributions,
    Domain.CLASSES: classes,
    Domain.DIRECTIONS: directions,
}
TARGETS = {
    **PREDICTIONS,
    Domain.PROBABILITIES: soft_classes,
    Domain.DISTRIBUTIONS: sure_or_soft,
    Domain.ONE_HOT: lambda shape: classes(shape).map(lambda code: one_hot(code, shape[1])),
}


def far(shape):
    """Numbers at the ends of what float32 squares."""
    return coded(shape, len(FAR_NUMBERS), lambda code: FAR_NUMBERS[code])


def sure_rows(shape):
    """Rows of a single 1, or of that and next to nothing."""

    def of(code):
        rows = one_hot(code[:, 0] % shape[1], shape[1])
        nearly = np.where(rows == 1, 1 - (shape[1] - 1) * 2.0**-24, 2.0**-24)
        return np.where(code[:, [0]] < 2**15, rows, nearly)

    return coded(shape, 2**16, of)


ENDS = {
    Domain.NUMBERS: far,
    # Nearer to 0 Keras clips them, but 0 itself.
    Domain.NOT_NEGATIVE: lambda shape: far(shape).map(
        lambda sizes: np.where(sizes == 0, 0, np.maximum(np.abs(sizes), LEAST / 2))
    ),
    Domain.NOT_ZERO: lambda shape: far(shape).map(
        lambda sizes: np.where(np.abs(sizes) < GRAIN, GRAIN, sizes)
    ),
    Domain.POSITIVE: lambda shape: far(shape).map(lambda sizes: np.maximum(np.abs(sizes), LEAST)),
    # Of longer ones float32 doesn't hold the third power of the length, which slopes divide by.
    Domain.ROWS: lambda shape: far(shape).map(lambda sizes: off_zeros(sizes * 2.0**-31)),
    Domain.PROBABILITIES: lambda shape: coded(
        shape, 4, lambda code: np.array([0, 1, 2.0**-24, 1 - 2.0**-24])[code]
    ),
    Domain.DISTRIBUTIONS: sure_rows,
}
"""What lies at the ends of a domain."""
OF_NUMBERS = (
    Domain.NUMBERS,
    Domain.NOT_NEGATIVE,
    Domain.NOT_ZERO,
    Domain.POSITIVE,
    Domain.ROWS,
)
WITH_ENDS = {
    Reach.WHOLE: tuple(ENDS),
    Reach.INSIDE: OF_NUMBERS,
    Reach.NEAR: (),
}
"""Of which domains the ends are drawn, too."""


def _reaching(strategy, domain, shape, reach):
    """Arrays of a domain, the last sample at its ends if a law reaches them."""
    if domain not in WITH_ENDS[reach]:
        return strategy(shape)
    ends = ENDS[domain]((1, shape[1]))
    return st.builds(lambda inner, end: np.vstack([inner[:-1], end]), strategy(shape), ends)


def targets(definition, shape, reach=Reach.NEAR):
    """Targets in the domain of a loss."""
    # Those of probabilities hold the ends anyway.
    reach = reach if definition.targets in OF_NUMBERS else Reach.NEAR
    return _reaching(TARGETS[definition.targets], definition.targets, shape, reach)


def predictions(definition, shape, reach=Reach.NEAR):
    """Predictions in the domain of a loss."""
    domain = definition.predictions
    return _reaching(PREDICTIONS[domain], domain, shape, reach)


def shapes(definition):
    """The two shapes in which batches come: a distribution has two classes at least."""
    of_classes = Domain.DISTRIBUTIONS, Domain.ONE_HOT
    fewest = 2 if {definition.targets, definition.predictions}.intersection(of_classes) else 1
    return coded((), 2, lambda code: (SAMPLES, 5 if code else fewest))


def batches(definition, reach=Reach.NEAR, shape=None):
    """Batches in the domain of a loss, as far as a law reaches."""
    if shape is None:
        return shapes(definition).flatmap(lambda drawn: batches(definition, reach, drawn))
    return st.builds(
        Batch, targets(definition, shape, reach), predictions(definition, shape, reach)
    )


@st.composite
def sure_and_wrong(draw, definition):
    """Batches in which what came true was given a probability of at most 2⁻²⁴.

    That is less than Keras's epsilon.
    """
    shape = SAMPLES, 5
    given = NEARLY_NOTHING[draw(coded(shape, len(NEARLY_NOTHING)))]
    if definition.targets is Domain.PROBABILITIES:
        labels = draw(coded(shape, 2, lambda code: code.astype(float)))
        return Batch(labels, np.where(labels == 1, given, 1 - given))
    true = draw(coded(shape[:1], shape[1]))
    taken = (true + draw(coded(shape[:1], shape[1] - 1, lambda code: code + 1))) % shape[1]
    rows = one_hot(true, shape[1])
    left = 1 - (rows * given).sum(axis=1, keepdims=True)
    y = rows * given + one_hot(taken, shape[1]) * left
    return Batch(true.astype(float) if definition.targets is Domain.CLASSES else rows, y)


COARSE_SHAPE = SAMPLES, 5
COARSE = {
    Domain.NUMBERS: coded(COARSE_SHAPE, 255, lambda code: (code - 127) * COARSE_GRAIN),
    Domain.NOT_NEGATIVE: coded(COARSE_SHAPE, 128, lambda code: code * COARSE_GRAIN),
    Domain.NOT_ZERO: coded(
        COARSE_SHAPE, 256, lambda code: (code - 128 + (code >= 128)) * COARSE_GRAIN
    ),
    Domain.POSITIVE: coded(COARSE_SHAPE, 128, lambda code: (code + 1) * COARSE_GRAIN),
    Domain.ROWS: coded(COARSE_SHAPE, 255, lambda code: off_zeros((code - 127) * COARSE_GRAIN)),
    Domain.PROBABILITIES: coded(COARSE_SHAPE, 25, lambda code: (code + 4) / 32),
    Domain.DISTRIBUTIONS: distributions(COARSE_SHAPE, 1 / 8),
}
_EAST, _NORTH_EAST = np.array([1, 0, 0, 0, 0]), np.array([1, 1, 0, 0, 0])
_HIT, _MISSED = np.array([4, 1, 1, 1, 1]) / 8, np.array([1, 4, 1, 1, 1]) / 8
DECIDING = {
    Domain.NUMBERS: (1, -4),
    Domain.NOT_NEGATIVE: (1, 7),
    Domain.NOT_ZERO: (1, None),
    Domain.POSITIVE: (None, 7),
    Domain.ROWS: (_EAST, _NORTH_EAST),
    Domain.SIGNS: (1, None),
    Domain.PROBABILITIES: (1, 1 / 8),
    Domain.DISTRIBUTIONS: (_HIT, _MISSED),
    Domain.CLASSES: (0, None),
    Domain.ONE_HOT: (one_hot(0, 5), None),
}
"""Targets and predictions so far apart that a wrong loss of them is off by more than roundings."""


def coarse_batches(definition):
    """Batches that every precision holds exactly, the last sample a plain mistake."""
    if definition.targets is Domain.DISTRIBUTIONS and not definition.clips_targets:
        met = st.builds(_hardened, COARSE[Domain.DISTRIBUTIONS], coded((SAMPLES, 1), 2))
    elif definition.targets in (*OF_NUMBERS, Domain.DISTRIBUTIONS):
        met = COARSE[definition.targets]
    else:
        met = targets(definition, COARSE_SHAPE)

    def decided(t, y):
        t, y = t.copy(), y.copy()
        t[-1], y[-1] = DECIDING[definition.targets][0], DECIDING[definition.predictions][1]
        return Batch(t, y)

    return st.builds(decided, met, COARSE[definition.predictions])


def _hardened(soft, hard):
    """Distributions, those chosen by ones made sure of their largest."""
    return np.where(hard == 1, one_hot(soft.argmax(axis=1), soft.shape[1]), soft)


def dtypes_of(definition, subject):
    """The precisions other than float32 in which the subject has a loss."""
    # A loss that is gone altogether stays in, for its call to say so.
    name, others = definition.name, ("float64", "float16", "bfloat16")
    gone = subject.lacks(name)
    return [dtype for dtype in others if subject.lacks(name, dtype) == gone]


def off_kinks(definition, batch, grain=GRAIN):
    """The batch with predictions moved by a grain where the loss has no one slope."""
    if definition.kink is None:
        return batch
    kinks = definition.kink(batch.targets, batch.predictions)
    return Batch(batch.targets, np.where(kinks, batch.predictions + grain, batch.predictions))
