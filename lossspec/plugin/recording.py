"""The session's end: closing lines, and the record."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Dict, cast

import pytest

from lossspec.backends.keras.settings import MINE, in_words, kept_out
from lossspec.core.console import printable
from lossspec.core.errors import UsageProblem
from lossspec.ledger.claims import Ledger, load_ledger
from lossspec.ledger.specification import digest, modules
from lossspec.plugin.keys import (
    PROBLEM,
    SETTINGS,
    backend_asked_for,
    specs_folder,
    whole_specification,
)
from lossspec.records.catalog import subject_of
from lossspec.records.findings import NOT_RUN
from lossspec.records.record import place_of, read_record, write_record
from lossspec.records.record_types import Record, Setting
from lossspec.records.results import Results

_FINISHED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)
_LISTING = ("collectonly", "showfixtures", "show_fixtures_per_test", "setuponly")


class Recorder:
    """Takes in cases from all workers, and closes the session."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._results = Results()
        self._saw_specs = False
        self._elsewhere = False  # whether what happens instead of something isn't expected here
        self._lines: list[str] = []
        self._problem = ""
        self.written: Path | None = None
        """The record's file, once it is written: `lossspec run --compare` reads it."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in what `judging` sent along."""
        sent = getattr(report, "lossspec", None)
        if sent is None:
            return
        self._saw_specs = True
        self._elsewhere |= sent["instead"] and report.skipped
        self._results.subject = sent["subject"]
        self._results.studies.update(getattr(report, "lossspec_studies", {}))
        if sent["case"] is not None:
            self._results.add(sent["claim"], sent["case"], instead=sent["instead"])
        elif sent["unasked"] and not sent["instead"]:
            self._results.unasked.setdefault(sent["claim"], sent["unasked"])
        elif sent["error"]:
            self._results.add_error(sent["claim"], sent["error"])

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """Take in what kept a worker from running."""
        self._problem = getattr(node, "workeroutput", {}).get(PROBLEM, self._problem)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the record of a session that was whole."""
        option = self._config.getoption
        if self._problem:
            self._lines.append(self._problem)
            session.exitstatus = 2
            return
        specified = self._saw_specs or whole_specification(self._config)
        lists = any(option(listing, None) for listing in _LISTING)
        if exitstatus not in _FINISHED or not specified or lists:
            return
        if not self._results.verdicts() and (self._results.errors or not self._elsewhere):
            self._lines.append(
                "the run decided no claim, and a specification that decides nothing has failed"
            )
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            return
        ledger = load_ledger(option("--lossspec-ledger"))
        ledger = ledger.of(backend_asked_for(self._config).library)
        settings = cast(Dict[str, Setting], self._config.stash.get(SETTINGS, {}))
        self._results.settings = settings
        under = f"; under {in_words(settings)}" if settings else ""
        self._lines.append(self._results.in_a_line(ledger) + under)
        computes_with = backend_asked_for(self._config).computes_with
        ignored = kept_out(computes_with) if option("--lossspec-settings") != MINE else ""
        if ignored:
            self._lines.append(f"kept out of the run: {ignored}")
        path: Path | None = option("--lossspec-record")
        if path is not None:
            self._write(ledger, path, session)

    def _write(self, ledger: Ledger, path: Path, session: pytest.Session) -> None:
        specs = specs_folder(self._config)
        record = self._results.record(ledger, digest(specs, ledger), modules(specs, ledger))
        target = place_of(record["subject"], path, record.get("settings"))
        try:
            if _fuller(target, record):
                few = len(record["claims"])
                line = f"kept {target}: it decides more claims than the {few} of this run"
            else:
                self.written = write_record(record, target)
                line = f"record: {self.written}"
        except UsageProblem as problem:
            line, session.exitstatus = str(problem), 2
        self._lines.append(line)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the closing lines."""
        if self._lines:
            terminalreporter.section("lossspec")
            for line in self._lines:
                terminalreporter.write_line(printable(line))


def _fuller(target: Path, record: Record) -> bool:
    """Whether a fuller record is there, or what nothing less may replace."""
    whole = subject_of(target) and NOT_RUN not in record["undecided"].values()
    if not os.path.exists(target) or whole:
        return False
    try:
        return len(read_record(target, own_settings=True)["claims"]) > len(record["claims"])
    except UsageProblem as problem:
        raise UsageProblem(
            f"{target} is there already and no record that can be read",
            expected="no file, or a record",
            do="remove it, or name another path",
        ) from problem
