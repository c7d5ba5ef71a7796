"""The settings that a run is made under."""

from __future__ import annotations

import contextlib
import os
import sys
from unittest import mock

import pytest

from lossspec.backends.keras.settings import chosen, variables_of
from lossspec.core.errors import UsageProblem
from lossspec.plugin.keys import SETTINGS, backend_asked_for

_UNTIL_THE_END = pytest.StashKey[contextlib.ExitStack]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names the settings."""
    parser.getgroup("lossspec").addoption(
        "--lossspec-settings",
        metavar="FILE",
        help="decide under the settings of this JSON file, or under your own ('mine'), instead of"
        " the released ones",
    )


def take_settings(config: pytest.Config) -> None:
    """Take in the settings, and set TensorFlow's variables.

    Raises:
        UsageProblem: when they can't be read or set.
    """
    if hasattr(config, "workerinput"):  # from the controller; variables are inherited
        config.stash[SETTINGS] = config.workerinput.get("lossspec_settings", {})
        return
    asked = config.getoption("--lossspec-settings")
    if asked is None:
        return
    settings = config.stash[SETTINGS] = chosen(asked, backend_asked_for(config).computes_with)
    variables = variables_of(settings)
    if variables and "tensorflow" in sys.modules:
        raise UsageProblem(
            f"TensorFlow was imported before lossspec could set {', '.join(variables)}",
            expected="no conftest.py and no plugin of pytest that imports it",
            do="leave them out",
        )
    # TensorFlow reads its variables when it first needs them: they stay until the session ends.
    config.stash[_UNTIL_THE_END] = contextlib.ExitStack()
    config.stash[_UNTIL_THE_END].enter_context(mock.patch.dict(os.environ, variables))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a worker of pytest-xdist the settings."""
    worker: dict[str, object] = getattr(node, "workerinput")  # noqa: B009 # of pytest-xdist, untyped
    config: pytest.Config = getattr(node, "config")  # noqa: B009 # likewise
    worker["lossspec_settings"] = config.stash.get(SETTINGS, {})


def pytest_unconfigure(config: pytest.Config) -> None:
    """Put TensorFlow's variables back."""
    config.stash.get(_UNTIL_THE_END, contextlib.ExitStack()).close()
