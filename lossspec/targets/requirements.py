"""Subjects by name, each a requirements file.

pip, uv and tox read the same files. Comments at their top say what requirements can't:

    # Python 3.11, 3.12                      the Pythons it runs on; the first is preferred
    # Backend keras-jax                      its backend, where that isn't the default one
    # Environment TF_USE_LEGACY_KERAS=1      a variable that has to be set
    # Override <why>                         these requirements stand, whatever a package asks for
    # Also <name>                            another name of it
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Mapping

from packaging.requirements import InvalidRequirement, Requirement

from lossspec.backends.catalog import BACKENDS, DEFAULT, BackendInfo
from lossspec.core.errors import UsageProblem

SUBJECTS = Path(__file__).with_name("subjects")

DISTRIBUTIONS: Mapping[str, tuple[str, ...]] = {
    "tensorflow": ("tensorflow", "tensorflow-cpu"),
    "keras": ("tf_keras", "keras"),
}
"""What a package of a subject is installed by; the first that is required decides its version."""

BUNDLED = {"keras": Requirement("keras<3")}
"""What comes with others unasked: up to 2.15, a TensorFlow brings a Keras of its own."""

_HEADER = re.compile(r"# (Python|Backend|Environment|Override|Also) (.+)")


@dataclass(frozen=True)
class Pins:
    """One subject, as its file's head says it; requirements are this platform's."""

    name: str
    file: Path
    backend: BackendInfo
    pythons: tuple[str, ...]
    environment: Mapping[str, str]
    override: bool
    also: tuple[str, ...]
    requirements: Mapping[str, Requirement]

    @property
    def pinned(self) -> bool:
        """Whether it names one minor release."""
        required = self._requirement(self.backend.computes_with)
        return bool(required and required.specifier)

    def makes(self, versions: Mapping[str, str]) -> bool:
        """Whether installing it can give these versions."""
        required = {package: self._requirement(package) for package in versions}
        same = set(versions) == set(self.backend.packages)
        return (
            same
            and self.pinned
            and all(
                requirement is not None and requirement.specifier.contains(versions[package])
                for package, requirement in required.items()
            )
        )

    def _requirement(self, package: str) -> Requirement | None:
        names = DISTRIBUTIONS.get(package, (package,))
        asked = [self.requirements[name] for name in names if name in self.requirements]
        return asked[0] if asked else BUNDLED.get(package)


def load_pins(folder: Path = SUBJECTS) -> dict[str, Pins]:
    """Read every subject by name, the default backend's first, oldest first, unpinned last.

    Raises:
        UsageProblem: when a file can't be read, or there is none.
    """
    files = sorted(folder.glob("*.txt"))
    if not files:
        raise UsageProblem(
            f"{folder} holds no subject",
            expected="a requirements file each",
            do="install lossspec anew",
        )
    return {pins.name: pins for pins in sorted(map(read_pins, files), key=_age)}


def pins_named(name: str, known: Mapping[str, Pins]) -> Pins:
    """Find a subject by a name of its.

    Raises:
        UsageProblem: when there is none, with the nearest there are.
    """
    by_name = {**known, **{also: pins for pins in known.values() for also in pins.also}}
    if name not in by_name:
        raise UsageProblem(
            f"no subject is called {name!r}",
            expected=f"one such as {', '.join(nearest(name, by_name))}",
            do="name one of those; 'lossspec sweep --list' shows all",
        )
    return by_name[name]


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """Find the three names most like a mistyped one."""

    def distance(other: str) -> list[int]:
        return [abs(here - there) for here, there in zip(numbers_in(name), numbers_in(other))]

    alike = [other for other in names if re.sub(r"\d+", "", other) == re.sub(r"\d+", "", name)]
    closest = sorted(alike, key=distance)[:3]
    return closest or difflib.get_close_matches(name, list(names), n=3, cutoff=0)


def numbers_in(name: str) -> tuple[int, ...]:
    """List a name's numbers: ``(2, 21, 3, 5)`` of ``tf2.21-keras3.5``."""
    return tuple(map(int, re.findall(r"\d+", name)))


def _age(pins: Pins) -> tuple[bool, bool, tuple[int, ...], str]:
    numbers = numbers_in(pins.name)
    return not numbers, pins.backend.name != DEFAULT, numbers, pins.name


def read_pins(file: Path) -> Pins:
    """Read one subject's file.

    Raises:
        UsageProblem: when it can't be read, or its head says something else.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        headers = [match.groups() for match in map(_HEADER.fullmatch, lines) if match]
        requirements = [Requirement(line) for line in lines if line and not line.startswith("#")]
    except (OSError, UnicodeDecodeError, InvalidRequirement) as error:
        raise UsageProblem(
            f"{file} can't be read: {error}", expected="requirements", do="mend it"
        ) from error

    def told(key: str) -> list[str]:
        return [value for name, value in headers if name == key]

    pythons = tuple(python for value in told("Python") for python in value.split(", "))
    if not pythons or not all(re.fullmatch(r"3\.\d+", python) for python in pythons):
        raise UsageProblem(
            f"{file} names no Python it runs on",
            expected="a line such as '# Python 3.11, 3.12'",
            do="add it",
        )
    backends = told("Backend") or [DEFAULT]
    if backends[0] not in BACKENDS:
        expected = f"one of {', '.join(BACKENDS)}"
        raise UsageProblem(f"{file} is of {backends[0]}", expected=expected, do="mend it")
    for value in told("Environment"):
        if "=" not in value:
            expected = "NAME=value after '# Environment'"
            raise UsageProblem(f"{file} sets {value!r}", expected=expected, do="mend it")
    return Pins(
        name=file.stem,
        file=file,
        backend=BACKENDS[backends[0]],
        pythons=pythons,
        environment=dict(value.split("=", 1) for value in told("Environment")),
        override=bool(told("Override")),
        also=tuple(told("Also")),
        requirements={
            requirement.name: requirement
            for requirement in requirements
            if requirement.marker is None or requirement.marker.evaluate()
        },
    )
