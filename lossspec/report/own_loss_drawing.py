"""A loss and its slope along a line, drawn: the modes, and what it claims to be."""

from __future__ import annotations

from typing import Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lossspec.checks.curves import Line
from lossspec.core.arrays import AnyArray, Array
from lossspec.report.svg import COLOURS, inline
from lossspec.studies.plot import quiet, settings

MARKERS = "os^D"
"""Of the modes, in turn."""

_MARKS = 24
"""Marks in a panel: the modes take turns, so that each shows though they coincide."""
_VISIBLE = 0.01
"""A point this far off the others, as a share of the range, is always marked."""
_JUMP, _STEEP = 0.3, 4
_FAR = 20
"""A range so many times that of the middle 90 % of points is cut to those."""


def drawing(name: str, line: Line, number: int) -> Markup:
    """Loss and slope along a line, as an ``<svg>`` element."""
    with settings():
        figure = Figure(figsize=(4.4, 4.0))  # inches: 317 by 288 units of the SVG
        figure.patch.set_visible(False)
        figure.subplots_adjust(left=0.13, right=0.985, top=0.93, bottom=0.13, hspace=0.26)
        plainest = line.curves[0]
        with np.errstate(all="ignore"):
            slope = np.gradient(plainest.loss, line.x)
        beneath = (line.like.loss, line.like.slope) if line.like else (None, slope)
        for axes, what, pale in zip(figure.subplots(2, 1, sharex=True), ("loss", "slope"), beneath):
            _panel(axes, line, [getattr(curve, what) for curve in line.curves], pale)
            quiet(axes, what, "y", COLOURS)
            axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
            axes.tick_params(labelsize=9.5)
        axes.set_xlabel(line.label, color=COLOURS["muted"])
        where = "" if line.at is None else f", the counterexample marked at {line.at:g}"
        label = f"{name}: loss and slope in each mode by {line.label}{where}"
        return Markup(inline(figure, f"drawing:{number}", label))  # noqa: S704 # escaped where made


def _panel(axes: Axes, line: Line, curves: Sequence[Array], pale: Array | None) -> None:
    limits = _limits([*curves, *([] if pale is None else [pale])])
    if pale is not None:
        axes.plot(line.x, _broken(pale, limits), color=COLOURS["reference"], linewidth=6)
    axes.plot(line.x, _broken(curves[0], limits), color=COLOURS["measured"], linewidth=1.3)
    places, span = np.arange(len(line.x)), limits[1] - limits[0]
    step = max(1, len(places) // _MARKS)
    for turn, curve in enumerate(curves[1:]):
        with np.errstate(all="ignore"):
            agrees = np.isclose(curve, curves[0], rtol=0, atol=_VISIBLE * span, equal_nan=True)
        in_turn = (places % step == 0) & (places // step % (len(curves) - 1) == turn)
        for which, colour in ((in_turn & agrees, "measured"), (~agrees, "off")):
            _marks(axes, line.x, curve, which, MARKERS[turn % len(MARKERS)], colour)
    for curve in curves:
        _not_finite(axes, line.x[~np.isfinite(curve)])
    if line.at is not None:
        axes.axvline(line.at, color=COLOURS["off"], linewidth=1, linestyle=(0, (4, 3)))
        _marks(axes, line.x, curves[0], line.x == line.at, "o", "off", size=7)
    axes.set_ylim(*limits)


def _limits(curves: Sequence[Array]) -> tuple[float, float]:
    """The range of what is finite, of the middle where few points are far off."""
    found = np.concatenate([curve[np.isfinite(curve)] for curve in curves])
    if not found.size:
        return -1.0, 1.0
    low, high = float(found.min()), float(found.max())
    near = np.percentile(found, (5, 95))
    if high - low > _FAR * (near[1] - near[0]) > 0:
        low, high = float(near[0]), float(near[1])
    margin = 0.06 * (high - low) or max(0.05 * abs(high), 1e-3)
    return low - margin, high + margin


def _broken(curve: Array, limits: tuple[float, float]) -> Array:
    """A gap at each jump, where a line would claim values that the function doesn't have."""
    broken = np.where(np.isfinite(curve), curve, np.nan).astype(float)
    steps = np.nan_to_num(np.abs(np.diff(broken, prepend=np.nan, append=np.nan)))
    # A step beside others nearly as large is steep, and no jump.
    beside = np.maximum(steps[:-2], steps[2:])
    jumps = (steps[1:-1] > _JUMP * (limits[1] - limits[0])) & (steps[1:-1] > _STEEP * beside)
    broken[1:][jumps] = np.nan
    return broken


def _marks(
    axes: Axes, x: Array, y: Array, which: AnyArray, marker: str, colour: str, size: float = 3.6
) -> None:
    shown = which & np.isfinite(y)
    if shown.any():
        axes.plot(
            x[shown],
            y[shown],
            linestyle="none",
            marker=marker,
            markersize=size,
            markerfacecolor=COLOURS[colour],
            markeredgewidth=0,
        )


def _not_finite(axes: Axes, x: Array) -> None:
    """Crosses along the axis where there is no finite number."""
    if len(x):
        axes.plot(
            x,
            np.full(len(x), 0.03),
            transform=axes.get_xaxis_transform(),
            linestyle="none",
            marker="x",
            markersize=5,
            markeredgecolor=COLOURS["off"],
            markeredgewidth=1.2,
            clip_on=False,
        )
