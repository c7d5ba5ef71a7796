"""pytest's plugin for checks of losses.

pytest loads it wherever lossspec is installed, so it imports nothing: no check, no NumPy. And it
lies beside the package: from inside, pytest would import the installed lossspec before a clone's
conftest.py could say that the clone's own is meant.
"""

from __future__ import annotations

import sys
from typing import Generator

import pytest
from pluggy import Result


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker of `lossspec.parametrize_with_checks`."""
    config.addinivalue_line("markers", "loss_check: a check of lossspec on a loss")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, Result[pytest.TestReport], None]:
    """Report a check that was skipped as a skip, and one that failed without a traceback."""
    outcome = yield
    trial = sys.modules.get("lossspec.checks.trial")
    if trial is None or call.excinfo is None:  # no check was made
        return
    report, error = outcome.get_result(), call.excinfo.value
    skipped = next((e for e in (error, error.__cause__) if isinstance(e, trial.CheckSkipped)), None)
    if hasattr(report, "wasxfail"):
        return
    if skipped is not None:
        path, line, _ = item.reportinfo()
        report.outcome = "skipped"
        report.longrepr = (str(path), (line or 0) + 1, f"Skipped: {skipped}")
    elif isinstance(error, trial.CheckFailed) and not item.config.getoption("fulltrace"):
        in_short = call.excinfo.getrepr(style="value", chain=False)
        if in_short.reprcrash is not None:
            in_short.reprcrash.message = str(error)  # without the long name of its class
        report.longrepr = in_short
