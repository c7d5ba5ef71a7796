"""Which studies go or end otherwise in one record than in another, by a two-sample test of every figure.

A run's figures are those at its end, and the mean of each of its curves over the epochs: a network that learns later,
or by leaps, may end alike.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Any, Iterator, Mapping

import numpy as np

from lossspec.compare.samples import holm, shift
from lossspec.compare.verdicts import FALSE_ALARM, SAME
from lossspec.core.arrays import Array
from lossspec.records.findings import BETTER, WORSE
from lossspec.records.record import Record

SINCE = 4
"""The first schema whose records keep courses."""

COURSE = "course"
"""The part of a study under which its curves' means stand."""

_SETUP = (
    "data",
    "layers",
    "loss",
    "optimizer",
    "settings",
    "epochs",
    "batch_size",
    "metric",
    "validation",
    "documented",
    "log",
)
_BY_RUN = ("diverged", "curves", "courses", "final", "runs")
"""What rests on the seeds, and is the same where they are."""

Study = Mapping[str, Any]


@dataclass(frozen=True)
class FigureShift:
    """One measure of a study's runs, in both records.

    Attributes:
        recipe: whose study it is.
        part: of the data, ``train`` or ``test``, at the end; or ``course``, the mean over the epochs.
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


@dataclass(frozen=True)
class StudyMove:
    """A study of the same seeds in both records whose runs aren't the same, number by number.

    Attributes:
        recipe: whose study it is.
        differ: how many numbers of its curves, courses, ends and runs differ.
        of: how many there are in both.
    """

    recipe: str
    differ: int
    of: int


@dataclass(frozen=True)
class Studies:
    """The studies of two records: every figure, what moved run by run, and what couldn't be compared, in words.

    Attributes:
        shifts: every figure that both hold.
        moves: the studies of the same seeds whose runs differ.
        missing: what isn't alike, or only NEW has.
        lost: what BASE has and NEW doesn't, or not of the same experiment.
    """

    shifts: tuple[FigureShift, ...]
    moves: tuple[StudyMove, ...]
    missing: tuple[str, ...]
    lost: tuple[str, ...]


def study_shifts(base: Record, new: Record) -> Studies:
    """The studies of two records beside one another."""
    shifts: list[FigureShift] = []
    moves: list[StudyMove] = []
    missing: list[str] = []
    lost: list[str] = []
    keep = _keeps_courses(base) and _keeps_courses(new)
    for recipe in dict.fromkeys([*new["studies"], *base["studies"]]):
        one, other = base["studies"].get(recipe), new["studies"].get(recipe)
        if not one or not other:
            (lost if one else missing).append(
                f"{recipe}: only {'BASE' if one else 'NEW'} has this study"
            )
            continue
        setup = [key for key in _SETUP if one.get(key) != other.get(key)]
        if setup:
            lost.append(f"{recipe}: another experiment in each, by its {', '.join(setup)}")
            continue
        shifts.extend(_of_recipe(recipe, one, other))
        missing.extend(f"{recipe}: {each}" for each in _differences(one, other, keep))
        lost.extend(f"{recipe}: only BASE has {each}" for each in _only(one, other, keep))
        if _same_seeds(one, other):
            moves.extend(_moves(recipe, one, other))
    silent = [name for name, each in (("BASE", base), ("NEW", new)) if not _keeps_courses(each)]
    if silent and base["studies"].keys() & new["studies"].keys():
        missing.append(
            f"courses: {' and '.join(silent)} holds none, being written before they were kept"
        )
    adjusted = holm([each.p_value for each in shifts])
    judged = tuple(_judged(each, p_value) for each, p_value in zip(shifts, adjusted))
    return Studies(judged, tuple(moves), tuple(missing), tuple(lost))


def same_seeds(base: Record, new: Record) -> bool:
    """Whether both records hold studies, and those that both hold are of the same seeds."""
    both = base["studies"].keys() & new["studies"].keys()
    return bool(both) and all(
        _same_seeds(base["studies"][each], new["studies"][each]) for each in both
    )


def _same_seeds(base: Study, new: Study) -> bool:
    return bool(base["seeds"] == new["seeds"] and base["n"] == new["n"])


def _keeps_courses(record: Record) -> bool:
    """Whether a record's lossspec kept them: that of schema 3 didn't."""
    return record["schema"] >= SINCE or any(
        "courses" in each for each in record["studies"].values()
    )


def _moves(recipe: str, base: Study, new: Study) -> Iterator[StudyMove]:
    one, other = (
        {key: study[key] for key in _BY_RUN if key in base and key in new} for study in (base, new)
    )
    if one != other:
        yield StudyMove(recipe, *_count(one, other))


def _count(one: Any, other: Any) -> tuple[int, int]:
    """How many numbers of two nested lists and tables differ by their place, and how many there are in either."""
    if isinstance(one, dict) and isinstance(other, dict):
        pairs = [(one.get(key), other.get(key)) for key in {**one, **other}]
    elif isinstance(one, list) and isinstance(other, list):
        if one == other or not any(isinstance(each, (list, dict)) for each in (*one, *other)):
            differ = sum(a != b for a, b in zip(one, other)) + abs(len(one) - len(other))
            return differ, sum(map(_size, one if len(one) >= len(other) else other))
        pairs = list(itertools.zip_longest(one, other))
    else:
        size = max(_size(one), _size(other))
        return (0 if one == other else size), size
    counts = [_count(*pair) for pair in pairs]
    return sum(differ for differ, _ in counts), sum(of for _, of in counts)


def _size(value: Any) -> int:
    if isinstance(value, dict):
        return sum(map(_size, value.values()))
    return sum(map(_size, value)) if isinstance(value, list) else int(value is not None)


def better_when_higher(measure: str) -> bool:
    """Accuracies are better when higher, losses and errors when lower."""
    return measure.startswith(("accuracy", "val_accuracy"))


def _differences(base: Study, new: Study, courses: bool) -> Iterator[str]:
    """What a reader should know of two studies that are compared all the same."""
    if base["n"] != new["n"]:
        yield f"{base['n']} runs in BASE, {new['n']} in NEW"
    if base["mode"] != new["mode"]:
        yield f"trained in {base['mode']} mode in BASE, in {new['mode']} mode in NEW"
    for each in _only(new, base, courses):
        yield f"only NEW has {each}"


def _only(one: Study, other: Study, courses: bool) -> Iterator[str]:
    """The measures that only the first of two studies has, in words; whether those of courses are to be there."""
    only = {each for each in _measures(one) - _measures(other) if courses or each[0] != COURSE}
    if only:
        yield ", ".join(sorted(" ".join(each) for each in only))


def _parts(study: Study) -> Mapping[str, Any]:
    """Each run's figures by part and measure."""
    return {**study["final"], **({COURSE: study["courses"]} if "courses" in study else {})}


