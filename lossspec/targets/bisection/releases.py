"""The releases that can be searched, oldest first, and which of them a user means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Mapping, Sequence

from lossspec.backends.catalog import KERAS, Subject
from lossspec.core.errors import UsageProblem
from lossspec.targets.requirements import Pins, nearest, numbers_in

_SUBJECTS = {"tensorflow": r"tf(\d+\.\d+)", "keras": r"tf\d+\.\d+-keras(\d+\.\d+)"}
"""The names of subjects that are releases of a package: Keras 3 is beside one TensorFlow."""

_NAMED = re.compile(r"(?:(tf|tensorflow|keras|tf[\d.]+-keras)[- ]?)?(\d+)\.(\d+)(\.\S+)?")


@dataclass(frozen=True)
class Release:
    """A minor release of a package, with whatever its subject has beside it."""

    package: str
    version: str
    pins: Pins

    def __str__(self) -> str:
        return f"{KERAS.packages[self.package]} {self.version}"

    def on(self, subject: Subject) -> str:
        """Name it with what it came with: ``TensorFlow 2.10 (Keras 2.10.0)``."""
        titles = KERAS.packages.items()
        beside = (f"{title} {subject[name]}" for name, title in titles if name != self.package)
        return f"{self} ({', '.join(beside)})"


Rows = Mapping[str, Sequence[Release]]
"""The releases of each package, oldest first."""


def rows_of(known: Mapping[str, Pins]) -> Rows:
    """Sort subjects into rows of releases."""
    rows: dict[str, list[Release]] = {package: [] for package in _SUBJECTS}
    for pins in known.values():
        for package, pattern in _SUBJECTS.items():
            for match in filter(None, (re.fullmatch(pattern, n) for n in (pins.name, *pins.also))):
                rows[package].append(Release(package, match.group(1), pins))
    for row in rows.values():
        row.sort(key=lambda release: numbers_in(release.version))
    return rows


def between(good: str, bad: str, known: Mapping[str, Pins]) -> list[Release]:
    """List the releases from one to another, both included, older or newer first.

    Raises:
        UsageProblem: when either doesn't exist, or both are the same, or not of one package.
    """
    rows = rows_of(known)
    first, last = _meant("--good", good, rows), _meant("--bad", bad, rows)
    if first.package != last.package:
        titles = [KERAS.packages[release.package] for release in (first, last)]
        raise UsageProblem(
            f"--good {good} is a release of {titles[0]} and --bad {bad} of {titles[1]}",
            expected="two of the same library",
            do="search TensorFlow, each with the Keras of its day, or Keras beside the newest one",
        )
    if first == last:
        raise UsageProblem(
            f"--good {good} and --bad {bad} are the same",
            expected="two releases",
            do="name another",
        )
    row = list(rows[first.package])
    start, end = row.index(first), row.index(last)
    return row[start : end + 1] if start < end else row[end : start + 1][::-1]


def _meant(option: str, name: str, rows: Rows) -> Release:
    """Find the release that was named; without its package's name, by its major version."""
    match = _NAMED.fullmatch(name.strip().lower())
    if not match:
        ends = (f"{row[0]} to {row[-1].version}" for row in rows.values())
        raise _unknown(option, name, " or ".join(ends))
    named, major, minor, patch = match.groups()
    if named is None:
        package = "keras" if major == "3" else "tensorflow"
    else:
        package = "keras" if named.endswith("keras") else "tensorflow"
    by_version = {release.version: release for release in rows[package]}
    version = f"{major}.{minor}"
    if version not in by_version or patch:
        near = ", ".join(nearest(version, by_version))
        raise _unknown(option, name, f"{KERAS.packages[package]} {near}")
    return by_version[version]


def _unknown(option: str, name: str, near: str) -> UsageProblem:
    return UsageProblem(
        f"{option} {name} is no release that can be searched",
        expected=f"a minor release, such as {near}",
        do="name one of those",
    )
