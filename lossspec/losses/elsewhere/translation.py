"""What is said of a loss in another library: a call, what is the same there, and what differs.

Each is a claim of the ledger, which says it in words: ``map.torch.huber`` of the call itself, and
``map.torch.huber-delta`` of what is called ``huber-delta`` here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Sequence, Union

Numbers = Sequence[Union[float, Sequence[float], Sequence[Sequence[float]]]]

Cost = Union[float, str]
"""A loss; NaN is NaN, and `REFUSED` is no number."""

REFUSED = "an error"

SHOWN = 1e-6
"""How far six digits of a cost may lie from it, as a share of it."""

SHARE, SHARE_OF_CTC = 3e-6, 1e-5
"""How far a call may lie from the definition in float32, as a share of it: 50 roundings, and 170 of
CTC's many steps."""


@dataclass(frozen=True)
class Same:
    """A call that costs the same as Keras's loss, or as another call there.

    Attributes:
        name: what its claim is called after.
        call: of ``prediction`` and ``target``, on the definition's batch: one loss a sample, or
            their mean.
        equals: what costs the same; empty: the definition.
    """

    name: str
    call: str
    equals: str = ""


@dataclass(frozen=True)
class Case:
    """What some inputs cost there, and in Keras: mostly something else.

    Attributes:
        name: what its claim is called after.
        targets: of one sample or more, as the calls take them.
        predictions: likewise.
        here: the mean of Keras's function, in eager mode, or of the call ``keras``.
        there: by the call, likewise; what isn't 32 bits, or of another size, is said in numbers.
        call: what costs so there; empty: the translation's own.
        keras: what costs so in Keras; empty: the loss's function.
    """

    name: str
    targets: Numbers
    predictions: Numbers
    here: Cost
    there: Cost
    call: str = ""
    keras: str = ""

    @property
    def differs(self) -> bool:
        """Whether it costs otherwise there than in Keras, by more than the digits that are said."""
        if isinstance(self.here, str) or isinstance(self.there, str):
            return self.here != self.there
        both_nan = math.isnan(self.here) and math.isnan(self.there)
        return not (both_nan or math.isclose(self.here, self.there, rel_tol=SHOWN))


@dataclass(frozen=True)
class Translation:
    """A loss in another library.

    Attributes:
        call: an expression of ``prediction`` and ``target`` that gives one loss a sample.
        own: whether the library has that loss; else the call is in plain operations.
        same: other calls that cost the same.
        cases: what some inputs cost, most of them otherwise there.
    """

    call: str
    own: bool = True
    same: Sequence[Same] = ()
    cases: Sequence[Case] = ()

    @property
    def said(self) -> Sequence[Same | Case]:
        """All that is said of it beside the call."""
        return [*self.same, *self.cases]

    @property
    def differs(self) -> bool:
        """Whether some inputs cost otherwise there."""
        return any(case.differs for case in self.cases)


NAN = float("nan")
INFINITE = float("inf")

SURE_AND_WRONG: tuple[Numbers, Numbers] = [[0.0]], [[1.0]]
BITS: tuple[Numbers, Numbers] = [[0.0], [1.0]], [[0.5], [0.5]]
NOTHING_OF_NOTHING: tuple[Numbers, Numbers] = [[1.0, 0.0]], [[1.0, 0.0]]
COLUMN: tuple[Numbers, Numbers] = [0.0, 1.0, 0.0], [[0.25], [0.5], [0.75]]
"""Targets ``(n,)`` beside predictions ``(n, 1)``."""


def spread(name: str, call: str, keras: str) -> Case:
    """How many losses such targets have: one a sample by Keras's function, there one a pair."""
    samples = f"keras.losses.{keras}(target, prediction).shape[0]"
    return Case(name, *COLUMN, here=3, there=9, call=call, keras=samples)


UNALIGNED: tuple[Numbers, Numbers] = [[1, 1, 1]], [[[0.0, 0.0]] * 4]
"""Labels that four frames are too few for."""

# In operations that arrays of every library have.
DICE = "1 - 2 * (target * prediction).sum(-1) / ((target + prediction).sum(-1) + 1e-7)"
TVERSKY = "1 - (target * prediction).sum(-1) / (0.5 * (target + prediction).sum(-1) + 1e-7)"
