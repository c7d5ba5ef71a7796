"""The records that lossspec brings, found by name.

Only the head of each file is read, so that finding one among forty takes no time.
"""

from __future__ import annotations

import difflib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping, NamedTuple, NoReturn, Sequence

from packaging.version import Version

from lossspec.backends.catalog import BACKENDS, DEFAULT, Subject, backend_of
from lossspec.core.errors import UsageProblem
from lossspec.ledger.versions import is_version
from lossspec.records.subjects import age, is_legacy, seniority

_PACKAGE = Path(__file__).parents[1]
_INSTALLED = _PACKAGE / "_records"
_HEAD = 4096  # bytes; what a record is of stands at its start
_SUBJECT = re.compile(r'"subject"\s*:\s*(\{[^{}]*\})\s*(,\s*"settings")?')
_NAMED = 4  # so many near names a problem gives


@dataclass(frozen=True)
class Shipped:
    """A record's file and its subject."""

    path: Path
    subject: Subject

    @property
    def name(self) -> str:
        """What names this record alone, in its folder."""
        return self.path.stem


@dataclass(frozen=True)
class Found:
    """The record that was meant, and what is assumed."""

    path: Path
    note: str = ""


class Asked(NamedTuple):
    """The versions that a name gives, whether of a legacy, and which backend it names."""

    versions: Mapping[str, str]
    legacy: bool
    backend: str | None = None

    @property
    def may_be_many(self) -> bool:
        """Whether it means the newest of several: names a backend, or a leading minor release."""
        if self.backend:
            return True
        first = (self.versions.get(next(iter(info.packages)), "0") for info in BACKENDS.values())
        return any(len(Version(version).release) > 1 for version in first)

    def fits(self, subject: Subject) -> bool:
        """Whether a subject is one that is meant."""
        if self.backend and backend_of(subject).name != self.backend:
            return False
        return (not self.legacy or is_legacy(subject)) and all(
            package in subject and _fits(version, subject[package])
            for package, version in self.versions.items()
        )


def folder() -> Path:
    """Find the records' folder: the wheel's, or ``reports/records``."""
    return _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "reports" / "records"


def at_hand() -> Path:
    """``reports/records`` of the current folder, else `folder`."""
    here = Path("reports/records")
    return here if here.exists() else folder()


def listed(records: Path | None = None) -> list[Shipped]:
    """A folder's records, oldest subject first; by default all known.

    Of two files of one name the one at hand counts. A file whose head names no subject is left
    out, and so is one that was decided under settings of one's own: a name means a subject as
    released.
    """
    places = [folder(), at_hand()] if records is None else [records]
    files = {path.name: path for place in places for path in sorted(place.glob("*.json"))}
    heads = [(path, _head_of(path)) for path in files.values()]
    found = [Shipped(path, head[0]) for path, head in heads if head and not head[1]]
    return sorted(found, key=lambda record: seniority(record.subject))


def subject_of(path: Path) -> Subject | None:
    """The subject in a file's head; None if unknown."""
    head = _head_of(path)
    return head and head[0]


def _head_of(path: Path) -> tuple[Subject, bool] | None:
    """The subject in a file's head, and whether settings follow."""
    try:
        with path.open("rb") as file:
            written = _SUBJECT.search(file.read(_HEAD).decode("utf-8", "ignore"))
        subject: Subject = json.loads(written[1]) if written else {}
        age(subject)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return subject, bool(written and written[2])


def find(name: str, records: Path | None = None) -> Found:
    """Find the record that a person means.

    A path to a file is that file. Anything else names a subject: a record's stem, or versions of
    packages, as far as they are given; a version alone is of the default backend's first package.
    ``2.10`` and ``tf2.10`` are any 2.10.x. A name that gives a minor release and fits several
    records means the newest, which is what pip installs; the note says so. Other names that fit
    several are refused.

    Args:
        name: what was typed; case doesn't matter.
        records: the folder to look in; by default as `listed`.

    Raises:
        UsageProblem: when nothing, or more than one record, is meant.
    """
    path = Path(name)
    if path.is_file():
        return Found(path)
    known = listed(records)
    typed = name.strip().lower()
    asked = _asked(typed)
    if path.suffix.lower() == ".json" or os.sep in name or "/" in name:
        _refuse_path(path)
    meant = [record for record in known if record.name.lower() == typed] or [
        record for record in known if asked and asked.fits(record.subject)
    ]
    # What several backends have is the default one's, unless another is named.
    meant = [record for record in meant if backend_of(record.subject).name == DEFAULT] or meant
    if not meant:
        _refuse_unknown(name, asked, known, folder() if records is None else records)
    newest = meant[-1]
    same = [record.path.name for record in meant if record.subject == newest.subject]
    if len(meant) > len(same) and not (asked and asked.may_be_many):
        names = ", ".join(record.name for record in meant)
        raise UsageProblem(
            f"{name!r} fits {len(meant)} records",
            expected=f"one of {names}",
            do="name all of its versions",
        )
    if len(same) > 1:
        raise UsageProblem(
            f"{name!r} fits {' and '.join(same)}", expected="one record", do="give the file's path"
        )
    others = f"{name} is taken for {newest.name}, the newest of {len(meant)} that fit"
    return Found(newest.path, others if len(meant) > 1 else "")


