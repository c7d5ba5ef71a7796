"""The subjects by name: which Python and which packages make each, read from one requirements file a subject.

pip, uv and tox read the same files. Comments at their top say what requirements can't:

    # Python 3.11, 3.12                      the Pythons it runs on; the first is preferred
    # Environment TF_USE_LEGACY_KERAS=1      a variable that has to be set
    # Override <why>                         these requirements stand, whatever a package asks for
    # Also <name>                            another name of it
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Mapping

from packaging.requirements import InvalidRequirement, Requirement

from lossspec.core.errors import UsageProblem

SUBJECTS = Path(__file__).with_name("subjects")
TENSORFLOWS = ("tensorflow", "tensorflow-cpu")

_HEADER = re.compile(r"# (Python|Environment|Override|Also) (.+)")


@dataclass(frozen=True)
class Pins:
    """One subject, before anything is installed.

    Attributes:
        name: ``tf2.4``, ``tf2.21-keras3.5``, ``tf2.21-tf_keras``, ``latest`` or ``nightly``.
        file: its requirements.
        pythons: the Pythons it runs on, ``3.11``; the first is preferred.
        environment: variables that have to be set.
        override: whether the requirements stand against what packages ask for.
        also: other names of it.
        requirements: the requirements that apply on this platform, by package.
    """

    name: str
    file: Path
    pythons: tuple[str, ...]
    environment: Mapping[str, str]
    override: bool
    also: tuple[str, ...]
    requirements: Mapping[str, Requirement]

    @property
    def pinned(self) -> bool:
        """Whether it names one minor release, and so will be the same tomorrow."""
        return any(
            name in TENSORFLOWS and each.specifier for name, each in self.requirements.items()
        )

    def makes(self, versions: Mapping[str, str]) -> bool:
        """Whether installing it can give a subject of these versions (``{"tensorflow": …, "keras": …}``)."""
        tensorflow = [each for name, each in self.requirements.items() if name in TENSORFLOWS]
        legacy, keras = (self.requirements.get(name) for name in ("tf_keras", "keras"))
        of_keras = (
            legacy or keras or Requirement("keras<3")
        )  # up to 2.15, a TensorFlow brings a Keras of its own
        return (
            self.pinned
            and all(each.specifier.contains(versions["tensorflow"]) for each in tensorflow)
            and of_keras.specifier.contains(versions["keras"])
        )


def load_pins(folder: Path = SUBJECTS) -> dict[str, Pins]:
    """Every subject by name: TensorFlow from the oldest to the newest, Keras minors and the legacy Keras, the unpinned.

    Raises:
        UsageProblem: when a file can't be read, or there is none.
    """
    files = sorted(folder.glob("*.txt"), key=lambda file: _age(file.stem))
    if not files:
        raise UsageProblem(
            f"{folder} holds no subject",
            expected="a requirements file each",
            do="install lossspec anew",
        )
    return {file.stem: _read(file) for file in files}


def pins_named(name: str, known: Mapping[str, Pins]) -> Pins:
    """The subject of that name, or of another name that its file gives.

    Raises:
        UsageProblem: when there is none, with the nearest there are.
    """
    by_name = {**known, **{also: each for each in known.values() for also in each.also}}
    if name not in by_name:
        raise UsageProblem(
            f"no subject is called {name!r}",
            expected=f"one such as {', '.join(nearest(name, by_name))}",
            do="name one of those; 'lossspec sweep --list' shows all",
        )
    return by_name[name]


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """The three of some names that are most like a mistyped one: by their numbers, where only numbers differ."""
    # Imported here: only a mistyped name needs it.
    import difflib

    def shape(text: str) -> str:
        return re.sub(r"\d+", "0", text)

    def far(other: str) -> tuple[int, ...]:
        return tuple(abs(here - there) for here, there in zip(numbers_in(name), numbers_in(other)))

    alike = [each for each in names if shape(each) == shape(name)]
    return sorted(alike, key=far)[:3] or difflib.get_close_matches(name, list(names), n=3, cutoff=0)


def numbers_in(name: str) -> tuple[int, ...]:
    """The numbers in a name: ``(2, 21, 3, 5)`` of ``tf2.21-keras3.5``."""
    return tuple(int(each) for each in re.findall(r"\d+", name))


def _age(name: str) -> tuple[bool, tuple[int, ...], str]:
    numbers = numbers_in(name)
    return not numbers, numbers, name


def _read(file: Path) -> Pins:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        headers = [match.groups() for match in map(_HEADER.fullmatch, lines) if match]
        requirements = [Requirement(line) for line in lines if line and not line.startswith("#")]
    except (OSError, UnicodeDecodeError, InvalidRequirement) as error:
        raise UsageProblem(
            f"{file} can't be read: {error}", expected="requirements", do="mend it"
        ) from error
    pythons = tuple(each for key, value in headers if key == "Python" for each in value.split(", "))
    if not pythons or not all(re.fullmatch(r"3\.\d+", each) for each in pythons):
        raise UsageProblem(
            f"{file} names no Python it runs on",
            expected="a line such as '# Python 3.11, 3.12'",
            do="add it",
        )
    return Pins(
        name=file.stem,
        file=file,
        pythons=pythons,
        environment=dict(_variable(file, value) for key, value in headers if key == "Environment"),
        override=any(key == "Override" for key, _ in headers),
        also=tuple(value for key, value in headers if key == "Also"),
        requirements={
            each.name: each
            for each in requirements
            if each.marker is None or each.marker.evaluate()
        },
    )


def _variable(file: Path, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageProblem(
            f"{file} sets {text!r}", expected="NAME=value after '# Environment'", do="mend it"
        )
    return name, value
