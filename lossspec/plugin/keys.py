"""What the plugin's modules share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Dict, Generator, Protocol

import pytest

from lossspec.backends.base import Backend
from lossspec.backends.catalog import BACKENDS, DEFAULT, BackendInfo
from lossspec.core.errors import UsageProblem
from lossspec.judging.study_evidence import ChanceEvidence
from lossspec.ledger import specification
from lossspec.ledger.claims import Claim, Ledger


@dataclass(frozen=True)
class Binding:
    """What a spec is bound to."""

    claim: Claim
    instead: bool
    name: str
    mode: str | None
    given_as: str | None = None


class _HookResult(Protocol):
    """What pluggy gives to a hook wrapper; some return a report."""

    @property
    def excinfo(self) -> tuple[type[BaseException], BaseException, TracebackType | None] | None: ...
    def get_result(self) -> pytest.TestReport: ...
    def force_exception(self, exception: BaseException) -> None: ...


Wrapper = Generator[None, _HookResult, None]

LEDGER = pytest.StashKey[Ledger]()
SUBJECT = pytest.StashKey[Backend]()
BINDING = pytest.StashKey[Binding]()
EVIDENCE = pytest.StashKey[ChanceEvidence]()
SETTINGS = pytest.StashKey[Dict[str, object]]()

PROBLEM = "lossspec_problem"
"""Under this name a pytest-xdist worker tells the controller why it can't run any spec."""


def backend_asked_for(config: pytest.Config) -> BackendInfo:
    """What is known of the backend that is specified; of the default one, if it is unknown."""
    return BACKENDS.get(name_asked_for(config), BACKENDS[DEFAULT])


def name_asked_for(config: pytest.Config) -> str:
    """The backend's name, as it is given.

    Raises:
        UsageProblem: when several are given.
    """
    given: list[str] = config.getoption("--lossspec-backend")
    names = list(dict.fromkeys(given)) or [DEFAULT]
    if len(names) > 1:
        raise UsageProblem(
            f"--lossspec-backend is given as {' and as '.join(names)}",
            expected="one backend",
            do="name one, and run the other by itself",
        )
    return names[0]


def end_run(config: pytest.Config, problem: str) -> None:
    """End the session with one line, exit code 2."""
    output = getattr(config, "workeroutput", None)
    if output is None:
        pytest.exit(problem, returncode=2)
    # An exit would look like a crash of pytest-xdist's worker: let the controller say it.
    output[PROBLEM] = problem


def specs_folder(config: pytest.Config) -> Path:
    """The folder in which tests are specs."""
    given = str(config.getini("lossspec_specs"))
    return (config.rootpath / given if given else specification.folder()).resolve()


def condition_of(item: pytest.Item) -> tuple[str | None, str | None]:
    """In which execution mode a test is to run, and how values are given; None for neither."""
    callspec = getattr(item, "callspec", None)
    parameters = callspec.params if callspec else {}
    return parameters.get("mode"), parameters.get("given_as")


def is_spec(item: pytest.Item) -> bool:
    """Whether a test lies in the specs' folder."""
    return specs_folder(item.config) in item.path.resolve().parents


def whole_specification(config: pytest.Config) -> bool:
    """Whether all specs were asked for."""
    if any(config.getoption(option, None) for option in ("lf", "ignore", "ignore_glob")):
        return False
    folder, here = specs_folder(config), config.invocation_params.dir
    asked = [(here / argument.split("::")[0]).resolve() for argument in config.args]
    return any(path == folder or path in folder.parents for path in asked)
