"""The map: Keras's losses in other libraries, as their records decide it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Mapping, Sequence

import numpy as np

from lossspec.backends.catalog import backend_of
from lossspec.losses import DEFINITIONS, OF_SEQUENCES
from lossspec.losses.elsewhere import MAPS, Case, Same, translation
from lossspec.records.findings import verdict_in
from lossspec.records.record_types import Record
from lossspec.report import words
from lossspec.report.subjects import in_order, name_of

HOLDS = "holds"


@dataclass(frozen=True)
class Line:
    """What is the same there, ``=``, or costs otherwise, ``≠``; ``note`` where it isn't so."""

    sign: str
    says: str
    call: str
    costs: str
    note: str


@dataclass(frozen=True)
class Cell:
    """A loss in a library; ``call`` is empty where there is no like."""

    title: str
    call: str
    own: bool
    note: str
    lines: list[Line]

    @property
    def sign(self) -> str:
        """``=`` of a loss that is its own, ``≈`` of plain operations, ``–`` of none."""
        return ("=" if self.own else "≈") if self.call else "–"


@dataclass(frozen=True)
class Row:
    """One of Keras's losses, in each library."""

    title: str
    keras: str
    cells: list[Cell]


@dataclass(frozen=True)
class Map:
    """Every loss, and what decided it, in words."""

    titles: list[str]
    decided: list[str]
    rows: list[Row]


def apart(records: Sequence[Record]) -> tuple[list[Record], dict[str, list[Record]]]:
    """Records of Keras, or all where there is none; and those of other libraries, in order."""
    others: dict[str, list[Record]] = {}
    own: list[Record] = []
    for record in in_order(records):
        library = backend_of(record["subject"]).library
        (others.setdefault(library, []) if library in MAPS else own).append(record)
    return own or in_order(records), others if own else {}


def the_map(records: Sequence[Record]) -> Map | None:
    """The map as those records of other libraries decide it; None if there is none."""
    found = apart(records)[1]
    if not found:
        return None
    losses = [*DEFINITIONS.values(), *OF_SEQUENCES.values()]
    titles = [backend_of(of[-1]["subject"]).packages[library] for library, of in found.items()]
    return Map(
        titles=titles,
        decided=[_decided(library, of) for library, of in found.items()],
        rows=[
            Row(
                definition.title,
                definition.keras[0],
                [
                    _cell(title, definition.slug, library, of)
                    for title, (library, of) in zip(titles, found.items())
                ],
            )
            for definition in losses
        ],
    )


def _decided(library: str, records: Sequence[Record]) -> str:
    """``PyTorch 2.13.0: 94 of 94 statements hold``, from the oldest to the newest."""
    newest = records[-1]
    ours = [claim for claim in newest["claims"].values() if claim["document"] == MAPS[library]]
    hold = sum(claim["verdict"] == HOLDS for claim in ours)
    spans = dict.fromkeys(name_of(record["subject"]) for record in (records[0], newest))
    many = f" ({len(records)} releases)" if len(records) > 2 else ""
    return f"{' to '.join(spans)}{many}: {hold} of {len(ours)} statements hold on the newest"


def _cell(title: str, slug: str, library: str, records: Sequence[Record]) -> Cell:
    there = translation(slug, library)
    if there is None:
        return Cell(title, "", own=False, note="", lines=[])
    lines = [_line(each, library, records) for each in there.said]
    return Cell(title, there.call, there.own, _note(slug, library, records), lines)


def _line(each: Same | Case, library: str, records: Sequence[Record]) -> Line:
    claim = records[-1]["claims"].get(f"{MAPS[library]}.{each.name}")
    same = isinstance(each, Same) or not each.differs
    return Line(
        "=" if same else "≠",
        claim["statement"] if claim else "",
        each.call,
        "" if isinstance(each, Same) else _costs(each),
        _note(each.name, library, records),
    )


def _costs(case: Case) -> str:
    target, prediction = (
        np.array2string(np.array(given), separator=", ").replace("\n", "")
        for given in (case.targets, case.predictions)
    )
    here, there = (
        cost if isinstance(cost, str) else words.number(cost, 6) for cost in (case.here, case.there)
    )
    return f"target {target}, prediction {prediction}: {here} in Keras, {there} there"


def _note(name: str, library: str, records: Sequence[Record]) -> str:
    """Where a statement doesn't hold: ``refuted on PyTorch 2.0.1``; nothing where it does."""
    found: Mapping[str, list[str]] = {
        verdict: [name_of(record["subject"]) for record in group]
        for verdict, group in itertools.groupby(
            records, key=lambda record: verdict_in(record, f"{MAPS[library]}.{name}")
        )
        if verdict != HOLDS
    }
    return "; ".join(
        f"{verdict} on {' to '.join(dict.fromkeys([subjects[0], subjects[-1]]))}"
        for verdict, subjects in found.items()
    )
