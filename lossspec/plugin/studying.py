"""Studies for specs: each recipe is trained once a session.

A worker of pytest-xdist has a session of its own: so that two don't train the same recipes, these
specs stand together (``binding.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Dict

import pytest

from lossspec.core.errors import UsageProblem
from lossspec.plugin.keys import (
    BINDING,
    SUBJECT,
    Wrapper,
    backend_asked_for,
    end_run,
    is_spec,
)

if TYPE_CHECKING:
    from lossspec.experiments.kept_draws import KeptDraws
    from lossspec.experiments.replication import Study

SEEDS = 200
LAST_SEED = 2**32 - 1  # that numpy.random.RandomState takes

_TRAINED = pytest.StashKey[Dict[str, "Study"]]()
_DRAWS = pytest.StashKey["KeptDraws"]()
_NEW = pytest.StashKey[Dict[str, object]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of studies."""
    group = parser.getgroup("lossspec")
    runs = f"runs of each recipe, by default {SEEDS}"
    group.addoption("--lossspec-seeds", metavar="N", type=int, default=SEEDS, help=runs)
    group.addoption(
        "--lossspec-first-seed", metavar="K", type=int, default=0, help="seed of the first run"
    )
    group.addoption(
        "--lossspec-training",
        metavar="MODE",
        help="train in this mode, by default the backend's last, which is compiled most",
    )


def seeds_of(config: pytest.Config) -> range:
    """The seeds of every study.

    Raises:
        UsageProblem: when there are too few, or some that NumPy doesn't take.
    """
    from lossspec.judging.statistics import LEAST

    seeds, first = config.getoption("--lossspec-seeds"), config.getoption("--lossspec-first-seed")
    if not LEAST <= seeds <= LAST_SEED:
        raise UsageProblem(
            f"--lossspec-seeds {seeds}",
            expected=f"{LEAST} to {LAST_SEED}, since fewer can't refute any figure",
            do="give another number",
        )
    if first < 0 or first + seeds - 1 > LAST_SEED:
        raise UsageProblem(
            f"--lossspec-first-seed {first}",
            expected=f"0 to {LAST_SEED + 1 - seeds}, with {seeds} seeds",
            do="give another",
        )
    return range(first, first + seeds)


def mode_of(config: pytest.Config) -> str:
    """The mode in which studies train.

    Raises:
        UsageProblem: when the backend has no such mode.
    """
    mode, modes = config.getoption("--lossspec-training"), backend_asked_for(config).modes
    if mode is not None and mode not in modes:
        raise UsageProblem(
            f"--lossspec-training {mode}",
            expected=f"a mode of this backend: {', '.join(modes)}",
            do="name one, or none for the last",
        )
    return str(mode or modes[-1])


@pytest.hookimpl(tryfirst=True)  # before -m takes tests away
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark specs of studies, for ``-m "not study"``."""
    for item in items:
        if "study" in getattr(item, "fixturenames", ()) and is_spec(item):
            item.add_marker("study")


@pytest.fixture
def study(request: pytest.FixtureRequest) -> Callable[[str], Study]:
    """The study of a recipe or variant, by name."""
    from lossspec.experiments.recipes import RECIPES
    from lossspec.experiments.study_summary import of_study

    config, item = request.config, request.node

    def of(name: str) -> Study:
        trained = config.stash.setdefault(_TRAINED, {})
        if name not in trained:
            trained[name] = _train(config, name)
            if name in RECIPES:  # variants are evidence of claims only
                new = item.stash.setdefault(_NEW, {})
                new[name] = of_study(RECIPES[name], trained[name], mode_of(config))
        return trained[name]

    return of


def _train(config: pytest.Config, name: str) -> Study:
    from lossspec.experiments.recipes import recipe_named
    from lossspec.experiments.replication import replicate

    try:
        recipe, seeds, mode = recipe_named(name), seeds_of(config), mode_of(config)
        backend, draws = config.stash[SUBJECT], _kept_draws(config)
        return replicate(recipe, seeds, backend=backend, mode=mode, draws=draws)
    except UsageProblem as raised:
        problem = str(raised)
    end_run(config, problem)
    pytest.fail(problem, pytrace=False)


def _kept_draws(config: pytest.Config) -> KeptDraws:
    from lossspec.experiments.kept_draws import KeptDraws

    return config.stash.setdefault(_DRAWS, KeptDraws())


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Wrapper:
    """Send along a study that this spec began."""
    outcome = yield
    if BINDING in item.stash:
        vars(outcome.get_result())["lossspec_studies"] = item.stash.get(_NEW, {})
        item.stash[_NEW] = {}
