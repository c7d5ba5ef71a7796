"""The ledger: TOML files, read into documents and claims.

What the schema can't say is checked here: ids, sections and sentences that entries name, also in
their reasons. What is expected, and over which versions, is checked in `expectations`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Collection, Mapping

from lossspec.core.errors import UsageProblem
from lossspec.ledger import sentences, specification
from lossspec.ledger.expectations import Expectation, expectation_of, of_each_backend
from lossspec.ledger.toml_files import load, problem
from lossspec.ledger.verdicts import Verdict
from lossspec.ledger.versions import DECIDERS, KERAS, LIBRARIES

LEDGER = specification.folder()
SCHEMA = Path(__file__).with_name("ledger.schema.json")

KINDS = {
    "mathematics": "follows from the loss's formula",
    "behaviour": "what the library computes",
    "api": "names, arguments and imports",
    "data": "the generated data and its splits",
    "training": "what comes out of training, over many seeds",
    "narrative": "what no test can decide, and why",
}
NARRATIVE = "narrative"
ID = r"(?<![\w./-])(?:{})\.[a-z](?:[a-z0-9-]*[a-z0-9])?(?![\w(])"
"""An id in a text, of one of several documents; `Path.toml` is none."""


def library_of(subject: Mapping[str, str]) -> str:
    """The library whose losses a subject has: ``keras`` of ``{"torch": …, "keras": …}``."""
    return next((library for library in LIBRARIES if library in subject), KERAS)


@dataclass(frozen=True)
class Claim:
    """One statement of a document, and what decides it.

    It stands for `sentences` of its document, by number, and belongs to the claims that it stands
    `beside`; `why` says why no test can decide a narrative. Public reports of the same are
    `upstream`: ``keras-team/keras#6825``.
    A spec that decides a family of claims names no ids: `spec` is its name, and `loss` (a slug),
    `recipe`, `part` of the data, `measure` and `bound` (what it compares with) are for it to read.
    It is asked of `libraries`: those of its document, or some of these.
    """

    id: str
    document: str
    section: str
    kind: str
    statement: str
    expected: tuple[Expectation, ...]
    why: str | None = None
    sentences: tuple[int, ...] = ()
    beside: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()
    spec: str | None = None
    loss: str | None = None
    recipe: str | None = None
    part: str | None = None
    measure: str | None = None
    bound: float | None = None
    libraries: tuple[str, ...] = (KERAS,)

    @property
    def decided(self) -> bool:
        """Whether a spec decides it, unlike a narrative."""
        return self.kind != NARRATIVE

    @property
    def read_by_spec(self) -> tuple[str | float | None, ...]:
        """What a spec of a family reads of it."""
        return self.spec, self.loss, self.recipe, self.part, self.measure, self.bound

    def expectation(self, subject: Mapping[str, str]) -> Expectation:
        """The one expectation that applies to a subject.

        Ranges of TensorFlow's versions are of Keras on TensorFlow: elsewhere it holds, unless
        something else is said. So does a claim of which nothing is said on another library.
        """
        library = library_of(subject)
        expected = [each for each in self.expected if library in each.libraries]
        own = [each for each in expected if each.is_of(subject)]
        of_all = [each for each in expected if not each.backends]
        applying = (expected for expected in own or of_all if expected.applies(subject))
        return next(applying, Expectation(Verdict.HOLDS))


@dataclass(frozen=True)
class Document:
    """How to cite a document, or statements of our `own`.

    It speaks of `libraries`, and isn't asked of others; its claims' specs lie in `folder`, below
    that of all specs.
    """

    id: str
    title: str
    author: str
    date: str
    sections: tuple[str, ...]
    own: bool = False
    libraries: tuple[str, ...] = (KERAS,)
    folder: str = "."


@dataclass(frozen=True)
class Ledger:
    """Every document and every claim, in reading order, or those that are asked of a library.

    The specs in folders that are `unasked` decide claims of other libraries alone.
    """

    documents: dict[str, Document]
    claims: dict[str, Claim]
    library: str = KERAS
    unasked: frozenset[str] = frozenset()

    @property
    def decided(self) -> dict[str, Claim]:
        """The claims that specs decide."""
        return {claim.id: claim for claim in self.claims.values() if claim.decided}

    @property
    def narratives(self) -> dict[str, Claim]:
        """The statements that no test can decide."""
        return {claim.id: claim for claim in self.claims.values() if not claim.decided}

    def of(self, library: str) -> Ledger:
        """What is asked of a library, Keras if it isn't known: the documents that speak of it."""
        library = library if library in LIBRARIES else KERAS
        own = {id_: each for id_, each in self.documents.items() if library in each.libraries}
        claims = {id_: each for id_, each in self.claims.items() if library in each.libraries}
        folders = {each.folder for each in self.documents.values()} - {"."}
        unasked = folders - {each.folder for each in own.values()}
        return Ledger(own, claims, library, frozenset(unasked))

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
        """The ids of the claims that stand beside one."""
        return tuple(claim.id for claim in self.claims.values() if claim_id in claim.beside)


