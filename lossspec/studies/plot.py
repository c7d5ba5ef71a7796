"""A study as one figure."""

from __future__ import annotations

import contextlib
import io
from typing import Iterator, Mapping, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from lossspec.core.arrays import Array
from lossspec.experiments.curves import PERCENTS
from lossspec.records.record_types import Study
from lossspec.studies.summary import Documented, End, band, ends, log

Colours = Mapping[str, str]

COLOURS: Colours = {
    "ink": "#1d2126",
    "muted": "#5c6670",
    "rule": "#d5dadf",
    "paper": "#ffffff",
    "train": "#2a6fbb",
    "validation": "#c1521a",
}
"""The colours of a file; a page has its own."""

# In inches: the figure's width, and its parts from top to bottom.
_WIDTH, _TITLE, _TOP, _CURVES, _BETWEEN, _ROW, _BOTTOM = 9.6, 0.65, 0.7, 2.7, 0.9, 0.8, 0.65
_LEFT, _RIGHT = 0.125, 0.985  # shares of the width
_DOT = 3.4  # points: a run
_STACK = 0.44  # of a row, the tallest column of dots
_DECADES = 1.5  # figures that span more are drawn on a logarithmic axis


@contextlib.contextmanager
def settings() -> Iterator[None]:
    """Set matplotlib's defaults within the block."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(
            {
                "font.size": 10,
                "svg.fonttype": "none",
                "svg.hashsalt": "lossspec",
                "path.simplify_threshold": 0.3,
                "axes.formatter.limits": (-4, 5),
                "axes.formatter.useoffset": False,
                "text.parse_math": False,  # a record's words are no formulas
            }
        )
        yield


def draw(name: str, study: Study, words: str, suffix: str) -> bytes:
    """Draw a study as a file's content: ``png``, ``svg`` or ``pdf``."""
    no_date = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(suffix)
    buffer = io.BytesIO()
    with settings():
        figure = picture(study, COLOURS, name, words)
        figure.savefig(buffer, format=suffix, dpi=150, facecolor="white", metadata=no_date)
    return buffer.getvalue()


def picture(study: Study, colours: Colours, name: str = "", words: str = "") -> Figure:
    """Draw loss and metric by epoch, and all ends; within `settings`."""
    rows = ends(study, study["metric"])
    below = _ROW * max(1, len(rows))
    top = _TOP + (_TITLE if name else 0)
    height = top + _CURVES + _BETWEEN + below + _BOTTOM
    figure = Figure(figsize=(_WIDTH, height))
    grid = figure.add_gridspec(
        2,
        2,
        height_ratios=(_CURVES, below),
        left=_LEFT,
        right=_RIGHT,
        top=1 - top / height,
        bottom=_BOTTOM / height,
        hspace=2 * _BETWEEN / (_CURVES + below),
        wspace=0.16,
    )
    if name:
        figure.text(_LEFT, 1 - 0.3 / height, name, size=14, weight="bold", va="center")
        figure.text(_LEFT, 1 - 0.57 / height, words, va="center", color=colours["muted"])
    panels = [figure.add_subplot(grid[0, column]) for column in (0, 1)]
    for axes, measure in zip(panels, ("loss", study["metric"])):
        _curves(axes, study, measure, colours)
    lines = {str(line.get_label()): line for axes in panels for line in axes.get_lines()}
    # Above the panels, where no curve can run into it.
    figure.legend(
        handles=list(lines.values()),
        frameon=False,
        ncols=4,
        labelcolor=colours["ink"],
        loc="center left",
        bbox_to_anchor=(_LEFT - 0.012, 1 - (top - 0.45) / height),
    )
    _ends(figure.add_subplot(grid[1, :]), rows, study["metric"], colours)
    return figure


def quiet(axes: Axes, title: str, rules: str, colours: Colours) -> None:
    """Draw a panel's title, and rules along one axis."""
    axes.patch.set_visible(False)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set(color=colours["rule"], linewidth=0.8)
    axes.grid(axis=rules, color=colours["rule"], linewidth=0.6)  # type: ignore[arg-type] # x or y
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelcolor=colours["muted"])
    axes.set_title(title, loc="left", fontsize=10.5, fontweight="bold", color=colours["ink"])


def _curves(axes: Axes, study: Study, measure: str, colours: Colours) -> None:
    """Draw quantiles by epoch, and the document's log."""
    on_test = study.get("validation") == "test data"
    labels = {"train": "training", "validation": "validation" + ", on the test data" * on_test}
    names = {"train": measure, "validation": f"val_{measure}"}
    bands = {part: band(study, name) for part, name in names.items()}
    logs = {part: log(study, name) for part, name in names.items()}
    found = [quantiles.rows.ravel() for quantiles in bands.values() if quantiles]
    found += logs.values()
    logarithmic = _scale(axes, "y", found, colours)
    for part, quantiles in bands.items():
        if quantiles:
            epochs, colour = quantiles.epochs, colours[part]
            low, quarter, median, upper, high = quantiles.rows
            axes.fill_between(epochs, low, high, color=colour, alpha=0.16, linewidth=0)
            axes.fill_between(epochs, quarter, upper, color=colour, alpha=0.3, linewidth=0)
            axes.plot(
                epochs,
                median,
                color=colour,
                linestyle="-" if part == "train" else "--",
                linewidth=1.6,
                label=labels[part],
                marker="o" if len(epochs) == 1 else None,
            )
    for part, printed in logs.items():
        if printed.size:
            axes.plot(
                np.arange(1, len(printed) + 1),
                printed,
                label=f"the document's log, {'training' if part == 'train' else 'validation'}",
                color=colours["ink"],
                markerfacecolor=colours["ink" if part == "train" else "paper"],
                linestyle="none",
                marker="D",
                markersize=3,
                markeredgewidth=0.7,
            )
    quiet(axes, measure + ", logarithmic" * logarithmic, "y", colours)
    axes.set_xlabel("epoch (line: median; bands: middle 50 and 95 %)", color=colours["muted"])
    axes.set_xlim(1 - 0.02 * study["epochs"], study["epochs"] * 1.02)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))


