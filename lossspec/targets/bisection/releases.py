"""The releases that can be searched, and their names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Mapping

from lossspec.backends.catalog import KERAS, Subject
from lossspec.core.errors import UsageProblem
from lossspec.targets.requirements import Pins, nearest, numbers_in

_SUBJECTS = {"tensorflow": r"tf(\d+\.\d+)", "keras": r"tf\d+\.\d+-keras(\d+\.\d+)"}
"""The names of subjects that are releases of a package: Keras 3 is beside one TensorFlow."""

_NAMED = re.compile(r"(?:(tf|tensorflow|keras|tf[\d.]+-keras)[- ]?)?((\d+)\.\d+)(\.\S+)?")


@dataclass(frozen=True)
class Release:
    """A minor release of a package."""

    package: str
    version: str
    pins: Pins

    def __str__(self) -> str:
        return f"{KERAS.packages[self.package]} {self.version}"

    def on(self, subject: Subject) -> str:
        """Name it in full: ``TensorFlow 2.10 (Keras 2.10.0)``."""
        titles = KERAS.packages.items()
        beside = (f"{title} {subject[name]}" for name, title in titles if name != self.package)
        return f"{self} ({', '.join(beside)})"


def releases_of(package: str, known: Mapping[str, Pins]) -> list[Release]:
    """List a package's releases among subjects, oldest first."""
    named = [(name, pins) for pins in known.values() for name in (pins.name, *pins.also)]
    matches = [(re.fullmatch(_SUBJECTS[package], name), pins) for name, pins in named]
    found = [Release(package, match.group(1), pins) for match, pins in matches if match]
    return sorted(found, key=lambda release: numbers_in(release.version))


def between(good: str, bad: str, known: Mapping[str, Pins]) -> list[Release]:
    """List the releases from one to another, oldest first.

    Raises:
        UsageProblem: when either doesn't exist, or both are the same, or not of one package.
    """
    first, last = _meant("--good", good, known), _meant("--bad", bad, known)
    if first.package != last.package:
        titles = [KERAS.packages[release.package] for release in (first, last)]
        raise UsageProblem(
            f"--good {good} is a release of {titles[0]} and --bad {bad} of {titles[1]}",
            expected="two of the same library",
            do="search TensorFlow, each with the Keras of its day, or Keras beside the newest one",
        )
    if first == last:
        given = f"--good {good} and --bad {bad} are the same"
        raise UsageProblem(given, expected="two releases", do="name another")
    row = releases_of(first.package, known)
    start, end = sorted((row.index(first), row.index(last)))
    return row[start : end + 1]


def _meant(option: str, name: str, known: Mapping[str, Pins]) -> Release:
    """Find a named release; a bare version names its package."""
    if match := _NAMED.fullmatch(name.strip().lower()):
        named, version, major, patch = match.groups()
        is_keras = named.endswith("keras") if named else major == "3"
        row = releases_of("keras" if is_keras else "tensorflow", known)
        by_version = {release.version: release for release in row}
        if version in by_version and not patch:
            return by_version[version]
        near = f"{KERAS.packages[row[0].package]} {', '.join(nearest(version, by_version))}"
    else:
        rows = [releases_of(package, known) for package in _SUBJECTS]
        near = " or ".join(f"{row[0]} to {row[-1].version}" for row in rows)
    raise UsageProblem(
        f"{option} {name} is no release that can be searched",
        expected=f"a minor release, such as {near}",
        do="name one of those",
    )
