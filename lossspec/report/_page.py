"""The page: what the template shows, gathered from the records."""

from __future__ import annotations

import functools
from collections import Counter
from dataclasses import dataclass
from importlib import resources
from typing import Any, Mapping, Sequence

import jinja2
from markupsafe import Markup

import lossspec
from lossspec.record import Record
from lossspec.report import _words
from lossspec.report._claims import Claim, anchor, claims, counts, retired
from lossspec.report._drawing import draw
from lossspec.report._losses import CURVES, LOSSES, Loss, deviation, measured, points
from lossspec.report._studies import studies

TEMPLATES = resources.files("lossspec.report") / "templates"


@dataclass(frozen=True)
class Subject:
    """One record's subject: its name, short label, environment and how its claims stand."""

    name: str
    label: str
    environment: Mapping[str, Any]
    date: str
    lossspec: str
    counts: Mapping[str, int]
    changed: int


@dataclass(frozen=True)
class Section:
    """A section of a document, with its claims and what no test can decide, by id."""

    name: str
    claims: list[Claim]
    told: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Document:
    """A document, with the sections that have claims and the names of those that have none."""

    id: str
    title: str
    author: str
    date: str
    score: str
    sections: list[Section]
    silent: list[str]
    own: bool


@dataclass(frozen=True)
class Drawing:
    """One loss in the gallery; without curves in any record, ``svg`` is empty."""

    loss: Loss
    claim: str
    anchor: str
    verdict: str
    subject: str
    svg: Markup
    points: str
    deviations: list[Deviation]


@dataclass(frozen=True)
class Deviation:
    """How far one subject lies from the reference, as text: its label, the loss's distance, the slope's."""

    label: str
    subject: str
    loss: str
    slope: str


def render(records: Sequence[Record]) -> str:
    """The page as HTML text, from at least one record, the oldest subject first."""
    every, labels = claims(records), _words.labels(records)
    documents = _documents(every, records)
    ours = {document.id for document in documents if document.own}
    own = Counter(claim.verdict for claim in every if claim.document in ours)
    template = _environment().get_template("page.html.j2")
    return template.render(
        score=_words.score(Counter(claim.verdict for claim in every if claim.document not in ours)),
        own=own,
        own_score=_words.score(own, "statement") if own else "",
        subjects=[_subject(record, label) for record, label in zip(records, labels)],
        claims=every,
        not_so=[claim for claim in every if claim.verdict not in ("holds", _words.UNDECIDED)],
        changed=[claim for claim in every if claim.changed],
        undecided=_undecided(every),
        differing=[claim for claim in every if claim.differs],
        retired=retired(records),
        gallery=[_drawing(loss, records, labels) for loss in LOSSES],
        documents=documents,
        studies=studies(records),
        lossspec=lossspec.__version__,
    )


@functools.lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: (TEMPLATES / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Ours, and free of anything from a record; so are the drawings, whose words are escaped where they are made.
    environment.globals["css"] = Markup((TEMPLATES / "page.css").read_text(encoding="utf-8"))  # noqa: S704
    environment.filters["unbroken"] = _words.unbroken
    environment.globals.update(SIGNS=_words.SIGNS, MEANINGS=_words.MEANINGS)
    return environment


def _subject(record: Record, label: str) -> Subject:
    return Subject(
        name=_words.subject(record["subject"]),
        label=label,
        environment=record["environment"],
        date=_words.date(record["environment"]["date"]),
        lossspec=record["lossspec"],
        counts=counts(record),
        changed=sum(claim["verdict"] != claim["expected"] for claim in record["claims"].values()),
    )


def _undecided(every: Sequence[Claim]) -> dict[str, list[Claim]]:
    """The undecided claims by why: a run of a few specs leaves many for the same reason."""
    by_reason: dict[str, list[Claim]] = {}
    for claim in every:
        if claim.verdict == _words.UNDECIDED:
            by_reason.setdefault(claim.why_undecided, []).append(claim)
    return by_reason


def _documents(every: Sequence[Claim], records: Sequence[Record]) -> list[Document]:
    """The newest record's documents in its order, then any that only claims name."""
    known: dict[str, Mapping[str, Any]] = {}
    for record in reversed(records):
        known = {**record["documents"], **known}
    ids = dict.fromkeys([*known, *(claim.document for claim in every)])
    told = records[-1].get("narratives", {})
    documents = [_document(each, known.get(each, {}), every, told) for each in ids]
    return [document for document in documents if document.sections]


def _document(
    document: str, about: Mapping[str, Any], every: Sequence[Claim], told: Mapping[str, Mapping[str, str]]
) -> Document:
    own = [claim for claim in every if claim.document == document]
    named = list(about.get("sections", ()))
    also = [each["section"] for each in told.values() if each["document"] == document]
    spoken = dict.fromkeys([*named, *(claim.section for claim in own), *also])
    sections = [
        Section(
            name,
            [claim for claim in own if claim.section == name],
            {key: each for key, each in told.items() if (each["document"], each["section"]) == (document, name)},
        )
        for name in spoken
    ]
    return Document(
        id=document,
        title=about.get("title", document),
        author=about.get("author", ""),
        date=about.get("date", ""),
        score=_words.score(Counter(claim.verdict for claim in own)),
        sections=[section for section in sections if section.claims or section.told],
        silent=[section.name for section in sections if not (section.claims or section.told)],
        own=about.get("own", False),
    )


def _drawing(loss: Loss, records: Sequence[Record], labels: Sequence[str]) -> Drawing:
    """A loss as drawn from the newest record that measured it, with every record's distance from the reference."""
    found = [
        (record, label, claim)
        for record, label in zip(records, labels)
        for claim in [_measured_in(record, loss)]
        if claim is not None
    ]
    if not found:
        return Drawing(loss, "", "", _words.UNDECIDED, "", Markup(""), "", [])
    record, _, claim = found[-1]
    curves, subject = measured(record["claims"][claim]), _words.subject(record["subject"])
    return Drawing(
        loss=loss,
        claim=claim,
        anchor=anchor(claim) if claim in records[-1]["claims"] or claim in records[-1]["undecided"] else "",
        verdict=record["claims"][claim]["verdict"],
        subject=subject,
        svg=Markup(draw(loss, curves, subject)),  # noqa: S704
        points=_points(points(curves)),
        deviations=[_deviation(loss, record["claims"][claim], label, record) for record, label, claim in found],
    )


def _measured_in(record: Record, loss: Loss) -> str | None:
    """The claim of a record whose spec measured the loss's curves."""
    for claim, entry in record["claims"].items():
        if claim.partition(".")[2] == f"{loss.slug}-gradient" and measured(entry):
            return str(claim)
    return None


def _deviation(loss: Loss, entry: Mapping[str, Any], label: str, record: Record) -> Deviation:
    curves = measured(entry)
    far = [_words.number(deviation(loss.name, what, curves), digits=2) for what in CURVES]
    return Deviation(label, _words.subject(record["subject"]), *far)


def _points(by_mode: Mapping[str, int]) -> str:
    """``96 points in each of eager, graph and xla``."""
    modes = [mode for mode in by_mode if mode]
    if len(modes) > 1 and len(set(by_mode.values())) == 1:
        return f"{by_mode[modes[0]]} points in each of {_words.in_a_row(modes)}"
    return _words.in_a_row([f"{count} points{f' in {mode}' if mode else ''}" for mode, count in by_mode.items()])
