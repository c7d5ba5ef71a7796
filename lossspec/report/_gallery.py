"""The nine losses and their slopes, drawn from the newest record that measured them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping, Sequence

from markupsafe import Markup

from lossspec.losses import DEFINITIONS, Definition
from lossspec.records.record import Record
from lossspec.report import _words
from lossspec.report._claims import anchor
from lossspec.report._drawing import draw
from lossspec.report._losses import CURVES, deviation, formulas, measured, points
from lossspec.report._subjects import Subject


@dataclass(frozen=True)
class Drawing:
    """One loss in the gallery; without curves in any record, ``svg`` is empty."""

    loss: Definition
    claim: str
    anchor: str
    verdict: str
    subject: str
    svg: Markup
    points: str
    deviations: list[Deviation]

    @property
    def formulas(self) -> list[str]:
        """The formulas of value and derivative."""
        return formulas(self.loss)


@dataclass(frozen=True)
class Deviation:
    """How far one subject lies from the reference, as text: the loss's distance, and the slope's."""

    subject: str
    loss: str
    slope: str


def gallery(records: Sequence[Record], ordered: Sequence[Subject]) -> list[Drawing]:
    """A drawing for each loss."""
    return [_drawing(loss, records, ordered) for loss in DEFINITIONS.values()]


def _drawing(loss: Definition, records: Sequence[Record], ordered: Sequence[Subject]) -> Drawing:
    """A loss as drawn from the newest record that measured it, with the distances of all whose curves are known."""
    found = [
        (record["claims"][claim], subject.name, claim)
        for record, subject in zip(records, ordered)
        for claim in [_measured_in(record, loss)]
        if claim is not None
    ]
    if not found:
        return Drawing(loss, "", "", _words.UNDECIDED, "", Markup(""), "", [])
    entry, subject, claim = found[-1]
    curves = measured(entry)
    return Drawing(
        loss=loss,
        claim=claim,
        anchor=anchor(claim)
        if claim in records[-1]["claims"] or claim in records[-1]["undecided"]
        else "",
        verdict=entry["verdict"],
        subject=subject,
        svg=Markup(draw(loss, curves, subject)),  # noqa: S704 # its words are escaped where they are made
        points=_points(points(curves)),
        deviations=[_deviation(loss, each, name) for each, name, _ in found],
    )


def _measured_in(record: Record, loss: Definition) -> str | None:
    """The claim of a record whose spec measured the loss's curves."""
    for claim, entry in record["claims"].items():
        if (
            claim.partition(".")[2] == f"{loss.slug}-gradient"
            and "evidence" in entry
            and measured(entry)
        ):
            return str(claim)
    return None


def _deviation(loss: Definition, entry: Mapping[str, Any], subject: str) -> Deviation:
    curves = measured(entry)
    far = [_words.number(deviation(loss.name, what, curves), digits=2) for what in CURVES]
    return Deviation(subject, *far)


def _points(by_mode: Mapping[str, int]) -> str:
    """``96 points in each of eager, graph and xla``."""
    modes = [mode for mode in by_mode if mode]
    if len(modes) > 1 and len(set(by_mode.values())) == 1:
        return f"{by_mode[modes[0]]} points in each of {_words.in_a_row(modes)}"
    return _words.in_a_row(
        [f"{count} points{f' in {mode}' if mode else ''}" for mode, count in by_mode.items()]
    )
