"""Where the processor time of a run of the specification goes, on TensorFlow.

A plugin of pytest, ``-p tools.benchmarks.where``: it prints a table at the end of a run in one
process. It times private functions of TensorFlow, those of 2.21.
"""

from __future__ import annotations

import collections
import gc
import time
from typing import Any, Callable, Iterator

import pytest

from tools.benchmarks.tables import Rows, as_markdown

_clock = time.process_time
_seconds: collections.Counter[str] = collections.Counter()
_calls: collections.Counter[str] = collections.Counter()
_mode = ["none"]


def pytest_configure() -> None:
    """Time the garbage collector."""
    started = [0.0]

    def collecting(phase: str, _: object) -> None:
        if phase == "start":
            started[0] = _clock()
        else:
            _count("collecting garbage", _clock() - started[0])

    gc.callbacks.append(collecting)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Time what was done so far, and from now on TensorFlow."""
    from tensorflow.python.autograph.impl import api
    from tensorflow.python.eager import context
    from tensorflow.python.eager.polymorphic_function import tracing_compilation
    from tensorflow.python.ops import gen_dataset_ops

    _count("importing and collecting", _clock())
    called: set[object] = set()

    def of_call(_: object, name: object, *__: object) -> str:
        first = name not in called
        called.add(name)
        kind = "XLA" if _mode[0] == "xla" else "graph"
        return f"compiling and first call, {kind}" if first else f"later calls, {kind}"

    _timed(tracing_compilation, "_create_concrete_function", lambda *_: "tracing, autograph too")
    _timed(api, "_convert_actual", lambda *_: "of that autograph's translating")
    _timed(context.Context, "call_function", of_call)
    _timed(gen_dataset_ops, "make_iterator", lambda *_: "iterators of data sets")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Know the mode, and time the spec."""
    params = getattr(getattr(item, "callspec", None), "params", {})
    _mode[0] = str(params.get("mode", "none"))
    start = _clock()
    yield
    _count(f"all specs, mode {_mode[0]}", _clock() - start)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    _count("the whole run", _clock())
    rows = [
        (what, f"{_calls[what]:,}", f"{seconds:.1f}")
        for what, seconds in sorted(_seconds.items(), key=lambda item: -item[1])
    ]
    found = Rows("Where the time goes", ("what", "times", "processor s"), rows)
    terminalreporter.write_line(as_markdown(found))


def _count(what: str, seconds: float) -> None:
    _seconds[what] += seconds
    _calls[what] += 1


def _timed(owner: Any, name: str, what_of: Callable[..., str]) -> None:
    """Time a function where it isn't called by itself."""
    function, depth = getattr(owner, name), [0]

    def timed(*given: object, **named: object) -> object:
        if depth[0]:
            return function(*given, **named)
        what, start = what_of(*given), _clock()
        depth[0] += 1
        try:
            return function(*given, **named)
        finally:
            depth[0] -= 1
            _count(what, _clock() - start)

    setattr(owner, name, timed)
