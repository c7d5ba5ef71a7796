"""The fastest that each of several calls can be, taken in turns so that whatever else the machine does meets all.

What else a machine does only ever adds time. So the fastest of many short samples is what a call costs by itself, and
it holds still where means and medians follow the load (docs/timings.md has the figures). A sample is one call, or as
many as take `SAMPLE`: a short one is rarely broken off for something else, and where it is, `stopwatch` takes that off.
All threads are kept on one processor meanwhile (`pinned`).
"""

from __future__ import annotations

import contextlib
import gc
from dataclasses import dataclass
from typing import Callable, Iterator, Mapping, NamedTuple, Sequence

import numpy as np

from lossspec.timing.pinned import one_processor
from lossspec.timing.stopwatch import Stopwatch, stopwatch

SAMPLE = 3e-4
"""Seconds: a tenth of the time that Linux lets a process run before it looks for another."""

WARMING = 3
"""Calls before a sample of several: what was called before them has left the processor's caches to itself."""

LONG = 0.03
"""Seconds: a call that takes so long isn't one of many in a sample, disturbed or not."""

ENOUGH = 5
SETTLED = 0.03
"""A call's time is settled once its `ENOUGH` fastest samples lie no further apart, relative to the fastest."""


@dataclass(frozen=True)
class Fastest:
    """What a call takes.

    Attributes:
        seconds: of its fastest sample.
        spread: how much longer the fifth fastest took, relative to that: 0.01 is a hundredth.
        samples: how many there were.
    """

    seconds: float
    spread: float
    samples: int

    @property
    def settled(self) -> bool:
        """Whether more samples would hardly find a faster one."""
        return self.samples >= ENOUGH and self.spread <= SETTLED


def fastest(
    calls: Mapping[str, Callable[[], object]],
    *,
    least: int,
    budget: float,
    round_ended: Callable[[float], None] = lambda _: None,
    seed: int = 0,
    by: Stopwatch | None = None,
) -> dict[str, Fastest]:
    """Time calls in rounds, each call once a round, in another order each time.

    Args:
        calls: by name; each was called before, so that nothing is compiled or loaded any more.
        least: how many rounds there are at least.
        budget: seconds after which no other round begins, settled or not.
        round_ended: called after each round with the part of the budget that is spent.
        seed: of the orders.
        by: what measures; the system's clocks, by default.
    """
    names, draw = list(calls), np.random.RandomState(seed)
    samples: dict[str, list[float]] = {name: [] for name in names}
    with contextlib.nullcontext(by) if by else stopwatch() as watch, _without_collector(), one_processor():
        sampled = {name: _sample_for(call, watch) for name, call in calls.items()}
        begun, rounds = watch.clock(), 0
        while rounds < least or (watch.clock() - begun < budget and not _all_settled(samples)):
            for place in draw.permutation(len(names)):
                name = names[place]
                samples[name].append(sampled[name].of(calls[name], watch))
            rounds += 1
            gc.collect(1)  # between rounds, where it is in nobody's time
            round_ended(min(1.0, (watch.clock() - begun) / max(budget, SAMPLE)))
    return {name: _fastest(taken) for name, taken in samples.items()}


class _Sample(NamedTuple):
    """How a call is sampled: so many times in a row; `takes_turns` as `Stopwatch.seconds` has it."""

    repeats: int = 1
    takes_turns: bool = False

    def of(self, call: Callable[[], object], watch: Stopwatch) -> float:
        for _ in range(min(WARMING, self.repeats - 1)):
            call()
        return watch.seconds(call, self.repeats, takes_turns=self.takes_turns)


def _sample_for(call: Callable[[], object], watch: Stopwatch) -> _Sample:
    """What suits the call; what takes far longer than a sample isn't tried again."""
    once = _Sample().of(call, watch)
    if once < LONG:
        once = min(once, *(_Sample().of(call, watch) for _ in range(2)))
    return _Sample(max(1, int(SAMPLE / max(once, 1e-9))), takes_turns=once >= LONG)


def _fastest(samples: Sequence[float]) -> Fastest:
    ordered = sorted(samples)
    return Fastest(ordered[0], ordered[min(ENOUGH, len(ordered)) - 1] / ordered[0] - 1, len(ordered))


def _all_settled(samples: Mapping[str, Sequence[float]]) -> bool:
    return all(_fastest(taken).settled for taken in samples.values())


@contextlib.contextmanager
def _without_collector() -> Iterator[None]:
    """Python's garbage collector off: it would run in whichever call comes by."""
    was_on = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
