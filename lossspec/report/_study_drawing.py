"""A study, drawn: how its replicates trained, epoch by epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from lossspec.core.arrays import Array
from lossspec.report import _svg, _words
from lossspec.report._trained import Band

SIZE = (4.1, 3.2)  # inches: 295 by 230 units of the SVG
DECADES = 1.5
"""Figures that span more are drawn on a logarithmic axis."""

_INK, _RULE, _MUTED = _svg.COLOURS["ink"], _svg.COLOURS["rule"], _svg.COLOURS["muted"]
_OUTER, _INNER = 0.16, 0.3
_BUMPY = 1.5
_ROOM = 0.06  # of the panel's height, for the names of lines
_TOGETHER, _CLOSE = 4.0, 30.0  # points of the page between the ends of two lines


@dataclass(frozen=True)
class Line:
    """One measure of a panel: its quantiles by epoch, what the document printed of each, and one run's own curve."""

    colour: str
    dashed: bool
    band: Band
    log: Array
    run: Array
    name: str = ""


def draw_curves(lines: Sequence[Line], title: str, prefix: str, label: str) -> str:
    """Median, middle half and middle 95 % of each line by epoch, as an ``<svg>`` element.

    Args:
        lines: at least one, with at least one finite figure.
        title: what the axis measures.
        prefix: begins the ids; different for each figure of a page.
        label: what it shows, for a reader who doesn't see it.
    """
    with _svg.settings():
        figure = Figure(figsize=SIZE)
        figure.patch.set_visible(False)
        figure.subplots_adjust(left=0.14, right=0.985, top=0.9, bottom=0.16)
        axes = figure.subplots()
        logarithmic = spans_decades(np.concatenate([line.band.rows.ravel() for line in lines]))
        if logarithmic:
            axes.set_yscale("log", nonpositive="clip")
        for line in lines:
            _band(axes, line)
        for line in lines[:1] if lines[0].name else lines:  # of ways to count, all have the document's one log
            _log(axes, line)
        _limits(axes, lines)
        _named(axes, lines)
        quiet(axes, f"{title}, logarithmic" if logarithmic else title)
        return _svg.inline(figure, prefix, label)


def spans_decades(values: Array) -> bool:
    """Whether all finite values are positive and too far apart for a linear axis."""
    finite = values[np.isfinite(values)]
    return bool(finite.size and finite.min() > 0 and np.log10(finite.max() / finite.min()) > DECADES)


def quiet(axes: Axes, title: str) -> None:
    """Thin rules and few numbers, the panel's name in place of a legend."""
    axes.patch.set_visible(False)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set(color=_RULE, linewidth=0.8)
    few_numbers(axes.yaxis, *sorted(axes.get_ylim()))
    axes.grid(axis="y", color=_RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelcolor=_MUTED, labelsize=9.5)
    axes.set_title(title, loc="left", color=_INK, fontsize=10.5, fontweight="bold", x=0.0, pad=7)


def few_numbers(axis: Axis, low: float, high: float) -> None:
    """Ticks at a few round numbers, and these as the page writes numbers."""
    if axis.get_scale() == "log":
        decades = np.log10(high / low)
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if decades < 2 else (1,), numticks=7))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: _words.number(value, digits=3).removeprefix("1 × ")))
    else:
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))


def _band(axes: Axes, line: Line) -> None:
    """The quantiles; between bands and median one run's own curve, thin, where it says more than the median."""
    colour, epochs = _svg.COLOURS[line.colour], line.band.epochs
    outer_low, low, median, high, outer_high = np.where(np.isfinite(line.band.rows), line.band.rows, np.nan)
    axes.fill_between(epochs, outer_low, outer_high, color=colour, alpha=_OUTER, linewidth=0)
    axes.fill_between(epochs, low, high, color=colour, alpha=_INNER, linewidth=0)
    if bumpy(line):
        own = np.where(np.isfinite(line.run), line.run, np.nan)
        axes.plot(np.arange(1, len(own) + 1), own, color=_INK, linewidth=0.5, solid_joinstyle="round")
    alone = len(epochs) == 1
    axes.plot(epochs, median, color=colour, linewidth=1.7, marker="o" if alone else None, **_style(line))


def bumpy(line: Line) -> bool:
    """Whether one run's own curve goes up and down much more than the median, which hides it."""
    logarithmic = spans_decades(line.band.rows.ravel())
    return bool(line.run.size > 1 and _way(line.run, logarithmic) > _BUMPY * _way(line.band.median, logarithmic))


def _way(curve: Array, logarithmic: bool) -> float:
    """How far a curve goes up and down in all, as drawn."""
    shown = curve[np.isfinite(curve) & ((curve > 0) | (not logarithmic))]
    return float(np.abs(np.diff(np.log(shown) if logarithmic else shown)).sum())


def _style(line: Line) -> dict[str, Any]:
    return {"linestyle": (0, (4, 1.6))} if line.dashed else {}


def _log(axes: Axes, line: Line) -> None:
    """The figures that the document printed, as diamonds: hollow for the dashed line."""
    if line.log.size:
        axes.plot(
            np.arange(1, len(line.log) + 1),
            line.log,
            linestyle="none",
            marker="D",
            markersize=3.0,
            markerfacecolor=_svg.COLOURS["paper"] if line.dashed else _INK,
            markeredgecolor=_INK,
            markeredgewidth=0.7,
        )


def _limits(axes: Axes, lines: Sequence[Line]) -> None:
    """From the first epoch to the last; up and down as far as bands and printed figures reach."""
    last = max(float(line.band.epochs.max()) for line in lines)
    axes.set_xlim(1 - 0.02 * last, last * 1.02)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.set_xlabel("epoch", color=_MUTED)
    values = np.concatenate([np.append(line.band.rows.ravel(), line.log) for line in lines])
    low, high = with_margin(values, logarithmic=axes.get_yscale() == "log")
    axes.set_ylim(low, high + (_ROOM * (high - low) if any(line.name for line in lines) else 0))


def with_margin(values: Array, *, logarithmic: bool) -> tuple[float, float]:
    """Ends of an axis: the least and the largest finite value, and a little more."""
    values = values[np.isfinite(values) & ((values > 0) | (not logarithmic))]
    values = np.log10(values) if logarithmic else values
    low, high = float(values.min()), float(values.max())
    margin = 0.04 * (high - low) or 0.05 * abs(high) or 0.05
    ends = (low - margin, high + margin)
    return (float(10 ** ends[0]), float(10 ** ends[1])) if logarithmic else ends


def _named(axes: Axes, lines: Sequence[Line]) -> None:
    """Each line's name above its end, or below where another line is close above; one name where they coincide."""
    last: tuple[float, Any] | None = None  # how high on the page the line above ends, in points, and its label
    ends = [line for line in lines if line.name and np.isfinite(line.band.median[-1])]
    for line in sorted(ends, key=lambda each: -float(each.band.median[-1])):
        at = (float(line.band.epochs[-1]), float(line.band.median[-1]))
        height = float(axes.transData.transform(at)[1]) * 72 / axes.figure.dpi
        gap = last[0] - height if last else np.inf
        if last and gap < _TOGETHER:
            last[1].set_text(f"{last[1].get_text()}, {line.name}")
            continue
        place: dict[str, Any] = {"textcoords": "offset points", "ha": "right", "fontsize": 9.5, "color": _INK}
        below = gap < _CLOSE
        label = axes.annotate(line.name, at, (0, -6 if below else 5), va="top" if below else "bottom", **place)
        last = (height, label)
