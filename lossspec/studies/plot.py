"""A study as one figure: how its runs trained, and where they ended beside the document's figures."""

from __future__ import annotations

import contextlib
import io
from typing import Any, Iterator, Mapping, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from lossspec.core.arrays import Array
from lossspec.experiments.curves import PERCENTS
from lossspec.studies.summary import Band, Documented, End, Study, band, ends, log

COLOURS = {
    "ink": "#1d2126",
    "muted": "#5c6670",
    "rule": "#d5dadf",
    "paper": "#ffffff",
    "train": "#2a6fbb",
    "validation": "#c1521a",
}
"""The colours of a file; a page has its own."""

_WIDTH, _TITLE, _TOP, _CURVES, _BETWEEN, _ROW, _BOTTOM = (
    9.6,
    0.65,
    0.7,
    2.7,
    0.9,
    0.8,
    0.65,
)  # inches
_LEFT, _RIGHT = 0.125, 0.985  # shares of the width
_DOT = 3.4  # points: a run
_STACK = 0.44  # of a row, the tallest column of dots
_DECADES = 1.5  # figures that span more are drawn on a logarithmic axis
_SETTINGS: Any = {
    "font.size": 10,
    "svg.fonttype": "none",
    "svg.hashsalt": "lossspec",
    "path.simplify_threshold": 0.3,
    "axes.formatter.limits": (-4, 5),
    "axes.formatter.useoffset": False,
    "text.parse_math": False,  # a record's words are no formulas
}
_NO_DATE: Any = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}


@contextlib.contextmanager
def settings() -> Iterator[None]:
    """Set matplotlib, whatever the user's own settings, which are restored behind it."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        yield


def draw(name: str, study: Study, words: str, suffix: str) -> bytes:
    """A study as a file's content.

    Args:
        name: of the recipe.
        study: as a record holds it.
        words: how many runs, and on what.
        suffix: ``png``, ``svg`` or ``pdf``.
    """
    with settings():
        figure = picture(study, COLOURS, name, words)
        buffer = io.BytesIO()
        figure.savefig(
            buffer, format=suffix, dpi=150, facecolor="white", metadata=_NO_DATE.get(suffix)
        )
        return buffer.getvalue()


def picture(study: Study, colours: Mapping[str, str], name: str = "", words: str = "") -> Figure:
    """Loss and metric by epoch above, the metric at the end of every run below; within `settings`.

    Args:
        study: as a record holds it.
        colours: what `COLOURS` names.
        name: heads the figure.
        words: stand below the name.
    """
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
    ink = colours["ink"]
    if name:
        figure.text(
            _LEFT, 1 - 0.3 / height, name, fontsize=14, fontweight="bold", va="center", color=ink
        )
        figure.text(_LEFT, 1 - 0.57 / height, words, va="center", color=colours["muted"])
    lines: dict[str, Any] = {}
    for column, measure in enumerate(("loss", study["metric"])):
        axes = figure.add_subplot(grid[0, column])
        _curves(axes, study, measure, colours)
        lines.update({str(line.get_label()): line for line in axes.get_lines()})
    # Above the panels, where no curve can run into it.
    where: Any = {
        "loc": "center left",
        "bbox_to_anchor": (_LEFT - 0.012, 1 - (top - 0.45) / height),
    }
    figure.legend(handles=list(lines.values()), frameon=False, ncols=4, labelcolor=ink, **where)
    _ends(figure.add_subplot(grid[1, :]), rows, study["metric"], colours)
    return figure


def _curves(axes: Axes, study: Study, measure: str, colours: Mapping[str, str]) -> None:
    """Median, middle half and middle 95 % by epoch, in training and validation, and the document's log."""
    names = (("train", "training", measure), ("validation", _validation(study), f"val_{measure}"))
    found = [(part, label, band(study, name), log(study, name)) for part, label, name in names]
    bands = [(part, label, each) for part, label, each, _ in found if each is not None]
    logs = [(part, printed) for part, _, _, printed in found if printed.size]
    values = [each.rows.ravel() for _, _, each in bands] + [printed for _, printed in logs]
    logarithmic = _scaled(axes, "y", values, colours)
    for part, label, each in bands:
        _band(axes, each, colours[part], label)
    for part, printed in logs:
        face = colours["ink" if part == "train" else "paper"]
        look: Any = {"linestyle": "none", "marker": "D", "markersize": 3, "markeredgewidth": 0.7}
        label = f"the document's log, {'training' if part == 'train' else 'validation'}"
        epochs = np.arange(1, len(printed) + 1)
        axes.plot(epochs, printed, label=label, color=colours["ink"], markerfacecolor=face, **look)
    _quiet(axes, f"{measure}, logarithmic" if logarithmic else measure, "y", colours)
    axes.set_xlabel("epoch (line: median; bands: middle 50 and 95 %)", color=colours["muted"])
    axes.set_xlim(1 - 0.02 * study["epochs"], study["epochs"] * 1.02)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))


