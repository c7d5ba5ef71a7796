"""The documents with their sections and claims."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Mapping, Sequence

from lossspec.records.record_types import Document as About
from lossspec.records.record_types import Narrative, Record
from lossspec.report import words
from lossspec.report.claims import Claim


@dataclass(frozen=True)
class Section:
    """A section's claims and narratives, by id."""

    name: str
    claims: list[Claim]
    narratives: Mapping[str, Narrative]


@dataclass(frozen=True)
class Document:
    """A document, its sections, and those without claims."""

    id: str
    about: About
    score: str
    sections: list[Section]
    silent: list[str]

    @property
    def own(self) -> bool:
        """Whether its statements are lossspec's own."""
        return self.about.get("own", False)


def documents(claims: Sequence[Claim], records: Sequence[Record]) -> list[Document]:
    """The newest record's documents, then others that claims name."""
    known: dict[str, About] = {}
    for record in reversed(records):
        known = {**record["documents"], **known}
    ids = dict.fromkeys([*known, *(claim.document for claim in claims)])
    narratives = records[-1].get("narratives", {})
    found = [_document(name, known.get(name), claims, narratives) for name in ids]
    return [document for document in found if document.sections]


def _document(
    name: str, about: About | None, every: Sequence[Claim], narratives: Mapping[str, Narrative]
) -> Document:
    about = about or {"title": name, "author": "", "date": "", "sections": []}
    claims = [claim for claim in every if claim.document == name]
    told = {
        key: narrative for key, narrative in narratives.items() if narrative["document"] == name
    }
    names = [claim.section for claim in claims]
    names += [narrative["section"] for narrative in told.values()]
    sections = [
        Section(
            section,
            [claim for claim in claims if claim.section == section],
            {key: narrative for key, narrative in told.items() if narrative["section"] == section},
        )
        for section in dict.fromkeys([*about["sections"], *names])
    ]
    return Document(
        id=name,
        about=about,
        score=words.score(Counter(claim.verdict for claim in claims)),
        sections=[section for section in sections if section.claims or section.narratives],
        silent=[section.name for section in sections if section.name not in names],
    )
