"""Studies for specs: each recipe is trained once a session, over all seeds, when the first spec asks for it."""

from __future__ import annotations

from typing import Any, Callable, Dict

import pytest

from lossspec.plugin.keys import BINDING, specs_folder
from lossspec.problems import UsageProblem

SEEDS = 200

Studies = Dict[str, Any]

_TRAINED = pytest.StashKey[Studies]()
_NEW = pytest.StashKey[Studies]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what decides which runs a study is made of."""
    group = parser.getgroup("lossspec")
    group.addoption(
        "--lossspec-seeds", metavar="N", type=int, default=SEEDS, help=f"runs of each recipe, by default {SEEDS}"
    )
    group.addoption("--lossspec-first-seed", metavar="K", type=int, default=0, help="seed of the first run")
    group.addoption(
        "--lossspec-training",
        choices=("xla", "graph"),
        default="xla",
        help="train compiled by XLA (the default), or as a graph, which takes longer",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker of slow specs, and refuse seeds that can't decide anything."""
    config.addinivalue_line("markers", "study: this spec needs a study, training over many seeds; set by lossspec")
    from lossspec.chance import LEAST

    seeds, first = config.getoption("--lossspec-seeds"), config.getoption("--lossspec-first-seed")
    if seeds < LEAST:
        raise pytest.UsageError(
            f"--lossspec-seeds {seeds}; expected at least {LEAST}, since fewer can't refute any figure; give more."
        )
    if first < 0 or first + seeds > 2**32:
        raise pytest.UsageError(f"--lossspec-first-seed {first}; expected 0 to 2**32 less the seeds; give another.")


@pytest.hookimpl(tryfirst=True)  # before -m takes tests away
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the specs that ask for a study, so that none is left out of ``-m "not study"``."""
    folder = specs_folder(config)
    for item in items:
        if "study" in getattr(item, "fixturenames", ()) and folder in item.path.resolve().parents:
            item.add_marker("study")


@pytest.fixture
def study(request: pytest.FixtureRequest) -> Callable[[str], Any]:
    """The study of a recipe, or of a variant, by its name."""
    config, item = request.config, request.node

    def of(name: str) -> Any:
        trained = config.stash.setdefault(_TRAINED, {})
        if name not in trained:
            trained[name] = _train(config, name)
            item.stash.setdefault(_NEW, {}).update(_for_record(config, name, trained[name]))
        return trained[name]

    return of


def _train(config: pytest.Config, name: str) -> Any:
    from lossspec.recipes import recipe_named
    from lossspec.replication import replicate

    first = config.getoption("--lossspec-first-seed")
    seeds = range(first, first + config.getoption("--lossspec-seeds"))
    try:
        return replicate(recipe_named(name), seeds, mode=config.getoption("--lossspec-training"))
    except UsageProblem as problem:
        pytest.exit(str(problem), returncode=2)


def _for_record(config: pytest.Config, name: str, study: Any) -> Studies:
    """A documented recipe's study as plain data; variants are evidence of claims only."""
    from lossspec.outcome import of_study
    from lossspec.recipes import RECIPES

    if name not in RECIPES:
        return {}
    return {name: of_study(RECIPES[name], study, config.getoption("--lossspec-training"))}


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Send along a study that this spec was the first to ask for: under pytest-xdist it was made in another process."""
    outcome = yield
    if item.stash.get(BINDING, None) is not None:
        outcome.get_result().lossspec_studies = item.stash.get(_NEW, {})
        item.stash[_NEW] = {}
