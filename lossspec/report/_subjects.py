"""The subjects as the page orders them: Keras 2, the same as tf_keras, Keras 3, and each Keras 3 on one TensorFlow."""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from dataclasses import dataclass
from typing import Any, Mapping, Sequence

from packaging.version import Version

from lossspec.records.record import Record
from lossspec.records.subjects import file_name, is_legacy, lineage
from lossspec.report import _words

_MANY = 3  # subjects with Keras 3 on one TensorFlow are a row of Kerases of their own


@dataclass(frozen=True)
class Subject:
    """One record's subject.

    Attributes:
        place: its number among the page's subjects, the oldest 0.
        key: what names it in links and data, different for each: its file's name without the ending.
        name: ``TensorFlow 2.21.0 with Keras 3.15.1``.
        short: its version within its group: ``2.21``, or of Keras where the group has one TensorFlow.
        group: its group's place among `groups`.
        versions: of TensorFlow and Keras.
    """

    place: int
    key: str
    name: str
    short: str
    group: int
    versions: Mapping[str, str]

    @functools.cached_property
    def line(self) -> int:
        """0 for Keras 2, 1 for tf_keras, 2 for Keras 3."""
        return _line(self.versions)

    @functools.cached_property
    def keras(self) -> Version:
        """Keras's version."""
        return Version(self.versions["keras"])


@dataclass(frozen=True)
class Group:
    """Subjects in a row: ``about`` what they have in common, ``many`` which of their versions is the row."""

    about: str
    lead: str
    tail: str
    start: int
    stop: int


def in_order(records: Sequence[Record]) -> list[Record]:
    """The records with tf_keras, which is Keras 2, behind the Kerases 2; the newest subject stays the last."""
    return sorted(records, key=lambda record: lineage(record["subject"]))


def subjects(records: Sequence[Record]) -> tuple[list[Subject], list[Group]]:
    """The subjects of records in order, and their groups."""
    versions = [record["subject"] for record in records]
    heads = _heads(versions)
    keys, found, groups = _keys(versions), [], []
    for head, row in itertools.groupby(range(len(versions)), key=lambda place: heads[place]):
        places = list(row)
        about, lead, tail, which = head
        groups.append(Group(about, lead, tail, places[0], places[-1] + 1))
        shorts = _shorts([versions[place][which] for place in places])
        for place, short in zip(places, shorts):
            name = _words.subject(versions[place])
            found.append(Subject(place, keys[place], name, short, len(groups) - 1, versions[place]))
    return found, groups


def before(ordered: Sequence[Subject], place: int) -> int | None:
    """The subject that one is compared with: the last before it with no newer Keras.

    The first with Keras 3 is compared with the last true Keras 2.
    """
    if place == 0:
        return None
    line, keras = ordered[place].line, ordered[place].keras
    if line != ordered[place - 1].line and line != 1:
        true = [each.place for each in ordered[:place] if each.line == 0]
        return true[-1] if true else place - 1
    same = [each for each in ordered[:place] if each.line == line]
    older = [each.place for each in same if each.keras <= keras]
    return older[-1] if older else place - 1


def origin(ordered: Sequence[Subject]) -> int | None:
    """Where an upgrade to the newest subject comes from: the last one of another Keras, else the one before it."""
    newest = ordered[-1]
    same = [each for each in ordered if each.keras.major == newest.keras.major]
    other = before(ordered, same[0].place)
    return before(ordered, newest.place) if other is None else other


def ranges(places: Sequence[int], ordered: Sequence[Subject], groups: Sequence[Group]) -> str:
    """Subjects in a row in words: ``TensorFlow 2.2 to 2.10 with Keras 2``; or that they are all there are."""
    if len(places) == len(ordered):
        return "every subject" if len(ordered) > 1 else ordered[0].name
    said = []
    for number, group in enumerate(groups):
        own = [ordered[place] for place in places if ordered[place].group == number]
        if own:
            span = own[0].short if len(own) == 1 else f"{own[0].short} to {own[-1].short}"
            said.append(f"{group.lead} {span} {group.tail}")
    return "; ".join(said)


def _line(versions: Mapping[str, str]) -> int:
    """0 for Keras 2, 1 for tf_keras, 2 for Keras 3."""
    return 1 if is_legacy(versions) else int(_major(versions) > 2) * 2


def _major(versions: Mapping[str, str]) -> int:
    return Version(versions["keras"]).major


def _heads(versions: Sequence[Mapping[str, str]]) -> list[tuple[str, str, str, str]]:
    """Of each subject its group's name, what goes before and behind its version in a sentence, and whose version."""
    threes = Counter(each["tensorflow"] for each in versions if _line(each) == 2)
    heads = []
    for each in versions:
        tensorflow = f"TensorFlow {_minor(each['tensorflow'])}"
        major = f"Keras {_major(each)}"
        if _line(each) == 1:
            heads.append(("tf_keras", "TensorFlow", "with tf_keras", "tensorflow"))
        elif _line(each) == 2 and threes[each["tensorflow"]] >= _MANY:
            heads.append((f"{major} on {tensorflow}", "Keras", f"on {tensorflow}", "keras"))
        else:
            heads.append((major, "TensorFlow", f"with {major}", "tensorflow"))
    return heads


def _shorts(versions: Sequence[str]) -> list[str]:
    """The minor releases, or the versions in full where these don't tell them apart, numbered where nothing does."""
    for found in ([_minor(each) for each in versions], list(versions)):
        if len(set(found)) == len(found):
            return found
    return [f"{each} #{number}" for number, each in enumerate(versions, 1)]


def _minor(version: str) -> str:
    known = Version(version)
    return f"{known.major}.{known.minor}"


def _keys(versions: Sequence[Mapping[str, Any]]) -> list[str]:
    names = [file_name(each).removesuffix(".json") for each in versions]
    seen: Counter[str] = Counter()
    for number, name in enumerate(names):
        seen[name] += 1
        names[number] = name if seen[name] == 1 else f"{name}-{seen[name]}"
    return names
