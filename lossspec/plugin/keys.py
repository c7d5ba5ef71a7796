"""What the plugin's modules keep for each other in pytest's stashes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterator

import pytest

from lossspec.backends.base import Backend
from lossspec.judging.study_evidence import ChanceEvidence
from lossspec.ledger import specification
from lossspec.ledger.claims import Claim, Ledger


@dataclass(frozen=True)
class Binding:
    """What a marked test is bound to: its claim, and whether as its spec or as its counter-spec."""

    claim: Claim
    instead: bool
    name: str
    mode: str | None


BOUND_TO = "bound_to"
"""The parameter that tells apart the runs of a spec that names several claims."""

PROBLEM = "lossspec_problem"
"""Under this name a pytest-xdist worker tells the controller what is wrong with ledger, specs or subject."""

LEDGER = pytest.StashKey[Ledger]()
OWN_SETTINGS = "lossspec_settings"
"""Under this name the controller tells a pytest-xdist worker the settings that the run is made under."""

SETTINGS = pytest.StashKey[Dict[str, Any]]()
SUBJECT = pytest.StashKey[Backend]()
BINDING = pytest.StashKey[Binding]()
EVIDENCE = pytest.StashKey[ChanceEvidence]()
CASE = pytest.StashKey[Dict[str, Any]]()


def specs_folder(config: pytest.Config) -> Path:
    """The folder in which every test is a spec."""
    given = str(config.getini("lossspec_specs"))
    return (config.rootpath / given if given else specification.folder()).resolve()


def whole_specification(config: pytest.Config) -> bool:
    """Whether the run was asked for the whole folder of specs, so that a missing spec is missing indeed."""
    folder = specs_folder(config)
    if any(config.getoption(option, None) for option in ("lf", "ignore", "ignore_glob")):
        return False
    return any(path == folder or path in folder.parents for path in _asked_for(config))


def _asked_for(config: pytest.Config) -> Iterator[Path]:
    for argument in config.args:
        yield (config.invocation_params.dir / argument.split("::")[0]).resolve()
