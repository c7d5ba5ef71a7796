"""Which studies go or end otherwise in two records.

A run's figures are those at its end, and the mean of each of its curves over the epochs: a network
that learns later, or by leaps, may end alike. Each is compared by a two-sample test.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Iterator, Sequence

import numpy as np

from lossspec.compare.parts import Key, Part, pair
from lossspec.compare.samples import holm, shift
from lossspec.compare.verdicts import FALSE_ALARM, SAME
from lossspec.core.arrays import Array
from lossspec.records.changes import BETTER, WORSE
from lossspec.records.record_types import ByMeasure, Number, Record, Study

COURSE = "course"
"""The part of a study under which its curves' means stand."""

_SINCE = 4  # the first schema whose records keep courses, and name the processor
_SETUP = (
    *("data", "layers", "loss", "optimizer", "settings", "epochs", "batch_size"),
    *("metric", "validation", "documented", "log"),
)
_BY_RUN = ("diverged", "curves", "courses", "final")
"""What rests on the seeds, and is the same where they are."""


@dataclass(frozen=True)
class FigureShift:
    """One measure of a study's runs in both records.

    Attributes:
        part: of the data, ``train`` or ``test``, at the end; or ``course``, the mean over epochs.
        diverged: in how many runs the figure is no finite number; they count as the worst.
        medians: infinite where half of the runs diverged, and then without a difference.
        new_above_base: the probability that a run of NEW has a larger figure than one of BASE.
        p_value: adjusted by Holm's method for all figures of the two records.
    """

    recipe: str
    part: str
    measure: str
    change: str
    n: tuple[int, int]
    diverged: tuple[int, int]
    medians: tuple[float, float]
    median_difference: float | None
    new_above_base: float
    p_value: float


@dataclass(frozen=True)
class StudyMove:
    """A study of the same seeds whose numbers differ."""

    recipe: str
    differ: int
    of: int


def study_shifts(base: Record, new: Record) -> tuple[Part[FigureShift], tuple[StudyMove, ...]]:
    """Compare the studies that both records hold."""
    sides = {"BASE": base, "NEW": new}
    silent = [name for name, record in sides.items() if _is_of_before(record)]
    keyed: list[dict[Key, Study]] = [
        {(name,): study for name, study in record["studies"].items()} for record in sides.values()
    ]
    pairs = pair(keyed[0], keyed[1], "study")
    shifts: list[FigureShift] = []
    moves: list[StudyMove] = []
    missing: list[str] = []
    lost: list[str] = []
    for (recipe,), before, after in pairs.found:
        if setup := [key for key in _SETUP if before.get(key) != after.get(key)]:
            lost.append(f"{recipe}: another experiment in each, by its {', '.join(setup)}")
            continue
        shifts += _shifts(recipe, before, after)
        missing += [f"{recipe}: {said}" for said in _unlike(before, after, bool(silent))]
        lost += [f"{recipe}: only BASE has {said}" for said in _only(before, after, bool(silent))]
        # From one seed another backend draws other first weights.
        if _same_seeds(before, after) and base["backend"] == new["backend"]:
            moves += _moves(recipe, before, after)
    if silent and pairs.found:
        missing.append(
            f"courses: {' and '.join(silent)} holds none, being written before they were kept"
        )
    adjusted = holm([figure.p_value for figure in shifts])
    judged = [_judged(figure, p_value) for figure, p_value in zip(shifts, adjusted)]
    return pairs.now(judged, missing, lost), tuple(moves)


def same_seeds(base: Record, new: Record) -> bool:
    """Whether both records' common studies share their seeds."""
    both = [(base["studies"].get(recipe), study) for recipe, study in new["studies"].items()]
    pairs = [_same_seeds(before, after) for before, after in both if before]
    return bool(pairs) and all(pairs)


def _is_of_before(record: Record) -> bool:
    """Whether a record was run before courses were kept.

    To put step times into it raises its schema; its environment stays that of the run.
    """
    return record["schema"] < _SINCE or "processor" not in record["environment"]


