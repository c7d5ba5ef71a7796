"""The documents with their sections, and in each the claims, in the order of the newest record."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Mapping, Sequence

from lossspec.records.record import Record
from lossspec.records.record_types import Narrative
from lossspec.report import _words
from lossspec.report._claims import Claim


@dataclass(frozen=True)
class Section:
    """A section of a document, with its claims and what no test can decide, by id."""

    name: str
    claims: list[Claim]
    told: Mapping[str, Narrative]


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


def documents(every: Sequence[Claim], records: Sequence[Record]) -> list[Document]:
    """The newest record's documents in its order, then any that only claims name."""
    known: dict[str, Mapping[str, Any]] = {}
    for record in reversed(records):
        known = {**record["documents"], **known}
    ids = dict.fromkeys([*known, *(claim.document for claim in every)])
    told = records[-1].get("narratives", {})
    found = [_document(each, known.get(each, {}), every, told) for each in ids]
    return [document for document in found if document.sections]


def _document(
    document: str,
    about: Mapping[str, Any],
    every: Sequence[Claim],
    told: Mapping[str, Narrative],
) -> Document:
    own = [claim for claim in every if claim.document == document]
    named = list(about.get("sections", ()))
    also = [each["section"] for each in told.values() if each["document"] == document]
    spoken = dict.fromkeys([*named, *(claim.section for claim in own), *also])
    sections = [
        Section(
            name,
            [claim for claim in own if claim.section == name],
            {
                key: each
                for key, each in told.items()
                if (each["document"], each["section"]) == (document, name)
            },
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
