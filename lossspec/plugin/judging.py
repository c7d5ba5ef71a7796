"""A spec's call: what it found against what the ledger expects, said in pytest's own words."""

from __future__ import annotations

import re
import time
import zlib
from pathlib import Path
from typing import Any, Generator

import pytest

from lossspec.judging import evidence, study_evidence
from lossspec.judging.figures import worst_of_each
from lossspec.judging.study_evidence import ChanceEvidence
from lossspec.ledger.verdicts import Verdict, observed
from lossspec.plugin.keys import (
    BINDING,
    CASE,
    EVIDENCE,
    LEDGER,
    SUBJECT,
    Binding,
    specs_folder,
)
from lossspec.plugin.messages import changed, counter_failed

_CHECKS = [Path(str(each.__file__)).resolve() for each in (evidence, study_evidence)]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out a counter-spec where the ledger expects something else to happen."""
    binding = item.stash.get(BINDING, None)
    if binding is None or not binding.instead:
        return
    expectation = binding.claim.expectation(item.config.stash[SUBJECT].versions)
    expected = expectation.verdict_in(binding.mode)
    if expected is Verdict.HOLDS or expectation.instead != binding.name:
        pytest.skip(
            f"{binding.claim.id} is expected {expected} here, and then this is not what happens instead"
        )


@pytest.hookimpl(hookwrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, None]:
    """Seed what a spec draws by its name: it draws the same in whatever order, on whatever worker, and alone."""
    if BINDING not in pyfuncitem.stash:
        yield
        return
    law = getattr(getattr(pyfuncitem.obj, "hypothesis", None), "inner_test", None)
    if law is not None:
        # Hypothesis draws the examples of profile quick from pytest's node id, which begins with where the specs lie:
        # in a clone and in a sweep's copy they would be others. What it has no name for, only its attribute can set.
        law._hypothesis_internal_add_digest = _named(pyfuncitem).encode()
    with pyfuncitem.config.stash[SUBJECT].seeded(zlib.crc32(_named(pyfuncitem).encode())):
        yield


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, None]:
    """Judge what a spec's call amounts to."""
    binding = item.stash.get(BINDING, None)
    start = time.perf_counter()
    outcome = yield
    if binding is None:
        return
    raised = outcome.excinfo[1] if outcome.excinfo else None
    judges = [specs_folder(item.config), *_CHECKS]
    cannot = item.config.stash[SUBJECT].internal_errors
    verdict = observed(raised, judges, cannot)
    if verdict is None:
        return
    message = "" if raised is None else _first_line(str(raised))
    if isinstance(raised, cannot):
        message = f"{type(raised).__name__}: {_without_numbers(message)}"
    item.stash[CASE] = _case(item, binding, verdict, message, time.perf_counter() - start)
    # Hypothesis writes the example that failed, made as simple as it can be, into notes.
    inputs = "".join(f"\n{note}" for note in getattr(raised, "__notes__", []))
    ruling = _ruling(item, binding, verdict, message, inputs)
    if ruling is not None:
        outcome.force_exception(ruling)


def _ruling(
    item: pytest.Item, binding: Binding, found: Verdict, message: str, inputs: str
) -> BaseException | None:
    """What pytest should make of a verdict: a pass (None), an expected failure, or a failure that explains."""
    ledger, versions = item.config.stash[LEDGER], item.config.stash[SUBJECT].versions
    if binding.instead:
        if found is Verdict.HOLDS:
            return None
        return _failure(counter_failed(ledger, binding.claim, versions, message) + inputs)
    expectation = binding.claim.expectation(versions)
    expected = expectation.verdict_in(binding.mode)
    if found is not expected:
        return _failure(
            changed(ledger, binding.claim, versions, binding.mode, found, expected, message)
            + inputs
        )
    if found is Verdict.HOLDS:
        return None
    # Nobody reads the traceback of what was expected, and drawing it takes a tenth of the quick run.
    return pytest.xfail.Exception(
        f"{found} ({expectation.where()}): {expectation.reason}", pytrace=False
    )


def _failure(message: str) -> BaseException:
    return pytest.fail.Exception(message, pytrace=False)


def _first_line(message: str) -> str:
    """The first line of a message, without the addresses of objects, which are others in each run."""
    return re.sub(r" at 0x[0-9a-f]+", "", (message.splitlines() or ["(no message)"])[0])


def _without_numbers(message: str) -> str:
    """A message of the library without the numbers that it gives to what it compiles, others in each run."""
    return re.sub(r"_\d+\b", "", message)


def _named(item: pytest.Item) -> str:
    """The spec's name within the specification, wherever that lies: ``test_hinge.py::test_it[xla]``."""
    return item.nodeid[item.nodeid.index(item.path.name) :]


def _case(
    item: pytest.Item, binding: Binding, verdict: Verdict, message: str, seconds: float
) -> dict[str, Any]:
    measured = item.stash.get(EVIDENCE, None) or ChanceEvidence()
    function = getattr(item, "function", None)
    docstring = getattr(function, "__doc__", None) or ""
    many = getattr(function, "is_hypothesis_test", False)
    return {
        "spec": _named(item),
        "says": docstring.strip(),
        "mode": binding.mode,
        "verdict": str(verdict),
        **({"message": message} if message else {}),
        "seconds": round(seconds, 3),
        "figures": worst_of_each(measured.figures) if many else measured.figures,
        "curves": measured.curves,
        "fingerprints": measured.fingerprints,
    }


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """Send the case along with pytest's own report: under pytest-xdist it was made in another process."""
    outcome = yield
    report = outcome.get_result()
    binding = item.stash.get(BINDING, None)
    if binding is None:
        return
    case = item.stash.get(CASE, None) if report.when == "call" else None
    report.lossspec = {
        "subject": item.config.stash[SUBJECT].versions,
        "claim": binding.claim.id,
        "instead": binding.instead,
        "case": case,
        "error": f"error: {_brief(report)}" if report.failed and case is None else "",
    }


def _brief(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message if crash else report.longreprtext).splitlines()[0]
