"""The studies as the page shows them: each experiment of the documents, trained over many seeds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Iterator, Sequence

import numpy as np
from markupsafe import Markup

from lossspec.records.record import Record
from lossspec.report import _medians as medians
from lossspec.report import _study_words as says
from lossspec.report import _words
from lossspec.report._claims import anchor as claim_anchor
from lossspec.report._claims import verdict_in
from lossspec.report._panels import Picture, documented_measures, pictures
from lossspec.report._strip import spread
from lossspec.report._subjects import Group, Subject
from lossspec.report._trained import PERCENTS, End, Study, Way, anchor, ways


@dataclass(frozen=True)
class Row:
    """One line of a card's table, as text."""

    part: str
    counted: str
    documented: str
    median: str
    middle: str


@dataclass(frozen=True)
class Glance:
    """A card in a line: the metric on the test data, counted in the way that comes nearest to the document."""

    what: str
    counted: str
    documented: str
    median: str
    strip: Markup
    place: str


@dataclass(frozen=True)
class Medians:
    """The drawing of a study's medians over the subjects, its marks, and what to see in it."""

    svg: Markup
    keys: list[tuple[str, str]]
    caption: str


@dataclass(frozen=True)
class Card:
    """One study.

    Attributes:
        name: of the recipe.
        anchor: its place in the page.
        section: of its document.
        document: its document's id.
        made_of: the experiment in a line.
        title: its document's title.
        runs: ``200 runs``.
        seeds: ``seeds 0 to 199``.
        glance: the study in a line; None where no run ended in a figure.
        lead: where the runs end, and where among them the document's figures lie.
        accidents: who diverged.
        pictures: its drawings.
        rows: the figures at the end.
        medians: its medians over the subjects, drawn; None where only one has it.
        claims: ``(anchor, id, verdict)`` of the claims of its section.
        missing: what the record doesn't hold whole, and so isn't drawn.
    """

    name: str
    anchor: str
    section: str
    document: str
    made_of: str
    title: str
    runs: str
    seeds: str
    glance: Glance | None
    lead: list[str]
    accidents: list[str]
    pictures: list[Picture]
    rows: list[Row]
    medians: Medians | None
    claims: list[tuple[str, str, str]]
    missing: list[str] = field(default_factory=list)


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
        return [card for card in self.cards if section and (card.document, card.section) == (document, section)]


def studies(records: Sequence[Record], ordered: Sequence[Subject], groups: Sequence[Group]) -> Studies | None:
    """What the page shows of the studies; None where no record has one."""
    having = [record for record in records if record["studies"]]
    if not having:
        return None
    newest = having[-1]
    return Studies(
        subject=_words.subject(newest["subject"]),
        date=_words.date(newest["environment"]["date"]),
        runs=_times([study["n"] for study in newest["studies"].values()]),
        ways=any(len(ways(study, study["metric"])) > 1 for study in newest["studies"].values()),
        cards=[
            _card(number, name, study, newest, _medians(name, study, records, ordered, groups), records[-1])
            for number, (name, study) in enumerate(newest["studies"].items(), 1)
        ],
    )


def _times(counts: Sequence[int]) -> str:
    """``200 times``, or between which numbers."""
    least, most = min(counts), max(counts)
    if least < most:
        return f"{least} to {most} times"
    return "once" if most == 1 else f"{most} times"


def _card(number: int, name: str, study: Study, record: Record, along: Medians | None, newest: Record) -> Card:
    missing: list[str] = []
    about = record["documents"].get(study["document"], {})
    return Card(
        name=name,
        anchor=anchor(name),
        section=study["section"],
        document=study["document"],
        made_of=says.made_of(study),
        title=about.get("title", study["document"]),
        runs=says.runs(study["n"]),
        seeds=_seeds(study),
        glance=_glance(study),
        lead=_lead(study),
        accidents=says.accidents(study),
        pictures=list(pictures(f"study:{number}", name, study, missing)),
        rows=[row for measure in documented_measures(study) for row in _rows(study, measure)],
        medians=along,
        claims=_claims(study, newest),
        missing=missing,
    )


