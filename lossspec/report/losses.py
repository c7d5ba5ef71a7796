"""Losses and slopes, as measured, over the formula."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple, Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lossspec.core.arrays import AnyArray, Array
from lossspec.ledger.verdicts import ABSENT, UNDECIDED
from lossspec.losses import DEFINITIONS, OF_SEQUENCES, Definition
from lossspec.losses.inputs import Line
from lossspec.records.findings import verdict_in
from lossspec.records.record_types import Claim as Entry
from lossspec.records.record_types import Record
from lossspec.report import words
from lossspec.report.claims import anchor
from lossspec.report.subjects import Subject
from lossspec.report.svg import COLOURS, inline
from lossspec.studies.plot import quiet, settings
from lossspec.studies.summary import numbers

WHAT = ("loss", "slope")
MARKERS = "os^D"
"""Of the modes, in turn."""

_FINE = 2001
_MARKS = 33
"""Marks in a panel: the modes take turns, so that each shows though they coincide."""

_VISIBLE = 0.01
"""A point this far off, as a share of the formula's range, is always marked, and as off."""

_JUMP = 0.3


class Curve(NamedTuple):
    """A measured ``loss`` or ``slope`` in one mode, points ``(n,)``."""

    what: str
    mode: str
    x: Array
    y: Array


@dataclass(frozen=True)
class Drawing:
    """One loss; ``svg`` is empty without curves."""

    loss: Definition
    claim: str = ""
    anchor: str = ""
    verdict: str = UNDECIDED
    svg: str = ""
    points: str = ""
    modes: tuple[str, ...] = ()

    @property
    def formulas(self) -> list[str]:
        """The formulas of value and derivative, from docstrings."""
        documented = (self.loss.value.__doc__, self.loss.derivative.__doc__)
        return [_formula(text) for text in documented if text]


def gallery(records: Sequence[Record], ordered: Sequence[Subject]) -> list[Drawing]:
    """Each loss, drawn from the newest record with curves."""
    known = [*DEFINITIONS.values(), *OF_SEQUENCES.values()]
    return [_drawing(loss, records, ordered) for loss in known]


def _drawing(loss: Definition, records: Sequence[Record], ordered: Sequence[Subject]) -> Drawing:
    for record, subject in zip(reversed(records), reversed(ordered)):
        if (claim := _measured_in(record, loss)) is not None:
            entry = record["claims"][claim]
            curves = measured(entry)
            known = verdict_in(records[-1], claim) != ABSENT
            return Drawing(
                loss=loss,
                claim=claim,
                anchor=anchor(claim) if known else "",
                verdict=entry["verdict"],
                svg=Markup(draw(loss, curves, subject.name)),  # noqa: S704 # its words are escaped where they are made
                points=_points(curves, subject.name),
                modes=tuple(dict.fromkeys(curve.mode for curve in curves if curve.mode)),
            )
    return Drawing(loss)


def _measured_in(record: Record, loss: Definition) -> str | None:
    """The claim whose spec measured the loss's curves."""
    found = (claim for claim in record["claims"] if claim.endswith(f".{loss.slug}-gradient"))
    return next((claim for claim in found if measured(record["claims"][claim])), None)


def measured(entry: Entry) -> list[Curve]:
    """The curves that a claim's cases hold."""
    return [
        Curve(curve["what"], case["mode"] or "", numbers(curve["x"]), numbers(curve["y"]))
        for case in entry.get("evidence", ())
        for curve in case["curves"]
        if curve["what"] in WHAT
    ]


def _line(loss: Definition) -> Line:
    """The line that its curves were measured along."""
    if loss.line is None:
        raise ValueError(f"{loss.name} has no line, and so no curves")
    return loss.line()


def reference_at(loss: Definition, what: str, x: Array) -> Array:
    """The formula's loss or slope at ``x``, ``(n,)``; NaN outside its domain."""
    line = _line(loss)
    predictions = line.predictions[0] + np.outer(x - line.x[0], line.direction)
    targets = np.repeat(line.targets[:1], len(x), axis=0)
    with np.errstate(all="ignore"):
        if what == "loss":
            return np.asarray(loss.value(targets, predictions))
        return np.asarray(loss.derivative(targets, predictions) @ line.direction)


def _points(curves: Sequence[Curve], subject: str) -> str:
    """``96 points in eager and graph, on TensorFlow …``."""
    counts = {curve.mode: len(curve.x) for curve in curves if curve.what == "loss"}
    many = " and ".join(dict.fromkeys(map(str, counts.values())))
    in_modes = f" in {words.in_a_row([mode for mode in counts if mode])}" if any(counts) else ""
    return f"{many} points{in_modes}, on {subject}."


def _formula(documented: str) -> str:
    """A docstring's formula, with the minus of print."""
    formula = re.split(r"\.\s|\.$|[:;]\s", documented.strip(), maxsplit=1)[0]
    return re.sub(r"(?<![a-z])-|-(?![a-z])", "−", formula)


def draw(loss: Definition, curves: Sequence[Curve], subject: str) -> str:
    """Draw loss and slope as an ``<svg>`` element."""
    with settings():
        figure = Figure(figsize=(4.0, 3.6))  # inches: 288 by 259 units of the SVG
        figure.patch.set_visible(False)
        figure.subplots_adjust(left=0.12, right=0.985, top=0.93, bottom=0.14, hspace=0.26)
        for axes, what in zip(figure.subplots(2, 1, sharex=True), WHAT):
            _panel(axes, loss, what, [curve for curve in curves if curve.what == what])
            quiet(axes, what, "y", COLOURS)
            axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
            axes.tick_params(labelsize=9.5)
        axes.set_xlabel(_line(loss).label, color=COLOURS["muted"])
        label = f"{loss.title}: the loss and its slope measured on {subject}, over the reference"
        return inline(figure, f"drawing:{loss.slug}", label)


def _panel(axes: Axes, loss: Definition, what: str, curves: Sequence[Curve]) -> None:
    line = _line(loss)
    fine = np.linspace(line.x.min(), line.x.max(), _FINE)
    reference = reference_at(loss, what, fine)
    span = float(np.ptp(reference))
    # A gap at each jump, where a line would claim values that the function doesn't have.
    broken = reference.astype(float)
    broken[1:][np.abs(np.diff(reference)) > _JUMP * span] = np.nan
    axes.plot(fine, broken, color=COLOURS["reference"], linewidth=6, clip_on=False)
    for turn, curve in enumerate(curves):
        with np.errstate(all="ignore"):
            off = ~(np.abs(curve.y - reference_at(loss, what, curve.x)) <= _VISIBLE * span)
        positions, step = np.arange(len(curve.x)), max(1, round(len(curve.x) / _MARKS))
        in_turn = (positions % step == 0) & (positions // step % len(curves) == turn)
        _marks(axes, curve, in_turn & ~off, MARKERS[turn % len(MARKERS)], "measured")
        _marks(axes, curve, off, MARKERS[turn % len(MARKERS)], "off")


def _marks(axes: Axes, curve: Curve, which: AnyArray, marker: str, colour: str) -> None:
    shown = which & np.isfinite(curve.x) & np.isfinite(curve.y)
    if shown.any():
        axes.plot(
            curve.x[shown],
            curve.y[shown],
            linestyle="none",
            marker=marker,
            markersize=3.6,
            markerfacecolor=COLOURS[colour],
            markeredgewidth=0,
            clip_on=False,
        )