def load_ledger(folder: Path = LEDGER) -> Ledger:
    """Read every ``*.toml`` file below a folder, in order.

    Raises:
        UsageProblem: for a folder without a ledger, and for anything wrong in a file.
    """
    try:
        paths = sorted(folder.rglob("*.toml"))
    except OSError:  # such as a name that is too long, which Python 3.13 passes over
        paths = []
    files = {file: load(file, SCHEMA) for file in paths}
    if not files:
        raise UsageProblem(
            f"{folder} holds no ledger",
            expected="at least one .toml file",
            do="name the folder that holds the ledger",
        )
    documents: dict[str, Document] = {}
    claims: dict[str, Claim] = {}
    for file, content in files.items():
        entry = content["document"]
        lists = {name: tuple(entry[name]) for name in ("sections", "libraries") if name in entry}
        place = file.parent.relative_to(folder).as_posix()
        document = Document(**{**entry, **lists, "folder": place})
        of_file = [_claim(file, entry, document) for entry in content["claim"]]
        for number, name in enumerate(ids := [document.id, *(claim.id for claim in of_file)]):
            if name in documents or name in claims or name in ids[:number]:
                raise problem(file, name, "duplicate id", "each id once")
        documents[document.id] = document
        claims.update((claim.id, claim) for claim in of_file)
    for file, content in files.items():
        for entry in content["claim"]:
            _check_links(file, entry, claims, re.compile(ID.format("|".join(documents))))
    return Ledger(documents, claims)


def _check_links(
    file: Path, entry: Mapping[str, Any], claims: Collection[str], id_: re.Pattern[str]
) -> None:
    """Refuse a named id that no entry has."""
    texts = [entry["statement"], entry.get("why", "")]
    texts += [expected.get("reason", "") for expected in entry.get("expected", ())]
    links = [(linked, "'beside'") for linked in entry.get("beside", ())]
    links += [(named, "its text") for text in texts for named in id_.findall(text)]
    for linked, where in links:
        if linked not in claims or (linked == entry["id"] and where == "'beside'"):
            expected = "the id of another claim of the ledger"
            raise problem(file, entry["id"], f"{linked!r} in {where}", expected)


def _claim(file: Path, entry: Mapping[str, Any], document: Document) -> Claim:
    name, expected = entry["id"], entry.get("expected") or [{"verdict": Verdict.HOLDS}]
    if not name.startswith(f"{document.id}."):
        raise problem(file, name, "the id", f"one that starts with '{document.id}.'")
    if entry["section"] not in document.sections:
        sections = ", ".join(map(repr, document.sections))
        raise problem(file, name, f"unknown section {entry['section']!r}", f"one of {sections}")
    of_all = [each for each in expected if "backends" not in each and "libraries" not in each]
    if len({decider for range_ in of_all for decider in DECIDERS if decider in range_}) > 1:
        raise problem(file, name, "ranges of both Keras and TensorFlow", "one that decides")
    libraries = tuple(entry.get("libraries", document.libraries))
    stated = tuple(expectation_of(each, libraries[:1]) for each in expected)
    for what, named, known in (
        ("libraries", libraries, document.libraries),
        ("what is expected", [each for range_ in stated for each in range_.libraries], libraries),
    ):
        if alien := sorted({*named} - {*known}):
            raise problem(file, name, f"{what} of {' and '.join(alien)}", f"{' or '.join(known)}")
    expectations = of_each_backend(file, entry, stated, libraries)
    if document.own and "sentences" in entry:
        raise problem(file, name, "sentences", "none, of a collection of our own")
    try:
        numbers = sentences.numbers(entry.get("sentences", ()))
    except ValueError as error:
        expected = "numbers and stretches, each once, as in [3, '7-9']"
        raise problem(file, name, f"sentences with {error}", expected) from error
    more = {name: tuple(entry.get(name, ())) for name in ("beside", "upstream")}
    more["libraries"] = libraries
    about = {"document": document.id, "sentences": numbers, "expected": expectations}
    return Claim(**{**entry, **more, **about})
