"""What is said of a loss in another library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence, Union

Numbers = Sequence[Union[float, Sequence[float]]]


@dataclass(frozen=True)
class Difference:
    """Inputs that cost otherwise there.

    Attributes:
        says: what is different, in a sentence.
        targets: of one sample or more, as Keras's function takes them.
        predictions: likewise.
        here: the mean loss by Keras's function, in eager mode; NaN is NaN.
        there: by the call.
        call: what costs so there; empty: the translation's own.
    """

    says: str
    targets: Numbers
    predictions: Numbers
    here: float
    there: float
    call: str = ""


@dataclass(frozen=True)
class Translation:
    """A loss in another library.

    Attributes:
        call: an expression of ``prediction`` and ``target`` that gives one loss a sample.
        own: whether the library has that loss; else the call is in plain operations.
        remarks: what to look out for: arguments, defaults, names that mean something else.
        differences: inputs that cost otherwise there.
    """

    call: str
    own: bool = True
    remarks: Sequence[str] = ()
    differences: Sequence[Difference] = ()


NAN = float("nan")

SURE_AND_WRONG: tuple[Numbers, Numbers] = [[0.0]], [[1.0]]
KEEPS_BITS = Difference(
    "targets of 0 and 1 aren't turned into -1 and +1",
    [[0.0], [1.0]],
    [[0.5], [0.5]],
    here=1.0,
    there=0.75,
)
NOTHING_OF_NOTHING: tuple[Numbers, Numbers] = [[1.0, 0.0]], [[1.0, 0.0]]

# In operations that arrays of every library have.
DICE = "1 - 2 * (target * prediction).sum(-1) / ((target + prediction).sum(-1) + 1e-7)"
TVERSKY = "1 - (target * prediction).sum(-1) / (0.5 * (target + prediction).sum(-1) + 1e-7)"
