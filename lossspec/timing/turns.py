"""The fastest that each of several calls can be, by pytest-benchmark.

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
from typing import Any, Callable, Mapping

from lossspec.backends.training import Call
from lossspec.core.errors import UsageProblem

TURNS = 5

_FILE = Path(__file__).with_name("benchmark.py")
_ALONE = {"PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


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
    calls: Mapping[str, Call], budget: float, advance: Callable[[int], None] = lambda _: None
) -> dict[str, float]:
    """Seconds of the fastest sample of each call.

    Args:
        calls: by name; each was called before, so that nothing is compiled or loaded any more.
        budget: seconds for all of them, calibration not counted; each has three samples a turn at least.
        advance: called with 1 after each call in each turn.
    """
    # Imported here: the other commands don't need it.
    from unittest.mock import patch

    import pytest

    turns = _Turns(calls, advance)
    options = {
        "min-time": 3e-4,
        "max-time": max(budget / TURNS / len(calls), 3e-4),
        "min-rounds": 3,
        "warmup": "off",
    }
    arguments = [
        str(_FILE),
        "-c",
        os.devnull,
        "--rootdir",
        str(_FILE.parent),
        "--noconftest",
        "-q",
        "-s",
        "-W",
        "ignore",
    ]
    plugins = ["-p", "no:cacheprovider", "-p", "pytest_benchmark.plugin", "--benchmark-disable-gc"]
    given = [
        *arguments,
        *plugins,
        *(f"--benchmark-{name}={value}" for name, value in options.items()),
    ]
    with patch.dict(os.environ, _ALONE), contextlib.redirect_stdout(io.StringIO()) as printed:
        os.environ.pop("PYTEST_XDIST_WORKER", None)  # beside workers pytest-benchmark times nothing
        code = pytest.main(given, plugins=[turns])
    if code == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if code:
        raise RuntimeError(
            f"pytest-benchmark ended with exit code {int(code)}:\n{printed.getvalue()}"
        )
    return turns.seconds


class _Turns:
    """Has pytest run each call in each turn, and keeps the fastest sample.

    Args:
        calls: by name.
        advance: called after each.
    """

    def __init__(self, calls: Mapping[str, Call], advance: Callable[[int], None]) -> None:
        self._calls, self._advance = calls, advance
        self.seconds: dict[str, float] = {}

    def pytest_generate_tests(self, metafunc: Any) -> None:
        turn = [(call, functools.partial(self._keep, name)) for name, call in self._calls.items()]
        metafunc.parametrize(("call", "keep"), turn * TURNS)

    def _keep(self, name: str, seconds: float) -> None:
        self.seconds[name] = min(seconds, self.seconds.get(name, seconds))
        self._advance(1)
