"""What differs between two records' environments."""

from __future__ import annotations

from typing import Iterator

from lossspec.backends.catalog import Subject, backend_of
from lossspec.backends.keras.settings import in_words
from lossspec.records.record_types import Environment, Record
from lossspec.records.subjects import stem

ALIKE, DIFFER, UNKNOWN, SETTINGS = "alike", "differ", "unknown", "settings"

_BACKEND = "other backend"

_SAID_SINCE_SCHEMA_4 = ("processor", "instructions", "blas", "variables")


def machines(base: Record, new: Record) -> tuple[list[str], str]:
    """What differs between environments, and whether it moves bits.

    Returns:
        The settings that a record was decided under first, then what else differs; and whether
        what can move bits beside the subject is ``alike``, does ``differ``, or is ``unknown``, or
        that other ``settings`` explain more than a machine can.
    """
    before, after = base["environment"], new["environment"]
    moving = list(_moving(before, after))
    silent = [*_silent("BASE", before), *_silent("NEW", after)]
    settings = [
        f"{name} was decided under settings of one's own: {in_words(record['settings'])}"
        for name, record in (("NEW", new), ("BASE", base))
        if "settings" in record
    ]
    python = _differs("Python", before["python"], after["python"])  # computes no loss
    notes = [*settings, *python, *moving, *silent]
    notes += [
        f"some calls of {name}, but for fingerprints and studies, were decided on another machine"
        for name, about in (("BASE", before), ("NEW", after))
        if about.get("also_on")
    ]
    if base.get("settings") != new.get("settings"):
        return notes, SETTINGS
    return notes, DIFFER if moving else UNKNOWN if silent else ALIKE


def environment_in_words(record: Record) -> str:
    """Describe a record's environment in a line."""
    about = record["environment"]
    processor = f" ({about['processor']})" if "processor" in about else ""
    machine = f"{about['platform']}, {about['processors']} processors{processor}"
    packages = ", ".join(f"{name} {version}" for name, version in about["packages"].items())
    parts = f"Python {about['python']}, {machine}", packages, f"lossspec {record['lossspec']}"
    return "; ".join(part for part in (*parts, about["date"]) if part)


def drift_in_words(state: str, base: Subject, new: Subject) -> str:
    """What drift may come of, as a sentence's end."""
    cause = _cause(base, new)
    if state == ALIKE:
        if base == new:
            return "on machines that are alike: by chance"
        return f"by the {cause}, since the machines are alike"
    other = "settings" if state == SETTINGS else "machine"
    if cause == _BACKEND:  # which computes otherwise on any machine
        return f"which the {cause} explains, or the {other}"
    return f"which the {other} alone may explain"


def advice(base: Subject, new: Subject) -> str:
    """Name the command that makes BASE on this machine."""
    return (
        f"to tell the machine's drift from the {_cause(base, new)}'s, "
        f"'lossspec compare {stem(base)} NEW --here' makes BASE on this machine first"
    )


def _cause(base: Subject, new: Subject) -> str:
    """What else than a machine drift may come of."""
    return "release" if backend_of(base) is backend_of(new) else _BACKEND


def _moving(base: Environment, new: Environment) -> Iterator[str]:
    """What differs and can move bits."""
    for package, title in (("numpy", "NumPy"), ("scipy", "SciPy")):
        versions = (about["packages"].get(package, "none") for about in (base, new))
        yield from _differs(title, *versions)
    yield from _differs("platform", base["platform"], new["platform"])
    if "processor" in base and "processor" in new:
        yield from _differs("processor", base["processor"], new["processor"])
    if "instructions" in base and "instructions" in new:
        before, after = set(base["instructions"]), set(new["instructions"])
        alone = {"BASE": sorted(before - after), "NEW": sorted(after - before)}
        if before != after:
            said = (f"{name} alone has {', '.join(some)}" for name, some in alone.items() if some)
            yield f"instructions differ: {'; '.join(said)}"
    if "blas" in base and "blas" in new:
        yield from _differs("BLAS", " and ".join(base["blas"]), " and ".join(new["blas"]))
    if "variables" in base and "variables" in new:
        for name in sorted({*base["variables"], *new["variables"]}):
            values = (about["variables"].get(name, "not set") or "empty" for about in (base, new))
            yield from _differs(name, *values)


def _differs(what: str, base: str, new: str) -> Iterator[str]:
    if base != new:
        yield f"{what} differs: {base} in BASE, {new} in NEW"


def _silent(name: str, about: Environment) -> Iterator[str]:
    if missing := [key for key in _SAID_SINCE_SCHEMA_4 if key not in about]:
        older = " (written before schema 4)" if len(missing) == len(_SAID_SINCE_SCHEMA_4) else ""
        yield f"{name} doesn't say its {', '.join(missing)}{older}"
