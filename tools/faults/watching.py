"""pytest's side of a run on a faulted Keras. Loaded with ``-p tools.faults.watching``."""

from __future__ import annotations

import faulthandler

import pytest
from hypothesis import Phase, settings

from lossspec.losses import Definition, definition_of
from lossspec.plugin.keys import BINDING

LIMIT = 900
"""Seconds after which a run is ended."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what `faults.running` passes along."""
    group = parser.getgroup("faults")
    group.addoption("--faults-first", default="", help="files of specs to run first")
    group.addoption("--faults-loss", default="", help="the loss whose specs alone are run")


def pytest_configure() -> None:
    """End the run in time."""
    faulthandler.dump_traceback_later(LIMIT, exit=True)
    leave_examples_as_found()


def leave_examples_as_found() -> None:
    """Leave a law's failing examples as they are: to make them simple takes longest."""
    quick = settings.get_profile("quick")
    settings.register_profile("unshrunk", parent=quick, phases=(Phase.explicit, Phase.generate))
    settings.load_profile("unshrunk")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the specs of the loss, and begin with the files that noticed the fault before."""
    loss = config.getoption("--faults-loss")
    if loss:
        kept = {item: speaks_of(definition_of(loss), item) for item in items}
        config.hook.pytest_deselected(items=[item for item in items if not kept[item]])
        items[:] = [item for item in items if kept[item]]
    first = config.getoption("--faults-first").split(",")
    items.sort(key=lambda item: item.path.name not in first)


def speaks_of(loss: Definition, item: pytest.Item) -> bool:
    """Whether a spec, or the claim that it decides, calls the loss by one of its names."""
    said = item.nodeid
    if BINDING in item.stash:
        claim = item.stash[BINDING].claim
        said += f" {claim.id} {claim.statement}"
    names = loss.slug, loss.name, loss.title, *loss.keras
    return any(name.lower() in said.lower() for name in names)
