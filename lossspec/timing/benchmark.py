"""What pytest-benchmark runs: one call, which `lossspec.timing.turns` gives."""

from __future__ import annotations

from typing import Any, Callable


def test_call(benchmark: Any, call: Callable[[], object], keep: Callable[[float], None]) -> None:
    """Time the call, and keep the seconds of its fastest sample."""
    benchmark(call)
    keep(benchmark.stats.stats.min)
