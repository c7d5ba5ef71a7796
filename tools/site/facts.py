"""What a loss's page says, gathered from its definition, the ledger and the records."""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from dataclasses import dataclass
from html import escape
from typing import Iterable, NamedTuple, Sequence

from packaging.version import Version

from lossspec.backends.catalog import KERAS
from lossspec.ledger.claims import Claim, Ledger, load_ledger
from lossspec.ledger.since import SINCE
from lossspec.ledger.verdicts import ABSENT, Verdict
from lossspec.losses import Definition, definition
from lossspec.losses.elsewhere import MAPS, TRANSLATIONS
from lossspec.records import catalog
from lossspec.records.findings import is_unasked, verdict_in
from lossspec.records.record_types import Record
from lossspec.report import read
from lossspec.report.drift import fingerprints
from lossspec.report.losses import Drawing, gallery
from lossspec.report.outcomes import Said, counts, said
from lossspec.report.subjects import Group, Subject, in_order, ranges, subjects
from tools.site.naming import LOSSES, spoken_of

PITFALLS = "beside"
"""The document of what a reader runs into next."""

LAWS = "laws"
"""That of what holds for all inputs."""


_SINCE = SINCE[KERAS.library]


@functools.lru_cache(maxsize=1)
def ledger() -> Ledger:
    """Every claim on Keras, read once."""
    return load_ledger().of(KERAS.library)


class Known(NamedTuple):
    """Every record, in order, and its subject."""

    records: list[Record]
    ordered: list[Subject]
    groups: list[Group]


@functools.lru_cache(maxsize=1)
def known() -> Known:
    """The committed records of Keras, read once."""
    every = in_order(read([catalog.folder()]))
    records = [each for each in every if KERAS.library in each["subject"]]
    return Known(records, *subjects(records))


@dataclass(frozen=True)
class Stretch:
    """Subjects in a row with one verdict; ``place``, the modes that it shows in, where not all."""

    verdict: str
    place: str
    where: str
    reason: str


@dataclass(frozen=True)
class Statement:
    """A claim, and what became of it along the subjects.

    ``stretches`` has one entry where nothing changed.
    """

    claim: Claim
    stretches: tuple[Stretch, ...]

    @property
    def newest(self) -> Stretch:
        """What the newest subject says."""
        return self.stretches[-1]

    @property
    def changed(self) -> bool:
        """Whether its verdict did."""
        return len(self.stretches) > 1


class Drift(NamedTuple):
    """How far a loss's float32 fingerprints lie from the subject before."""

    subject: str
    ulps: float
    modes: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """A loss's page."""

    loss: Definition
    drawing: Drawing
    statements: tuple[Statement, ...]
    drifts: tuple[Drift, ...]

    @property
    def since(self) -> str:
        """The first Keras that has it; empty where every one does."""
        return _SINCE.get(self.loss.slug, "")

    @property
    def strings(self) -> tuple[str, ...]:
        """What `compile` has called it on some version."""
        return self.loss.name, *self.loss.keras[1:]

    @property
    def formulas(self) -> list[tuple[str, str]]:
        """Value and derivative as HTML, and what their docstrings say further."""
        documented = [self.loss.value.__doc__ or "", self.loss.derivative.__doc__ or ""]
        return [
            (typeset(formula), rest_of(text))
            for formula, text in zip(self.drawing.formulas, documented)
        ]

    @property
    def pitfalls(self) -> dict[str, list[Statement]]:
        """Statements of our own beside the documents', by section."""
        return by_section(each for each in self.statements if each.claim.document == PITFALLS)

    @property
    def refuted(self) -> list[Statement]:
        """What documents say of it that isn't so on the newest subject."""
        theirs = [each for each in self.statements if each.claim.document not in (PITFALLS, LAWS)]
        return [each for each in theirs if each.newest.verdict != Verdict.HOLDS]

    @property
    def changes(self) -> list[Statement]:
        """What a version changed beside those."""
        refuted = self.refuted
        others = [each for each in self.statements if each.claim.document != PITFALLS]
        return [each for each in others if each.changed and each not in refuted]

    @property
    def translations(self) -> dict[str, object]:
        """By library; None where it has no like."""
        return {name: table.get(self.loss.slug) for name, table in TRANSLATIONS.items()}

    @staticmethod
    @functools.lru_cache(maxsize=None)
    def words(library: str) -> dict[str, str]:
        """What the ledger's map says of a library, by what its claims are called after."""
        claims = load_ledger().of(library).claims.values()
        of_map = [claim for claim in claims if claim.document == MAPS[library]]
        return {claim.id.rpartition(".")[2]: claim.statement for claim in of_map}


