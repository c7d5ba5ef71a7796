"""Studies for specs: each recipe is trained once a session, over all seeds, when the first spec asks for it.

A worker of pytest-xdist has a session of its own. So that two don't train the same recipes, workers decide these specs
first: ``--dist worksteal`` gives a worker what stands together, and another takes from its end.
"""

from __future__ import annotations

import sys
from typing import Any, Callable, Dict

import pytest

from lossspec.core.errors import UsageProblem
from lossspec.plugin.keys import BINDING, PROBLEM, SUBJECT, specs_folder

SEEDS = 200
LAST_SEED = 2**32 - 1  # that numpy.random.RandomState takes

Studies = Dict[str, Any]

_TRAINED = pytest.StashKey[Studies]()
_NEW = pytest.StashKey[Studies]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what decides which runs a study is made of."""
    group = parser.getgroup("lossspec")
    group.addoption(
        "--lossspec-seeds",
        metavar="N",
        type=int,
        default=SEEDS,
        help=f"runs of each recipe, by default {SEEDS}",
    )
    group.addoption(
        "--lossspec-first-seed", metavar="K", type=int, default=0, help="seed of the first run"
    )
    group.addoption(
        "--lossspec-training",
        choices=("xla", "graph"),
        default="xla",
        help="train compiled by XLA (the default), or as a graph, which takes longer",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker of slow specs."""
    config.addinivalue_line(
        "markers", "study: this spec needs a study, training over many seeds; set by lossspec"
    )


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist starts workers, and pytest its session
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Refuse seeds that can't decide anything with one line and exit code 2."""
    try:
        _seeds(config)
    except UsageProblem as problem:
        sys.stderr.write(f"lossspec: {problem}\n")
        return 2
    return None


def _seeds(config: pytest.Config) -> range:
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


@pytest.hookimpl(tryfirst=True)  # before -m takes tests away
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the specs that ask for a study, all of them, for ``-m "not study"``; a worker decides them first."""
    folder = specs_folder(config)
    for item in items:
        if "study" in getattr(item, "fixturenames", ()) and folder in item.path.resolve().parents:
            item.add_marker("study")
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: item.get_closest_marker("study") is None)


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
    from lossspec.experiments.recipes import recipe_named
    from lossspec.experiments.replication import replicate

    try:
        return replicate(
            recipe_named(name),
            _seeds(config),
            backend=config.stash[SUBJECT],
            mode=config.getoption("--lossspec-training"),
        )
    except UsageProblem as error:
        problem = str(error)
    if not hasattr(config, "workeroutput"):
        pytest.exit(problem, returncode=2)
    # An exit would look like a crash of pytest-xdist's worker: let the controller say it when all have ended.
    config.workeroutput[PROBLEM] = problem
    pytest.fail(problem, pytrace=False)


def _for_record(config: pytest.Config, name: str, study: Any) -> Studies:
    """A documented recipe's study as plain data; variants are evidence of claims only."""
    from lossspec.experiments.recipes import RECIPES
    from lossspec.experiments.study_summary import of_study

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
