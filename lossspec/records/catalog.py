"""The records that lossspec brings, and how one is found by what a person types: a path, ``2.10``, ``tf2.21-keras3``.

Only the head of each file is read, so that finding one among forty takes no time.
"""

from __future__ import annotations

import difflib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Mapping, NoReturn, Sequence

from packaging.version import InvalidVersion, Version

from lossspec.core.errors import UsageProblem
from lossspec.records.subjects import is_legacy

_PACKAGE = Path(__file__).parents[1]
_INSTALLED = _PACKAGE / "_records"
_HEAD = 4096  # bytes; a record starts with its schema, lossspec's version, its specification and its subject
_NAMED = 4  # so many near names a problem gives

_NAME = re.compile(
    r"(?:(?:tensorflow|tf)?[-=_ ]*(?P<tensorflow>\d[\w.+]*?(?:-rc\d+)?))?"
    r"(?:[-, ]*(?P<legacy>tf[-_])?keras[-=_ ]*(?P<keras>\d[\w.+]*)?)?"
)


@dataclass(frozen=True)
class Shipped:
    """A record's file and its subject, ``{"tensorflow": …, "keras": …}``."""

    path: Path
    subject: Mapping[str, str]

    @property
    def name(self) -> str:
        """What to type to get this record and no other, in its own folder."""
        return self.path.stem

    @property
    def age(self) -> tuple[Version, Version]:
        """What sorts from the oldest to the newest."""
        return Version(self.subject["tensorflow"]), Version(self.subject["keras"])


@dataclass(frozen=True)
class Found:
    """The record that was meant, and, where others might have been, which it was taken for."""

    path: Path
    note: str = ""


def folder() -> Path:
    """The folder of the records: what the wheel carries, or ``reports/records`` of the clone."""
    return _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "reports" / "records"


def at_hand() -> Path:
    """``reports/records`` where the current folder has one, else `folder`: what is shown when nothing is named."""
    here = Path("reports/records")
    return here if here.exists() else folder()


def listed(records: Path | None = None) -> list[Shipped]:
    """The records of a folder, the oldest subject first; without one, those `at_hand` and all that lossspec brings.

    Of two files of one name the one at hand counts. A file whose head names no subject is left out: no name could
    mean it, and so is one that was decided under settings of one's own: a subject's name means it as released.
    """
    places = [folder(), at_hand()] if records is None else [records]
    files = {path.name: path for place in places for path in sorted(place.glob("*.json"))}
    found = ((path, subject_of(path)) for path in files.values())
    return sorted(
        (Shipped(path, subject) for path, subject in found if subject and _as_released(path)),
        key=lambda each: each.age,
    )


def subject_of(path: Path) -> dict[str, str] | None:
    """The subject in the head of a record's file; None where there is none, or its versions are no versions."""
    head = _head(path)
    written = re.search(r'"subject"\s*:\s*(\{[^{}]*\})', head)
    try:
        subject: dict[str, str] = json.loads(written.group(1)) if written else {}
        Version(subject["tensorflow"]), Version(subject["keras"])
    except (ValueError, KeyError, TypeError, RecursionError):  # InvalidVersion is a ValueError
        return None
    return subject


def _head(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD).decode("utf-8", "ignore")
    except OSError:
        return ""


def _as_released(path: Path) -> bool:
    """Whether the head of a record's file names no settings of one's own, which stand behind the subject."""
    return not re.search(r'"subject"\s*:\s*\{[^{}]*\}\s*,\s*"settings"', _head(path))


