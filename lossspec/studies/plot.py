"""A study as one figure: how its replicates trained, and where they ended beside the document's figures."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from typing import Any, Iterator, Mapping

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lossspec.core.arrays import Array
from lossspec.experiments.curves import not_finite, quantiles
from lossspec.experiments.recipes import Recipe
from lossspec.experiments.replication import Study
from lossspec.studies.figures import documented, in_words

COLOURS = {"train": "#2a6fbb", "val": "#c8641b", "test": "#c8641b"}

_INK, _MUTED, _RULE = "#1d2126", "#5c6670", "#d5dadf"
_WIDTH, _TOP, _CURVES, _BETWEEN, _ROW, _BOTTOM = 9.6, 1.3, 3.0, 0.95, 0.8, 0.65  # inches
_LEFT = 0.105
_BINS = 110
_MANY = 2000  # dots, from which on a vector file holds them as pixels
_DECADES = 1.5  # figures that span more are drawn on a logarithmic axis
_SETTINGS: Any = {
    "font.size": 9.5,
    "text.color": _INK,
    "axes.edgecolor": _MUTED,
    "axes.labelcolor": _MUTED,
    "xtick.color": _MUTED,
    "ytick.color": _MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "lossspec",
}
_NO_DATE: Any = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}


def draw(recipe: Recipe, study: Study, versions: Mapping[str, str], suffix: str) -> bytes:
    """The figure as a file's content.

    Args:
        recipe: what was trained.
        study: what came of it.
        versions: of the subject.
        suffix: ``png``, ``svg`` or ``pdf``.
    """
    with _settings():
        rows = _rows(recipe, study)
        ends = _ROW * len(rows)
        height = _TOP + _CURVES + _BETWEEN + ends + _BOTTOM
        figure = Figure(figsize=(_WIDTH, height), facecolor="white")
        grid = figure.add_gridspec(
            2,
            2,
            height_ratios=(_CURVES, ends),
            left=_LEFT,
            right=0.97,
            top=1 - _TOP / height,
            bottom=_BOTTOM / height,
            hspace=2 * _BETWEEN / (_CURVES + ends),
            wspace=0.16,
        )
        _title(figure, recipe, in_words(study, versions), height)
        curves = [figure.add_subplot(grid[0, column]) for column in range(2)]
        for axes, measure in zip(curves, ("loss", recipe.metric)):
            _curves(axes, recipe, study, measure)
        # Above the panels, where no curve can run into it.
        legend: Any = {"loc": "center left", "bbox_to_anchor": (_LEFT - 0.012, 1 - 0.84 / height), "ncols": 2}
        figure.legend(handles=curves[0].get_lines(), frameon=False, **legend)
        _ends(figure.add_subplot(grid[1, :]), recipe, rows)
        buffer = io.BytesIO()
        figure.savefig(buffer, format=suffix, dpi=150, metadata=_NO_DATE.get(suffix))
        return buffer.getvalue()


@contextlib.contextmanager
def _settings() -> Iterator[None]:
    """The library's own settings and ours, whatever the user's, which are restored behind it."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        yield


def _title(figure: Figure, recipe: Recipe, words: str, height: float) -> None:
    figure.text(_LEFT, 1 - 0.3 / height, recipe.name, fontsize=14, fontweight="bold", va="center")
    figure.text(_LEFT, 1 - 0.57 / height, words, color=_MUTED, va="center")


# --- curves ---------------------------------------------------------------------------------------------------


def _curves(axes: Axes, recipe: Recipe, study: Study, measure: str) -> None:
    """Median, middle half and middle 95 % by epoch, in training and in validation."""
    bands = []
    for part, name in (("train", measure), ("val", f"val_{measure}")):
        bands.append(quantiles(study.history[name]))
        _band(axes, bands[-1], COLOURS[part], {"train": "train", "val": _validation(recipe)}[part])
    everything = np.concatenate([each[np.isfinite(each)] for each in bands])
    logarithmic = _spans_decades(everything)
    if logarithmic:
        axes.set_yscale("log")
    if not everything.size:
        axes.text(0.5, 0.5, "no finite figure", transform=axes.transAxes, ha="center", color=_MUTED)
        axes.set_yticks([])
    _name(axes, measure, logarithmic)
    axes.set_xlabel("epoch (line: median; bands: middle 50 and 95 %)")
    axes.set_xlim(1 - 0.02 * recipe.epochs, recipe.epochs * 1.02)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.grid(axis="y", color=_RULE, linewidth=0.6)
    axes.set_axisbelow(True)


def _spans_decades(values: Array) -> bool:
    return bool(values.size and values.min() > 0 and np.log10(values.max() / values.min()) > _DECADES)


def _name(axes: Axes, name: str, logarithmic: bool) -> None:
    title = f"{name}, logarithmic" if logarithmic else name
    axes.set_title(title, loc="left", fontsize=10.5, fontweight="bold")


