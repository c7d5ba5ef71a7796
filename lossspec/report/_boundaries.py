"""What a trained network makes of the plane: computed from a record's weights, and drawn over its points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from lossspec.core.arrays import AnyArray, Array
from lossspec.report import _svg
from lossspec.report._trained import Study

SIZE = (4.1, 3.7)  # inches: 295 by 266 units of the SVG
GRID = 121
"""Points a side at which a network is asked."""

CLASSES = ("class-1", "class-2", "class-3")
_FAR = 1e30  # no point lies there; beyond it a drawing's arithmetic overflows

ROUNDS_TO_NOTHING = 0.5
"""A tanh output nearer to 0 rounds to 0, which is neither class."""


def _softmax(outputs: Array) -> Array:
    powers = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


_ACTIVATIONS: Mapping[str, Callable[[Array], Array]] = {
    "linear": lambda outputs: outputs,
    "relu": lambda outputs: np.maximum(outputs, 0),
    "tanh": np.tanh,
    "sigmoid": lambda outputs: 1 / (1 + np.exp(-outputs)),
    "softmax": _softmax,
}


@dataclass(frozen=True)
class Plane:
    """A trained network of two inputs, and points with their classes.

    Attributes:
        layers: kernel ``(inputs, units)``, bias ``(units,)`` and activation of each.
        at: the points, ``(n, 2)``.
        of: each point's class as its place among ``classes``, ``(n,)``.
        classes: the classes' numbers, in order.
    """

    layers: tuple[tuple[Array, Array, str], ...]
    at: Array
    of: AnyArray
    classes: tuple[int, ...]

    def outputs(self, at: Array) -> Array:
        """The network's outputs ``(n, units)`` at points ``(n, 2)``."""
        with np.errstate(all="ignore"):
            for kernel, bias, activation in self.layers:
                at = _ACTIVATIONS[activation](at @ kernel + bias)
        return at

    def leads(self, at: Array) -> Array:
        """For each class, by how much its output leads at points ``(n, 2)``: ``(n, classes)``, positive where first."""
        outputs = self.outputs(at)
        if outputs.shape[1] == 1:
            lead = outputs[:, 0] - (0.5 if self.activation == "sigmoid" else 0.0)
            return np.stack([-lead, lead], axis=1)
        others = [np.delete(outputs, each, axis=1).max(axis=1) for each in range(outputs.shape[1])]
        return np.asarray(outputs - np.stack(others, axis=1))

    @property
    def activation(self) -> str:
        """The last layer's."""
        return self.layers[-1][2]

    @property
    def wrong(self) -> AnyArray:
        """Which points lie where another class leads, ``(n,)``."""
        return np.asarray(np.argmax(self.leads(self.at), axis=1) != self.of)


def plane(study: Study, which: str) -> Plane | None:
    """A replicate's network and points; None where the record has none, or none that fits together."""
    run = study["runs"].get(which, {})
    try:
        layers = _layers(study.get("layers", ()), run["weights"])
        at, given = np.array(run["points"]["at"], np.float64), [int(each) for each in run["points"]["class"]]
    except (KeyError, TypeError, ValueError, OverflowError, IndexError):
        return None
    classes = tuple(sorted(set(given)))
    if not layers or layers[0][0].shape[0] != 2 or at.shape != (len(given), 2) or not np.all(np.abs(at) < _FAR):
        return None
    if len(classes) != max(2, layers[-1][0].shape[1]) or len(classes) > len(CLASSES):
        return None
    made = Plane(layers, at, np.searchsorted(classes, given), classes)
    return made if np.isfinite(made.outputs(at)).all() else None


def _layers(described: Any, weights: Any) -> tuple[tuple[Array, Array, str], ...]:
    """Kernels, biases and activations, each layer's inputs as many as the units before it.

    Raises:
        ValueError, KeyError, TypeError: when they don't fit together.
    """
    layers: list[tuple[Array, Array, str]] = []
    for number, (_, units, activation) in enumerate(described):
        kernel, bias = (np.array(weights[2 * number + each], np.float64) for each in (0, 1))
        before = layers[-1][0].shape[1] if layers else kernel.shape[0]
        if kernel.shape != (before, units) or bias.shape != (units,) or activation not in _ACTIVATIONS:
            raise ValueError(f"layer {number} is no {activation} layer of {units} units")
        layers.append((kernel, bias, activation))
    return tuple(layers)


def rounds(study: Study, drawn: Plane) -> bool:
    """Whether the study counts by rounding an output of tanh, of which rounding makes three numbers."""
    counted = any(name.endswith(" by rounding") for measures in study["final"].values() for name in measures)
    return counted and drawn.activation == "tanh"


