"""A spec's call: its verdict against the expected one."""

from __future__ import annotations

import re
import time
import zlib
from pathlib import Path
from typing import cast

import pytest

from lossspec.core.errors import NotAsked, Refused
from lossspec.judging import evidence, study_evidence
from lossspec.judging.figures import worst_of_each
from lossspec.judging.study_evidence import ChanceEvidence
from lossspec.ledger.sentences import in_words
from lossspec.ledger.verdicts import Verdict, observed, raised_within
from lossspec.plugin.keys import BINDING, EVIDENCE, LEDGER, SUBJECT, Binding, Wrapper, specs_folder
from lossspec.records.findings import NOT_ASKED
from lossspec.records.record_types import Case
from lossspec.records.subjects import subject_in_words

CASE = pytest.StashKey[Case]()
UNASKED = pytest.StashKey[str]()

_CHECKS = [Path(str(module.__file__)).resolve() for module in (evidence, study_evidence)]
_LOSSSPEC = Path(__file__).resolve().parents[1]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a counter-spec where something else is expected."""
    binding = item.stash.get(BINDING, None)
    if binding is None or not binding.instead:
        return
    expectation = binding.claim.expectation(item.config.stash[SUBJECT].versions)
    expected = expectation.verdict_in(binding.mode, binding.given_as)
    if expected is Verdict.HOLDS or expectation.instead != binding.name:
        claim = binding.claim.id
        pytest.skip(f"{claim} is expected {expected} here: this is not what happens instead")


@pytest.hookimpl(hookwrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Wrapper:
    """Seed what a spec draws by its name."""
    if BINDING not in pyfuncitem.stash:
        yield
        return
    name = _named(pyfuncitem).encode()
    law = getattr(getattr(pyfuncitem.obj, "hypothesis", None), "inner_test", None)
    if law is not None:
        # Hypothesis draws the examples of profile quick from pytest's node id, which begins with
        # where the specs lie: in a clone and in a sweep's copy they would be others. What it has no
        # name for, only its attribute can set.
        law._hypothesis_internal_add_digest = name
    with pyfuncitem.config.stash[SUBJECT].seeded(zlib.crc32(name)):
        yield


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Wrapper:
    """Judge what a spec's call amounts to."""
    binding = item.stash.get(BINDING, None)
    start = time.perf_counter()
    outcome = yield
    if binding is None:
        return
    raised = outcome.excinfo[1] if outcome.excinfo else None
    if isinstance(raised, NotAsked):
        item.stash[UNASKED] = str(raised)
        outcome.force_exception(pytest.skip.Exception(f"{NOT_ASKED}: {raised}"))
        return
    subject, specs = item.config.stash[SUBJECT], specs_folder(item.config)
    cannot = subject.internal_errors
    # What specs and lossspec raise themselves is a mistake of theirs.
    refused = isinstance(raised, Refused) or (
        isinstance(raised, Exception)
        and not raised_within(raised, [specs, _LOSSSPEC])
        and subject.refuses(raised)
    )
    verdict = observed(raised, [specs, *_CHECKS], cannot, is_refusal=refused)
    if verdict is None:
        return
    message = "" if raised is None else _first_line(str(raised))
    if refused or isinstance(raised, cannot):
        # Without the numbers that the library gives to what it compiles, others in each run.
        message = f"{type(raised).__name__}: " + re.sub(r"_\d+\b", "", message)
    item.stash[CASE] = _case(item, binding, verdict, message, time.perf_counter() - start)
    # Hypothesis writes the example that failed, made as simple as it can be, into notes.
    inputs = "".join(f"\n{note}" for note in getattr(raised, "__notes__", []))
    if (ruling := _ruling(item, binding, verdict, message, inputs)) is not None:
        outcome.force_exception(ruling)


def _ruling(
    item: pytest.Item, binding: Binding, found: Verdict, message: str, inputs: str
) -> BaseException | None:
    """A verdict as a pass (None), an xfail, or a failure."""
    subject, claim = item.config.stash[SUBJECT].versions, binding.claim
    expectation = claim.expectation(subject)
    shows = expectation.verdict_in(binding.mode, binding.given_as, item.name)
    expected = Verdict.HOLDS if binding.instead else shows
    if found is expected:
        if found is Verdict.HOLDS:
            return None
        # Nobody reads the traceback of what was expected, and drawing it takes a tenth of the run.
        reason = f"{found} ({expectation.where()}): {expectation.reason}"
        return pytest.xfail.Exception(reason, pytrace=False)
    what = f"{found}, expected {expected}, on"
    if binding.instead:
        what = "what the ledger says happens instead does not, on"
    met = [f"in {binding.mode} mode"] if binding.mode and not binding.instead else []
    met += [f"given as {binding.given_as}"] if binding.given_as else []
    where = f" {', '.join(met)}" if met else ""
    cited = f", {in_words(claim.sentences)}" if claim.sentences else ""
    document = item.config.stash[LEDGER].documents[claim.document]
    lines = [
        f"{claim.id}: {what} {subject_in_words(subject)}{where}",
        f"  figure:    {message or 'every check of the spec passed'}",
        f"  statement: {claim.statement}",
        f"  source:    {document.author}, “{document.title}”, section “{claim.section}”{cited}",
        f"  more:      lossspec explain {claim.id}",
    ]
    return pytest.fail.Exception("\n".join(lines) + inputs, pytrace=False)


def _first_line(message: str) -> str:
    """A message's first line, without addresses of objects."""
    return re.sub(r" at 0x[0-9a-f]+", "", (message.splitlines() or ["(no message)"])[0])


def _named(item: pytest.Item) -> str:
    """A spec's name without folders: ``test_x.py::test_it[xla]``."""
    return item.nodeid[item.nodeid.index(item.path.name) :]


def _case(
    item: pytest.Item, binding: Binding, verdict: Verdict, message: str, seconds: float
) -> Case:
    measured = item.stash.get(EVIDENCE, None) or ChanceEvidence()
    function = getattr(item, "function", None)
    many = getattr(function, "is_hypothesis_test", False)
    case = {
        "spec": _named(item),
        "says": " ".join((getattr(function, "__doc__", None) or "").split()),
        "mode": binding.mode,
        **({"given_as": binding.given_as} if binding.given_as else {}),
        "verdict": str(verdict),
        **({"message": message} if message else {}),
        "seconds": round(seconds, 3),
        "figures": worst_of_each(measured.figures) if many else measured.figures,
        "curves": measured.curves,
        "fingerprints": measured.fingerprints,
    }
    return cast(Case, case)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Wrapper:
    """Send the case along with pytest's report."""
    outcome = yield
    report = outcome.get_result()
    binding = item.stash.get(BINDING, None)
    if binding is None:
        return
    case = item.stash.get(CASE, None) if report.when == "call" else None
    crash = getattr(report.longrepr, "reprcrash", None)
    words = str(crash.message if crash else report.longreprtext)
    vars(report)["lossspec"] = {
        "subject": item.config.stash[SUBJECT].versions,
        "claim": binding.claim.id,
        "instead": binding.instead,
        "case": case,
        "unasked": item.stash.get(UNASKED, ""),
        "error": f"error: {words.splitlines()[0]}" if report.failed and case is None else "",
    }