def _band(axes: Axes, values: Array, colour: str, label: str) -> None:
    outer_low, low, median, high, outer_high = values
    epochs = np.arange(1, len(median) + 1)
    axes.fill_between(epochs, outer_low, outer_high, color=colour, alpha=0.16, linewidth=0)
    axes.fill_between(epochs, low, high, color=colour, alpha=0.3, linewidth=0)
    axes.plot(epochs, median, color=colour, linewidth=1.5, label=label, marker="o" if len(median) == 1 else None)


def _validation(recipe: Recipe) -> str:
    return "validation, on the test data" if recipe.validation_split is None else "validation"


# --- where the replicates ended ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Row:
    """One part of the data: the replicates' figures ``(n,)`` at the end, and the document's."""

    part: str
    label: str
    values: Array
    documented: float | None

    @property
    def finite(self) -> Array:
        return self.values[np.isfinite(self.values)]


def _rows(recipe: Recipe, study: Study) -> list[_Row]:
    """A row for each part and way to count the metric; ways that agree in every replicate share one."""
    rows: list[_Row] = []
    for part, measures in study.final.items():
        different: list[_Row] = []
        for measure, values in measures.items():
            name, _, way = measure.partition(" by ")
            if name == recipe.metric and not any(np.array_equal(row.values, values) for row in different):
                label = f"{part},\nby {way}" if way else part
                different.append(_Row(part, label, values, documented(recipe, part, measure)))
        rows.extend(different)
    return rows


def _ends(axes: Axes, recipe: Recipe, rows: list[_Row]) -> None:
    """A dot for each replicate, stacked, over the quantiles; the document's figure is marked across them."""
    everything = np.concatenate(
        [np.append(row.finite, [] if row.documented is None else row.documented) for row in rows]
    )
    logarithmic = _spans_decades(everything)
    if logarithmic:
        axes.set_xscale("log")
    edges = _edges(everything, logarithmic)
    tallest = max(int(np.histogram(row.finite, edges)[0].max()) for row in rows)
    for number, row in enumerate(rows):
        _replicates(axes, -number, row, _stacked(row.finite, edges) * 0.42 / max(tallest, 10))
        if row.documented is not None:
            _mark(axes, -number, row.documented, before=row.documented > edges[_BINS * 3 // 4])
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(-len(rows) + 0.6, 0.62)
    axes.set_yticks([-number for number in range(len(rows))], [row.label for row in rows])
    axes.tick_params(axis="y", length=0, labelcolor=_INK)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=_RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    _name(axes, f"{recipe.metric} at the end", logarithmic)
    axes.set_xlabel("dot: a replicate; bar: middle 95 %, white at the median; diamond: the document's figure")


def _edges(values: Array, logarithmic: bool) -> Array:
    """Edges of the bins in which dots are stacked: they are as wide as a dot."""
    if not values.size:
        return np.linspace(0, 1, _BINS)
    low, high = (np.log10(each) if logarithmic else each for each in (values.min(), values.max()))
    margin = 0.03 * (high - low) or 0.05 * abs(high) or 0.05
    edges = np.linspace(low - margin, high + margin, _BINS)
    return np.asarray(10**edges if logarithmic else edges)


def _stacked(values: Array, edges: Array) -> Array:
    """How many values of the same bin lie below each."""
    bins = np.digitize(values, edges)
    below = np.zeros(len(values))
    for each in np.unique(bins):
        of_bin = np.flatnonzero(bins == each)
        below[of_bin] = np.arange(len(of_bin))
    return below


def _replicates(axes: Axes, at: float, row: _Row, heights: Array) -> None:
    colour, values = COLOURS[row.part], row.finite
    if values.size:
        many = values.size > _MANY
        axes.scatter(values, at + 0.11 + heights, s=8, color=colour, alpha=0.6, linewidths=0, rasterized=many)
        low, median, high = quantiles(values, (2.5, 50, 97.5))
        axes.plot([low, high], [at, at], color=colour, linewidth=6, solid_capstyle="butt")
        axes.plot([median, median], [at - 0.05, at + 0.05], color="white", linewidth=1.8)
    lost = int(not_finite(row.values))
    if lost:
        words = f"{lost} of {len(row.values)} not finite"
        axes.text(1, at + 0.4, words, transform=axes.get_yaxis_transform(), ha="right", color=_MUTED)


def _mark(axes: Axes, at: float, figure: float, *, before: bool) -> None:
    """The document's figure, its number before or behind the mark."""
    axes.plot([figure, figure], [at - 0.2, at + 0.56], color=_INK, linewidth=0.9, linestyle=(0, (3, 2)), zorder=0.9)
    axes.plot([figure], [at - 0.22], marker="D", color=_INK, markersize=5.5, zorder=5)
    place: Any = {"textcoords": "offset points", "va": "center", "ha": "right" if before else "left", "fontsize": 9}
    axes.annotate(f"{figure:.3f}", (figure, at - 0.22), (-7 if before else 7, -0.5), **place)
