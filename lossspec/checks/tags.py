"""What is known of a loss before it is checked."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from numbers import Integral
from typing import Callable, Tuple

from lossspec.core.arrays import AnyArray
from lossspec.core.errors import UsageProblem
from lossspec.losses.definition import Definition, Domain

Drawn = Tuple[AnyArray, AnyArray]


@dataclass(frozen=True)
class LossTags:
    """What a loss is for, and what it promises.

    What is None is guessed: from ``like``, else by trying.

    Attributes:
        targets: what targets may be.
        predictions: what predictions may be.
        outputs: how many numbers a sample's prediction has.
        per_sample: whether a sample costs the same whatever stands beside it.
        reduction: what a batch costs: the ``"mean"`` of its samples or their ``"sum"``.
        zero_at_target: whether predictions that equal their targets cost nothing, and no others
            cost less.
        convex: whether it is convex in the predictions.
        kinks: whether there are predictions without a derivative.
        symmetric: whether targets and predictions can change places.
        deterministic: whether the same inputs always cost the same.
        target_width: how many numbers a sample's target has, where that isn't `outputs`: 1 beside
            the parts of a distribution.
        draw: a function of a number of samples and a seed that gives targets and predictions, where
            no domain says what they are.
    """

    targets: Domain | None = None
    predictions: Domain | None = None
    outputs: int | None = None
    per_sample: bool | None = None
    reduction: str | None = None
    zero_at_target: bool | None = None
    convex: bool | None = None
    kinks: bool | None = None
    symmetric: bool | None = None
    deterministic: bool | None = None
    target_width: int | None = None
    draw: Callable[[int, int], Drawn] | None = None

    def __post_init__(self) -> None:
        """Refuse what no tag can be.

        Raises:
            UsageProblem: by name, what was given and what is expected.
        """
        for name in ("targets", "predictions"):
            _expect(self, name, Domain, "one of lossspec.Domain")
        for name in ("outputs", "target_width"):
            _expect(self, name, Integral, "a whole number from 1 on")
            if getattr(self, name) is not None and getattr(self, name) < 1:
                raise _no_tag(self, name, "a whole number from 1 on")
        if self.reduction not in {None, "mean", "sum"}:
            raise _no_tag(self, "reduction", "'mean' or 'sum'")
        if self.draw is not None and not callable(self.draw):
            raise _no_tag(self, "draw", "a function of a number of samples and a seed")

    def or_else(self, others: LossTags) -> LossTags:
        """Take from others what isn't known."""
        missing = {name: getattr(others, name) for name in self.unknown}
        return replace(self, **missing)

    @property
    def unknown(self) -> list[str]:
        """The names of what is None."""
        return [field.name for field in fields(self) if getattr(self, field.name) is None]

    def in_words(self) -> str:
        """``targets: -1 and +1; predictions: any numbers; a loss a sample``."""
        targets = self.targets.value if self.targets else "drawn by its tags"
        predictions = self.predictions.value if self.predictions else "drawn by its tags"
        of = "a loss a sample" if self.per_sample else "a loss a batch"
        met = "; exact predictions cost nothing" if self.zero_at_target else ""
        beside = f", {self.target_width} beside {self.outputs}" if self.target_width else ""
        return f"targets: {targets}{beside}; predictions: {predictions}; {of}{met}"


def _expect(tags: LossTags, name: str, kind: type, words: str) -> None:
    value = getattr(tags, name)
    if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
        raise _no_tag(tags, name, words)


def _no_tag(tags: LossTags, name: str, words: str) -> UsageProblem:
    return UsageProblem(
        f"LossTags({name}={getattr(tags, name)!r})", expected=words, do="give one, or leave it out"
    )


DEFAULTS = LossTags(
    targets=Domain.NUMBERS,
    predictions=Domain.NUMBERS,
    outputs=3,
    per_sample=True,
    reduction="mean",
    zero_at_target=False,
    convex=False,
    kinks=True,
    symmetric=False,
    deterministic=True,
)
"""What is assumed where trying says nothing; False and True are the answers that promise least."""


def tags_of(definition: Definition) -> LossTags:
    """What the definition of a known loss says."""
    return LossTags(
        targets=definition.targets,
        predictions=definition.predictions,
        outputs=3,
        per_sample=not definition.of_batch,
        reduction="mean",
        zero_at_target=definition.perfect is not None,
        kinks=definition.kink is not None,
    )
