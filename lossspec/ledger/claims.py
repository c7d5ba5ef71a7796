"""The ledger: TOML files, read into documents and claims.

What the schema can't say is checked here: ids, sections and sentences that entries name, also in
their reasons, and version ranges.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Collection, Mapping

from lossspec.core.errors import UsageProblem
from lossspec.ledger import sentences, specification
from lossspec.ledger.calls import is_call_of, parameters_of
from lossspec.ledger.since import from_then_on, from_then_on_there
from lossspec.ledger.toml_files import load, problem
from lossspec.ledger.verdicts import Verdict
from lossspec.ledger.versions import (
    DECIDERS,
    ELSEWHERE,
    EVERY,
    KERAS,
    LIBRARIES,
    VersionRange,
    seams,
)

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
class Expectation:
    """The verdict expected of `libraries`, over a range of the `decider`'s versions.

    It shows in some execution modes, for values given in some ways, and in some `calls` of its
    specs, or in all where none is named; elsewhere the claim holds. On `backends` it stands in the
    place of what is expected without any.
    Where it isn't *holds*, there is a reason for a user to read, and `instead`: the name of the
    counter-spec, which asserts what happens instead.
    """

    verdict: Verdict
    decider: str = "keras"
    versions: VersionRange = EVERY
    libraries: tuple[str, ...] = (KERAS,)
    modes: tuple[str, ...] = ()
    given_as: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    backends: tuple[str, ...] = ()
    reason: str | None = None
    instead: str | None = None

    def applies(self, subject: Mapping[str, str]) -> bool:
        """Whether a subject, ``{"keras": "3.15.1", …}``, lies in the range."""
        if self.backends and not self.is_of(subject):
            return False
        if self.versions == EVERY:
            return True
        return self.decider in subject and subject[self.decider] in self.versions

    def is_of(self, subject: Mapping[str, str]) -> bool:
        """Whether it is of the backend of a subject, by name."""
        return any(backend in subject for backend in self.backends)

    def verdict_in(
        self, mode: str | None, given_as: str | None = None, call: str | None = None
    ) -> Verdict:
        """The verdict expected in a mode, way and call, None for a spec without."""
        limits = (mode, self.modes), (given_as, self.given_as)
        shows = all(met is None or not limit or met in limit for met, limit in limits)
        shows = shows and (call is None or is_call_of(self.calls, call))
        return self.verdict if shows else Verdict.HOLDS

    def where(self) -> str:
        """The range in words: ``Keras >=2.11,<3, graph only``."""
        every = self.versions == EVERY
        words = "every version" if every else f"{DECIDERS[self.decider]} {self.versions}"
        if every and KERAS not in self.libraries:
            words += f" of {' and '.join(LIBRARIES[library] for library in self.libraries)}"
        titles = [ELSEWHERE[backend] for backend in self.backends]
        words += f" on {' and '.join(titles)}" if titles else ""
        limits = [" and ".join(self.modes)] if self.modes else []
        limits += [f"given as {' and '.join(self.given_as)}"] if self.given_as else []
        calls = " and ".join(dict.fromkeys(map(parameters_of, self.calls)))
        limits += [f"with {calls}"] if calls else []
        return f"{words}, {' '.join(limits)} only" if limits else words


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
    stated = tuple(_expectation(each, libraries[:1]) for each in expected)
    for what, named, known in (
        ("libraries", libraries, document.libraries),
        ("what is expected", [each for range_ in stated for each in range_.libraries], libraries),
    ):
        if alien := sorted({*named} - {*known}):
            raise problem(file, name, f"{what} of {' and '.join(alien)}", f"{' or '.join(known)}")
    expectations = _of_each_backend(file, entry, stated, libraries)
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


def _of_each_backend(
    file: Path,
    entry: Mapping[str, Any],
    expected: tuple[Expectation, ...],
    libraries: Collection[str],
) -> tuple[Expectation, ...]:
    """What is expected of each library, and on some backends, whole for all versions each."""
    name, loss = entry["id"], entry.get("loss")
    if any(each.backends and each.decider != KERAS for each in expected):
        raise problem(file, name, "a range of TensorFlow elsewhere", "one of Keras")
    found = _of_keras(name, loss, expected) if KERAS in libraries else []
    elsewhere = [each for each in libraries if each != KERAS]
    for library in elsewhere:
        said = tuple(each for each in expected if library in each.libraries)
        unsaid = () if said else (Expectation(Verdict.HOLDS, libraries=(library,)),)
        of_library = from_then_on(library, name, loss, said or unsaid)
        found += [each for each in of_library if each not in (*found, *unsaid)]
    titles: dict[tuple[str, str | None], str] = {(KERAS, None): ""}
    titles.update({(KERAS, backend): f" on {title}" for backend, title in ELSEWHERE.items()})
    titles.update({(library, None): f" of {LIBRARIES[library]}" for library in elsewhere})
    for (library, backend), of in titles.items():
        own = [
            each
            for each in found
            if library in each.libraries
            and (backend in each.backends if backend else not each.backends)
        ]
        for what, seam in seams([each.versions for each in own]) if own else ():
            covering = "ranges that meet and cover every version"
            raise problem(file, name, f"version ranges{of} that {what} {seam}", covering)
    return tuple(found)


def _of_keras(name: str, loss: str | None, expected: tuple[Expectation, ...]) -> list[Expectation]:
    """What is expected of Keras: on TensorFlow, then what is said of other backends."""
    of_keras = [each for each in expected if KERAS in each.libraries]
    said = tuple(each for each in of_keras if not each.backends)
    of_all = from_then_on(KERAS, name, loss, said or (Expectation(Verdict.HOLDS),))
    on: dict[Expectation, tuple[str, ...]] = {}
    for backend in ELSEWHERE:
        own = tuple(replace(each, backends=()) for each in of_keras if backend in each.backends)
        own = from_then_on(KERAS, name, loss, own) if own else own
        for each in from_then_on_there(backend, loss, own, of_all):
            on[each] = (*on.get(each, ()), backend)
    return [*of_all, *(replace(each, backends=backends) for each, backends in on.items())]


def _expectation(entry: Mapping[str, Any], libraries: tuple[str, ...]) -> Expectation:
    """One entry's; of these libraries, where it names none."""
    decider = next((decider for decider in DECIDERS if decider in entry), "keras")
    return Expectation(
        verdict=Verdict(entry["verdict"]),
        decider=decider,
        versions=VersionRange.parse(entry[decider]) if decider in entry else EVERY,
        libraries=tuple(entry.get("libraries", libraries)),
        modes=tuple(entry.get("modes", ())),
        given_as=tuple(entry.get("given_as", ())),
        calls=tuple(entry.get("calls", ())),
        backends=tuple(entry.get("backends", ())),
        reason=entry.get("reason"),
        instead=entry.get("instead"),
    )