def _scale(axes: Axes, which: str, values: Sequence[Array], colours: Colours) -> bool:
    """Fit an axis to finite values; whether it is logarithmic."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    found = np.concatenate([*values, []])
    found = found[np.isfinite(found)]
    if not found.size:
        words = "no finite figure"
        axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", color=colours["muted"])
        axis.set_major_locator(NullLocator())
        return False
    low, high = float(found.min()), float(found.max())
    logarithmic = low > 0 and float(np.log10(high) - np.log10(low)) > _DECADES
    if logarithmic:
        low, high = float(np.log10(low)), float(np.log10(high))
    margin = 0.03 * (high - low) or 0.05 * abs(high) or 0.05
    limits = (low - margin, high + margin)
    if logarithmic:
        axes.set(**{f"{which}scale": "log"})
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if high - low < 2 else (1,), numticks=7))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        limits = (10 ** limits[0], 10 ** limits[1])
    else:
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.set(**{f"{which}lim": limits})
    return logarithmic


def _ends(axes: Axes, rows: Sequence[End], metric: str, colours: Colours) -> None:
    """Draw a dot for each run, quantiles, and the document's figure."""
    printed = [np.array([row.documented.value]) for row in rows if row.documented]
    logarithmic = _scale(axes, "x", [*(row.finite for row in rows), *printed], colours)
    count = int(_WIDTH * (_RIGHT - _LEFT) * 72 / _DOT)
    edges = (np.geomspace if logarithmic else np.linspace)(*axes.get_xlim(), count)
    tallest = max([1, *(int(np.histogram(row.finite, edges)[0].max()) for row in rows)])
    unit = min(_DOT / (_ROW * 72), _STACK / tallest)
    for number, row in enumerate(rows):
        colour = colours["train" if row.part == "train" else "validation"]
        if row.finite.size:
            _dots(axes, row.finite, -number + 0.14, unit, edges, colour)
            _quantiles(axes, row.finite, -number, colour, colours["ink"])
        if lost := len(row.values) - len(row.finite):
            words, place = f"{lost} of {len(row.values)} not finite", axes.get_yaxis_transform()
            axes.text(1, 0.4 - number, words, transform=place, ha="right", color=colours["muted"])
        if row.documented:
            _mark(axes, -number, row.documented, edges, colours["ink"])
    axes.set_ylim(0.45 - max(1, len(rows)), 0.62)
    labels = [f"{row.part}\n{row.counted}".strip().replace(", ", ",\n") for row in rows]
    axes.set_yticks([-number for number in range(len(rows))], labels)
    quiet(axes, f"{metric} at the end" + ", logarithmic" * logarithmic, "x", colours)
    axes.tick_params(axis="y", labelcolor=colours["ink"], labelsize=9)
    axes.set_xlabel(
        "dot: a run; bars: middle 50 and 95 %, the median a tick; diamond: the document's figure",
        color=colours["muted"],
    )


def _dots(axes: Axes, values: Array, floor: float, unit: float, edges: Array, colour: str) -> None:
    """Draw columns of dots as round-ended strokes of one path."""
    counts, _ = np.histogram(values, edges)
    full = np.flatnonzero(counts)
    middles = (edges[full] + edges[full + 1]) / 2
    tops = floor + (counts[full] - 1) * unit + 4e-3  # a stroke of no length at all would be lost
    heights = np.stack([np.full(len(full), floor), tops], 1).ravel()
    points = np.stack([np.repeat(middles, 2), heights], 1)
    path = Path(points, np.tile([Path.MOVETO, Path.LINETO], len(full)))
    path.should_simplify = False
    width = _DOT * 0.92
    # Snapped to pixels, a stroke may have no length.
    patch = PathPatch(path, fill=False, edgecolor=colour, linewidth=width, capstyle="round")
    patch.set_snap(False)
    axes.add_patch(patch)


def _quantiles(axes: Axes, values: Array, at: float, colour: str, ink: str) -> None:
    """Middle 95 % thin, middle half thick, the median a tick."""
    low, quarter, median, three_quarters, high = np.percentile(values, PERCENTS)
    thick, tick = (quarter, three_quarters), (at - 0.08, at + 0.08)
    axes.plot((low, high), (at, at), color=colour, linewidth=1.4)
    axes.plot(thick, (at, at), color=colour, linewidth=5, solid_capstyle="butt")
    axes.plot((median, median), tick, color=ink, linewidth=1.4, solid_capstyle="butt")


def _mark(axes: Axes, at: float, printed: Documented, edges: Array, ink: str) -> None:
    """Draw the document's figure as a diamond with its number."""
    value, before = printed.value, printed.value > edges[len(edges) * 3 // 4]
    axes.plot(
        (value, value), (at - 0.2, at + 0.56), ls=(0, (3, 2)), color=ink, linewidth=0.9, zorder=0.9
    )
    axes.plot([value], [at - 0.24], marker="D", color=ink, markersize=5.5, clip_on=False, zorder=5)
    axes.annotate(
        printed.short,
        (value, at - 0.24),
        (-7 if before else 7, -0.5),
        textcoords="offset points",
        va="center",
        ha="right" if before else "left",
        color=ink,
        fontsize=9,
    )
