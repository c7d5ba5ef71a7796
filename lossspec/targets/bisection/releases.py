"""The releases that are subjects, and so can be searched, and their names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Mapping, Sequence

from lossspec.backends.catalog import KERAS, MULTI_BACKEND, OPTAX, TORCH, Subject
from lossspec.core.errors import UsageProblem
from lossspec.ledger.versions import LIBRARIES
from lossspec.targets.requirements import Pins, nearest, numbers_in

_SUBJECTS = {
    "tensorflow": r"tf(\d+\.\d+)",
    "keras": r"tf\d+\.\d+-keras(\d+\.\d+)",
    "torch": r"torch(\d+\.\d+)",
    "optax": r"optax(\d+\.\d+\.\d+)",
    **{each.name: rf"{each.computes_with}[\d.]+-keras(\d+\.\d+)" for each in MULTI_BACKEND},
}
"""The names of subjects in a row of releases: Keras 3 is beside one TensorFlow, or on another."""

_ELSEWHERE = {each.computes_with: each.name for each in MULTI_BACKEND}
_NAMED = re.compile(
    rf"(?:(?:(?P<on>tf|{'|'.join(_ELSEWHERE)})[\d.]*-keras"
    r"|(?P<of>tf|tensorflow|keras|torch|pytorch|optax))[- ]?)?"
    r"(?P<version>(?P<major>\d+)\.\d+)(?P<patch>\.\S+)?"
)
_ROWS = {"tf": "tensorflow", "pytorch": "torch"}


@dataclass(frozen=True)
class Release:
    """A release in a row: a minor one, but of optax, whose patches are such."""

    row: str
    version: str
    pins: Pins

    @property
    def package(self) -> str:
        """What its version is of: TensorFlow, with the Keras of its day, or else the library."""
        return self.row if self.row in self.pins.backend.packages else self.library

    @property
    def library(self) -> str:
        """The library whose losses it has: Keras of TensorFlow."""
        return self.pins.backend.library

    @property
    def title(self) -> str:
        """How prose spells its package."""
        return self.pins.backend.packages[self.package]

    @property
    def of(self) -> str:
        """How prose spells its row: ``Keras on JAX``."""
        return self.title if self.row == self.package else self.pins.backend.in_words

    def __str__(self) -> str:
        return f"{self.title} {self.version}"

    def follows(self, older: Release) -> bool:
        """Whether none was released between an older one and it, as their numbers say."""
        *before, last = numbers_in(older.version)
        return numbers_in(self.version) == (*before, last + 1)

    def on(self, subject: Subject) -> str:
        """Name it in full: ``TensorFlow 2.10 (Keras 2.10.0)``."""
        titles = self.pins.backend.packages.items()
        beside = [f"{title} {subject[name]}" for name, title in titles if name != self.package]
        return f"{self} ({', '.join(beside)})" if beside else str(self)


def releases_of(row: str, known: Mapping[str, Pins]) -> list[Release]:
    """List the releases of a row among subjects, oldest first."""
    named = [(name, pins) for pins in known.values() for name in (pins.name, *pins.also)]
    matches = [(re.fullmatch(_SUBJECTS[row], name), pins) for name, pins in named]
    found = [Release(row, match.group(1), pins) for match, pins in matches if match]
    return sorted(found, key=lambda release: numbers_in(release.version))


def between(
    good: str, bad: str, known: Mapping[str, Pins], libraries: Sequence[str] = (KERAS.library,)
) -> list[Release]:
    """List the releases from one to another, oldest first.

    Args:
        good: one end, by name; a bare version is of Keras where that is among the libraries.
        bad: the other.
        known: the subjects.
        libraries: those that are asked what is followed.

    Raises:
        UsageProblem: when either doesn't exist, or isn't asked; when both are the same, or not of
            one package.
    """
    first, last = (
        _meant(option, name, known, libraries)
        for option, name in (("--good", good), ("--bad", bad))
    )
    if first.row != last.row:
        raise UsageProblem(
            f"--good {good} is a release of {first.of} and --bad {bad} of {last.of}",
            expected="two of the same library",
            do="search TensorFlow, each with the Keras of its day, or Keras beside the newest one",
        )
    if first == last:
        given = f"--good {good} and --bad {bad} are the same"
        raise UsageProblem(given, expected="two subjects", do="name another")
    row = releases_of(first.row, known)
    start, end = sorted((row.index(first), row.index(last)))
    return row[start : end + 1]


def _meant(option: str, name: str, known: Mapping[str, Pins], libraries: Sequence[str]) -> Release:
    """Find a named release."""
    near = _known(known)
    if match := _NAMED.fullmatch(name.strip().lower()):
        version, patch = match["version"], match["patch"]
        named = _row(match, libraries)
        if named == OPTAX.library:
            version, patch = f"{version}{patch or ''}", None
        row = releases_of(named, known)
        by_version = {release.version: release for release in row}
        if version in by_version and not patch:
            return _asked(option, by_version[version], known, libraries)
        if row:
            near = f"{row[0].of} {', '.join(nearest(version, by_version))}"
    raise UsageProblem(
        f"{option} {name} is no subject",
        expected=f"a release that is one, such as {near}",
        do=f"name one of those; of PyTorch and optax as in {_examples(known)}",
    )


def _row(match: re.Match[str], libraries: Sequence[str]) -> str:
    """The row of releases that a name, or a bare version, is of."""
    if on := match["on"]:
        return _ELSEWHERE.get(on, "keras")
    if named := match["of"]:
        return _ROWS.get(named, named)
    if KERAS.library not in libraries:
        return libraries[0]
    return "keras" if match["major"] == "3" else "tensorflow"


def _asked(
    option: str, release: Release, known: Mapping[str, Pins], libraries: Sequence[str]
) -> Release:
    """Refuse a release of a library that isn't asked what is followed."""
    if release.library in libraries:
        return release
    raise UsageProblem(
        f"{option} is {release}, of which this isn't asked",
        expected=f"a release such as {_known(known, libraries)}",
        do=f"name one of those; of PyTorch and optax as in {_examples(known)}",
    )


def _known(known: Mapping[str, Pins], libraries: Sequence[str] = tuple(LIBRARIES)) -> str:
    """The rows of some libraries that have subjects, in words."""
    rows = [row for each in _SUBJECTS if (row := releases_of(each, known))]
    return " or ".join(
        f"{row[0].of} {row[0].version} to {row[-1].version}"
        for row in rows
        if row[0].library in libraries
    )


def _examples(known: Mapping[str, Pins]) -> str:
    newest = (releases_of(info.library, known)[-1] for info in (TORCH, OPTAX))
    return " and ".join(release.pins.name for release in newest)
