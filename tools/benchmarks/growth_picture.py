"""The picture of how cost grows: four panels of lines over sizes, both axes logarithmic."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Mapping, Sequence

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from tools.benchmarks.batches import ONE_HOT, SPARSE
from tools.benchmarks.conditions import in_words
from tools.benchmarks.curves import Curve

SETTINGS = {
    "font.size": 9,
    "svg.fonttype": "path",
    "svg.hashsalt": "lossspec",
    "axes.spines.top": False,
    "axes.spines.right": False,
}
SHADES = ("#2a6fbb", "#c8641b", "#3a8f5c", "#8d4fa8", "#b3364b", "#5c6670", "#b58a00", "#1d9aa8", "#1d2126")
DASHES = {"eager": ":", "graph": "-", "xla": "--"}


def draw_picture(conditions: Mapping[str, Any], curves: Sequence[Curve], target: Path) -> None:
    """Draw the growth as an SVG; the same data give the same bytes.

    Args:
        conditions: what it was measured on.
        curves: as `benchmarks.curves.read` gives them.
        target: the file.
    """
    found = {(each.over, each.part, each.mode, each.unit): each for each in curves}
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(11, 8.4), layout="constrained")
        panels = figure.subplots(2, 2)
        _samples(panels[0, 0], found["samples", "step", "graph", "seconds"])
        times = {mode: found["classes", "gradient", mode, "seconds"] for mode in DASHES}
        _classes(panels[0, 1], times, "s", "loss and its slope, 32 samples: time")
        added = {mode: found["classes", "gradient", mode, "bytes"] for mode in DASHES}
        _classes(panels[1, 0], added, "bytes", "the same: memory that a call adds")
        _seeds(panels[1, 1], found["seeds", "replication of one seed", "xla", "seconds"])
        figure.supxlabel(in_words(conditions), fontsize=7, color="#5c6670")
        FigureCanvasSVG(figure).print_svg(str(target), metadata={"Date": None})


def _axes(panel: Any, title: str, across: str, up: str) -> None:
    panel.set(xscale="log", yscale="log", xlabel=across, ylabel=up)
    panel.set_title(title, loc="left", fontsize=10)
    panel.grid(color="#d5dadf", linewidth=0.5)


def _samples(panel: Any, curve: Curve) -> None:
    """A training step of each loss."""
    _axes(panel, "a training step, graph", "samples in a batch", "s")
    for shade, (name, values) in zip(SHADES, curve.lines.items()):
        panel.plot(curve.sizes, values, marker=".", color=shade, label=name.replace("_", " "))
    panel.legend(frameon=False, fontsize=7)


def _classes(panel: Any, by_mode: Mapping[str, Curve], up: str, title: str) -> None:
    """Both cross-entropies in each mode; what couldn't be measured, or was nothing, has no point."""
    _axes(panel, title, "classes", up)
    for mode, curve in by_mode.items():
        for name, shade in ((ONE_HOT, SHADES[1]), (SPARSE, SHADES[0])):
            values = [value or float("nan") for value in curve.lines[name]]
            label = f"{'one-hot' if name == ONE_HOT else 'sparse'}, {mode}"
            panel.plot(curve.sizes, values, DASHES[mode], marker=".", color=shade, label=label)
    panel.legend(frameon=False, fontsize=7, handlelength=4)


def _seeds(panel: Any, curve: Curve) -> None:
    """Replication."""
    _axes(panel, "replication, per seed", "seeds side by side", "s a seed")
    for values in curve.lines.values():
        panel.plot(curve.sizes, values, marker=".", color=SHADES[0])
