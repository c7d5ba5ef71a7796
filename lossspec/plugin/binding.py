"""Collection: specs are bound to claims, and none lacks one.

A spec names its claims in its mark, ``claim("some.id")``. One of a family names none: entries of
the ledger name it, as ``spec``, and a counter-spec as ``instead``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Sequence

import pytest

from lossspec.backends.loading import load_backend
from lossspec.core.errors import UsageProblem
from lossspec.ledger.claims import Claim, Ledger, load_ledger
from lossspec.losses import Definition, definition_of
from lossspec.plugin.keys import (
    BINDING,
    LEDGER,
    SETTINGS,
    SUBJECT,
    Binding,
    backend_asked_for,
    condition_of,
    end_run,
    is_spec,
    name_asked_for,
    specs_folder,
    whole_specification,
)

BOUND_TO = "bound_to"
"""The parameter that tells apart the runs of a spec that decides several claims: an id."""


@pytest.fixture
def claim(request: pytest.FixtureRequest) -> Claim:
    """The claim that the spec decides."""
    binding: Binding = request.node.stash[BINDING]
    return binding.claim


@pytest.fixture
def definition(claim: Claim) -> Definition:
    """The loss that the claim is of."""
    return definition_of(str(claim.loss))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a spec once for each of several claims."""
    marks = _marks(metafunc.definition)
    for mark in marks if len(marks) == 1 else ():  # of several it is said when specs are bound
        ids, names = list(map(str, mark.args)), None
        if not ids and is_spec(metafunc.definition):
            family = _family(metafunc.config, mark.name, metafunc.definition.originalname)
            ids = [claim.id for claim in family]
            names = [claim.loss or claim.id for claim in family]
        if names or len(ids) > 1:
            metafunc.fixturenames.append(BOUND_TO)
            metafunc.parametrize(BOUND_TO, ids, ids=names)


@pytest.hookimpl(tryfirst=True)  # before -k and -m take tests away
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Bind specs to claims; a problem ends the session."""
    specs = [item for item in items if isinstance(item, pytest.Function) and is_spec(item)]
    whole = whole_specification(config)
    if not specs and not whole:
        return
    try:
        ledger = _ledger(config)
        for item in specs:
            item.stash[BINDING] = _bind(item, ledger)
        asked = _asked(config, ledger)
        others = [item for item in specs if not _is_asked(item.stash[BINDING], asked)]
        items[:] = [item for item in items if item not in others]
        if whole and not session.testsfailed:  # a file that fails on import is shown by pytest
            _refuse_orphans(asked, [item.stash[BINDING] for item in specs if item not in others])
        _keep_the_asked_for(config, ledger, items)
        if hasattr(config, "workerinput"):
            items.sort(key=_place)
        config.stash[SUBJECT] = load_backend(
            name=name_asked_for(config), settings=config.stash.get(SETTINGS, {})
        )
    except UsageProblem as problem:
        end_run(config, str(problem))
        items.clear()


def _place(item: pytest.Item) -> tuple[bool, str]:
    """Sort key of a worker's specs: studies, then loss by loss.

    ``--dist worksteal`` gives a worker what stands together, and another takes from its end: so
    fewer losses are compiled, and fewer recipes trained, by both.
    """
    binding = item.stash.get(BINDING, None)
    loss = binding.claim.loss if binding else None
    return "study" not in getattr(item, "fixturenames", ()), loss or ""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Pass by folders of specs that aren't asked of the backend's library."""
    specs = specs_folder(config)
    if specs not in collection_path.resolve().parents:
        return None
    try:
        unasked = _asked(config, _ledger(config)).unasked
    except UsageProblem:
        return None  # said when specs are bound
    return collection_path.resolve().relative_to(specs).as_posix() in unasked or None


def _asked(config: pytest.Config, ledger: Ledger) -> Ledger:
    """What is asked of the library whose losses are specified."""
    return ledger.of(backend_asked_for(config).library)


def _is_asked(binding: Binding, asked: Ledger) -> bool:
    """Whether a spec is of a claim that is asked; a counter-spec, of what is expected there."""
    if binding.claim.id not in asked.claims:
        return False
    named = [each for each in binding.claim.expected if each.instead == binding.name]
    return not named or any(asked.library in each.libraries for each in named)


def _ledger(config: pytest.Config) -> Ledger:
    if LEDGER not in config.stash:
        config.stash[LEDGER] = load_ledger(config.getoption("--lossspec-ledger"))
    return config.stash[LEDGER]


