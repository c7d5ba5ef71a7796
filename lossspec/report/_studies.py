"""The studies as the page shows them: each experiment of the documents, trained over many seeds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Iterator, Sequence

import numpy as np
from markupsafe import Markup

from lossspec.record import Record
from lossspec.report import _study_words as says
from lossspec.report import _words
from lossspec.report._boundaries import draw_plane, plane, rounds
from lossspec.report._claims import anchor as claim_anchor
from lossspec.report._claims import verdict_in
from lossspec.report._ends_drawing import draw_ends
from lossspec.report._study_drawing import Line, bumpy, draw_curves
from lossspec.report._trained import End, Study, Way, anchor, band, history, log, numbers, ways

_LINES = (("train", "training"), ("validation", "validation"))


@dataclass(frozen=True)
class Picture:
    """One drawing of a card: its ``<svg>``, what its marks mean, and what to see in it."""

    svg: Markup
    keys: list[tuple[str, str]]
    caption: list[str]


@dataclass(frozen=True)
class Row:
    """One line of a card's table, as text."""

    part: str
    counted: str
    documented: str
    median: str
    middle: str
    below: str
    tied: str
    above: str


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
        accidents: who diverged.
        pictures: its drawings.
        rows: the figures at the end.
        subjects: ``(subject, runs, median figures)`` of every record that has the study, where several have.
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
    accidents: list[str]
    pictures: list[Picture]
    rows: list[Row]
    subjects: list[tuple[str, int, str]]
    claims: list[tuple[str, str, str]]
    missing: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Studies:
    """The studies of the newest record that has any, and on what they were trained."""

    subject: str
    date: str
    runs: str
    cards: list[Card]

    def of(self, document: str, section: str) -> list[Card]:
        """The studies of a section, which its claims point to."""
        return [card for card in self.cards if section and (card.document, card.section) == (document, section)]


def studies(records: Sequence[Record]) -> Studies | None:
    """What the page shows of the studies; None where no record has one."""
    having = [record for record in records if record["studies"]]
    if not having:
        return None
    newest = having[-1]
    return Studies(
        subject=_words.subject(newest["subject"]),
        date=_words.date(newest["environment"]["date"]),
        runs=_times([study["n"] for study in newest["studies"].values()]),
        cards=[
            _card(number, name, study, newest, records)
            for number, (name, study) in enumerate(newest["studies"].items(), 1)
        ],
    )


def _times(counts: Sequence[int]) -> str:
    """``200 times``, or between which numbers."""
    least, most = min(counts), max(counts)
    if least < most:
        return f"{least} to {most} times"
    return "once" if most == 1 else f"{most} times"


def _card(number: int, name: str, study: Study, record: Record, records: Sequence[Record]) -> Card:
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
        accidents=says.accidents(study),
        pictures=list(_pictures(f"study:{number}", name, study, missing)),
        rows=[row for measure in _documented(study) for row in _rows(study, measure)],
        subjects=_subjects(name, study, records),
        claims=_claims(study, records[-1]),
        missing=missing,
    )


def _seeds(study: Study) -> str:
    """``seeds 0 to 199``; empty where the record has none."""
    first, last = min(study["seeds"], default=None), max(study["seeds"], default=None)
    return "" if first is None else f"seed {first}" if first == last else f"seeds {first} to {last}"


def _documented(study: Study) -> list[str]:
    """The recipe's metric, and what else its document prints at the end."""
    printed = [key.partition(" ")[2] for key in study["documented"]]
    return list(dict.fromkeys([study["metric"], *printed]))


def _pictures(prefix: str, name: str, study: Study, missing: list[str]) -> Iterator[Picture]:
    """Every drawing of a study; ids are made of numbers, since names are a record's."""
    for number, measure in enumerate(_documented(study)):
        yield from _ends(f"{prefix}-ends-{number}", name, study, measure, missing)
    for number, measure in enumerate(dict.fromkeys(["loss", study["metric"]])):
        yield from _curves(f"{prefix}-curves-{number}", name, study, measure, missing)
    for number, which in enumerate(study["runs"]):
        if "weights" in study["runs"][which]:
            yield from _plane(f"{prefix}-plane-{number}", name, study, which, missing)


def _ends(prefix: str, name: str, study: Study, measure: str, missing: list[str]) -> Iterator[Picture]:
    counted = ways(study, measure)
    if not any(end.finite.size for way in counted for end in way.ends):
        missing.append(f"{measure} at the end")
        return
    groups = [(says.counted(way) if len(counted) > 1 else "", way.ends) for way in counted]
    label = f"{name}: {measure} at the end of each run, and the document’s figure"
    svg = draw_ends(groups, f"{measure} at the end", prefix, label)
    keys = [("dot", "a run"), ("bar", "middle 95 and 50 %, median"), ("document", "the document")]
    yield Picture(_ours(svg), keys, says.ends(counted, measure))


