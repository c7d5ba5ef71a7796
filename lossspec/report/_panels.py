"""A study's drawings, each with what its marks mean and what to see in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator, Sequence

import numpy as np
from markupsafe import Markup

from lossspec.report import _captions, _words
from lossspec.report import _study_words as says
from lossspec.report._boundaries import draw_plane, plane, rounds
from lossspec.report._ends_drawing import draw_ends
from lossspec.report._study_drawing import Line, bumpy, draw_curves
from lossspec.report._trained import Study, Way, band, history, log, numbers, ways

_LINES = (("train", "training"), ("validation", "validation"))


@dataclass(frozen=True)
class Picture:
    """One drawing of a card: its ``<svg>``, what its marks mean, and what to see in it."""

    svg: Markup
    keys: list[tuple[str, str]]
    caption: list[str]


def documented_measures(study: Study) -> list[str]:
    """The recipe's metric, and what else its document prints at the end."""
    printed = [key.partition(" ")[2] for key in study["documented"]]
    return list(dict.fromkeys([study["metric"], *(measure for measure in printed if measure)]))


def pictures(prefix: str, name: str, study: Study, missing: list[str]) -> Iterator[Picture]:
    """Every drawing of a study; ids are made of numbers, since names are a record's."""
    for number, measure in enumerate(documented_measures(study)):
        yield from _ends(f"{prefix}-ends-{number}", name, study, measure, missing)
    for number, measure in enumerate(dict.fromkeys(["loss", study["metric"]])):
        yield from _curves(f"{prefix}-curves-{number}", name, study, measure, missing)
    drawn: set[int] = set()
    for number, (which, run) in enumerate(study["runs"].items()):
        if "weights" in run and run["seed"] not in drawn:
            drawn.add(run["seed"])
            yield from _plane(f"{prefix}-plane-{number}", name, study, which, missing)


def _ends(prefix: str, name: str, study: Study, measure: str, missing: list[str]) -> Iterator[Picture]:
    counted = ways(study, measure)
    if not any(end.finite.size for way in counted for end in way.ends):
        missing.append(f"{measure} at the end")
        return
    groups = [(says.named(way) if len(counted) > 1 else "", way.ends) for way in counted]
    label = f"{name}: {measure} at the end of each run, and the document’s figure"
    svg = draw_ends(groups, f"{measure} at the end", prefix, label)
    keys = [("dot", "a run"), ("bar", "median, middle 50 and 95 %"), ("document", "document")]
    yield Picture(_ours(svg), keys, [])


def _curves(prefix: str, name: str, study: Study, measure: str, missing: list[str]) -> Iterator[Picture]:
    lines = _lines(study, measure)
    if not any(np.isfinite(line.band.rows).any() for line in lines):
        missing.append(f"the curves of {measure}")
        return
    svg = draw_curves(lines, measure, prefix, f"{name}: {measure} by epoch, over all runs")
    seed = study["runs"].get("median", {}).get("seed")
    of_ways = any(line.name for line in lines)
    caption = _captions.curves(lines, measure, None if of_ways else band(study, f"val_{measure}"), seed)
    if of_ways:
        caption = ["Validation, by each way to count.", *caption]
    yield Picture(_ours(svg), _keys(lines), caption)


def _keys(lines: Sequence[Line]) -> list[tuple[str, str]]:
    """What the lines of a panel are."""
    colours = {line.colour for line in lines}
    if any(line.name for line in lines):
        return [("log", "the document’s log")] if any(line.log.size for line in lines) else []
    return [
        *((colour, words) for colour, words in _LINES if colour in colours),
        *([("one-run", "one run")] if any(bumpy(line) for line in lines) else []),
        *([("log", "the document’s log, training and validation")] if any(line.log.size for line in lines) else []),
    ]


def _lines(study: Study, measure: str) -> list[Line]:
    """Training and validation; or, where ways to count differ, validation in each of them."""
    counted = ways(study, measure)
    return _ways_as_lines(study, measure, counted) if len(counted) > 1 else _parts_as_lines(study, measure)


def _parts_as_lines(study: Study, measure: str) -> list[Line]:
    found = [
        (colour, name, band(study, name)) for colour, name in (("train", measure), ("validation", f"val_{measure}"))
    ]
    return [
        Line(
            colour=colour,
            dashed=colour == "validation",
            band=quantiles,
            log=log(study, name),
            run=history(study, "median", name) if colour == "validation" else numbers(()),
        )
        for colour, name, quantiles in found
        if quantiles is not None
    ]


def _ways_as_lines(study: Study, measure: str, counted: Sequence[Way]) -> list[Line]:
    """The document doesn't say how its log counts, so that it stands beside all of them."""
    found = [(way, band(study, f"val_{way.measures[0]}")) for way in counted]
    return [
        Line(
            colour="validation",
            dashed=way.measures[0] != measure,
            band=quantiles,
            log=log(study, f"val_{measure}"),
            run=numbers(()),
            name=says.counted(way),
        )
        for way, quantiles in found
        if quantiles is not None
    ]


def _plane(prefix: str, name: str, study: Study, which: str, missing: list[str]) -> Iterator[Picture]:
    drawn, seed = plane(study, which), study["runs"][which]["seed"]
    if drawn is None:
        missing.append(f"the plane of the {which} run")
        return
    rounding = rounds(study, drawn)
    label = f"{name}: the classes that the {which} run, seed {seed}, tells apart in the plane"
    keys = [(f"class-{number}", f"class {_words.number(each)}") for number, each in enumerate(drawn.classes, 1)]
    caption = _captions.seen(study, which, drawn, rounding=rounding)
    yield Picture(_ours(draw_plane(drawn, prefix, label, rounding=rounding)), keys, caption)


def _ours(svg: str) -> Markup:
    """A drawing, whose words were escaped where it was made."""
    return Markup(svg)  # noqa: S704
