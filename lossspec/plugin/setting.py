"""Settings that a run is to be made under: read once, by the controller, and set for as long as the session lasts."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any
from unittest import mock

import pytest

from lossspec.backends.keras.settings import chosen, variables_of
from lossspec.core.errors import UsageProblem
from lossspec.plugin.keys import OWN_SETTINGS, SETTINGS

_UNTIL_THE_END = pytest.StashKey[contextlib.ExitStack]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names the settings."""
    parser.getgroup("lossspec").addoption(
        "--lossspec-settings",
        metavar="FILE",
        help="decide under the settings of this JSON file, or under your own ('mine'), instead of the released ones",
    )


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist starts workers, and pytest its session
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Take the settings in, or refuse them with one line and exit code 2."""
    if hasattr(
        config, "workerinput"
    ):  # a worker's come from the controller, and their variables by inheritance
        config.stash[SETTINGS] = config.workerinput.get(OWN_SETTINGS, {})
        return None
    asked = config.getoption("--lossspec-settings")
    if asked is None:
        return None
    try:
        settings = config.stash[SETTINGS] = chosen(asked)
        variables = variables_of(settings)
        if variables and "tensorflow" in sys.modules:
            raise UsageProblem(
                f"TensorFlow was imported before lossspec could set {', '.join(variables)}",
                expected="no conftest.py and no plugin of pytest that imports it",
                do="leave them out",
            )
    except UsageProblem as problem:
        sys.stderr.write(f"lossspec: {problem}\n")
        return 2
    # TensorFlow reads its variables when it first needs them: they stay until the session ends.
    config.stash[_UNTIL_THE_END] = contextlib.ExitStack()
    config.stash[_UNTIL_THE_END].enter_context(mock.patch.dict(os.environ, variables))
    return None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist the settings."""
    node.workerinput[OWN_SETTINGS] = node.config.stash.get(SETTINGS, {})


def pytest_unconfigure(config: pytest.Config) -> None:
    """Put TensorFlow's variables back."""
    config.stash.get(_UNTIL_THE_END, contextlib.ExitStack()).close()