def typeset(formula: str) -> str:
    """A formula as HTML, its letters in italics; of ``a`` alone it is an article."""
    return re.sub(r"(?<![^\W\d_])[b-zB-Z](?![^\W\d_])", r"<i>\g<0></i>", escape(formula))


def rest_of(documented: str) -> str:
    """What a docstring says behind its formula, its sources above all."""
    text = " ".join(documented.split("\n\n    Args")[0].split())
    _, _, rest = text.partition(text_of_formula(text))
    return rest.lstrip(".:; ").replace("``", "`")


def text_of_formula(text: str) -> str:
    """The formula as the docstring has it."""
    return re.split(r"\.\s|\.$|[:;]\s", text, maxsplit=1)[0]


def sources() -> str:
    """What the names of sources stand for, from where definitions are defined."""
    paragraphs = (definition.__doc__ or "").split("\n\n")
    return " ".join(paragraphs[-1].split())


def pages() -> list[Page]:
    """Every loss's page."""
    records, ordered, _ = known()
    drawings = {drawing.loss.slug: drawing for drawing in gallery(records, ordered)}
    drifts = _drifts()
    spoken = [(claim, losses_of(claim)) for claim in recorded()]
    return [
        Page(
            loss,
            drawings[slug],
            tuple(statement(claim, _SINCE.get(slug)) for claim, of in spoken if slug in of),
            tuple(drifts.get(loss.name, ())),
        )
        for slug, loss in LOSSES.items()
    ]


def recorded() -> list[Claim]:
    """The claims that the newest record knows: one that is newly written has no verdict yet."""
    newest = known().records[-1]
    claims = ledger().decided.values()
    return [claim for claim in claims if verdict_in(newest, claim.id) != ABSENT]


def losses_of(claim: Claim) -> frozenset[str]:
    """The slugs of the losses that a claim is about."""
    return frozenset({claim.loss}) if claim.loss else spoken_of(claim.id, claim.statement)


def of_every_loss() -> dict[str, list[Statement]]:
    """The pitfalls that are of no loss alone, by section."""
    return by_section(
        statement(claim)
        for claim in recorded()
        if claim.document == PITFALLS and not losses_of(claim)
    )


def by_section(statements: Iterable[Statement]) -> dict[str, list[Statement]]:
    """Statements by their document's sections."""
    found: dict[str, list[Statement]] = {}
    for each in statements:
        found.setdefault(each.claim.section, []).append(each)
    return found


def scores() -> list[tuple[str, Counter[str]]]:
    """Each subject, and how many claims have which verdict."""
    records, ordered, _ = known()
    return [(subject.name, counts(record)) for subject, record in zip(ordered, records)]


def statement(claim: Claim, since: str | None = None) -> Statement:
    """A claim along the subjects that have its loss."""
    records, ordered, groups = known()
    having = [
        place
        for place, record in enumerate(records)
        if since is None or Version(record["subject"]["keras"]) >= Version(since)
    ]
    found = [(place, said(records[place], claim.id)) for place in having]
    told = [
        (place, what)
        for place, what in found
        if what.verdict != ABSENT and not is_unasked(what.reason)
    ]
    # Stretches in a row with one verdict in the same modes are one; the newest's reason stays.
    stretches = itertools.groupby(told, key=lambda pair: (pair[1].verdict, pair[1].place))
    return Statement(claim, tuple(_stretch(list(each), ordered, groups) for _, each in stretches))


def _stretch(
    told: Sequence[tuple[int, Said]], ordered: list[Subject], groups: list[Group]
) -> Stretch:
    newest = told[-1][1]
    places = tuple(place for place, _ in told)
    return Stretch(newest.verdict, newest.place, ranges(places, ordered, groups), newest.reason)


def _drifts() -> dict[str, list[Drift]]:
    """By loss, at which subjects its float32 bits are others."""
    records, ordered, _ = known()
    found: dict[str, dict[int, dict[str, float]]] = {}
    for prints in fingerprints(records):
        if prints.key.precision == "float32":
            for place, ulps in prints.steps(ordered).items():
                modes = found.setdefault(prints.key.loss, {}).setdefault(place, {})
                modes[prints.key.mode] = ulps
    return {
        loss: [
            Drift(ordered[place].name, max(modes.values()), tuple(modes))
            for place, modes in sorted(places.items())
        ]
        for loss, places in found.items()
    }