def _curves(prefix: str, name: str, study: Study, measure: str, missing: list[str]) -> Iterator[Picture]:
    lines = _lines(study, measure)
    if not any(np.isfinite(line.band.rows).any() for line in lines):
        missing.append(f"the curves of {measure}")
        return
    svg = draw_curves(lines, measure, prefix, f"{name}: {measure} by epoch, over all runs")
    seed = study["runs"].get("median", {}).get("seed")
    of_ways = any(line.name for line in lines)
    caption = says.curves(lines, measure, None if of_ways else band(study, f"val_{measure}"), seed)
    if of_ways:
        caption = ["In validation, by each way to count.", *caption]
    yield Picture(_ours(svg), _keys(lines), caption)


def _keys(lines: Sequence[Line]) -> list[tuple[str, str]]:
    """What the lines of a panel are."""
    colours = {line.colour for line in lines}
    return [
        *((colour, words) for colour, words in _LINES if colour in colours),
        *([("run", "one run")] if any(bumpy(line) for line in lines) else []),
        *([("log", "the document’s log, training and validation")] if any(line.log.size for line in lines) else []),
    ]


def _lines(study: Study, measure: str) -> list[Line]:
    """Training and validation; or, where ways to count differ, validation in each of them."""
    counted = ways(study, measure)
    return _ways_as_lines(study, measure, counted) if len(counted) > 1 else _parts_as_lines(study, measure)


def _parts_as_lines(study: Study, measure: str) -> list[Line]:
    found = [
        (colour, name, band(study, name)) for colour, name in (("train", measure), ("validation", f"val_{measure}"))
    ]
    return [
        Line(
            colour=colour,
            dashed=colour == "validation",
            band=quantiles,
            log=log(study, name),
            run=history(study, "median", name) if colour == "validation" else numbers(()),
        )
        for colour, name, quantiles in found
        if quantiles is not None
    ]


def _ways_as_lines(study: Study, measure: str, counted: Sequence[Way]) -> list[Line]:
    """The document doesn't say how its log counts, so that it stands beside all of them, once."""
    found = [(way, band(study, f"val_{way.measures[0]}")) for way in counted]
    return [
        Line(
            colour="validation",
            dashed=way.measures[0] != measure,
            band=quantiles,
            log=log(study, f"val_{measure}") if way is counted[0] else numbers(()),
            run=numbers(()),
            name=says.counted(way),
        )
        for way, quantiles in found
        if quantiles is not None
    ]


def _plane(prefix: str, name: str, study: Study, which: str, missing: list[str]) -> Iterator[Picture]:
    drawn, seed = plane(study, which), study["runs"][which]["seed"]
    if drawn is None:
        missing.append(f"the plane of the {which} run")
        return
    rounding = rounds(study, drawn)
    label = f"{name}: the classes that the {which} run, seed {seed}, tells apart in the plane"
    keys = [(f"class-{number}", f"class {_words.number(each)}") for number, each in enumerate(drawn.classes, 1)]
    caption = says.seen(study, which, drawn, rounding=rounding)
    yield Picture(_ours(draw_plane(drawn, prefix, label, rounding=rounding)), keys, caption)


def _rows(study: Study, measure: str) -> Iterator[Row]:
    counted = ways(study, measure)
    for way in counted:
        for end in way.ends:
            low, median, high = _middle(end)
            below, tied, above = says.standing(end)
            yield Row(
                part=f"{end.part} {measure}",
                counted=says.counted(way) if len(counted) > 1 else "",
                documented=end.documented.text if end.documented else "",
                median=median,
                middle=f"{low} to {high}",
                below=f"{below}" if end.documented else "",
                tied=f"{tied}" if end.documented else "",
                above=f"{above}" if end.documented else "",
            )


def _middle(end: End) -> list[str]:
    """2.5 %, median and 97.5 % of the finite figures, as text."""
    quantiles = np.percentile(end.finite, (2.5, 50, 97.5)) if end.finite.size else [np.nan] * 3
    return [says.short(float(each)) for each in quantiles]


def _subjects(name: str, study: Study, records: Sequence[Record]) -> list[tuple[str, int, str]]:
    """The study on every subject that has it, the newest first; nothing where only one has."""
    found = [
        (label, record["studies"][name]["n"], _medians(ways(record["studies"][name], study["metric"])))
        for record, label in zip(records, _words.labels(records))
        if name in record["studies"]
    ]
    return found[::-1] if len(found) > 1 else []


def _medians(counted: Sequence[Way]) -> str:
    ends = [(way, end) for way in counted for end in [way.of("test")] if end is not None and end.finite.size]
    several = len(counted) > 1
    return ", ".join(
        says.short(float(np.median(end.finite))) + (f" {says.counted(way)}" if several else "") for way, end in ends
    )


def _claims(study: Study, record: Record) -> list[tuple[str, str, str]]:
    where: tuple[str, str] = (study["document"], study["section"])
    return [
        (claim_anchor(claim), claim, verdict_in(record, claim) or "")
        for claim, entry in record["claims"].items()
        if (entry["document"], entry["section"]) == where
    ]


def _ours(svg: str) -> Markup:
    """A drawing, whose words were escaped where it was made."""
    return Markup(svg)  # noqa: S704
