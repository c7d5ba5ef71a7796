"""Collection: every claim has its spec, every spec its claim, and there is a subject to judge."""

from __future__ import annotations

from typing import Any

import pytest

from lossspec.backends.loading import load_backend
from lossspec.core.errors import UsageProblem
from lossspec.ledger.claims import Ledger, load_ledger
from lossspec.plugin.keys import (
    BINDING,
    BOUND_TO,
    LEDGER,
    PROBLEM,
    SETTINGS,
    SUBJECT,
    Binding,
    specs_folder,
    whole_specification,
)


@pytest.hookimpl(tryfirst=True)  # before -k and -m take tests away
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Bind specs to claims; a problem ends the session with one line and exit code 2."""
    folder = specs_folder(config)
    specs = [
        item
        for item in items
        if isinstance(item, pytest.Function) and folder in item.path.resolve().parents
    ]
    whole = whole_specification(config)
    if not specs and not whole:
        return
    try:
        ledger = config.stash[LEDGER] = load_ledger(config.getoption("--lossspec-ledger"))
        for item in specs:
            item.stash[BINDING] = _bind(item, ledger)
        if whole and not session.testsfailed:  # a file that fails on import is shown by pytest
            _refuse_orphans(ledger, [item.stash[BINDING] for item in specs])
        _keep_the_asked_for(config, ledger, items)
        config.stash[SUBJECT] = load_backend(settings=config.stash.get(SETTINGS, {}))
    except UsageProblem as problem:
        if not hasattr(config, "workeroutput"):
            pytest.exit(str(problem), returncode=2)
        # An exit would look like a crash of pytest-xdist's worker: let the controller say it.
        config.workeroutput[PROBLEM] = str(problem)
        items.clear()


def _bind(item: pytest.Function, ledger: Ledger) -> Binding:
    marks = [mark for name in ("claim", "instead") for mark in item.iter_markers(name)]
    if len(marks) != 1 or not marks[0].args:
        raise UsageProblem(
            f"the spec {item.nodeid} has {len(marks)} marks that name a claim",
            expected="exactly one",
            do="mark it with @pytest.mark.claim(id), or @pytest.mark.instead(id)",
        )
    parameters: dict[str, Any] = dict(item.callspec.params) if hasattr(item, "callspec") else {}
    claim = ledger.claim(str(parameters.get(BOUND_TO, marks[0].args[0])))
    if not claim.decided:
        raise UsageProblem(
            f"the spec {item.nodeid} names {claim.id!r}, a narrative",
            expected="a claim that can be decided",
            do="name another, or give the claim another kind",
        )
    return Binding(claim, marks[0].name == "instead", item.originalname, parameters.get("mode"))


def _keep_the_asked_for(config: pytest.Config, ledger: Ledger, items: list[pytest.Item]) -> None:
    """Take away all but the specs of the claims that ``--lossspec-claim`` names, where it names any."""
    asked = {ledger.claim(claim_id).id for claim_id in config.getoption("--lossspec-claim")}
    if not asked:
        return
    kept = [
        item for item in items if BINDING in item.stash and item.stash[BINDING].claim.id in asked
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def _refuse_orphans(ledger: Ledger, bindings: list[Binding]) -> None:
    decided = {binding.claim.id for binding in bindings if not binding.instead}
    for claim_id in ledger.decided:
        if claim_id not in decided:
            raise UsageProblem(
                f"the claim {claim_id!r} has no spec",
                expected="one marked with its id",
                do="write it, or take the claim out of the ledger",
            )
    named = {
        (claim.id, each.instead)
        for claim in ledger.claims.values()
        for each in claim.expected
        if each.instead
    }
    written = {(binding.claim.id, binding.name) for binding in bindings if binding.instead}
    for claim_id, name in sorted(named ^ written):
        lacks = (
            "is named in the ledger but not written"
            if (claim_id, name) in named
            else "is named by no expectation"
        )
        raise UsageProblem(
            f"the counter-spec {name} of {claim_id!r} {lacks}",
            expected="a counter-spec for each 'instead' of the ledger, and no other",
            do="write it, or mend 'instead'",
        )
