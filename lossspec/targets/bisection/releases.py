"""The releases that can be searched, in the order in which they came out, and which of them a user means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Mapping, Sequence

from lossspec.core.errors import UsageProblem
from lossspec.targets.requirements import Pins, nearest

TENSORFLOW, KERAS = "TensorFlow", "Keras"

_NAMES = {TENSORFLOW: re.compile(r"tf(\d+\.\d+)"), KERAS: re.compile(r"tf\d+\.\d+-keras(\d+\.\d+)")}
_GIVEN = re.compile(r"(?:(tf|tensorflow|keras|tf[\d.]+-keras)[- ]?)?(\d+)\.(\d+)(\.\S+)?")


@dataclass(frozen=True)
class Release:
    """A minor release: of TensorFlow with the Keras of its day, or of Keras beside one TensorFlow."""

    library: str
    version: str
    pins: Pins

    @property
    def order(self) -> tuple[int, ...]:
        """What sorts a library's releases from the oldest to the newest."""
        return tuple(int(each) for each in self.version.split("."))

    def __str__(self) -> str:
        return f"{self.library} {self.version}"

    def with_the_other(self, versions: Mapping[str, str]) -> str:
        """``TensorFlow 2.10 (Keras 2.10.0)``, or ``Keras 3.5 (TensorFlow 2.21.0)``."""
        other = KERAS if self.library == TENSORFLOW else TENSORFLOW
        return f"{self} ({other} {versions[other.lower()]})"


def chains(known: Mapping[str, Pins]) -> dict[str, list[Release]]:
    """The two rows of releases, each from the oldest to the newest: of TensorFlow, and of Keras."""
    found = {
        library: [
            Release(library, match.group(1), pins)
            for pins in known.values()
            for match in map(pattern.fullmatch, (pins.name, *pins.also))
            if match
        ]
        for library, pattern in _NAMES.items()
    }
    return {
        library: sorted(releases, key=lambda each: each.order)
        for library, releases in found.items()
    }


def between(good: str, bad: str, known: Mapping[str, Pins]) -> list[Release]:
    """The releases from one to another, both included, older or newer first.

    Raises:
        UsageProblem: when either doesn't exist, or both are the same, or not of one library.
    """
    rows = chains(known)
    (library, first), (other, last) = (
        _place(given, option, rows) for option, given in (("good", good), ("bad", bad))
    )
    if library != other:
        raise UsageProblem(
            f"--good {good} is a release of {library} and --bad {bad} of {other}",
            expected="two of the same library",
            do="search TensorFlow, each with the Keras of its day, or Keras beside the newest TensorFlow",
        )
    if first == last:
        raise UsageProblem(
            f"--good {good} and --bad {bad} are the same",
            expected="two releases",
            do="name another",
        )
    row = rows[library]
    return row[first : last + 1] if first < last else row[last : first + 1][::-1]


def _place(given: str, option: str, rows: Mapping[str, Sequence[Release]]) -> tuple[str, int]:
    """The library whose release is meant, and the release's place in its row."""
    match = _GIVEN.fullmatch(given.strip().lower())
    named, major, minor, patch = match.groups() if match else (None, "", "", None)
    if named is None:
        library = KERAS if major == "3" else TENSORFLOW
    else:
        library = KERAS if named.endswith("keras") else TENSORFLOW
    versions = [release.version for release in rows[library]]
    version = f"{major}.{minor}"
    if version not in versions or patch:
        near = f"{library} {', '.join(nearest(version, versions))}" if match else _all(rows)
        raise UsageProblem(
            f"--{option} {given} is no release that can be searched",
            expected=f"a minor release, such as {near}",
            do="name one of those",
        )
    return library, versions.index(version)


def _all(rows: Mapping[str, Sequence[Release]]) -> str:
    return " or ".join(
        f"{library} {row[0].version} to {row[-1].version}" for library, row in rows.items()
    )
