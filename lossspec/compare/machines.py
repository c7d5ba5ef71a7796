"""What differs between the environments of two records, and whether it may explain drift by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterator, Mapping

from lossspec.backends.keras.settings import in_words
from lossspec.records.record import Record

ALIKE, DIFFER, UNKNOWN, SETTINGS = "alike", "differ", "unknown", "settings"

SAID_SINCE = "schema 4"
_MACHINE = {
    "processor": "processor",
    "instructions": "instructions",
    "blas": "BLAS",
    "variables": "variables",
}
_COMPUTING = ("numpy", "scipy")
_NAMES = {"numpy": "NumPy", "scipy": "SciPy"}


@dataclass(frozen=True)
class Machines:
    """The environments of two records side by side.

    Attributes:
        notes: what differs, in words, the settings that a record was decided under first.
        state: whether what can move bits beside the subject is ``alike``, does ``differ``, or is ``unknown``; or that
            they were decided under other ``settings``, which explain more than a machine can.
    """

    notes: tuple[str, ...]
    state: str

    @property
    def may_explain_drift(self) -> bool:
        """Whether drift may come of the machine alone."""
        return self.state in (DIFFER, UNKNOWN)


def machines(base: Record, new: Record) -> Machines:
    """Compare the environments of two records, and the settings that they were decided under."""
    one, other = base["environment"], new["environment"]
    silent = list(_silent(one, other))
    moving = [
        *_packages(one, other),
        *_platforms(one, other),
        *_processors(one, other),
        *_variables(one, other),
    ]
    notes = [*_settings(base, new), *_pythons(one, other), *moving, *silent]
    if base.get("settings") != new.get("settings"):
        return Machines(tuple(notes), SETTINGS)
    return Machines(tuple(notes), DIFFER if moving else UNKNOWN if silent else ALIKE)


def drift_in_words(state: str, *, same_subject: bool) -> str:
    """What drift may come of: the end of a sentence about it."""
    if state != ALIKE:
        return f"which the {'settings' if state == SETTINGS else 'machine'} alone may explain"
    if same_subject:
        return "on machines that are alike: by chance"
    return "by the release, since the machines are alike"


def advice(subject: Mapping[str, str]) -> str:
    """The command that takes the machine out of a comparison with a record of this subject."""
    name = f"tensorflow-{subject['tensorflow']}-keras-{subject['keras']}"
    return (
        f"to tell the machine's drift from the release's, 'lossspec compare {name} NEW --here' "
        "makes BASE on this machine first"
    )


def _settings(base: Record, new: Record) -> Iterator[str]:
    for name, record in (("NEW", new), ("BASE", base)):
        if "settings" in record:
            yield f"{name} was decided under settings of one's own: {in_words(record['settings'])}"


def _pythons(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    if one["python"] != other["python"]:
        yield f"Python differs: {one['python']} and {other['python']}"


def _packages(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    for name in _COMPUTING:
        versions = [each["packages"].get(name, "none") for each in (one, other)]
        if versions[0] != versions[1]:
            yield f"{_NAMES[name]} differs: {versions[0]} and {versions[1]}"


def _platforms(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    if one["platform"] != other["platform"]:
        yield f"platforms differ: {one['platform']} and {other['platform']}"


def _processors(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    if _both_say("processor", one, other) and one["processor"] != other["processor"]:
        yield f"processors differ: {one['processor']} and {other['processor']}"
    if _both_say("instructions", one, other):
        only = [
            sorted(set(a["instructions"]) - set(b["instructions"]))
            for a, b in ((one, other), (other, one))
        ]
        said = [
            f"{name} alone has {', '.join(those)}"
            for name, those in zip(("BASE", "NEW"), only)
            if those
        ]
        if said:
            yield f"instructions differ: {'; '.join(said)}"
    if _both_say("blas", one, other) and one["blas"] != other["blas"]:
        yield f"BLAS differs: {' and '.join(one['blas'])} in BASE; {' and '.join(other['blas'])} in NEW"


def _variables(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    if _both_say("variables", one, other):
        for name in sorted({*one["variables"], *other["variables"]}):
            values = [each["variables"].get(name) for each in (one, other)]
            if values[0] != values[1]:
                was, now = ("not set" if each is None else each or "empty" for each in values)
                yield f"{name} differs: {was} in BASE, {now} in NEW"


def _silent(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    """Which of the records doesn't say what of its machine."""
    for name, about in (("BASE", one), ("NEW", other)):
        missing = [word for key, word in _MACHINE.items() if key not in about]
        if missing:
            older = f" (written before {SAID_SINCE})" if len(missing) == len(_MACHINE) else ""
            yield f"{name} doesn't say its {', '.join(missing)}{older}"


def _both_say(key: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return key in one and key in other
