"""A loss and its slope, drawn: what the subject measured, over the reference."""

from __future__ import annotations

from typing import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lossspec.core.arrays import AnyArray, Array
from lossspec.losses import Definition
from lossspec.report import _svg
from lossspec.report._losses import CURVES, Measured, reference_at
from lossspec.studies.plot import settings

MARKERS = {"eager": "o", "graph": "s", "xla": "^", "": "o"}
SIZE = (4.0, 3.6)  # inches: 288 by 259 units of the SVG
FINE = 2001
MARKS = 33
"""Marks in a panel: the modes take turns, so that each shows though they coincide."""

VISIBLE = 0.01
"""A point this far off the reference, as a share of the reference's range, is always marked, and as off."""

_JUMP = 0.3
_INK, _RULE, _MUTED = _svg.COLOURS["ink"], _svg.COLOURS["rule"], _svg.COLOURS["muted"]


def draw(loss: Definition, curves: Sequence[Measured], subject: str) -> str:
    """The loss above and its slope below, as an ``<svg>`` element.

    Args:
        loss: which of the nine.
        curves: what was measured of it, as `lossspec.report._losses.measured` gives it.
        subject: on what, in words.
    """
    with settings():
        figure = Figure(figsize=SIZE)
        figure.patch.set_visible(False)
        figure.subplots_adjust(left=0.12, right=0.985, top=0.93, bottom=0.14, hspace=0.26)
        for axes, what in zip(figure.subplots(2, 1, sharex=True), CURVES):
            _panel(axes, loss, what, [each for each in curves if each.what == what])
            _quiet(axes, what)
        axes.set_xlabel(loss.line().label, color=_MUTED)
        label = f"{loss.title}: the loss and its slope measured on {subject}, over the reference"
        return _svg.inline(figure, f"drawing:{loss.slug}", label)


def _panel(axes: Axes, loss: Definition, what: str, curves: Sequence[Measured]) -> None:
    line = loss.line()
    fine = np.linspace(line.x.min(), line.x.max(), FINE)
    reference = reference_at(loss.name, what, fine)
    axes.plot(
        fine,
        _broken_at_jumps(reference),
        color=_svg.COLOURS["reference"],
        linewidth=6,
        clip_on=False,
    )
    for turn, curve in enumerate(curves):
        off = _off(loss, curve, float(np.ptp(reference)))
        _marks(axes, curve, _in_turn(len(curve.x), turn, len(curves)) & ~off, "measured")
        _marks(axes, curve, off, "off")


def _off(loss: Definition, curve: Measured, span: float) -> AnyArray:
    """Which points lie visibly off the reference, or are no numbers."""
    with np.errstate(all="ignore"):
        far = np.abs(curve.y - reference_at(loss.name, curve.what, curve.x))
    return np.asarray(~(far <= VISIBLE * span))


def _in_turn(count: int, turn: int, of: int) -> AnyArray:
    """About `MARKS` points in all modes together, each mode taking every other one."""
    step = max(1, round(count / MARKS))
    positions = np.arange(count)
    return np.asarray((positions % step == 0) & (positions // step % of == turn))


def _marks(axes: Axes, curve: Measured, which: AnyArray, colour: str) -> None:
    shown = which & np.isfinite(curve.x) & np.isfinite(curve.y)
    if not shown.any():
        return
    axes.plot(
        curve.x[shown],
        curve.y[shown],
        linestyle="none",
        marker=MARKERS[curve.mode],
        markersize=3.6,
        markerfacecolor=_svg.COLOURS[colour],
        markeredgewidth=0,
        clip_on=False,
    )


def _broken_at_jumps(y: Array) -> Array:
    """A copy with a gap at each jump, where a line would claim values that the function doesn't have."""
    jumps = np.abs(np.diff(y)) > _JUMP * np.ptp(y)
    broken = y.astype(float)
    broken[1:][jumps] = np.nan
    return broken


def _quiet(axes: Axes, what: str) -> None:
    """Thin rules and few numbers, the panel's name in place of a legend."""
    axes.patch.set_visible(False)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set(color=_RULE, linewidth=0.8)
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    axes.grid(axis="y", color=_RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelcolor=_MUTED, labelsize=9.5)
    axes.set_title(what, loc="left", color=_INK, fontsize=10.5, fontweight="bold", x=0.0, pad=6)
