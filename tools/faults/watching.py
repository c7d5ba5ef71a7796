"""pytest's side of a run on a faulted Keras: which specs run, in which order, and what they found, line by line.

A line of JSON for each claim with another verdict, each claim that an error left undecided, and, at the end, how many
specs ran. Loaded with ``-p faults.watching``.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what `faults.running` passes along."""
    group = parser.getgroup("faults")
    group.addoption("--faults-keras", type=Path, help="the folder that Keras has to come from")
    group.addoption("--faults-specs", type=Path, help="a file with the specs to run, one a line, in their order")
    group.addoption("--faults-found", type=Path, help="the file to write what they find to")
    group.addoption("--faults-enough", type=int, default=0, help="stop after so many claims; 0: never")


def pytest_configure(config: pytest.Config) -> None:
    """Watch, and leave examples as they were found: nobody reads them here, and making them simple takes longest."""
    quick = settings.get_profile("quick")
    settings.register_profile("unshrunk", parent=quick, phases=(Phase.explicit, Phase.generate))
    settings.load_profile("unshrunk")
    if config.getoption("--faults-found"):
        config.pluginmanager.register(Watching(config), "faults-watching")


class Watching:
    """Chooses and orders specs, and keeps what they find."""

    def __init__(self, config: pytest.Config) -> None:
        self._keras: Path = config.getoption("--faults-keras")
        self._specs: Path | None = config.getoption("--faults-specs")
        self._found: Path = config.getoption("--faults-found")
        self._enough: int = config.getoption("--faults-enough")
        self._claims: set[str] = set()
        self._ran = 0

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave the chosen specs, in their order.

        Raises:
            pytest.UsageError: when Keras isn't the copy that has the fault.
        """
        keras = importlib.import_module("keras")
        if not Path(str(keras.__file__)).is_relative_to(self._keras):
            raise pytest.UsageError(f"Keras is that of {keras.__file__}, and should be that of {self._keras}")
        if self._specs is None:
            return
        place = {spec: number for number, spec in enumerate(self._specs.read_text(encoding="utf-8").splitlines())}
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in place])
        items[:] = sorted((item for item in items if item.nodeid in place), key=lambda item: place[item.nodeid])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a spec found, once a claim."""
        self._ran += report.when == "call"
        sent: dict[str, Any] | None = getattr(report, "lossspec", None)
        if sent is None or not report.failed or sent["claim"] in self._claims:
            return
        self._claims.add(sent["claim"])
        case = sent["case"]
        self._say(
            claim=sent["claim"],
            spec=report.nodeid,
            instead=sent["instead"],
            found=case["verdict"] if case else "error",
            why=(case.get("message", "") if case else sent["error"])[:300],
        )

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Remember what can be stopped."""
        self._session = session

    def pytest_runtest_logfinish(self) -> None:
        """Stop once enough claims are found."""
        if self._enough and len(self._claims) >= self._enough:
            self._session.shouldstop = "enough claims caught it"

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Say how many specs ran: without this line the run was broken off."""
        self._say(ran=self._ran, exitstatus=int(exitstatus))

    def _say(self, **line: Any) -> None:
        with self._found.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