def _measures(study: Study) -> set[tuple[str, str]]:
    return {
        (part, name)
        for part, measures in _parts(study).items()
        for name, values in measures.items()
        if values
    }


def _of_recipe(recipe: str, base: Study, new: Study) -> Iterator[FigureShift]:
    both = _measures(base) & _measures(new)
    one, other = _parts(base), _parts(new)
    for part, measures in other.items():
        for name in measures:
            if (part, name) in both:
                yield _figure(
                    recipe,
                    part,
                    name,
                    one[part][name],
                    measures[name],
                    base["seeds"] == new["seeds"],
                )


def _figure(
    recipe: str, part: str, measure: str, base: Any, new: Any, same_seeds: bool
) -> FigureShift:
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
    return np.where(lost, -np.inf if better_when_higher(measure) else np.inf, numbers), int(
        np.sum(lost)
    )


def _median(values: Array) -> float:
    # The mean of the middle two, unless they are the same: infinities have no mean.
    low, high = (
        float(np.sort(values)[index]) for index in ((len(values) - 1) // 2, len(values) // 2)
    )
    return low if low == high else (low + high) / 2


def _judged(figure: FigureShift, p_value: float) -> FigureShift:
    """The figure with its adjusted p-value and, where that tells a shift, its direction."""
    change = SAME
    if p_value <= FALSE_ALARM:
        change = BETTER if (figure.above > 0.5) == better_when_higher(figure.measure) else WORSE
    return replace(figure, p_value=p_value, change=change)
