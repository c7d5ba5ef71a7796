"""A loss of sequences with labels not aligned to them: connectionist temporal classification.

Shapes: targets are labels ``(n, l)``, padded by zeros at their ends; predictions ``(n, t, c)`` are
logits of c classes, the first of them the blank, in each of t frames. A value is ``(n,)``, a
derivative ``(n, t, c)``. Both add up all alignments, c to the power of t of them: for small cases.
"""

from __future__ import annotations

import itertools

import numpy as np
from scipy.special import log_softmax, logsumexp

from lossspec.core.arrays import AnyArray, Array, ArrayLike
from lossspec.losses.definition import Definition, Domain
from lossspec.losses.inputs import STEP, Batch, Line

BLANK = 0


def read(alignment: ArrayLike) -> list[int]:
    """What an alignment says: runs of a class are one, and blanks none."""
    runs = [label for label, _ in itertools.groupby(np.asarray(alignment, int).tolist())]
    return [label for label in runs if label != BLANK]


def alignments(labels: ArrayLike, frames: int, classes: int) -> AnyArray:
    """All alignments that say labels, ``(m, frames)``; the labels end at the first zero."""
    wanted = np.trim_zeros(np.asarray(labels, int), "b").tolist()
    every = itertools.product(range(classes), repeat=frames)
    found = [alignment for alignment in every if read(alignment) == wanted]
    return np.array(found, int).reshape(-1, frames)


def _logarithms(labels: ArrayLike, logits: Array) -> tuple[AnyArray, Array]:
    """The alignments of one sample, and the logarithm of each one's probability, ``(m,)``."""
    frames, classes = logits.shape
    found = alignments(labels, frames, classes)
    by_frame = np.asarray(log_softmax(logits, axis=-1))[np.arange(frames), found]
    return found, np.asarray(by_frame.sum(axis=-1))


def ctc(t: ArrayLike, y: ArrayLike) -> Array:
    """L = -ln Σ Π p(frame, class), p = softmax(y), over all alignments that say t.

    Graves et al., "Connectionist Temporal Classification: Labelling Unsegmented Sequence Data with
    Recurrent Neural Networks", ICML 2006, eqs. 2 and 3. It is infinite where there is none.
    """
    samples = zip(np.asarray(t), np.asarray(y, np.float64))
    found = [_logarithms(labels, logits)[1] for labels, logits in samples]
    return np.array([-logsumexp(each) if len(each) else np.inf for each in found])


def ctc_derivative(t: ArrayLike, y: ArrayLike) -> Array:
    """∂L/∂y = p - q, q the share of alignments that pass a class in a frame. Eq. 16 there."""
    slopes = []
    for labels, logits in zip(np.asarray(t), np.asarray(y, np.float64)):
        found, logarithms = _logarithms(labels, logits)
        shares = np.exp(logarithms - logsumexp(logarithms))
        passed = found[:, :, None] == np.arange(logits.shape[1])
        slopes.append(np.exp(log_softmax(logits, axis=-1)) - np.tensordot(shares, passed, axes=1))
    return np.array(slopes)


_LABELS = np.array([[1, 2], [2, 1], [1, 1], [2, 2]] * 2, np.float64)
"""Different and equal neighbours."""


def _batch() -> Batch:
    steps = np.random.RandomState(10).randint(-3 * 64, 3 * 64 + 1, (len(_LABELS), 4, 3))
    return Batch(_LABELS, np.asarray(steps * STEP, np.float64))


def _line() -> Line:
    # One frame: the label's logit beside the blank's, which is 0.
    x = np.arange(-4, 4, 4 * STEP) + STEP / 2
    logits = np.stack([np.zeros_like(x), x], axis=-1)[:, None, :]
    label = "logit of the label in the only frame, that of the blank 0"
    return Line(x, np.ones((len(x), 1)), logits, np.array([[0.0, 1.0]]), label)


CTC = Definition(
    slug="ctc",
    name="ctc",
    title="Connectionist temporal classification",
    caption="The likelier all alignments that say the labels, the less it costs.",
    keras=("CTC",),
    targets=Domain.LABELS,
    predictions=Domain.NUMBERS,
    value=ctc,
    derivative=ctc_derivative,
    batch=_batch,
    line=_line,
    extremes=_batch,
    perfect=None,
    minimisers=None,
)
