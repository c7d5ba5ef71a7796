"""pytest's side of the specification: hooks and fixtures, nothing else.

A spec is a test marked ``claim("some.id")``; a counter-spec, which asserts what happens instead of a claim that
doesn't simply hold, is marked ``instead("some.id")``. Other tests pass by untouched.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Callable

import pytest

from lossspec.backends.base import Backend, LossFunction
from lossspec.judging.study_evidence import ChanceEvidence
from lossspec.ledger.claims import LEDGER, MODES
from lossspec.plugin.keys import BOUND_TO, EVIDENCE, SUBJECT
from lossspec.plugin.recording import Recorder

pytest_plugins = (
    "lossspec.plugin.binding",
    "lossspec.plugin.judging",
    "lossspec.plugin.setting",
    "lossspec.plugin.studying",
)

QUIET = (
    # TensorFlow 2.4 to 2.15 use what newer NumPy and setuptools deprecate; not ours to mend.
    "ignore::DeprecationWarning:tensorflow.*",
    "ignore::DeprecationWarning:keras.*",
    # TensorFlow 2.21 traces by a gast that newer Pythons warn of.
    "ignore::DeprecationWarning:gast.*",
    # The documents give their first layer an input shape; Keras 3 would rather be given an Input, and does as told.
    "ignore:Do not pass an `input_shape`/`input_dim` argument to a layer:UserWarning",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the specification's options."""
    group = parser.getgroup("lossspec", "the executable specification of losses")
    group.addoption(
        "--lossspec-record",
        metavar="PATH",
        type=Path,
        help="write the run's record to this .json file, or into this folder under the subject's name",
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
    parser.addini(
        "lossspec_specs",
        "the folder of the specs, relative to the root; lossspec's own by default",
        default="",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers, and collect results where all of them come together."""
    config.addinivalue_line(
        "markers",
        "claim(id, ...): this spec decides the claim of that id, or each of several that say the same",
    )
    for each in QUIET:
        config.addinivalue_line("filterwarnings", each)
    config.addinivalue_line(
        "markers", "instead(id, ...): this counter-spec asserts what happens instead of the claim"
    )
    if not hasattr(config, "workerinput"):  # pytest-xdist's workers send theirs to the controller
        config.pluginmanager.register(Recorder(config), "lossspec-recorder")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a spec that names several claims once for each of them."""
    for mark in [
        *metafunc.definition.iter_markers("claim"),
        *metafunc.definition.iter_markers("instead"),
    ]:
        if len(mark.args) > 1:
            metafunc.fixturenames.append(BOUND_TO)
            metafunc.parametrize(BOUND_TO, mark.args)


@pytest.fixture(scope="session")
def subject(request: pytest.FixtureRequest) -> Backend:
    """The library under test."""
    return request.config.stash[SUBJECT]


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    """An execution mode: whoever asks for it, or for ``loss``, runs once in each."""
    return str(request.param)


@pytest.fixture
def loss(subject: Backend, mode: str) -> Callable[[str], LossFunction]:
    """A loss of the subject by its documented name, in each execution mode in turn."""
    return functools.partial(subject.loss, mode=mode)


@pytest.fixture
def evidence(request: pytest.FixtureRequest) -> ChanceEvidence:
    """Where a spec checks what it measures, so that the figures reach the record."""
    kept: ChanceEvidence = request.node.stash.setdefault(EVIDENCE, ChanceEvidence())
    return kept