def draw_plane(drawn: Plane, prefix: str, label: str, *, rounding: bool) -> str:
    """The regions of the classes, the boundary, and the points, hollow where they lie in another's region.

    Args:
        drawn: the network and its points.
        prefix: begins the ids; different for each figure of a page.
        label: what it shows, for a reader who doesn't see it.
        rounding: whether to draw, dashed, where the output's rounding changes.
    """
    with _svg.settings():
        figure = Figure(figsize=SIZE)
        figure.patch.set_visible(False)
        figure.subplots_adjust(left=0.08, right=0.985, top=0.985, bottom=0.085)
        axes = figure.subplots()
        _frame(axes, drawn.at)
        _regions(axes, drawn, rounding=rounding)
        wrong = drawn.wrong
        for number, name in enumerate(CLASSES[: len(drawn.classes)]):
            own = drawn.of == number
            _points(axes, drawn.at[own & ~wrong], number, name, hollow=False)
            _points(axes, drawn.at[own & wrong], number, name, hollow=True)
        return _svg.inline(figure, prefix, label)


def _frame(axes: Axes, at: Array) -> None:
    """Both axes to one scale, all points inside."""
    middle, reach = (at.max(axis=0) + at.min(axis=0)) / 2, np.ptp(at, axis=0) / 2
    wide, tall = SIZE[0] * 0.905, SIZE[1] * 0.9
    unit = 1.08 * max(reach[0] / wide, reach[1] / tall) or 1.0
    axes.set_xlim(middle[0] - unit * wide, middle[0] + unit * wide)
    axes.set_ylim(middle[1] - unit * tall, middle[1] + unit * tall)
    axes.patch.set_visible(False)
    for spine in axes.spines.values():
        spine.set(color=_svg.COLOURS["rule"], linewidth=0.8)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    axes.tick_params(length=0, labelcolor=_svg.COLOURS["muted"], labelsize=9)


def _regions(axes: Axes, drawn: Plane, *, rounding: bool) -> None:
    x, y = (np.linspace(*limits, GRID) for limits in (axes.get_xlim(), axes.get_ylim()))
    grid = np.stack([each.ravel() for each in np.meshgrid(x, y)], axis=1)
    leads = drawn.leads(grid)
    ink = _svg.COLOURS["ink"]
    for number, name in enumerate(CLASSES[: len(drawn.classes)]):
        lead = leads[:, number].reshape(GRID, GRID)
        if lead.max() > 0:
            axes.contourf(x, y, lead, levels=[0, np.inf], colors=[_svg.COLOURS[name]], alpha=0.2)
        if lead.min() < 0 < lead.max():
            axes.contour(x, y, lead, levels=[0], colors=[ink], linewidths=1.1)
    output = drawn.outputs(grid)[:, 0].reshape(GRID, GRID)
    for level in (-ROUNDS_TO_NOTHING, ROUNDS_TO_NOTHING) if rounding else ():
        if output.min() < level < output.max():
            axes.contour(x, y, output, levels=[level], colors=[ink], linewidths=0.9, linestyles=[(0, (3, 2))])


def _points(axes: Axes, at: Array, number: int, name: str, *, hollow: bool) -> None:
    """One path for all: circles, squares or triangles by class, so that colour isn't all that tells them apart."""
    if not len(at):
        return
    unit = float(np.ptp(axes.get_xlim())) / (SIZE[0] * 0.905 * 72)  # one point of the page
    corners = _OUTLINES[number] * unit * (2.6 if hollow else 1.9)
    vertices = (at[:, None, :] + corners[None]).reshape(-1, 2)
    codes = np.tile([Path.MOVETO, *[Path.LINETO] * (len(corners) - 2), Path.CLOSEPOLY], len(at))
    path = Path(vertices, codes)
    path.should_simplify = False
    colour = _svg.COLOURS[name]
    fill = _svg.COLOURS["paper"] if hollow else colour
    axes.add_patch(PathPatch(path, facecolor=fill, edgecolor=colour, linewidth=1.3 if hollow else 0.4))


def _polygon(sides: int, turn: float, size: float) -> Array:
    angles = turn + 2 * np.pi * np.arange(sides + 1) / sides
    return size * np.stack([np.cos(angles), np.sin(angles)], axis=1)


_OUTLINES = (_polygon(8, np.pi / 8, 1.0), _polygon(4, np.pi / 4, 1.25), _polygon(3, np.pi / 2, 1.35))
