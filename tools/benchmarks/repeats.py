"""Runs of one subject side by side: how far plain seconds wander, and how far what `lossspec compare` reads does."""

from __future__ import annotations

import itertools
import math
from typing import Any, Callable, Iterable, Iterator, Mapping, Sequence

import click
import numpy as np

from lossspec.compare.timings import NOTICEABLE, PEERS, StepTime, step_times
from tools.benchmarks.tables import Rows

Run = Mapping[str, Any]
"""``busy``: beside how many busy processes; ``load``: the machine's before it; ``timings``: as a record holds them."""

CLOSE = 1.1
"""What the ratio of two runs should stay within, in either direction."""

NAMING = 0.01
"""How many pairs of runs may call a step slower, at most, where nothing is: what `threshold` is chosen by."""

STEP = 0.05

MEASURES: Mapping[str, Callable[[StepTime], float | None]] = {
    "seconds": lambda each: each.seconds[1] / each.seconds[0],
    "multiples of zlib": lambda each: each.ratio,
    "beside the losses' median": lambda each: each.ratios.get(PEERS),
    "by each yardstick": lambda each: each.own,
}
"""Ways to say how many times as long a step takes; `lossspec compare` names a step by the last."""


def measured(times: Iterable[StepTime], of: Callable[[StepTime], float | None]) -> list[float]:
    """That of each step, where it can be said."""
    return [ratio for ratio in map(of, times) if ratio is not None]


def compared(base: Run, new: Run) -> list[StepTime]:
    """Every step of two runs.

    Raises:
        ClickException: where they can't be compared, or one lacks a step.
    """
    times, missing = step_times({"timings": base["timings"]}, {"timings": new["timings"]})
    if missing:
        raise click.ClickException(missing[0])
    return times


def each_run(taken: Sequence[Run]) -> Rows:
    """Each run beside the first."""
    rows = []
    for number, run in enumerate(taken, start=1):
        times, timings = compared(taken[0], run), run["timings"]
        rows.append(
            [
                str(number),
                str(run["busy"]),
                f"{run['load']:.1f}",
                str(timings["rounds"]),
                f"{timings['yardsticks']['zlib']['seconds'] * 1e6:.2f} µs",
                *(_extent(measured(times, of)) for of in MEASURES.values()),
                str(sum(each.slower for each in times)),
            ]
        )
    columns = ["run", "busy", "load", "rounds", "zlib", *(f"{name} beside run 1" for name in MEASURES), "slower"]
    return Rows(f"{len(taken)} runs of one subject: median (least to most), share within 10 %", columns, rows)


def _extent(ratios: Sequence[float]) -> str:
    return f"{np.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}), {close(ratios):.0%}"


def close(ratios: Sequence[float]) -> float:
    """The share of ratios that is within 10 %."""
    return float(np.mean([1 / CLOSE <= each <= CLOSE for each in ratios]))


def all_pairs(taken: Sequence[Run]) -> Rows:
    """Every run beside every other, by whether either was busy: which share stays within 10 %, and the furthest."""
    rows = []
    for kind, pairs in kinds(taken).items():
        times = [each for pair in pairs for each in compared(*pair)]
        naming = sum(_most(*pair) > NOTICEABLE for pair in pairs)
        for name, of in MEASURES.items():
            ratios = measured(times, of)
            counted = f"{naming} of {len(pairs)}" if name == list(MEASURES)[-1] else ""
            rows.append([f"{kind}: {name}", f"{close(ratios):.1%}", f"{max(ratios):.2f}", counted])
    columns = ["pairs: measure", "within 10 %", "most", f"pairs that name a step, {NOTICEABLE:g} times or more"]
    return Rows("Every run beside every other", columns, rows)


def kinds(taken: Sequence[Run]) -> dict[str, list[tuple[Run, Run]]]:
    """Pairs of runs, each way round, by what ran beside them."""
    found: dict[str, list[tuple[Run, Run]]] = {}
    for base, new in itertools.permutations(taken, 2):
        busy = bool(base["busy"]), bool(new["busy"])
        found.setdefault({(False, False): "both idle", (True, True): "both busy"}.get(busy, "one busy"), []).append(
            (base, new)
        )
    return found


def _most(base: Run, new: Run) -> float:
    return max(each.own for each in compared(base, new))


def furthest(taken: Sequence[Run], count: int = 5) -> Rows:
    """The steps that wander most, by each yardstick, and in how many pairs they are over what is noticeable."""
    own: dict[str, list[float]] = {}
    for each in _all(itertools.permutations(taken, 2)):
        own.setdefault(each.name, []).append(each.own)
    names = sorted(own, key=lambda name: -max(own[name]))[:count]
    rows = [[name, f"{max(own[name]):.2f}", str(sum(each > NOTICEABLE for each in own[name]))] for name in names]
    return Rows("What wanders most", ["step", "most", "pairs that name it"], rows)


def _all(pairs: Iterable[tuple[Run, Run]]) -> Iterator[StepTime]:
    for base, new in pairs:
        yield from compared(base, new)


def threshold(taken: Sequence[Run]) -> float:
    """The least multiple of 0.05 that, taken for `NOTICEABLE`, has at most one pair in a hundred name a step."""
    most = sorted((_most(*pair) for pair in itertools.permutations(taken, 2)), reverse=True)
    let = most[math.floor(NAMING * len(most))]
    return round(math.ceil(let / STEP - 1e-9) * STEP, 2)