def _validation(study: Study) -> str:
    return (
        "validation, on the test data" if study.get("validation") == "test data" else "validation"
    )


def _band(axes: Axes, quantiles: Band, colour: str, label: str) -> None:
    low, quarter, median, three_quarters, high = np.where(
        np.isfinite(quantiles.rows), quantiles.rows, np.nan
    )
    epochs = quantiles.epochs
    axes.fill_between(epochs, low, high, color=colour, alpha=0.16, linewidth=0)
    axes.fill_between(epochs, quarter, three_quarters, color=colour, alpha=0.3, linewidth=0)
    style = "--" if label.startswith("validation") else "-"
    marker = "o" if len(epochs) == 1 else None
    axes.plot(
        epochs, median, color=colour, linestyle=style, linewidth=1.6, label=label, marker=marker
    )


def _scaled(axes: Axes, which: str, values: Sequence[Array], colours: Mapping[str, str]) -> bool:
    """Set an axis to all finite values, with few ticks; whether it is logarithmic."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    found = np.concatenate([*values, []])
    found = found[np.isfinite(found)]
    if not found.size:
        axes.text(
            0.5,
            0.5,
            "no finite figure",
            transform=axes.transAxes,
            ha="center",
            color=colours["muted"],
        )
        axis.set_major_locator(NullLocator())
        return False
    logarithmic = bool(found.min() > 0 and np.log10(found.max()) - np.log10(found.min()) > _DECADES)
    low, high = (
        float(np.log10(each)) if logarithmic else float(each) for each in (found.min(), found.max())
    )
    margin = 0.03 * (high - low) or 0.05 * abs(high) or 0.05
    limits = (low - margin, high + margin)
    if logarithmic:
        axes.set(**{f"{which}scale": "log"})
        few = (1, 2, 5) if high - low < 2 else (1,)
        axis.set_major_locator(LogLocator(subs=few, numticks=7))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        limits = (10 ** limits[0], 10 ** limits[1])
    else:
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.set(**{f"{which}lim": limits})
    return logarithmic


def _quiet(axes: Axes, title: str, rules: str, colours: Mapping[str, str]) -> None:
    """Thin rules and few numbers, the panel's name in place of a legend."""
    axes.patch.set_visible(False)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set(color=colours["rule"], linewidth=0.8)
    axes.grid(axis=rules, color=colours["rule"], linewidth=0.6)  # type: ignore[arg-type] # x or y
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelcolor=colours["muted"])
    axes.set_title(title, loc="left", fontsize=10.5, fontweight="bold", color=colours["ink"])


