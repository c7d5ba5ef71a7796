"""A study, drawn: where its replicates ended, beside the document's figure."""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from lossspec.core.arrays import Array
from lossspec.report import _svg
from lossspec.report._study_drawing import SIZE, few_numbers, quiet, spans_decades, with_margin
from lossspec.report._trained import PERCENTS, Documented, End

_INK, _RULE, _MUTED = _svg.COLOURS["ink"], _svg.COLOURS["rule"], _svg.COLOURS["muted"]
_DOT = 3.4  # points: a replicate
_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 5.0, 24.0, 22.0  # points around the strips
_NAME, _STRIP, _BAR, _STACK = 21.0, 36.0, 6.0, 24.0  # points: a group's name, a strip, its bar, its tallest stack

Group = tuple[str, Sequence[End]]
"""A way to count, in words, and its figures by part of the data."""


def draw_ends(groups: Sequence[Group], title: str, prefix: str, label: str) -> str:
    """A dot for each replicate, stacked, over their quantiles, with the document's figure, as an ``<svg>`` element.

    Args:
        groups: at least one end with a finite figure.
        title: what the axis measures.
        prefix: begins the ids; different for each figure of a page.
        label: what it shows, for a reader who doesn't see it.
    """
    strips = sum(len(ends) for _, ends in groups)
    named = sum(bool(name) for name, _ in groups)
    points = max(_NAME * named + _STRIP * strips, SIZE[1] * 72 - _TOP - _BOTTOM)
    tall = (points - _NAME * named) / strips  # points for each strip
    height = points + _TOP + _BOTTOM
    with _svg.settings():
        figure = Figure(figsize=(SIZE[0], height / 72))
        figure.patch.set_visible(False)
        wide = SIZE[0] * 72
        axes = figure.add_axes((_LEFT / wide, _BOTTOM / height, (wide - _LEFT - _RIGHT) / wide, points / height))
        logarithmic = _scaled(axes, groups)
        axes.set_ylim(points, 0)  # in points, downwards
        ticks = _groups(axes, groups, tall, _bins(axes, wide - _LEFT - _RIGHT))
        quiet(axes, f"{title}, logarithmic" if logarithmic else title)
        _upright(axes, ticks)
        return _svg.inline(figure, prefix, label)


def _scaled(axes: Axes, groups: Sequence[Group]) -> bool:
    """Set the axis from the least to the largest figure, the document's among them; whether it is logarithmic."""
    ends = [end for _, each in groups for end in each]
    printed = [end.documented.value for end in ends if end.documented]
    values = np.concatenate([*(end.finite for end in ends), printed])
    logarithmic = spans_decades(values)
    if logarithmic:
        axes.set_xscale("log")
    axes.set_xlim(*with_margin(values, logarithmic=logarithmic))
    return logarithmic


def _bins(axes: Axes, wide: float) -> Array:
    """Edges of the columns in which dots are stacked, each as wide as a dot."""
    low, high = axes.get_xlim()
    count = int(wide / _DOT)
    return np.geomspace(low, high, count) if axes.get_xscale() == "log" else np.linspace(low, high, count)


def _groups(axes: Axes, groups: Sequence[Group], tall: float, edges: Array) -> list[tuple[float, str]]:
    """Draw every strip; where each is, and what part of the data it is."""
    counts = [np.histogram(end.finite, edges)[0] for _, ends in groups for end in ends]
    stack = tall - (_STRIP - _STACK)
    unit = min(_DOT, stack / max(1, *(int(each.max()) for each in counts)))
    at, ticks = 0.0, []
    for name, ends in groups:
        if name:
            place: dict[str, Any] = {
                "xycoords": axes.get_yaxis_transform(),
                "textcoords": "offset points",
                "va": "center",
            }
            axes.annotate(name, (0, at + _NAME * 0.6), (-_LEFT + 2, 0), color=_INK, fontsize=9.5, **place)
            at += _NAME
        for end in ends:
            _stacks(axes, end, at + tall - _BAR - 6, unit, edges)
            _quantiles(axes, end, at + tall - _BAR, stack)
            ticks.append((at + tall - _BAR, end.part))
            at += tall
    return ticks


def _colour(end: End) -> str:
    return _svg.COLOURS["train" if end.part == "train" else "validation"]


def _stacks(axes: Axes, end: End, floor: float, unit: float, edges: Array) -> None:
    """Every column of dots as one stroke with round ends, all of them one path."""
    counts, _ = np.histogram(end.finite, edges)
    middles = np.sqrt(edges[:-1] * edges[1:]) if axes.get_xscale() == "log" else (edges[:-1] + edges[1:]) / 2
    full = np.flatnonzero(counts)
    if not full.size:
        return
    tops = floor - (counts[full] - 1) * unit - 0.01  # a stroke of no length at all would be lost
    vertices = np.stack([np.repeat(middles[full], 2), np.stack([np.full(len(full), floor), tops], 1).ravel()], 1)
    path = Path(vertices, np.tile([Path.MOVETO, Path.LINETO], len(full)))
    path.should_simplify = False
    axes.add_patch(PathPatch(path, fill=False, edgecolor=_colour(end), linewidth=_DOT * 0.92, capstyle="round"))


def _quantiles(axes: Axes, end: End, at: float, stack: float) -> None:
    """Middle 95 % thin, middle half thick, the median a tick; across them the document's figure."""
    if end.finite.size:
        outer_low, low, median, high, outer_high = np.percentile(end.finite, PERCENTS)
        axes.plot([outer_low, outer_high], [at, at], color=_colour(end), linewidth=1.4)
        axes.plot([low, high], [at, at], color=_colour(end), linewidth=4.5, solid_capstyle="butt")
        axes.plot([median, median], [at - 4.5, at + 4.5], color=_INK, linewidth=1.4, solid_capstyle="butt")
    lost = len(end.values) - len(end.finite)
    if lost:
        words = f"{lost} of {len(end.values)} not finite"
        axes.text(1, at - 12, words, color=_MUTED, fontsize=9, ha="right", transform=axes.get_yaxis_transform())
    if end.documented:
        _mark(axes, end.documented, at, stack)


def _mark(axes: Axes, printed: Documented, at: float, stack: float) -> None:
    """The document's figure as a diamond, as wide as its rounding, its number on the side with more room."""
    value, half_unit = printed.value, printed.half_unit
    axes.plot([value, value], [at - stack, at], color=_INK, linewidth=0.8, linestyle=(0, (2.5, 2)))
    axes.plot([value - half_unit, value + half_unit], [at, at], color=_INK, linewidth=1.4)
    axes.plot([value], [at], marker="D", markersize=5.5, color=_INK, clip_on=False, zorder=5)
    right = axes.transAxes.inverted().transform(axes.transData.transform((value, at)))[0] < 0.75
    place: dict[str, Any] = {"ha": "left" if right else "right", "va": "center", "textcoords": "offset points"}
    axes.annotate(printed.short, (value, at - stack), (4 if right else -4, 0), color=_INK, fontsize=9.5, **place)


def _upright(axes: Axes, ticks: Sequence[tuple[float, str]]) -> None:
    """Rules down the page, where the figures are read off; the parts named at the left."""
    axes.set_yticks([place for place, _ in ticks], [part for _, part in ticks])
    axes.tick_params(axis="y", labelcolor=_INK)
    axes.grid(visible=False, axis="y")
    axes.grid(axis="x", color=_RULE, linewidth=0.5)
    few_numbers(axes.xaxis, *axes.get_xlim())
