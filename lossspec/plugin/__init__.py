"""pytest's side of the specification: hooks and fixtures.

A spec is a test marked ``claim("some.id")``; a counter-spec, which asserts what happens instead of
a claim that doesn't simply hold, is marked ``instead("some.id")``. Other tests pass by untouched.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Callable

import pytest

from lossspec.backends.base import Backend, LossFunction
from lossspec.backends.catalog import DEFAULT, BackendInfo
from lossspec.core.errors import UsageProblem
from lossspec.judging.study_evidence import ChanceEvidence
from lossspec.ledger.claims import LEDGER
from lossspec.losses import Definition
from lossspec.plugin.keys import EVIDENCE, SUBJECT, backend_asked_for, condition_of, is_spec
from lossspec.plugin.recording import Recorder
from lossspec.plugin.setting import take_settings
from lossspec.plugin.studying import mode_of, seeds_of

pytest_plugins = (
    "lossspec.plugin.binding",
    "lossspec.plugin.judging",
    "lossspec.plugin.setting",
    "lossspec.plugin.studying",
)

MARKERS = (
    "claim(id, ...): this spec decides the claim of that id, or each of several that say the same;"
    " without an id, each claim whose entry in the ledger names it",
    "instead(id, ...): this counter-spec asserts what happens instead of the claim; likewise",
    "study: this spec needs a study, training over many seeds; set by lossspec",
)
QUIET = (
    # TensorFlow 2.4 to 2.15 use what newer NumPy and setuptools deprecate; not ours to mend.
    "ignore::DeprecationWarning:tensorflow.*",
    "ignore::DeprecationWarning:keras.*",
    # TensorFlow 2.21 traces by a gast that newer Pythons warn of.
    "ignore::DeprecationWarning:gast.*",
    # The documents give an input shape; Keras 3 would rather have an Input, and obeys.
    "ignore:Do not pass an `input_shape`/`input_dim` argument to a layer:UserWarning",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the specification's options."""
    group = parser.getgroup("lossspec", "the executable specification of losses")
    group.addoption(
        "--lossspec-record",
        metavar="PATH",
        type=Path,
        help="write the run's record to this .json file, or into this folder under the subject's"
        " name",
    )
    group.addoption(
        "--lossspec-ledger",
        metavar="FOLDER",
        type=Path,
        default=LEDGER,
        help="read the claims from here instead of lossspec's own ledger",
    )
    group.addoption(
        "--lossspec-claim",
        metavar="ID",
        action="append",
        default=[],
        help="run only the specs and counter-specs of this claim; may be given several times",
    )
    group.addoption(
        "--lossspec-backend",
        metavar="NAME",
        default=DEFAULT,
        help=f"the backend that is specified, by default {DEFAULT}",
    )
    specs = "the folder of the specs, relative to the root; lossspec's own by default"
    parser.addini("lossspec_specs", specs, default="")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers, and register the recorder."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    for warning in QUIET:
        config.addinivalue_line("filterwarnings", warning)
    config.pluginmanager.register(_conditions(backend_asked_for(config)))
    if not hasattr(config, "workerinput"):  # pytest-xdist's workers send theirs to the controller
        config.pluginmanager.register(Recorder(config), "lossspec-recorder")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist starts workers, and pytest its session
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Refuse bad settings, seeds and modes with exit code 2."""
    try:
        seeds_of(config)
        mode_of(config)
        take_settings(config)
    except UsageProblem as problem:
        sys.stderr.write(f"lossspec: {problem}\n")
        return 2
    return None


@pytest.fixture(scope="session")
def subject(request: pytest.FixtureRequest) -> Backend:
    """The library under test."""
    return request.config.stash[SUBJECT]


def _conditions(backend: BackendInfo) -> ModuleType:
    """A plugin of the fixtures ``mode`` and ``given_as``."""

    @pytest.fixture(params=backend.modes)
    def mode(request: pytest.FixtureRequest) -> str:
        """An execution mode: each in turn."""
        return str(request.param)

    @pytest.fixture(params=backend.given_as)
    def given_as(request: pytest.FixtureRequest) -> str:
        """How values are given: each way, in the plainest mode."""
        return str(request.param)

    # Compiled modes turn whatever they are given into the first.
    made = {(mode, way) for mode in backend.modes[1:] for way in backend.given_as[1:]}

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if not (is_spec(item) and condition_of(item) in made)]

    plugin = ModuleType("lossspec-conditions")
    vars(plugin).update(mode=mode, given_as=given_as)
    vars(plugin)["pytest_collection_modifyitems"] = pytest_collection_modifyitems
    return plugin


@pytest.fixture
def loss(
    request: pytest.FixtureRequest, subject: Backend, mode: str
) -> Callable[[str | Definition], LossFunction]:
    """A loss by documented name or definition, in each mode, as ``given_as``."""
    asked = "given_as" in request.fixturenames
    given = {"given_as": request.getfixturevalue("given_as")} if asked else {}
    return lambda of: subject.loss(of if isinstance(of, str) else of.name, mode=mode, **given)


@pytest.fixture
def evidence(request: pytest.FixtureRequest) -> ChanceEvidence:
    """The checks, whose figures reach the record."""
    kept: ChanceEvidence = request.node.stash.setdefault(EVIDENCE, ChanceEvidence())
    return kept
