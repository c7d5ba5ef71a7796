"""Subjects in the page's order, in groups, and in words."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass
from typing import Mapping, NamedTuple, Sequence

from packaging.version import Version

from lossspec.backends.catalog import BACKENDS, DEFAULT, BackendInfo, backend_of
from lossspec.records.record_types import Record
from lossspec.records.subjects import lineage, stem

_MANY = 2
"""So many releases of a library on one version of another package are a group of their own."""

_NARROW = 4
"""A group of fewer subjects has no room for its heading: each says itself what it is."""


@dataclass(frozen=True)
class Subject:
    """One record's subject: place, names, and group.

    ``key`` names it in links and data, ``short`` is the version that tells it apart in its group.
    """

    place: int
    key: str
    name: str
    short: str
    group: int
    versions: Mapping[str, str]

    @property
    def backend(self) -> BackendInfo:
        """What is known of its backend."""
        return backend_of(self.versions)

    @property
    def release(self) -> Version:
        """The version of the measured library."""
        return Version(self.versions[self.backend.library])

    @property
    def is_legacy(self) -> bool:
        """Whether it is an older line that goes on."""
        return self.backend.is_legacy(self.versions)

    @property
    def line(self) -> tuple[str, int, bool]:
        """Backend, major release and legacy: equal within a line."""
        return self.backend.name, self.release.major, self.is_legacy


@dataclass(frozen=True)
class Group:
    """Subjects ``start`` to ``stop - 1`` under a heading, if there is room for one."""

    about: str
    lead: str
    tail: str
    start: int
    stop: int
    headed: bool = True

    def label(self, short: str) -> str:
        """What a column is called: ``2.15`` under a heading, else ``3.15 on JAX 0.10``."""
        if self.headed:
            return short
        return f"{short} {self.tail}" if self.tail.startswith("on ") else f"{self.lead} {short}"


class _Heading(NamedTuple):
    about: str
    lead: str
    tail: str
    package: str


def in_order(records: Sequence[Record]) -> list[Record]:
    """Sort records by backend and release line."""
    return sorted(records, key=lambda record: lineage(record["subject"]))


def name_of(versions: Mapping[str, str]) -> str:
    """``TensorFlow 2.21.0 with Keras 3.15.1``."""
    packages = backend_of(versions).packages
    return " with ".join(f"{title} {versions[package]}" for package, title in packages.items())


def subjects(records: Sequence[Record]) -> tuple[list[Subject], list[Group]]:
    """The subjects of ordered records, and their groups."""
    versions = [record["subject"] for record in records]
    headings, keys = _headings(versions), _keys(versions)
    found: list[Subject] = []
    groups: list[Group] = []
    for heading, row in itertools.groupby(range(len(versions)), key=headings.__getitem__):
        places = list(row)
        about, lead, tail, package = heading
        headed = len(places) >= min(_NARROW, len(versions))
        groups.append(Group(about, lead, tail, places[0], places[-1] + 1, headed))
        shorts = _shorts([versions[place][package] for place in places])
        for place, short in zip(places, shorts):
            of = versions[place]
            found.append(Subject(place, keys[place], name_of(of), short, len(groups) - 1, of))
    return found, groups


def before(ordered: Sequence[Subject], place: int) -> int | None:
    """Which subject one is compared with, if any.

    It is the last of its line with no newer library; for the first of a line, the last subject
    before it that is no legacy.
    """
    subject = ordered[place]
    earlier = [candidate for candidate in ordered[:place] if candidate.backend == subject.backend]
    if same := [candidate for candidate in earlier if candidate.line == subject.line]:
        nearest = [candidate for candidate in same if candidate.release <= subject.release]
    else:
        nearest = [candidate for candidate in earlier if not candidate.is_legacy]
    return max((candidate.place for candidate in nearest or earlier), default=None)


def origin(ordered: Sequence[Subject]) -> int | None:
    """Where an upgrade to the newest comes from, if anywhere."""
    newest = ordered[-1]
    first = next(
        subject.place
        for subject in ordered
        if (subject.backend, subject.release.major) == (newest.backend, newest.release.major)
    )
    other = before(ordered, first)
    return before(ordered, newest.place) if other is None else other


def ranges(places: Sequence[int], ordered: Sequence[Subject], groups: Sequence[Group]) -> str:
    """``TensorFlow 2.2 to 2.10 with Keras 2``, or ``every subject but`` others, if shorter."""
    if len(places) == len(ordered):
        return "every subject" if len(ordered) > 1 else ordered[0].name
    others = [place for place in range(len(ordered)) if place not in places]
    within, without = (_by_group(those, ordered, groups) for those in (places, others))
    return min(within, f"every subject but {without}", key=len)


def _by_group(places: Sequence[int], ordered: Sequence[Subject], groups: Sequence[Group]) -> str:
    parts = []
    for group in groups:
        those = [place for place in range(group.start, group.stop) if place in places]
        # Places in a row are as far from their number among those.
        rows = itertools.groupby(enumerate(those), key=lambda pair: pair[1] - pair[0])
        ends = [[ordered[place].short for _, place in row] for _, row in rows]
        spans = [" to ".join(dict.fromkeys([row[0], row[-1]])) for row in ends]
        parts += [f"{group.lead} {', '.join(spans)} {group.tail}".rstrip()] if spans else []
    return "; ".join(parts)


def _headings(versions: Sequence[Mapping[str, str]]) -> list[_Heading]:
    """Each subject's heading: its line, or its base's version."""
    lines = [(_line(of), of[next(iter(backend_of(of).packages))]) for of in versions]
    releases = {(line, of[backend_of(of).library]) for line, of in zip(lines, versions)}
    many = Counter(line for line, _ in releases)
    return [_heading(of, line[0], alone=many[line] >= _MANY) for of, line in zip(versions, lines)]


def _line(versions: Mapping[str, str]) -> str:
    info = backend_of(versions)
    if info.is_legacy(versions):
        return info.legacy_title
    return f"{info.packages[info.library]} {Version(versions[info.library]).major}"


def _heading(versions: Mapping[str, str], line: str, *, alone: bool) -> _Heading:
    info = backend_of(versions)
    first, title = next(iter(info.packages.items()))
    if first == info.library:
        return _Heading(title, title, "", first)
    if alone or info is not BACKENDS[DEFAULT]:  # a TensorFlow brings its Keras, and no other does
        on = f"on {title} {_minor(versions[first])}"
        return _Heading(f"{line} {on}", info.packages[info.library], on, info.library)
    return _Heading(line, title, f"with {line}", first)


def _shorts(versions: Sequence[str]) -> list[str]:
    """The minor releases, longer where these aren't unique."""
    for shorts in ([_minor(version) for version in versions], list(versions)):
        if len(set(shorts)) == len(shorts):
            return shorts
    return [f"{version} #{number}" for number, version in enumerate(versions, 1)]


def _minor(version: str) -> str:
    return ".".join(map(str, Version(version).release[:2]))


def _keys(versions: Sequence[Mapping[str, str]]) -> list[str]:
    seen: Counter[str] = Counter()
    keys = []
    for name in map(stem, versions):
        seen[name] += 1
        keys.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return keys