def nearest(subject: Subject, records: Sequence[Shipped]) -> Shipped | None:
    """The record of the same backend with the nearest subject.

    The same major releases go first, then the least distances between minor releases, package by
    package; of two as near, the newer.
    """
    own = [record for record in records if record.subject.keys() == subject.keys()]
    return next(iter(_by_distance(own, subject)), None)


def _by_distance(records: Sequence[Shipped], versions: Mapping[str, str]) -> list[Shipped]:
    """Records by the distance of the given packages' versions."""

    def distance(record: Shipped) -> tuple[object, ...]:
        pairs = [
            (Version(record.subject[package]), Version(versions[package]))
            for package in backend_of(record.subject).packages
            if package in versions
        ]
        return (
            sum(own.major != asked.major for own, asked in pairs),
            [
                abs(1000 * (own.major - asked.major) + own.minor - asked.minor)
                for own, asked in pairs
            ],
            [own != asked for own, asked in pairs],
        )

    newest_first = sorted(records, key=lambda record: age(record.subject), reverse=True)
    return sorted(newest_first, key=distance)


def _asked(name: str) -> Asked | None:
    """What a name says, if anything: ``tensorflow==2.15``, ``TensorFlow 2.21.0, Keras 3.12.0``."""
    backend, name = _backend_in(name)
    if backend and not name:
        return Asked({}, legacy=False, backend=backend)
    aliases = {package: package for info in BACKENDS.values() for package in info.packages}
    legacy: dict[str, str] = {}
    for info in BACKENDS.values():
        aliases.update(info.aliases)
        legacy.update(info.legacy_aliases)
    spelled = "|".join(sorted(map(re.escape, {*aliases, *legacy}), key=len, reverse=True))
    part = re.compile(rf"({spelled})?[-=_ ]*(\d[\w.+]*?(?:-rc\d+)?)?(?=$|[-, ]|{spelled})[-, ]*")
    info = BACKENDS[backend or DEFAULT]
    leading = info.library if backend else info.computes_with
    versions: dict[str, str] = {}
    of_legacy, place = False, 0
    while place < len(name):
        found = part.match(name, place)
        if not found or found.end() == place:
            return None
        alias, version = found.groups()
        package = legacy.get(alias) or aliases.get(alias, leading)
        if package in versions or (version is None and alias not in legacy):
            return None
        if version is not None:
            versions[package] = version
        of_legacy, place = of_legacy or alias in legacy, found.end()
    says = place and all(map(is_version, versions.values()))
    return Asked(versions, of_legacy, backend) if says else None


def _backend_in(name: str) -> tuple[str | None, str]:
    """The backend that a name begins with, ``keras-jax 3.15``, and the rest."""
    known = {info.name: info.name for info in BACKENDS.values() if info.name != DEFAULT}
    known.update({also: info.name for info in BACKENDS.values() for also in info.also})
    for called in sorted(known, key=len, reverse=True):
        if re.match(rf"{re.escape(called)}(?=$|[-=_ ]+\d)", name):
            return known[called], name[len(called) :].lstrip("-=_ ")
    return None, name


def _fits(typed: str, version: str) -> bool:
    """Whether a version is of the release that is typed."""
    asked, own = Version(typed), Version(version)
    # A release is padded, so that 2.4 is not 2.40; what says more than a release is meant exactly.
    if asked.is_prerelease or asked.local or asked.is_postrelease:
        return asked == own
    return (*own.release, 0, 0)[: len(asked.release)] == asked.release


def _refuse_path(path: Path) -> NoReturn:
    raise UsageProblem(
        f"{str(path)!r} is {'a folder' if path.is_dir() else 'no file'}",
        expected="one record's file, or a subject's name such as tensorflow-2.10",
        do="check the path, or see which there are with 'lossspec matrix'",
    )


def _refuse_unknown(
    name: str, asked: Asked | None, known: Sequence[Shipped], place: Path
) -> NoReturn:
    if name and Path(name).is_dir():
        _refuse_path(Path(name))
    if not known:
        raise UsageProblem(
            f"there is no record in {place}",
            expected="records such as tensorflow-2.21.0-keras-3.15.1.json",
            do="write one with 'lossspec run --lossspec-record FILE', or give a record's path",
        )
    raise UsageProblem(
        f"there is no record {name!r}",
        expected=f"a record's path or name, for example {', '.join(_near(name, asked, known))}",
        do="name one of them, or write it with 'lossspec run --lossspec-record FILE'",
    )


def _near(name: str, asked: Asked | None, known: Sequence[Shipped]) -> list[str]:
    """The nearest names: by version if given, else by spelling."""
    versions = asked.versions if asked else {}
    alike = [record for record in known if versions and versions.keys() <= record.subject.keys()]
    if not alike:
        names = [record.name for record in known]
        return difflib.get_close_matches(name.strip().lower(), names, n=_NAMED, cutoff=0)
    return [record.name for record in _by_distance(alike, versions)[:_NAMED]]
