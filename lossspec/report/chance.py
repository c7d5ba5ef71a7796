"""Judgements over many seeds, in words and strips."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Callable, Iterator, Mapping, Sequence

from markupsafe import Markup

from lossspec.experiments.curves import PERCENTS
from lossspec.judging.figures import chance_in_words
from lossspec.records.record_types import Chance, Figure, Number
from lossspec.report.words import number
from lossspec.studies.summary import documented

_WIDE, _HIGH, _EDGE = 240, 20, 8.0
_DECADES = 1.5
"""Figures that span more are drawn on a logarithmic axis."""


@dataclass(frozen=True)
class Judgement:
    """A judgement: verdict, strips, figures, and its errors."""

    what: str
    verdict: str
    strips: tuple[Markup, ...]
    words: str
    small: str


def judgement(figure: Figure) -> Judgement:
    """Show a figure that has a ``chance``."""
    chance = figure["chance"]
    errs = float(chance["false_alarm"])
    alarm = f"False alarm: at most {100 * errs:.3g} %. " if math.isfinite(errs) else ""
    return Judgement(
        what=figure["what"],
        verdict=chance["verdict"],
        strips=tuple(Markup(strip) for strip in _strips(chance)),  # noqa: S704 # made of numbers alone
        words=chance_in_words(chance),
        small=f"{alarm}n = {chance['n']}; nine times of ten it sees {chance['visible']}.",
    )


def _strips(chance: Chance) -> Iterator[str]:
    """Draw how often it is true, and the runs' figures."""
    share = _finite([chance.get("rate", math.nan), *chance.get("interval", ())])
    if len(share) == 3:
        yield rate_strip(share[0], (share[1], share[2]))
    rows = [_quantiles(chance.get("quantiles", {})), _quantiles(chance.get("other_quantiles", {}))]
    if any(rows):
        printed = documented(chance.get("documented", ""))
        yield spread_strip([row for row in rows if row], printed.value if printed else None)


def _quantiles(given: Mapping[str, Number]) -> list[float]:
    """The five quantiles, if all are finite."""
    found = _finite([given.get(f"{percent:g}", math.nan) for percent in PERCENTS])
    return found if len(found) == len(PERCENTS) else []


def _finite(values: Sequence[Number]) -> list[float]:
    return [float(value) for value in values if math.isfinite(float(value))]


def rate_strip(rate: float, interval: tuple[float, float]) -> str:
    """Draw a rate and its interval, over verdicts' zones."""
    x = _scale([0.0, 1.0])
    low, high = map(x, interval)
    return _svg(
        f'<rect class="zone refuted" x="{x(0):.1f}" y="2" width="{x(0.1) - x(0):.1f}" height="16"/>'
        f'<rect class="zone holds" x="{x(0.9):.1f}" y="2" width="{x(1) - x(0.9):.1f}" height="16"/>'
        f'<path class="axis" d="M{x(0):.1f} 18H{x(1):.1f}"/>'
        f'<path class="bar" d="M{low:.1f} 10H{high:.1f}M{low:.1f} 6v8M{high:.1f} 6v8"/>'
        f'<circle cx="{x(rate):.1f}" cy="10" r="3.5"/>',
        ("never", "always"),
    )


def spread_strip(quantiles: Sequence[Sequence[float]], printed: float | None) -> str:
    """Draw five quantiles a row as bars; the document's figure as a diamond."""
    values = [value for row in quantiles for value in row]
    values += [] if printed is None else [printed]
    low, high = min(values), max(values)
    x = _scale(values, logarithmic=low > 0 and math.log10(high / low) > _DECADES)
    parts = []
    for y, row in enumerate(quantiles):
        middle, at = 10 + _HIGH * y, [f"{x(value):.1f}" for value in row]
        parts.append(f'<path class="thin" d="M{at[0]} {middle}H{at[4]}"/>')
        parts.append(f'<path class="thick" d="M{at[1]} {middle}H{at[3]}"/>')
        parts.append(f'<path class="tick" d="M{at[2]} {middle - 6}v12"/>')
    if printed is not None:
        parts.append(f'<path class="printed" d="M{x(printed):.1f} 5l5 5-5 5-5-5z"/>')
    ends = [number(end, digits=3) for end in (low, high)]
    return _svg("".join(parts), ends if low < high else ends[:1], rows=len(quantiles))


def _scale(values: Sequence[float], *, logarithmic: bool = False) -> Callable[[float], float]:
    turned = math.log if logarithmic else float
    low, high = turned(min(values)), turned(max(values))
    return lambda value: _EDGE + (_WIDE - 2 * _EDGE) * (turned(value) - low) / ((high - low) or 1.0)


def _svg(content: str, ends: Sequence[str], rows: int = 1) -> str:
    high = _HIGH * rows
    words = "".join(
        f'<text x="{x:g}" y="{high + 9}" text-anchor="{anchor}">{text}</text>'
        for x, anchor, text in zip((_EDGE, _WIDE - _EDGE), ("start", "end"), ends)
    )
    box = f"0 0 {_WIDE} {high + 12}"
    return f'<svg class="strip" viewBox="{box}" aria-hidden="true">{content}{words}</svg>'
