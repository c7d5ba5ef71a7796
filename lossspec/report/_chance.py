"""What a judgement over many seeds rests on: in words, and as a strip that a reader can disagree with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Iterator, Mapping

import numpy as np
from markupsafe import Markup

from lossspec.experiments.curves import PERCENTS
from lossspec.report import _strip
from lossspec.report._words import number
from lossspec.studies.summary import documented, numbers

Entry = Mapping[str, Any]
"""A figure's ``chance``, valid by its schema: which of its parts are there depends on the test."""


@dataclass(frozen=True)
class Chance:
    """One judgement over many seeds, as the page shows it.

    Attributes:
        what: was judged.
        verdict: on it.
        strips: drawings, none where the record holds nothing to draw.
        words: the figures.
        small: how sure it is: how often it errs, and what it can't see.
    """

    what: str
    verdict: str
    strips: tuple[Markup, ...]
    words: str
    small: str


def chance(figure: Mapping[str, Any]) -> Chance:
    """A figure of a record that has a ``chance``."""
    entry = figure["chance"]
    said = [*_WORDS[entry["test"]](entry)]
    if not said and "got" in figure:
        said.append(f"measured {_short(figure['got'])}")
    return Chance(
        what=figure["what"],
        verdict=entry["verdict"],
        strips=tuple(Markup(strip) for strip in _strips(entry)),  # noqa: S704 # made of numbers alone
        words=_sentence("; ".join(said)),
        small=_small(entry),
    )


def _rank(entry: Entry) -> Iterator[str]:
    """Where one more figure, the document's, stands among the replicates'."""
    name = (
        f"the document’s {entry['documented']}"
        if entry.get("documented")
        else "the document’s figure"
    )
    if "p_value" in entry:
        yield f"{name} as one more of {entry['n']} runs: {_p(entry)}"
    if _quantiles(entry, "quantiles"):
        low, _, median, _, high = _quantiles(entry, "quantiles")
        yield f"their median is {_short(median)}, their middle 95 % {_short(low)} to {_short(high)}"


def _envelope(entry: Entry) -> Iterator[str]:
    """How a whole curve, the document's, stands among the replicates'."""
    if "p_value" in entry:
        name = (
            f"the document’s {entry['documented']}"
            if entry.get("documented")
            else "the document’s curve"
        )
        yield f"{name} as one more of {entry['n']} runs: {_p(entry)}"


def _rate(entry: Entry) -> Iterator[str]:
    yield from _how_often(entry, f"{entry['n']} runs")


def _pairs(entry: Entry) -> Iterator[str]:
    yield from _how_often(entry, f"{entry['n']} pairs of runs")
    yield from _difference(entry, entry.get("difference_interval"))


def _equivalence(entry: Entry) -> Iterator[str]:
    yield from _difference(entry, entry.get("difference_interval", entry.get("interval")))
    if "margin" in entry:
        yield f"equal within {_short(entry['margin'])} is the claim, judged on {entry['n']} pairs of runs"


def _how_often(entry: Entry, of: str) -> Iterator[str]:
    interval = _two(entry.get("interval"))
    between = (
        f" (99 % interval {_per_cent(interval[0])} to {_per_cent(interval[1])} %)"
        if interval
        else ""
    )
    if math.isfinite(float(entry.get("rate", math.nan))):
        yield f"true of {_per_cent(float(entry['rate']))} % of {of}{between}"


def _difference(entry: Entry, given: Any) -> Iterator[str]:
    interval = _two(given)
    between = f" (99 %: {_short(interval[0])} to {_short(interval[1])})" if interval else ""
    if "difference" in entry:
        yield f"median difference {_short(entry['difference'])}{between}"


_WORDS = {
    "rank": _rank,
    "envelope": _envelope,
    "rate": _rate,
    "pairs": _pairs,
    "equivalence": _equivalence,
}


def _small(entry: Entry) -> str:
    """How often the judgement errs at most, and the smallest effect that it sees."""
    errs = float(entry["false_alarm"])
    alarm = f"False alarm: at most {_per_cent(errs)} %. " if math.isfinite(errs) else ""
    return f"{alarm}n = {entry['n']}; nine times of ten it sees {entry['visible']}."


def _p(entry: Entry) -> str:
    return f"p = {_short(entry['p_value'])}"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _short(value: Any) -> str:
    return number(value, digits=3)


def _per_cent(share: float) -> str:
    """A share in per cent; nearly all is never called all, nor nearly none none."""
    per_cent = 100 * share
    for digits in (1, 2, 3):
        text = f"{per_cent:.{digits}f}".rstrip("0").rstrip(".")
        if float(text) not in (0.0, 100.0) or float(text) == per_cent:
            return text
    return "less than 0.001" if share < 0.5 else "more than 99.999"


def _two(given: Any) -> tuple[float, float] | None:
    """The ends of an interval, where the record has two, and finite ones."""
    ends = numbers(given or ())
    return (float(ends[0]), float(ends[1])) if len(ends) == 2 and np.isfinite(ends).all() else None


def _quantiles(entry: Entry, key: str) -> list[float]:
    """The five quantiles, where all are there and finite."""
    given = {
        float(numbers([percent])[0]): value
        for percent, value in entry.get(key, {}).items()
        if _is_number(percent)
    }
    found = numbers([given.get(percent) for percent in PERCENTS])
    return [float(each) for each in found] if found.size and np.isfinite(found).all() else []


def _is_number(text: str) -> bool:
    return bool(numbers([text]).size)


def _strips(entry: Entry) -> Iterator[str]:
    """The rate's interval over the zones of the verdicts; quantiles, with the document's figure; the difference."""
    if entry["test"] in ("rate", "pairs"):
        rate, interval = numbers([entry.get("rate")]), _two(entry.get("interval"))
        if interval and rate.size and math.isfinite(rate[0]):
            yield _strip.share(float(rate[0]), interval)
    if entry["test"] in ("rank", "pairs"):
        both = [
            each
            for key in ("quantiles", "other_quantiles")
            for each in [_quantiles(entry, key)]
            if each
        ]
        printed = documented(entry.get("documented", ""))
        if both:
            yield _strip.spread(both, printed.value if printed else None)
    if entry["test"] == "equivalence":
        interval = _two(entry.get("difference_interval", entry.get("interval")))
        values = numbers([entry.get("difference"), entry.get("margin")])
        if interval and values.size and np.isfinite(values).all() and values[1] > 0:
            yield _strip.margin(float(values[0]), interval, float(values[1]))
