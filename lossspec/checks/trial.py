"""A loss on trial: what checks are given, and how they answer."""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass, replace
from typing import Callable, Mapping, TypeVar

import numpy as np

from lossspec.backends.own import Evaluated, LossRaised, OwnLoss
from lossspec.checks import inputs as on
from lossspec.checks.inputs import Inputs
from lossspec.checks.tags import LossTags
from lossspec.core.arrays import AnyArray, Array, float32
from lossspec.losses.tolerance import OPERATIONS, UNITS

ROUNDINGS = 256
"""Operations of a loss, at most, each of which rounds: 16 are enough for Keras's own."""

T = TypeVar("T")
Wrong = Callable[[Inputs], bool]


class CheckFailed(AssertionError):
    """A check that a loss doesn't pass.

    Attributes:
        advice: one sentence: what is wrong, and what to do.
        figure: what was measured.
        tolerance: how large it may be.
        inputs: where; None if anywhere.
        wrong: whether other inputs, of a sample or of few, show it as well; None if none can.
        shows: what to look at there, beside loss and slope; None if they say it.
        mode: the execution mode that shows it; None: the one on trial.
        of: the loss that shows it; None: the one on trial.
        smallest: the smallest inputs found that show it; None if none do.
        counterexample: Python that shows it, at those.
    """

    def __init__(
        self,
        advice: str,
        *,
        figure: float | None = None,
        tolerance: float | None = None,
        inputs: Inputs | None = None,
        wrong: Wrong | None = None,
        shows: Callable[[Inputs], str] | None = None,
        mode: str | None = None,
        of: OwnLoss | None = None,
    ) -> None:
        super().__init__(advice)
        self.advice, self.figure, self.tolerance = advice, figure, tolerance
        self.inputs, self.wrong, self.shows = inputs, wrong, shows
        self.mode, self.of = mode, of
        self.smallest: Inputs | None = None
        self.counterexample: str | None = None

    def __str__(self) -> str:
        figures = "" if self.figure is None else f" ({self.figure:.3g}"
        if self.figure is not None:
            figures += ")" if self.tolerance is None else f", at most {self.tolerance:.3g})"
        code = f"\n\n{self.counterexample}" if self.counterexample else ""
        return f"{self.advice}{figures}{code}"


class CheckSkipped(Exception):
    """A check that doesn't apply to a loss, with the reason."""


@dataclass(frozen=True)
class Reference:
    """A known loss that another claims to be.

    Attributes:
        name: what it is called.
        at: value ``(n,)`` and slope ``(n, k)``.
        tolerance: of both in float32, shaped alike; None where backward error says it.
        own: that loss, as the backend calls it; None if it has none.
        of_distributions: whether its predictions sum to 1, so that slopes count along these alone.
    """

    name: str
    at: Callable[[Inputs], tuple[Array, Array]]
    tolerance: Callable[[Inputs], tuple[Array, Array]] | None = None
    own: OwnLoss | None = None
    of_distributions: bool = False


