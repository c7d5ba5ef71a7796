"""pytest's side of a run on a faulted Keras. Loaded with ``-p faults.watching``."""

from __future__ import annotations

import faulthandler

import pytest
from hypothesis import Phase, settings

LIMIT = 900
"""Seconds after which a run is ended."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what `faults.running` passes along."""
    parser.getgroup("faults").addoption(
        "--faults-first", default="", help="files of specs to run first"
    )


def pytest_configure() -> None:
    """End the run in time, and leave examples as found: to make them simple takes longest."""
    faulthandler.dump_traceback_later(LIMIT, exit=True)
    quick = settings.get_profile("quick")
    settings.register_profile("unshrunk", parent=quick, phases=(Phase.explicit, Phase.generate))
    settings.load_profile("unshrunk")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the files that noticed the fault before."""
    first = config.getoption("--faults-first").split(",")
    items.sort(key=lambda item: item.path.name not in first)