def _marks(item: pytest.Item) -> list[pytest.Mark]:
    return [mark for name in ("claim", "instead") for mark in item.iter_markers(name)]


def _family(config: pytest.Config, mark: str, spec: str) -> list[Claim]:
    """The claims whose entries name a spec."""
    try:
        claims = _ledger(config).claims.values()
    except UsageProblem:
        return []  # said when specs are bound
    if mark == "claim":
        return [claim for claim in claims if claim.spec == spec]
    return [claim for claim in claims if spec in (each.instead for each in claim.expected)]


def _bind(item: pytest.Function, ledger: Ledger) -> Binding:
    marks = _marks(item)
    if len(marks) != 1:
        raise UsageProblem(
            f"the spec {item.nodeid} has {len(marks)} marks that name a claim",
            expected="exactly one",
            do="mark it with @pytest.mark.claim(id), or @pytest.mark.instead(id)",
        )
    callspec = getattr(item, "callspec", None)
    parameters = callspec.params if callspec else {}
    ids = [str(parameters[BOUND_TO])] if BOUND_TO in parameters else list(map(str, marks[0].args))
    if not ids:
        raise UsageProblem(
            f"the spec {item.nodeid} names no claim, and no entry of the ledger names it",
            expected="exactly one of the two",
            do=f"give its mark the claim's id, or the entry spec = {item.originalname!r}",
        )
    claim, instead = ledger.claim(ids[0]), marks[0].name == "instead"
    if not claim.decided:
        raise UsageProblem(
            f"the spec {item.nodeid} names {claim.id!r}, a narrative",
            expected="a claim that can be decided",
            do="name another, or give the claim another kind",
        )
    if claim.spec and not instead:
        _check_entry(claim, item.originalname)
    if "definition" in item.fixturenames and not claim.loss:
        raise UsageProblem(
            f"the spec {item.nodeid} reads a definition, and {claim.id!r} is of no loss",
            expected="an entry that names one",
            do="give it one, as loss",
        )
    return Binding(claim, instead, item.originalname, *condition_of(item))


def _check_entry(claim: Claim, spec: str) -> None:
    """Refuse an entry that names what isn't there."""
    from lossspec.experiments.recipes import recipe_named

    if claim.spec != spec:
        raise UsageProblem(
            f"the claim {claim.id!r} names the spec {claim.spec}, and {spec} names it",
            expected="one spec",
            do="take one of the two out",
        )
    if claim.loss:
        definition_of(claim.loss)
    recipe = recipe_named(claim.recipe) if claim.recipe else None
    if recipe and claim.measure:
        printed = recipe.documented if claim.part else recipe.log
        figure = " ".join(filter(None, [claim.part, claim.measure]))
        if figure not in printed:
            raise UsageProblem(
                f"the claim {claim.id!r} is of {figure!r}, which isn't printed of {recipe.name}",
                expected=f"one of {', '.join(printed)}" if printed else "a recipe of which some is",
                do="name another part, measure or recipe",
            )


def _keep_the_asked_for(config: pytest.Config, ledger: Ledger, items: list[pytest.Item]) -> None:
    """Deselect specs that ``--lossspec-claim`` doesn't name."""
    asked = {ledger.claim(claim_id).id for claim_id in config.getoption("--lossspec-claim")}
    if not asked:
        return
    kept = [
        item for item in items if BINDING in item.stash and item.stash[BINDING].claim.id in asked
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def _refuse_orphans(ledger: Ledger, bindings: Sequence[Binding]) -> None:
    decided = {binding.claim.id for binding in bindings if not binding.instead}
    for claim in ledger.decided.values():
        if claim.id not in decided:
            raise UsageProblem(
                f"the claim {claim.id!r} has no spec",
                expected=f"{claim.spec}, marked as one" if claim.spec else "one marked with its id",
                do="write it, or take the claim out of the ledger",
            )
    named = {
        (claim.id, expected.instead)
        for claim in ledger.claims.values()
        for expected in claim.expected
        if expected.instead and ledger.library in expected.libraries
    }
    written = {(binding.claim.id, binding.name) for binding in bindings if binding.instead}
    for claim_id, name in sorted(named ^ written):
        unwritten = (claim_id, name) in named
        lacks = (
            "is named in the ledger but not written" if unwritten else "is named by no expectation"
        )
        raise UsageProblem(
            f"the counter-spec {name} of {claim_id!r} {lacks}",
            expected="a counter-spec for each 'instead' of the ledger, and no other",
            do="write it, or mend 'instead'",
        )
