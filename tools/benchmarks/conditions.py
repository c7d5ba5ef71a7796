"""What figures were measured on: the subject, the processor, and how busy the machine was."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import os
from dataclasses import dataclass
from typing import Any, Mapping

from lossspec.backends.keras.subject import Subject
from lossspec.core.machine import processor
from lossspec.records.results import now

PACKAGES = ("numpy", "jax", "torch")


@dataclass(frozen=True)
class Conditions:
    """Conditions of a run.

    Attributes:
        date: when it began, in UTC.
        versions: of the subject and of `PACKAGES`, by name.
        processor: its name, and `processors`, how many the machine has.
        load: the machine's over the last minute, before and at the end: those of our own that wait or run included.
    """

    date: str
    versions: Mapping[str, str]
    processor: str
    processors: int
    load: tuple[float, float]

    def until_now(self) -> Conditions:
        """The same with today's load as that of the end."""
        return dataclasses.replace(self, load=(self.load[0], load()))

    def as_data(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {**dataclasses.asdict(self), "load": list(self.load)}


def in_words(found: Mapping[str, Any]) -> str:
    """Conditions as JSON holds them, in a line."""
    packages = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    before, after = found["load"]
    machine = f"{found['processors']} x {found['processor']}"
    return f"{found['date']}, {packages}; {machine}; load {before:.1f} before, {after:.1f} at the end"


def conditions(subject: Subject) -> Conditions:
    """The conditions as they are now."""
    found = dict(subject.versions)
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return Conditions(now(), found, processor(), os.cpu_count() or 1, (load(), load()))


def load() -> float:
    """How many processes the machine has had at once over the last minute; 0 where it doesn't tell."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else 0.0