def _seeds(study: Study) -> str:
    """``seeds 0 to 199``; empty where the record has none."""
    first, last = min(study["seeds"], default=None), max(study["seeds"], default=None)
    return "" if first is None else f"seed {first}" if first == last else f"seeds {first} to {last}"


def _lead(study: Study) -> list[str]:
    """What is said first: where the runs end, measure by measure."""
    counted = [(measure, ways(study, measure)) for measure in documented_measures(study)]
    return [sentence for measure, found in counted if found for sentence in says.ends(found, measure)]


def _glance(study: Study) -> Glance | None:
    counted = [way for way in ways(study, study["metric"]) if any(end.finite.size for end in _test(way))]
    near = says.nearest(counted, "test")
    for end in _test(near[0]) if near else ():
        quantiles = [float(each) for each in np.percentile(end.finite, PERCENTS)]
        printed = end.documented
        return Glance(
            what=f"test {study['metric']}",
            counted=_words.in_a_row([says.counted(way) for way in near]) if len(near) < len(counted) else "",
            documented=printed.short if printed else "",
            median=says.short(quantiles[2]),
            strip=Markup(spread([quantiles], printed.value if printed else None)),  # noqa: S704 # of numbers alone
            place=says.place(end) if printed else "",
        )
    return None


def _test(way: Way) -> list[End]:
    """A way's figures on the test data, where it has any."""
    return [end for end in way.ends if end.part == "test"]


def _rows(study: Study, measure: str) -> Iterator[Row]:
    counted = ways(study, measure)
    for way in counted:
        for end in way.ends:
            low, median, high = _middle(end)
            yield Row(
                part=f"{end.part} {measure}",
                counted=says.counted(way) if len(counted) > 1 else "",
                documented=end.documented.text if end.documented else "",
                median=median,
                middle=f"{low} to {high}" if low != high else low,
            )


def _middle(end: End) -> list[str]:
    """2.5 %, median and 97.5 % of the finite figures, as text."""
    quantiles = np.percentile(end.finite, (2.5, 50, 97.5)) if end.finite.size else [np.nan] * 3
    return [says.short(float(each)) for each in quantiles]


def _medians(
    name: str, study: Study, records: Sequence[Record], ordered: Sequence[Subject], groups: Sequence[Group]
) -> Medians | None:
    rows = medians.medians(name, records)
    if not rows:
        return None
    keys = [(f"way-{number % 3 + 1}", words or f"test {study['metric']}") for number, (words, _) in enumerate(rows)]
    if study["documented"].get(f"test {study['metric']}"):
        keys.append(("printed", "the document’s figure"))
    svg = Markup(medians.draw(name, study, rows, ordered, groups))  # noqa: S704 # its words are escaped where they are made
    return Medians(svg, keys, _told(rows, ordered))


def _told(rows: Sequence[medians.Row], ordered: Sequence[Subject]) -> str:
    """Between which figures the medians lie, in each way to count."""
    said = []
    for words, row in rows:
        found = [value for value in row if value is not None]
        low, high = says.short(min(found)), says.short(max(found))
        apart = f"lie between {low} and {high}" if low != high else f"are {low}"
        said.append(f"{words + ' they ' if words else 'the medians '}{apart}")
    sentence = _words.in_a_row(said)
    many = sum(each is not None for each in rows[0][1])
    return f"{sentence[:1].upper()}{sentence[1:]} on {many} of {len(ordered)} subjects."


def _claims(study: Study, record: Record) -> list[tuple[str, str, str]]:
    """The claims of the study's section, as the newest record has them."""
    where = (study["document"], study["section"])
    return [
        (claim_anchor(claim), claim, verdict_in(record, claim) or "")
        for claim, entry in record["claims"].items()
        if (entry["document"], entry["section"]) == where
    ]
