"""What a study's curves and planes show, in sentences that follow from its figures by rule."""

from __future__ import annotations

from typing import Iterator, Sequence

import numpy as np

from lossspec.report._boundaries import ROUNDS_TO_NOTHING, Plane
from lossspec.report._study_drawing import Line, bumpy
from lossspec.report._study_words import short
from lossspec.report._trained import Band, Study, at_seed, ways
from lossspec.report._words import in_a_row


def curves(lines: Sequence[Line], measure: str, validation: Band | None, seed: int | None) -> list[str]:
    """How the median goes, what the thin line is, and how many of the document's epochs lie among the runs."""
    return [*_median(measure, validation), *_thin(lines, measure, seed), *_log(lines)]


def _median(measure: str, validation: Band | None) -> Iterator[str]:
    if validation is None or len(validation.epochs) < 2 or not np.isfinite(validation.rows[:, [0, -1]]).all():
        return
    _, low, last, high, _ = (short(each) for each in validation.rows[:, -1])
    half = f", where half of the runs lie between {low} and {high}" if low != high else ""
    first, start, end = short(validation.median[0]), validation.epochs[0], validation.epochs[-1]
    goes = f"goes from {first} after epoch {start:.0f} to {last} after epoch {end:.0f}"
    yield f"The median validation {measure} {goes}{half}."


def _thin(lines: Sequence[Line], measure: str, seed: int | None) -> Iterator[str]:
    """One run's own curve, and how often it goes against the way that the median takes in all."""
    for line in (each for each in lines if bumpy(each) and seed is not None):
        falling = line.band.median[-1] < line.band.median[0]
        against = int(np.sum(np.diff(line.run) * (1 if falling else -1) > 0))
        goes = f"{'rises' if falling else 'falls'} in {against} of {len(line.run) - 1} epochs"
        yield f"The thin line is the median run, seed {seed}: its validation {measure} {goes}."


def _log(lines: Sequence[Line]) -> list[str]:
    """How many figures of the document's log lie among the runs, by each way to count where there are several."""
    found = [(line.name, *_inside(line)) for line in lines if line.log.size]
    if not found:
        return []
    if all(name for name, _, _ in found):
        shares = in_a_row([f"{inside} of {total} {name}" for name, inside, total in found])
    else:
        shares = f"{sum(inside for _, inside, _ in found)} of {sum(total for _, _, total in found)}"
    return [f"Of the document’s log, {shares} lie within the middle 95 % of the runs."]


def _inside(line: Line) -> tuple[int, int]:
    """How many of the log's figures lie within the band, and of how many."""
    printed, rows = line.log[line.band.epochs.astype(int) - 1], line.band.rows
    return int(np.sum((rows[0] <= printed) & (printed <= rows[4]))), len(printed)


def seen(study: Study, which: str, drawn: Plane, *, rounding: bool) -> list[str]:
    """Whose plane it is, how that run ended, and how many of the points lie in another class's region."""
    seed, wrong = study["runs"][which]["seed"], int(drawn.wrong.sum())
    scores = [f"{name} {short(value)}" for name, value in _scores(study, seed)]
    ended = f": {', '.join(scores)}" if scores else ""
    role = "at the median of the runs by test loss" if which == "median" else f"the {which} of the runs by test loss"
    said = [f"Seed {seed}, {'the one run' if study['n'] == 1 else role}{ended}."]
    lie = f"{wrong or 'none'} {'lies' if wrong == 1 else 'lie'} in another class’s region{', hollow' if wrong else ''}"
    said.append(f"Of the {len(drawn.at)} test points drawn, {lie}.")
    if rounding:
        between = int(np.sum(np.abs(drawn.outputs(drawn.at)) <= ROUNDS_TO_NOTHING))
        lie = f"{between or 'none'} of them {'lies' if between == 1 else 'lie'} there"
        said.append(f"Between the dashed lines the output rounds to 0, which is neither class; {lie}.")
    return said


def _scores(study: Study, seed: int) -> Iterator[tuple[str, float]]:
    """A replicate's test loss, and its metric: by the right class, where the compiled one counts otherwise."""
    metric, by_class = study["metric"], f"{study['metric']} by class"
    apart = any(by_class in way.measures and metric not in way.measures for way in ways(study, metric))
    of_metric = (by_class, f"{metric} by the right class") if apart else (metric, metric)
    for measure, words in (("loss", "test loss"), of_metric):
        value = at_seed(study, seed, "test", measure)
        if value is not None:
            yield words, value
