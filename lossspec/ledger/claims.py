"""The ledger: TOML files, one a document, read strictly into documents and claims.

Whatever a ledger file gets wrong is one ``UsageProblem`` that names the file and the entry.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping

from lossspec.core.errors import UsageProblem
from lossspec.core.toml_files import StrictTable
from lossspec.ledger.verdicts import Verdict
from lossspec.ledger.versions import EVERY, BadRange, VersionRange, seams

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LEDGER = Path(__file__).parent

KINDS = {
    "mathematics": "follows from the loss's formula",
    "behaviour": "what the library computes",
    "api": "names, arguments and imports",
    "data": "the generated data and its splits",
    "training": "what comes out of training, over many seeds",
    "narrative": "what no test can decide, and why",
}
NARRATIVE = "narrative"
MODES = ("eager", "graph", "xla")
DECIDERS = ("keras", "tensorflow")


@dataclass(frozen=True)
class Expectation:
    """The verdict expected over one range of versions.

    Attributes:
        verdict: what the claim's spec should find.
        decider: whose version the range is of: ``keras`` or ``tensorflow``.
        versions: the range.
        modes: the execution modes in which the verdict shows; empty for all. In the others the claim holds.
        reason: why it doesn't simply hold, for a user to read.
        instead: name of the counter-spec, which asserts what happens instead.
    """

    verdict: Verdict
    decider: str = "keras"
    versions: VersionRange = EVERY
    modes: tuple[str, ...] = ()
    reason: str | None = None
    instead: str | None = None

    def applies(self, subject: Mapping[str, str]) -> bool:
        """Whether the subject (``{"keras": "3.15.1", "tensorflow": …}``) lies in the range."""
        return subject[self.decider] in self.versions

    def verdict_in(self, mode: str | None) -> Verdict:
        """The verdict expected of a spec in one execution mode (None: the spec has no mode)."""
        return self.verdict if mode is None or self._shows_in(mode) else Verdict.HOLDS

    def _shows_in(self, mode: str) -> bool:
        return not self.modes or mode in self.modes

    def where(self) -> str:
        """The range in words: ``Keras >=2.11,<3``, with the modes where they are not all."""
        name = {"keras": "Keras", "tensorflow": "TensorFlow"}[self.decider]
        words = "every version" if self.versions == EVERY else f"{name} {self.versions}"
        return f"{words}, {' and '.join(self.modes)} only" if self.modes else words


@dataclass(frozen=True)
class Claim:
    """One statement of a document, in our own words; ``beside`` are the claims it belongs to, where it has some."""

    id: str
    document: str
    section: str
    kind: str
    statement: str
    expected: tuple[Expectation, ...]
    why: str | None = None
    beside: tuple[str, ...] = ()

    @property
    def decided(self) -> bool:
        """Whether a spec decides it; a narrative says ``why`` none can."""
        return self.kind != NARRATIVE

    def expectation(self, subject: Mapping[str, str]) -> Expectation:
        """The one expectation that applies to the subject; the loader has made sure there is exactly one."""
        return next(each for each in self.expected if each.applies(subject))


@dataclass(frozen=True)
class Document:
    """One of the tutorials, or a collection of statements of our `own`: how to cite it, and its sections in order."""

    id: str
    title: str
    author: str
    date: str
    sections: tuple[str, ...]
    own: bool = False


@dataclass(frozen=True)
class Ledger:
    """Every document and every claim, in reading order."""

    documents: dict[str, Document]
    claims: dict[str, Claim]

    @property
    def decided(self) -> dict[str, Claim]:
        """The claims that specs decide."""
        return {claim.id: claim for claim in self.claims.values() if claim.decided}

    @property
    def narratives(self) -> dict[str, Claim]:
        """The statements that no test can decide."""
        return {claim.id: claim for claim in self.claims.values() if not claim.decided}

    def claim(self, claim_id: str) -> Claim:
        """The claim of that id.

        Raises:
            UsageProblem: for an unknown id, with the nearest known ones.
        """
        if claim_id not in self.claims:
            # Imported here: only a mistyped id needs it.
            import difflib

            near = difflib.get_close_matches(claim_id, self.claims, n=3, cutoff=0.4)
            nearest = f"did you mean {' or '.join(near)}?" if near else "no id is like it;"
            raise UsageProblem(
                f"no claim has the id {claim_id!r}",
                expected="an id of the ledger",
                do=f"{nearest} 'lossspec claims' lists all {len(self.claims)}",
            )
        return self.claims[claim_id]

    def besides(self, claim_id: str) -> tuple[str, ...]:
        """The ids of the claims that stand beside the one of that id, in reading order."""
        return tuple(each.id for each in self.claims.values() if claim_id in each.beside)


def load_ledger(folder: Path = LEDGER) -> Ledger:
    """Read every ``*.toml`` file of a folder, in order of their names.

    Raises:
        UsageProblem: for a folder without a ledger, and for anything wrong in a file.
    """
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise UsageProblem(
            f"{folder} holds no ledger",
            expected="at least one .toml file",
            do="name the folder that holds the ledger",
        )
    documents: dict[str, Document] = {}
    claims: dict[str, Claim] = {}
    links: list[tuple[Path, Claim, str]] = []
    for file in files:
        document, of_document = _read_file(file)
        _refuse_repeats(file, [document.id, *(claim.id for claim in of_document)], {*documents, *claims})
        documents[document.id] = document
        claims.update((claim.id, claim) for claim in of_document)
        links.extend((file, claim, linked) for claim in of_document for linked in claim.beside)
    _refuse_loose_ends(links, claims)
    return Ledger(documents, claims)


def _refuse_loose_ends(links: list[tuple[Path, Claim, str]], claims: Mapping[str, Claim]) -> None:
    """A claim may be linked to one of any file, so that a loose end can only be seen once all are read."""
    for file, claim, linked in links:
        if linked not in claims or linked == claim.id:
            raise UsageProblem(
                f"{file.name}, {claim.id}: {linked!r} in 'beside'",
                expected="the id of another claim of the ledger",
                do="mend it; 'lossspec claims' lists all",
            )


def _refuse_repeats(file: Path, ids: list[str], known: set[str]) -> None:
    for number, each in enumerate(ids):
        if each in known or each in ids[:number]:
            raise UsageProblem(f"{file.name}, {each}: duplicate id", expected="each id once", do="rename one")


def _read_file(file: Path) -> tuple[Document, list[Claim]]:
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageProblem(
            f"{file} can't be read as TOML: {error}", expected="a ledger file", do="mend that place"
        ) from error
    top = StrictTable(file, "the file", data)
    document = _document(StrictTable(file, "[document]", top.take("document", dict)))
    entries = [
        _claim(StrictTable(file, _name_of(entry, number), entry), document)
        for number, entry in enumerate(top.take("claim", list), start=1)
    ]
    top.finish()
    return document, entries


def _name_of(entry: Any, number: int) -> str:
    has_id = isinstance(entry, dict) and isinstance(entry.get("id"), str)
    return str(entry["id"]) if has_id else f"claim number {number}"


def _document(table: StrictTable) -> Document:
    document = Document(
        id=table.text("id"),
        title=table.text("title"),
        author=table.text("author"),
        date=table.text("date"),
        sections=tuple(table.texts("sections")),
        own=table.take("own", bool, default=False),
    )
    table.finish()
    return document


def _claim(table: StrictTable, document: Document) -> Claim:
    claim_id = table.text("id")
    if not claim_id.startswith(document.id + "."):
        raise table.problem("the id", f"an id that starts with '{document.id}.'", "rename it")
    claim = Claim(
        id=claim_id,
        document=document.id,
        section=table.choice("section", document.sections),
        kind=table.choice("kind", tuple(KINDS)),
        statement=table.text("statement"),
        why=table.text("why", default=None),
        beside=tuple(table.texts("beside", default=[])),
        expected=_expectations(table),
    )
    table.finish()
    if claim.decided and claim.why is not None:
        raise table.problem("'why' on a claim that is decided", "it on narratives only", "remove it")
    if not claim.decided and (claim.why is None or claim.expected != _SIMPLY_HOLDS):
        raise table.problem("a narrative without why, or with expected", "why no test can decide it", "say why")
    return claim


_SIMPLY_HOLDS = (Expectation(Verdict.HOLDS),)


def _expectations(table: StrictTable) -> tuple[Expectation, ...]:
    entries = table.take("expected", list, default=[])
    if not entries:
        return _SIMPLY_HOLDS
    expected = tuple(_expectation(StrictTable(table.file, table.entry, entry)) for entry in entries)
    if len({each.decider for each in expected}) > 1:
        raise table.problem("ranges of both Keras and TensorFlow", "one that decides", "choose one")
    for what, seam in seams([each.versions for each in expected]):
        raise table.problem(
            f"version ranges that {what} {seam}",
            "ranges that meet and cover every version",
            "mend the ranges",
        )
    return expected


def _expectation(table: StrictTable) -> Expectation:
    verdict = Verdict(table.choice("verdict", [str(each) for each in Verdict]))
    deciders = [each for each in DECIDERS if each in table.data]
    if len(deciders) > 1:
        raise table.problem("a range of both Keras and TensorFlow", "one that decides", "choose one")
    decider = deciders[0] if deciders else "keras"
    try:
        versions = VersionRange.parse(table.text(decider)) if deciders else EVERY
    except BadRange as error:
        raise table.problem(f"the version range {error}", "one like '>=2.11,<3'", "mend it") from error
    expectation = Expectation(
        verdict=verdict,
        decider=decider,
        versions=versions,
        modes=tuple(table.one_of(mode, "modes", MODES) for mode in table.texts("modes", default=[])),
        reason=table.text("reason", default=None),
        instead=table.text("instead", default=None),
    )
    table.finish()
    explained = bool(expectation.reason and expectation.instead)
    if verdict is not Verdict.HOLDS and not explained:
        raise table.problem(
            f"an expected {verdict} without both reason and instead",
            "why, and the spec that shows what happens instead",
            "add them",
        )
    if verdict is Verdict.HOLDS and (expectation.reason or expectation.instead or expectation.modes):
        raise table.problem("an expected holds with reason, instead or modes", "none of them", "remove them")
    return expectation
