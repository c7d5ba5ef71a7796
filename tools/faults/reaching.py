"""pytest's side of the one run that says which specs reach which function of Keras. ``-p faults.reaching``."""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any, Generator

import pytest

from lossspec.backends.keras.subject import Subject


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add where the outcome goes."""
    parser.getgroup("faults").addoption("--faults-reach", type=Path, help="the file to write it to")


def pytest_configure(config: pytest.Config) -> None:
    """Watch calls, where asked to."""
    if config.getoption("--faults-reach"):
        config.pluginmanager.register(Reaching(config.getoption("--faults-reach")), "faults-reaching")


class Reaching:
    """Keeps, for each spec, how long it took and the functions of Keras that were called in it.

    What is compiled once a session is forgotten after each spec, for the next to compile anew: a spec reaches a
    function whether or not another one happened to reach it first.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self._called: set[Any] = set()
        self._reached: dict[str, dict[str, Any]] = {}

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """Watch a spec's call."""
        for each in getattr(item, "funcargs", {}).values():
            subject = each if isinstance(each, Subject) else getattr(getattr(each, "func", None), "__self__", None)
            if isinstance(subject, Subject):
                subject._losses.clear()
        self._called = set()
        start = time.process_time()
        threading.setprofile(self._watch)
        sys.setprofile(self._watch)
        try:
            yield
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
        self._reached[item.nodeid] = {
            "seconds": round(time.process_time() - start, 3),
            "functions": sorted(filter(None, map(_name, self._called))),
        }

    def _watch(self, frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            self._called.add(frame.f_code)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Write all of it, if the specification was green."""
        if exitstatus == 0:
            self._target.write_text(json.dumps(self._reached), encoding="utf-8")


def _name(code: Any) -> str:
    """``src/losses/losses.py hinge`` of a function of Keras, or of one inside of it; empty of any other."""
    _, keras, file = code.co_filename.rpartition("/keras/")
    return f"{file} {code.co_qualname.split('.<locals>')[0]}" if keras else ""