def _ends(axes: Axes, rows: Sequence[End], metric: str, colours: Mapping[str, str]) -> None:
    """A dot for each run, stacked, over their quantiles; the document's figure is marked across them."""
    printed = [np.array([row.documented.value]) for row in rows if row.documented]
    logarithmic = _scaled(axes, "x", [*(row.finite for row in rows), *printed], colours)
    count = int(_WIDTH * (_RIGHT - _LEFT) * 72 / _DOT)
    edges = (np.geomspace if logarithmic else np.linspace)(*axes.get_xlim(), count)
    tallest = max([1, *(int(np.histogram(row.finite, edges)[0].max()) for row in rows)])
    unit = min(_DOT / (_ROW * 72), _STACK / tallest)
    for number, row in enumerate(rows):
        colour = colours["train" if row.part == "train" else "validation"]
        if row.finite.size:
            _dots(axes, row.finite, -number + 0.14, unit, edges, colour)
            _quantiles(axes, row.finite, -number, colour, colours["ink"])
        lost = len(row.values) - len(row.finite)
        if lost:
            place: Any = {
                "transform": axes.get_yaxis_transform(),
                "ha": "right",
                "color": colours["muted"],
            }
            axes.text(1, 0.4 - number, f"{lost} of {len(row.values)} not finite", **place)
        if row.documented:
            _mark(axes, -number, row.documented, edges, colours["ink"])
    axes.set_ylim(0.45 - max(1, len(rows)), 0.62)
    labels = [f"{row.part}\n{row.counted}".strip().replace(", ", ",\n") for row in rows]
    axes.set_yticks([-number for number in range(len(rows))], labels)
    _quiet(
        axes,
        f"{metric} at the end, logarithmic" if logarithmic else f"{metric} at the end",
        "x",
        colours,
    )
    axes.tick_params(axis="y", labelcolor=colours["ink"], labelsize=9)
    words = (
        "dot: a run; bars: middle 50 and 95 %, the median a tick; diamond: the document's figure"
    )
    axes.set_xlabel(words, color=colours["muted"])


def _dots(axes: Axes, values: Array, floor: float, unit: float, edges: Array, colour: str) -> None:
    """Every column of dots as one stroke with round ends, all of them one path."""
    counts, _ = np.histogram(values, edges)
    full = np.flatnonzero(counts)
    middles = (
        np.sqrt(edges[full] * edges[full + 1])
        if edges[0] > 0
        else (edges[full] + edges[full + 1]) / 2
    )
    tops = floor + (counts[full] - 1) * unit + 4e-3  # a stroke of no length at all would be lost
    heights = np.stack([np.full(len(full), floor), tops], 1).ravel()
    codes = np.tile([Path.MOVETO, Path.LINETO], len(full))
    path = Path(np.stack([np.repeat(middles, 2), heights], 1), codes)
    path.should_simplify = False
    look: Any = {
        "linewidth": _DOT * 0.92,
        "capstyle": "round",
        "snap": False,
    }  # snapped, it may have none
    axes.add_patch(PathPatch(path, fill=False, edgecolor=colour, **look))


def _quantiles(axes: Axes, values: Array, at: float, colour: str, ink: str) -> None:
    """Middle 95 % thin, middle half thick, the median a tick."""
    low, quarter, median, three_quarters, high = np.percentile(values, PERCENTS)
    axes.plot([low, high], [at, at], color=colour, linewidth=1.4)
    axes.plot([quarter, three_quarters], [at, at], color=colour, linewidth=5, solid_capstyle="butt")
    axes.plot(
        [median, median], [at - 0.08, at + 0.08], color=ink, linewidth=1.4, solid_capstyle="butt"
    )


def _mark(axes: Axes, at: float, printed: Documented, edges: Array, ink: str) -> None:
    """The document's figure as a diamond, its number on the side with more room."""
    value, before = printed.value, printed.value > edges[len(edges) * 3 // 4]
    axes.plot(
        [value, value],
        [at - 0.2, at + 0.56],
        color=ink,
        linewidth=0.9,
        linestyle=(0, (3, 2)),
        zorder=0.9,
    )
    axes.plot([value], [at - 0.24], marker="D", color=ink, markersize=5.5, clip_on=False, zorder=5)
    place: Any = {
        "textcoords": "offset points",
        "va": "center",
        "ha": "right" if before else "left",
    }
    axes.annotate(
        printed.short,
        (value, at - 0.24),
        (-7 if before else 7, -0.5),
        color=ink,
        fontsize=9,
        **place,
    )