def _same_seeds(base: Study, new: Study) -> bool:
    return base["seeds"] == new["seeds"] and base["n"] == new["n"]


def _moves(recipe: str, base: Study, new: Study) -> Iterator[StudyMove]:
    pairs = [(base.get(key), new.get(key)) for key in _BY_RUN if key in base and key in new]
    if differ := sum(itertools.starmap(_differ, pairs)):
        yield StudyMove(recipe, differ, sum(max(map(_size, sides)) for sides in pairs))


def _differ(base: object, new: object) -> int:
    """Count the numbers that differ in nested lists and tables."""
    if base == new:
        return 0
    if isinstance(base, dict) and isinstance(new, dict):
        return sum(_differ(base.get(key), new.get(key)) for key in base.keys() | new.keys())
    if isinstance(base, list) and isinstance(new, list):
        return sum(itertools.starmap(_differ, itertools.zip_longest(base, new)))
    return max(_size(base), _size(new))


def _size(value: object) -> int:
    if isinstance(value, dict):
        return sum(map(_size, value.values()))
    return sum(map(_size, value)) if isinstance(value, list) else int(value is not None)


def _better_when_higher(measure: str) -> bool:
    return measure.startswith(("accuracy", "val_accuracy"))


def _unlike(base: Study, new: Study, silent: bool) -> Iterator[str]:
    """What differs of two studies that are compared nevertheless."""
    if base["n"] != new["n"]:
        yield f"{base['n']} runs in BASE, {new['n']} in NEW"
    if base.get("mode") != new.get("mode"):  # of two backends neither has one
        yield f"trained in {base['mode']} mode in BASE, in {new['mode']} mode in NEW"
    yield from (f"only NEW has {said}" for said in _only(new, base, silent))


def _only(study: Study, other: Study, silent: bool) -> list[str]:
    """The measures that only the first study has."""
    only = _measured(study).keys() - _measured(other).keys()
    names = sorted(" ".join(key) for key in only if not silent or key[0] != COURSE)
    return [", ".join(names)] if names else []


def _measured(study: Study) -> dict[tuple[str, str], list[Number]]:
    parts: dict[str, ByMeasure] = {**study["final"], COURSE: study.get("courses", {})}
    return {
        (part, measure): values
        for part, measures in parts.items()
        for measure, values in measures.items()
        if values
    }


def _shifts(recipe: str, base: Study, new: Study) -> Iterator[FigureShift]:
    """Test every figure that both studies have."""
    before = _measured(base)
    for (part, measure), values in _measured(new).items():
        if (part, measure) not in before:
            continue
        was, was_lost = _ranked(before[part, measure], measure)
        now, now_lost = _ranked(values, measure)
        above, p_value = shift(was, now)
        medians = float(np.median(was)), float(np.median(now))
        yield FigureShift(
            recipe=recipe,
            part=part,
            measure=measure,
            change=SAME,
            n=(len(was), len(now)),
            diverged=(was_lost, now_lost),
            medians=medians,
            median_difference=medians[1] - medians[0] if np.isfinite(medians).all() else None,
            new_above_base=above,
            p_value=p_value,
        )


def _ranked(values: Sequence[Number], measure: str) -> tuple[Array, int]:
    """Figures with non-finite ones as worst, and their number."""
    numbers = np.array(values, dtype=np.float64)
    lost = ~np.isfinite(numbers)
    worst = -np.inf if _better_when_higher(measure) else np.inf
    return np.where(lost, worst, numbers), int(np.sum(lost))


def _judged(figure: FigureShift, p_value: float) -> FigureShift:
    """A figure with its adjusted p-value, and direction if shifted."""
    change = SAME
    if p_value <= FALSE_ALARM:
        higher = figure.new_above_base > 0.5
        change = BETTER if higher == _better_when_higher(figure.measure) else WORSE
    return replace(figure, p_value=p_value, change=change)
