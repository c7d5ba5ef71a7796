"""What benchmarks may assert: how many times as long one call takes as another, both taken in turns.

A time by itself says what machine it was measured on and what else that did; a ratio of the fastest of two calls that
took turns holds under load (docs/benchmarks.md has the figures).
"""

from __future__ import annotations

from typing import Callable

from lossspec.timing.fastest import fastest
from lossspec.timing.stopwatch import Stopwatch

ROUNDS = 20


def ratio(
    call: Callable[[], object],
    beside: Callable[[], object],
    *,
    rounds: int = ROUNDS,
    budget: float = 1.0,
    by: Stopwatch | None = None,
) -> float:
    """How many times as long a call takes as another.

    Args:
        call: called before, so that nothing is compiled or loaded any more; `beside` too.
        beside: the other.
        rounds: how many there are at least.
        budget: seconds after which no other begins.
        by: what measures; the system's clocks, by default.
    """
    took = fastest({"call": call, "beside": beside}, least=rounds, budget=budget, by=by)
    return took["call"].seconds / took["beside"].seconds


def assert_at_most(measured: float, most: float, what: str) -> None:
    """Check a ratio from above.

    Raises:
        AssertionError: when it is greater, or no number.
    """
    assert measured <= most, f"{what}: got {measured:.2f} times, should be at most {most:g}"  # noqa: S101


def assert_at_least(measured: float, least: float, what: str) -> None:
    """Check a ratio from below.

    Raises:
        AssertionError: when it is less, or no number.
    """
    assert measured >= least, f"{what}: got {measured:.2f} times, should be at least {least:g}"  # noqa: S101
