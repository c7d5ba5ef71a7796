"""The studies as the page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Sequence
from urllib.parse import quote

import numpy as np
from markupsafe import Markup

from lossspec.experiments.curves import PERCENTS
from lossspec.records.findings import verdict_in
from lossspec.records.record_types import Record, Study
from lossspec.report import svg, words
from lossspec.report.chance import spread_strip
from lossspec.report.claims import anchor
from lossspec.report.subjects import name_of
from lossspec.studies.plot import picture, settings
from lossspec.studies.summary import End, ends, measures, median


class Row(NamedTuple):
    """A final measure in words, and medians of all subjects."""

    what: str
    counted: str
    documented: str
    median: str
    low: str
    high: str
    subjects: str


@dataclass(frozen=True)
class Card:
    """One study, its ``nearest`` the test metric nearest to the document.

    ``claims`` are those of its section: ``(anchor, id, verdict)``.
    """

    name: str
    study: Study
    title: str
    made_of: str
    nearest: tuple[Row, Markup] | None
    picture: Markup
    rows: list[Row]
    claims: list[tuple[str, str, str]]

    @property
    def anchor(self) -> str:
        """Its place in the page."""
        return "study-" + quote(self.name, safe="")

    @property
    def runs(self) -> str:
        """``200 runs``."""
        return f"{self.study['n']} run{'' if self.study['n'] == 1 else 's'}"


@dataclass(frozen=True)
class Studies:
    """The newest studies, and their subject."""

    subject: str
    date: str
    runs: str
    cards: list[Card]

    def of(self, document: str, section: str) -> list[Card]:
        """The studies of a section."""
        where = (document, section)
        return [
            card
            for card in self.cards
            if section and (card.study["document"], card.study["section"]) == where
        ]


def studies(records: Sequence[Record]) -> Studies | None:
    """The studies of the newest record with any."""
    newest = next((record for record in reversed(records) if record["studies"]), None)
    if newest is None:
        return None
    many = [study["n"] for study in newest["studies"].values()]
    return Studies(
        subject=name_of(newest["subject"]),
        date=words.date(newest["environment"]["date"]),
        runs=" to ".join(map(str, dict.fromkeys([min(many), max(many)]))),
        cards=[
            _card(number, name, records, newest) for number, name in enumerate(newest["studies"], 1)
        ],
    )


def _card(number: int, name: str, records: Sequence[Record], record: Record) -> Card:
    study = record["studies"][name]
    along = [older["studies"][name] for older in records if name in older["studies"]]
    about = record["documents"].get(study["document"])
    where = (study["document"], study["section"])
    with settings():
        figure = picture(study, svg.COLOURS)
        figure.patch.set_visible(False)
        what = f"{name}: loss and {study['metric']} by epoch, and the end of each run"
        drawn = svg.inline(figure, f"study:{number}", f"{what} beside the document’s figure")
    return Card(
        name=name,
        study=study,
        title=about["title"] if about else study["document"],
        made_of=_made_of(study),
        nearest=_nearest(study, along),
        picture=Markup(drawn),  # noqa: S704 # its words are escaped where they are made
        rows=[
            _row(measure, end, along) for measure in measures(study) for end in ends(study, measure)
        ],
        claims=[
            (anchor(claim), claim, verdict_in(records[-1], claim))
            for claim, entry in records[-1]["claims"].items()
            if (entry["document"], entry["section"]) == where
        ],
    )


def _made_of(study: Study) -> str:
    settings = [f"{name} {value}" for name, value in study.get("settings", {}).items()]
    batches = f" in batches of {study['batch_size']}" if "batch_size" in study else ""
    optimizer = ", ".join([study.get("optimizer", "optimizer unknown"), *settings])
    return f"loss {study['loss']}; {optimizer}; {study['epochs']} epochs{batches}"


def _nearest(study: Study, along: Sequence[Study]) -> tuple[Row, Markup] | None:
    found = [end for end in ends(study, study["metric"]) if end.part == "test" and end.finite.size]
    if not found:
        return None
    near = min(found, key=_distance)
    quantiles = [float(value) for value in np.percentile(near.finite, PERCENTS)]
    strip = spread_strip([quantiles], near.documented.value if near.documented else None)
    return _row(study["metric"], near, along), Markup(strip)  # noqa: S704 # of numbers alone


def _distance(end: End) -> float:
    """How far the median lies from the document's figure."""
    return abs(float(np.median(end.finite)) - end.documented.value) if end.documented else 0.0


def _row(measure: str, end: End, along: Sequence[Study]) -> Row:
    quantiles = np.percentile(end.finite, (2.5, 50, 97.5)) if end.finite.size else [np.nan] * 3
    low, middle, high = (words.number(float(value), digits=3) for value in quantiles)
    every = [median(study, end.part, end.name) for study in along]
    medians = [value for value in every if value is not None]
    extremes = (min(medians), max(medians)) if medians else ()
    span = dict.fromkeys(words.number(value, digits=3) for value in extremes)
    return Row(
        what=f"{end.part} {measure}",
        counted=end.counted,
        documented=end.documented.short if end.documented else "",
        median=middle,
        low=low,
        high=high,
        subjects=f"{' to '.join(span)} on {len(medians)}" if len(medians) > 1 else "",
    )
