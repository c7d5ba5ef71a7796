"""The studies as the page shows them: each experiment of the documents, trained over many seeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator, Mapping, Sequence
from urllib.parse import quote

import numpy as np
from markupsafe import Markup

from lossspec.experiments.curves import PERCENTS
from lossspec.records.record import Record
from lossspec.report import _svg, _words
from lossspec.report._claims import anchor as claim_anchor
from lossspec.report._claims import verdict_in
from lossspec.report._strip import spread
from lossspec.studies.plot import picture, settings
from lossspec.studies.summary import End, Study, ends, measures, median


@dataclass(frozen=True)
class Row:
    """A measure at the end in words: the document's figure, the runs', and medians of all subjects."""

    what: str
    counted: str
    documented: str
    median: str
    low: str
    high: str
    place: str
    subjects: str


@dataclass(frozen=True)
class Glance:
    """The metric on the test data, in the count nearest to the document: its row, and a strip."""

    row: Row
    strip: Markup


@dataclass(frozen=True)
class Card:
    """One study.

    Attributes:
        name: of the recipe.
        anchor: its place in the page.
        section: of its document.
        document: its document's id.
        title: its document's title.
        made_of: the experiment in a line.
        runs: ``200 runs``.
        diverged: ``none diverged``.
        glance: the study in a line; None where no run ended in a figure.
        picture: its drawing.
        rows: the figures at the end.
        claims: ``(anchor, id, verdict)`` of the claims of its section.
    """

    name: str
    anchor: str
    section: str
    document: str
    title: str
    made_of: str
    runs: str
    diverged: str
    glance: Glance | None
    picture: Markup
    rows: list[Row]
    claims: list[tuple[str, str, str]]


@dataclass(frozen=True)
class Studies:
    """The studies of the newest record that has any, and on what they were trained."""

    subject: str
    date: str
    runs: str
    ways: bool
    cards: list[Card]

    def of(self, document: str, section: str) -> list[Card]:
        """The studies of a section, which its claims point to."""
        return [
            card
            for card in self.cards
            if section and (card.document, card.section) == (document, section)
        ]


def studies(records: Sequence[Record]) -> Studies | None:
    """What the page shows of the studies; None where no record has one."""
    having = [record for record in records if record["studies"]]
    if not having:
        return None
    newest = having[-1]
    cards = [
        _card(number, name, records, newest) for number, name in enumerate(newest["studies"], 1)
    ]
    return Studies(
        subject=_words.subject(newest["subject"]),
        date=_words.date(newest["environment"]["date"]),
        runs=_times([study["n"] for study in newest["studies"].values()]),
        ways=any(row.counted for card in cards for row in card.rows),
        cards=cards,
    )


def _times(counts: Sequence[int]) -> str:
    """``200 times``, or between which numbers."""
    least, most = min(counts), max(counts)
    if least < most:
        return f"{least} to {most} times"
    return "once" if most == 1 else f"{most} times"


def _card(number: int, name: str, records: Sequence[Record], record: Record) -> Card:
    study: Study = record["studies"][name]
    along = [each["studies"].get(name) for each in records]
    found = [(measure, end) for measure in measures(study) for end in ends(study, measure)]
    about: dict[str, object] = {**record["documents"].get(study["document"], {})}
    diverged = len(study["diverged"])
    return Card(
        name=name,
        anchor="study-" + quote(name, safe=""),
        section=study["section"],
        document=study["document"],
        title=str(about.get("title", study["document"])),
        made_of=_made_of(study),
        runs=f"{study['n']} run{'' if study['n'] == 1 else 's'}",
        diverged=f"{diverged or 'none'} diverged",
        glance=_glance(study, along),
        picture=_picture(f"study:{number}", name, study),
        rows=[_row(measure, end, along) for measure, end in found],
        claims=_claims(study, records[-1]),
    )


def _picture(prefix: str, name: str, study: Study) -> Markup:
    with settings():
        figure = picture(study, _svg.COLOURS)
        figure.patch.set_visible(False)
        label = f"{name}: loss and {study['metric']} by epoch, and the end of each run beside the document’s figure"
        return Markup(_svg.inline(figure, prefix, label))  # noqa: S704 # its words are escaped where they are made


def _glance(study: Study, along: Sequence[Study | None]) -> Glance | None:
    found = [end for end in ends(study, study["metric"]) if end.part == "test" and end.finite.size]
    if not found:
        return None
    near = min(found, key=_distance)
    quantiles = [float(each) for each in np.percentile(near.finite, PERCENTS)]
    strip = spread([quantiles], near.documented.value if near.documented else None)
    return Glance(_row(study["metric"], near, along), Markup(strip))  # noqa: S704 # of numbers alone


def _distance(end: End) -> float:
    """How far the median lies from the document's figure, if there is one."""
    return abs(float(np.median(end.finite)) - end.documented.value) if end.documented else 0.0


def _row(measure: str, end: End, along: Sequence[Study | None]) -> Row:
    quantiles = np.percentile(end.finite, (2.5, 50, 97.5)) if end.finite.size else [np.nan] * 3
    low, middle, high = (_short(float(each)) for each in quantiles)
    medians = [
        value
        for study in along
        for value in [median(study, end.part, end.name)]
        if value is not None
    ]
    span = (
        list(dict.fromkeys(_short(each) for each in (min(medians), max(medians))))
        if medians
        else []
    )
    return Row(
        what=f"{end.part} {measure}",
        counted=end.counted,
        documented=end.documented.short if end.documented else "",
        median=middle,
        low=low,
        high=high,
        place=end.place,
        subjects=f"{' to '.join(span)} on {len(medians)}" if len(medians) > 1 else "",
    )


def _short(value: float) -> str:
    return _words.number(value, digits=3)


def _made_of(study: Study) -> str:
    """The experiment in a line: its network, loss, optimizer and length."""
    options: Mapping[str, object] = study.get("settings", {})
    return "; ".join(
        [
            *_network(study),
            f"loss {study['loss']}",
            ", ".join(
                [
                    study.get("optimizer", ""),
                    *(f"{name} {value}" for name, value in options.items()),
                ]
            ),
            f"{study['epochs']} epochs in batches of {study.get('batch_size', 'unknown size')}",
        ]
    )


def _network(study: Study) -> Iterator[str]:
    """``2 → 50 relu → 1 tanh``, where the record's layers can be read."""
    try:
        layers = [
            (str(inputs), str(units), str(activation))
            for inputs, units, activation in study.get("layers", ())
        ]
    except (TypeError, ValueError):
        return
    if layers:
        steps = [
            f"{units} {activation}" if activation != "linear" else units
            for _, units, activation in layers
        ]
        yield " → ".join([layers[0][0], *steps])


def _claims(study: Study, record: Record) -> list[tuple[str, str, str]]:
    """The claims of the study's section, as the newest record has them."""
    where = (study["document"], study["section"])
    return [
        (claim_anchor(claim), claim, verdict_in(record, claim) or "")
        for claim, entry in record["claims"].items()
        if (entry["document"], entry["section"]) == where
    ]