@dataclass(frozen=True)
class Trial:
    """A loss, what is known of it, and the mode it runs in.

    Attributes:
        loss: it, as its backend calls it.
        tags: what is known of it, complete.
        guessed: which of those were guessed.
        like: what it claims to be; None if nothing.
        meeting: it with those arguments with which it is that; None: as it is.
        mode: an execution mode.
        settings: the library's global settings before the first call; None if nobody looked.
    """

    loss: OwnLoss
    tags: LossTags
    guessed: tuple[str, ...] = ()
    like: Reference | None = None
    meeting: OwnLoss | None = None
    mode: str = "eager"
    settings: Mapping[str, object] | None = None

    def within(self, mode: str) -> Trial:
        """The same in another mode."""
        return self if mode == self.mode else replace(self, mode=mode)

    @functools.cached_property
    def ordinary(self) -> Inputs:
        """A batch within the domain, off kinks and ends."""
        return on.drawn(self.tags)

    @functools.cached_property
    def usual(self) -> Evaluated:
        """Value and slope of that batch in the plainest mode, evaluated once."""
        return self.plainly(self.ordinary)

    @functools.cached_property
    def ends(self) -> Inputs:
        """A batch at the ends of the domain, and where terms vanish."""
        return on.ends(self.tags)

    def evaluated(self, inputs: Inputs, dtype: str = "float32") -> Evaluated:
        """Value and slope by hand, in the trial's mode."""
        return self.loss.at(inputs.targets, inputs.predictions, self.mode, dtype)

    def plainly(self, inputs: Inputs, dtype: str = "float32") -> Evaluated:
        """The same in the plainest mode."""
        return self.loss.at(inputs.targets, inputs.predictions, self.loss.modes[0], dtype)

    def in_training(self, inputs: Inputs, **given: AnyArray) -> Evaluated:
        """What training minimises."""
        return self.loss.in_training(inputs.targets, inputs.predictions, **given)

    def needs(self, *capabilities: str) -> None:
        """Skip a check that asks for what the loss lacks.

        Raises:
            CheckSkipped: if it does.
        """
        for capability in capabilities:
            if capability in self.loss.lacks:
                raise CheckSkipped(self.loss.lacks[capability])

    @functools.cached_property
    def meets(self) -> bool:
        """Whether what a sample costs depends on the others of its batch, or can't be told."""
        inputs = self.ordinary[:8]
        together = self.plainly(inputs)
        if together.per_sample is None or len(together.per_sample) != len(inputs):
            return True
        alone = [float(np.mean(self.plainly(row).value)) for row in inputs.one_by_one]
        allowed = of_value(together, inputs.predictions).reshape(len(inputs), -1).sum(axis=1)
        return bool(np.any(differs(together.per_sample, np.array(alone), allowed) > 1))

    @functools.cached_property
    def precise(self) -> str:
        """The most precise dtype that the loss takes, and computes in."""
        # Thirds: what comes out in float32's numbers alone was computed in float32.
        thirds = self.ordinary.predictions * (1 - 2.0**-10 / 3)
        try:
            found = self.plainly(Inputs(self.ordinary.targets, thirds), "float64")
        except LossRaised:
            return "float32"
        exact = not np.any(differs(found.value, float32(found.value), 0))
        return "float64" if found.bits >= 64 and not exact else "float32"


def settings_of(loss: OwnLoss) -> dict[str, object]:
    """What is set for the whole process, by name: by the loss's library, NumPy and Python."""
    return {
        **loss.settings(),
        "NumPy's handling of errors": np.geterr(),
        "the current folder": os.getcwd(),
    }


def claim(holds: bool, reason: str) -> None:
    """Skip a check unless it applies.

    Raises:
        CheckSkipped: with the reason.
    """
    if not holds:
        raise CheckSkipped(reason)


def needed(value: T | None, reason: str) -> T:
    """Give what a check needs, or skip it.

    Raises:
        CheckSkipped: with the reason, where there is none.
    """
    if value is None:
        raise CheckSkipped(reason)
    return value


def of_value(found: Evaluated, predictions: Array, unit: float = UNITS["float32"]) -> Array:
    """How far roundings may move each loss, shaped like the value.

    Backward error, as `lossspec.losses.tolerance` argues it: predictions as large as ``1 + |y|``
    are moved by their roundings, and the result rounds. What is left of larger terms, as 1 less a
    cosine is, errs by their roundings: they are as large as an ordinary loss.
    """
    moved = np.abs(found.slope_or_zeros) * (1 + np.abs(predictions))
    if found.value.ndim == 0:
        by_value = np.asarray(moved.sum())
    elif found.value.shape == predictions.shape:
        by_value = moved
    else:
        by_value = (
            moved.reshape(len(moved), -1).sum(axis=1).reshape(-1, *[1] * (found.value.ndim - 1))
        )
    sizes = np.abs(found.value)
    finite = sizes[np.isfinite(sizes)]
    left_of = OPERATIONS * unit * (np.median(finite) if len(np.ravel(finite)) else 0.0)
    return np.asarray(ROUNDINGS * unit * (sizes + by_value) + left_of, np.float64)


def of_slope(slope: Array, predictions: Array, unit: float = UNITS["float32"]) -> Array:
    """How far roundings may move each slope, shaped like it.

    A prediction moved by its roundings moves its slope by up to that slope's own size; what is left
    of terms that cancel errs by theirs, which are as large as an ordinary slope.
    """
    size = np.abs(slope)
    felt = size[np.isfinite(size) & (size > 0)]
    ordinary = np.median(felt) if len(felt) else 0.0
    return np.asarray(ROUNDINGS * unit * (size + ordinary) * (1 + np.abs(predictions)), np.float64)


def differs(a: Array, b: Array, tolerance: Array | float) -> Array:
    """How far two results are apart in tolerances: up to 1 they agree.

    NaN beside NaN agrees, and so does an infinity beside the same one.
    """
    with np.errstate(all="ignore"):
        apart = np.abs(a - b) / np.maximum(tolerance, np.finfo(float).tiny)
        same = (a == b) | (np.isnan(a) & np.isnan(b))
    return np.asarray(np.where(same, 0, np.where(np.isnan(apart), np.inf, apart)), np.float64)
