"""The fastest samples of calls, taken in turns.

What else a machine does only ever adds time, so the fastest of many samples counts. All calls are
timed one after another, and so `TURNS` times over: a busy moment of the machine falls on one turn
of many calls, not on all of one.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import io
import os
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Callable, Mapping
from unittest import mock

from lossspec.core.errors import UsageProblem

if TYPE_CHECKING:
    import pytest
    from pytest_benchmark.fixture import BenchmarkFixture

TURNS = 5

_ALONE = {"PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
_OPTIONS = (
    *(__file__, "-c", os.devnull, "--rootdir", str(Path(__file__).parent), "--noconftest"),
    *("-q", "-s", "-W", "ignore", "-p", "no:cacheprovider", "-p", "pytest_benchmark.plugin"),
    *("--benchmark-disable-gc", "--benchmark-warmup=off", "--benchmark-min-rounds=3"),
    "--benchmark-min-time=3e-4",
)


def check_installed() -> None:
    """Refuse to go on without pytest-benchmark.

    Raises:
        UsageProblem: when it isn't installed.
    """
    if importlib.util.find_spec("pytest_benchmark") is None:
        raise UsageProblem(
            "step times need pytest-benchmark, which isn't installed",
            expected="the extra timing",
            do="run 'python -m pip install pytest-benchmark'",
        )


def fastest(
    calls: Mapping[str, Callable[[], object]],
    budget: float,
    advance: Callable[[int], None] = lambda _: None,
) -> dict[str, float]:
    """Time calls by pytest-benchmark: fastest seconds by name.

    Args:
        calls: by name; each was called before, so that nothing is compiled or loaded any more.
        budget: seconds for all, calibration not counted; each has three samples a turn at least.
        advance: called with 1 after each call in each turn.
    """
    # Imported here: the other commands don't need it.
    import pytest

    taken: dict[str, float] = {}

    def keep(name: str, seconds: float) -> None:
        taken[name] = min(seconds, taken.get(name, seconds))
        advance(1)

    def parametrize(metafunc: pytest.Metafunc) -> None:
        turn = [(call, functools.partial(keep, name)) for name, call in calls.items()]
        metafunc.parametrize(("call", "keep"), turn * TURNS)

    turns = SimpleNamespace(pytest_generate_tests=parametrize)
    options = [*_OPTIONS, f"--benchmark-max-time={max(budget / TURNS / len(calls), 3e-4)}"]
    with mock.patch.dict(os.environ, _ALONE), contextlib.redirect_stdout(io.StringIO()) as printed:
        os.environ.pop("PYTEST_XDIST_WORKER", None)  # beside workers pytest-benchmark times nothing
        code = pytest.main(options, plugins=[turns])
    if code == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if code:
        raise RuntimeError(f"pytest-benchmark ended with code {int(code)}:\n{printed.getvalue()}")
    return taken


def test_call(
    benchmark: BenchmarkFixture, call: Callable[[], object], keep: Callable[[float], None]
) -> None:
    """Time a call; collected by pytest from here."""
    benchmark(call)
    keep(benchmark.stats.stats.min)
