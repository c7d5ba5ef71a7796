"""What is expected of a claim: verdicts over versions, backends and libraries.

Those of an entry cover every version once, on each backend and of each library.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Collection, Mapping

from lossspec.ledger.calls import is_call_of, parameters_of
from lossspec.ledger.since import from_then_on, from_then_on_there
from lossspec.ledger.toml_files import problem
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


def of_each_backend(
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


def expectation_of(entry: Mapping[str, Any], libraries: tuple[str, ...]) -> Expectation:
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
