"""Which studies end otherwise in one record than in another, by a two-sample test of every figure at the end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Iterator, Mapping

import numpy as np

from lossspec.arrays import Array
from lossspec.compare.samples import holm, shift
from lossspec.compare.verdicts import BETTER, FALSE_ALARM, SAME, WORSE
from lossspec.record import Record

_SETUP = ("data", "layers", "loss", "optimizer", "settings", "epochs", "batch_size", "metric", "validation")

Study = Mapping[str, Any]


@dataclass(frozen=True)
class FigureShift:
    """One measure at the end of a study's runs, in both records.

    Attributes:
        recipe: whose study it is.
        part: of the data: ``train`` or ``test``.
        n: how many runs BASE and NEW have.
        diverged: in how many of them the figure is no finite number; these count as the worst there are.
        medians: of BASE and of NEW; infinite where half of the runs diverged.
        above: the probability that a run of NEW has a larger figure than one of BASE, ties counting half.
        p_value: adjusted by Holm's method for all figures of the two records; at or below `FALSE_ALARM` is a shift.
        identical: in how many runs both figures are the same, where the seeds are; else None.
        change: ``same``, ``worse`` or ``better``.
    """

    recipe: str
    part: str
    measure: str
    n: tuple[int, int]
    diverged: tuple[int, int]
    medians: tuple[float, float]
    above: float
    p_value: float
    identical: int | None
    change: str = SAME

    @property
    def difference(self) -> float | None:
        """NEW's median less BASE's; None where one is infinite."""
        base, new = self.medians
        return new - base if np.isfinite([base, new]).all() else None


def study_shifts(base: Record, new: Record) -> tuple[list[FigureShift], list[str]]:
    """Every figure of the studies that both records hold, and what couldn't be compared, in words."""
    shifts: list[FigureShift] = []
    missing: list[str] = []
    for recipe in dict.fromkeys([*new["studies"], *base["studies"]]):
        reason = _incomparable(base["studies"].get(recipe), new["studies"].get(recipe))
        if reason:
            missing.append(f"{recipe}: {reason}")
            continue
        one, other = base["studies"][recipe], new["studies"][recipe]
        shifts.extend(_of_recipe(recipe, one, other))
        missing.extend(f"{recipe}: {each}" for each in _differences(one, other))
    adjusted = holm([each.p_value for each in shifts])
    return [_judged(each, p_value) for each, p_value in zip(shifts, adjusted)], missing


def better_when_higher(measure: str) -> bool:
    """Accuracies are better when higher, losses and errors when lower."""
    return measure.startswith("accuracy")


def _incomparable(base: Study | None, new: Study | None) -> str:
    if base is None or new is None:
        return f"only {'NEW' if base is None else 'BASE'} has this study"
    other = [key for key in _SETUP if base.get(key) != new.get(key)]
    return f"another experiment in each, by its {', '.join(other)}" if other else ""


def _differences(base: Study, new: Study) -> Iterator[str]:
    """What a reader should know of two studies that are compared all the same."""
    if base["n"] != new["n"]:
        yield f"{base['n']} runs in BASE, {new['n']} in NEW"
    if base["mode"] != new["mode"]:
        yield f"trained in {base['mode']} mode in BASE, in {new['mode']} mode in NEW"
    (old, there), (young, here) = ((which, _measures(study)) for which, study in (("BASE", base), ("NEW", new)))
    for who, only in ((old, there - here), (young, here - there)):
        if only:
            yield f"only {who} has {', '.join(sorted(' '.join(each) for each in only))}"


def _measures(study: Study) -> set[tuple[str, str]]:
    return {(part, name) for part, measures in study["final"].items() for name, values in measures.items() if values}


def _of_recipe(recipe: str, base: Study, new: Study) -> Iterator[FigureShift]:
    both = _measures(base) & _measures(new)
    same_seeds = base["seeds"] == new["seeds"]
    for part, measures in new["final"].items():
        for name in measures:
            if (part, name) in both:
                yield _figure(recipe, part, name, base["final"][part][name], measures[name], same_seeds)


def _figure(recipe: str, part: str, measure: str, base: Any, new: Any, same_seeds: bool) -> FigureShift:
    (one, lost), (other, also_lost) = (_ranked(values, measure) for values in (base, new))
    found = shift(one, other)
    return FigureShift(
        recipe=recipe,
        part=part,
        measure=measure,
        n=(len(one), len(other)),
        diverged=(lost, also_lost),
        medians=(_median(one), _median(other)),
        above=found.above,
        p_value=found.p_value,
        identical=int(np.sum(one == other)) if same_seeds and len(one) == len(other) else None,
    )


def _ranked(values: Any, measure: str) -> tuple[Array, int]:
    """A measure's figures, what is no finite number at the worst end, and how many of these there are."""
    numbers = np.array([float(each) for each in values])
    lost = ~np.isfinite(numbers)
    return np.where(lost, -np.inf if better_when_higher(measure) else np.inf, numbers), int(np.sum(lost))


def _median(values: Array) -> float:
    # The mean of the middle two, unless they are the same: infinities have no mean.
    low, high = (float(np.sort(values)[index]) for index in ((len(values) - 1) // 2, len(values) // 2))
    return low if low == high else (low + high) / 2


def _judged(figure: FigureShift, p_value: float) -> FigureShift:
    """The figure with its adjusted p-value and, where that tells a shift, its direction."""
    change = SAME
    if p_value <= FALSE_ALARM:
        change = BETTER if (figure.above > 0.5) == better_when_higher(figure.measure) else WORSE
    return replace(figure, p_value=p_value, change=change)