def find(name: str, records: Path | None = None) -> Found:
    """The record that a person means.

    A path to a file is that file. Anything else names a subject among the records of a folder: the file's stem, or the
    versions of TensorFlow, of Keras, or of both, as far as they are given. ``2.10`` and ``tf2.10`` are any 2.10.x. A
    name that gives a minor release of TensorFlow and fits several records means the newest patch with the newest Keras,
    which is what pip installs; the note says so. Other names that fit several are refused.

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
    looks_like_a_path = path.suffix.lower() == ".json" or os.sep in name or "/" in name
    meant = [] if looks_like_a_path else _meant(name.strip().lower(), known)
    if not meant and name and (looks_like_a_path or path.is_dir()):
        raise UsageProblem(
            f"{name!r} is {'a folder' if path.is_dir() else 'no file'}",
            expected="one record's file, or a subject's name such as tensorflow-2.10",
            do="check the path, or see which there are with 'lossspec matrix'",
        )
    if not meant:
        _refuse_unknown(name, known, folder() if records is None else records)
    if len(meant) > 1 and not _names_a_minor(name):
        raise UsageProblem(
            f"{name!r} fits {len(meant)} records",
            expected=f"one of {', '.join(each.name for each in meant)}",
            do="name both versions",
        )
    newest = meant[-1]
    same = [each.path.name for each in meant if each.age == newest.age]
    if len(same) > 1:
        raise UsageProblem(
            f"{name!r} fits {' and '.join(same)}", expected="one record", do="give the file's path"
        )
    others = f"{name} is taken for {newest.name}, the newest of {len(meant)} that fit"
    return Found(newest.path, others if len(meant) > 1 else "")


def nearest(subject: Mapping[str, str], records: Sequence[Shipped]) -> Shipped | None:
    """The record whose subject is nearest to some versions; None where there is no record.

    The same minor release of TensorFlow goes first, then the same major release of Keras, then the least distance
    between the minor releases of the TensorFlows, then of the Kerases; of two as near, the newer.
    """
    tensorflow, keras = Version(subject["tensorflow"]), Version(subject["keras"])
    return next(iter(_by_distance(records, tensorflow, keras)), None)


def _by_distance(
    records: Iterable[Shipped], tensorflow: Version, keras: Version | None
) -> list[Shipped]:
    """The records from the nearest on; without a Keras, by the TensorFlow alone."""

    def distance(each: Shipped) -> tuple[bool, bool, int, int, int]:
        own_tensorflow, own_keras = each.age
        other_minor = _minor(own_tensorflow) != _minor(tensorflow)
        return (
            other_minor,
            keras is not None and own_keras.major != keras.major,
            abs(_minor(own_tensorflow) - _minor(tensorflow)),
            0 if keras is None else abs(_minor(own_keras) - _minor(keras)),
            0 if other_minor else abs(own_tensorflow.micro - tensorflow.micro),
        )

    return sorted(sorted(records, key=lambda each: each.age, reverse=True), key=distance)


def _minor(version: Version) -> int:
    """Minor releases in a row; a major one lies a thousand further."""
    return 1000 * version.major + version.minor


def _meant(name: str, known: Iterable[Shipped]) -> list[Shipped]:
    """The records that a name fits, the oldest first; a stem fits its own alone."""
    known = list(known)
    stems = [each for each in known if each.name.lower() == name]
    if stems:
        return stems
    parts = _NAME.fullmatch(name)
    if not parts or not name or ("keras" in name and not (parts["legacy"] or parts["keras"])):
        return []
    return [
        each
        for each in known
        if _fits(parts["tensorflow"], each.subject["tensorflow"])
        and _fits(parts["keras"], each.subject["keras"])
        and (not parts["legacy"] or is_legacy(each.subject))
    ]


def _fits(typed: str | None, version: str) -> bool:
    """Whether a version is the one typed, or of that release as far as it is typed."""
    if typed is None:
        return True
    try:
        asked, own = Version(typed), Version(version)
    except InvalidVersion:
        return False
    # A release is padded, so that 2.4 is not 2.40; what says more than a release is meant to the letter.
    if asked.is_prerelease or asked.local or asked.is_postrelease:
        return asked == own
    return (*own.release, 0, 0)[: len(asked.release)] == asked.release


def _names_a_minor(name: str) -> bool:
    parts = _NAME.fullmatch(name.strip().lower())
    return bool(parts and parts["tensorflow"] and len(Version(parts["tensorflow"]).release) > 1)


def _refuse_unknown(name: str, known: Sequence[Shipped], place: Path) -> NoReturn:
    if not known:
        raise UsageProblem(
            f"there is no record in {place}",
            expected="records such as tensorflow-2.21.0-keras-3.15.1.json",
            do="write one with 'lossspec run --lossspec-record FILE', or give a record's path",
        )
    near = ", ".join(each.name for each in _near(name.strip().lower(), known))
    raise UsageProblem(
        f"there is no record {name!r}",
        expected=f"a record's path or name, for example {near}",
        do="name one of them, or write it with 'lossspec run --lossspec-record FILE'",
    )


def _near(name: str, known: Sequence[Shipped]) -> list[Shipped]:
    """The records nearest to a name: by versions where it gives a TensorFlow's, else by spelling."""
    parts = _NAME.fullmatch(name)
    try:
        tensorflow, keras = (
            Version(parts[each]) if parts and parts[each] else None
            for each in ("tensorflow", "keras")
        )
    except InvalidVersion:
        tensorflow = keras = None
    if tensorflow is None:
        by_name = {each.name: each for each in known}
        return [
            by_name[each] for each in difflib.get_close_matches(name, by_name, n=_NAMED, cutoff=0)
        ]
    return sorted(_by_distance(known, tensorflow, keras)[:_NAMED], key=lambda each: each.age)
