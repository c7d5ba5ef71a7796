"""Strips: drawings a line high, of numbers alone, light enough for every claim of every record."""

from __future__ import annotations

import math
from typing import Callable, Sequence

from lossspec.report._words import number

WIDE, HIGH = 240, 20
_EDGE = 8.0
_DECADES = 1.5

Interval = tuple[float, float]
Mark = tuple[float, str, str]
"""Where across the strip, which end of the words is there, and the words."""


def share(rate: float, interval: Interval) -> str:
    """How often something is true, with its interval, from never to always; the ends are where a verdict is clear."""
    x = _scale([0.0, 1.0])
    zones = _zone("refuted", x(0), x(0.1)) + _zone("holds", x(0.9), x(1))
    content = (
        zones + _axis([x(0), x(1)]) + _bar(x(interval[0]), x(interval[1]), 10) + _dot(x(rate), 10)
    )
    return _svg(content, [(x(0), "start", "never"), (x(1), "end", "always")])


def spread(quantiles: Sequence[Sequence[float]], documented: float | None) -> str:
    """The middle 95 % of the replicates thin, the middle half thick, the median a tick; the document's a diamond.

    Args:
        quantiles: five for each of the compared, below one another.
        documented: the document's figure, on the first.
    """
    values = [each for row in quantiles for each in row] + (
        [] if documented is None else [documented]
    )
    x = _scale(
        values, logarithmic=min(values) > 0 and math.log10(max(values) / min(values)) > _DECADES
    )
    parts = []
    for row, (low, quarter, median, three_quarters, high) in enumerate(quantiles):
        y = 10 + HIGH * row
        parts.append(f'<path class="thin" d="M{x(low):.1f} {y}H{x(high):.1f}"/>')
        parts.append(f'<path class="thick" d="M{x(quarter):.1f} {y}H{x(three_quarters):.1f}"/>')
        parts.append(f'<path class="tick" d="M{x(median):.1f} {y - 6}v12"/>')
    if documented is not None:
        parts.append(f'<path class="printed" d="M{x(documented):.1f} 5l5 5-5 5-5-5z"/>')
    ends = [
        (_EDGE, "start", number(min(values), digits=3)),
        (WIDE - _EDGE, "end", number(max(values), digits=3)),
    ]
    return _svg(
        "".join(parts), ends if min(values) < max(values) else ends[:1], rows=len(quantiles)
    )


def margin(difference: float, interval: Interval, within: float) -> str:
    """A difference with its interval, over the zone in which it counts as none."""
    x = _scale([*interval, difference, 1.3 * within, -1.3 * within])
    zone = _zone("holds", x(-within), x(within)) + f'<path class="axis" d="M{x(0):.1f} 3v14"/>'
    marks = [(x(each), "middle", number(each, digits=3)) for each in (-within, 0.0, within)]
    return _svg(zone + _bar(x(interval[0]), x(interval[1]), 10) + _dot(x(difference), 10), marks)


def against(got: float, wanted: float) -> str:
    """A figure, the dot, and what it should be, the diamond, with zero for a measure of how far that is."""
    x = _scale([got, wanted, 0.0])
    said = [f"● got {number(got, digits=3)}", f"◆ {number(wanted, digits=3)}"]
    low, high = said if got <= wanted else said[::-1]
    marks = [(_EDGE, "start", low), (WIDE - _EDGE, "end", high)]
    apart = f'<path class="thin" d="M{x(got):.1f} 10H{x(wanted):.1f}"/>'
    content = f'<path class="axis" d="M{_EDGE} 18H{WIDE - _EDGE}M{x(0):.1f} 3v14"/>{apart}'
    return _svg(
        f'{content}<path class="printed" d="M{x(wanted):.1f} 5l5 5-5 5-5-5z"/>{_dot(x(got), 10)}',
        marks,
    )


def _scale(values: Sequence[float], *, logarithmic: bool = False) -> Callable[[float], float]:
    """From a value to a place across the strip."""
    turned = math.log if logarithmic else float
    low, high = turned(min(values)), turned(max(values))
    span = (high - low) or 1.0
    return lambda value: (
        _EDGE + (WIDE - 2 * _EDGE) * min(1.0, max(0.0, (turned(value) - low) / span))
    )


def _zone(name: str, left: float, right: float) -> str:
    return (
        f'<rect class="zone {name}" x="{left:.1f}" y="2" width="{right - left:.1f}" height="16"/>'
    )


def _axis(at: Sequence[float]) -> str:
    return f'<path class="axis" d="M{at[0]:.1f} 18H{at[-1]:.1f}"/>'


def _bar(left: float, right: float, y: float) -> str:
    return f'<path class="bar" d="M{left:.1f} {y}H{right:.1f}M{left:.1f} {y - 4}v8M{right:.1f} {y - 4}v8"/>'


def _dot(x: float, y: float) -> str:
    return f'<circle cx="{x:.1f}" cy="{y}" r="3.5"/>'


def _svg(content: str, marks: Sequence[Mark], rows: int = 1) -> str:
    high = HIGH * rows
    words = "".join(
        f'<text x="{x:.1f}" y="{high + 9}" text-anchor="{end}">{text}</text>'
        for x, end, text in marks
    )
    return f'<svg class="strip" viewBox="0 0 {WIDE} {high + 12}" aria-hidden="true">{content}{words}</svg>'
