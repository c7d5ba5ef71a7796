"""How long training steps take in one record beside another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterator, Mapping, Sequence

from lossspec.record import Record

MACHINE = "zlib"
"""The yardstick that knows nothing of the subject, of NumPy and of Python, and so measures the machine alone."""

FRAMEWORK, FIRST = "call", "mse"

NOTICEABLE = 1.65
"""How many times as long a step takes before it is called slower; two runs of one subject differ by less."""

CALL = "a bare tf.function call"


@dataclass(frozen=True)
class StepTime:
    """A step's time in both records.

    Attributes:
        name: ``hinge, step, graph``.
        of: what it is part of, for a summary: ``step, graph``.
        seconds: of BASE and NEW, each as measured.
        ratios: by yardstick, how many times as long NEW takes, each time in multiples of it. `MACHINE` is always
            there; beside it the time of what the step rests on, where there is such: the same of mean squared error,
            and of that a bare call.
    """

    name: str
    of: str
    seconds: tuple[float, float]
    ratios: Mapping[str, float]

    @property
    def ratio(self) -> float:
        """Above 1, NEW is slower on the same machine."""
        return self.ratios[MACHINE]

    @property
    def own(self) -> float:
        """The part of it that nothing explains which the step rests on: the least by any yardstick.

        So what slows all losses is said of mean squared error alone, and what slows all calls, of the bare call.
        """
        return min(self.ratios.values())

    @property
    def slower(self) -> bool:
        """Whether it stands out."""
        return self.own > NOTICEABLE


def step_times(base: Record, new: Record) -> tuple[list[StepTime], list[str]]:
    """Every step that both records timed, and in words those that only one did, or why none can be compared."""
    ours, theirs = new["timings"], base["timings"]
    if not ours or not theirs:
        return [], [f"step times: only {'NEW' if ours else 'BASE'} has them"] if ours or theirs else []
    for what in ("processor", "zlib"):
        if ours[what] != theirs[what]:
            return [], [f"step times: BASE's are of {what} {theirs[what]}, NEW's of {ours[what]}"]
    both, missing = [_call(theirs, ours)], []
    found, wanted = dict(_entries(ours)), dict(_entries(theirs))
    for key in dict.fromkeys([*wanted, *found]):
        if key in found and key in wanted:
            both.append(_step(key, wanted[key], found[key]))
        else:
            missing.append(f"{', '.join(key)}: only {'NEW' if key in found else 'BASE'} has this step time")
    return both, missing


def _entries(timings: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Mapping[str, float]]]:
    """Every step of a record by loss, part and mode, and every epoch by recipe."""
    for loss, parts in timings["steps"].items():
        for part, modes in parts.items():
            for mode, entry in modes.items():
                yield (loss, part, mode), entry
    for recipe, entry in timings["epochs"].items():
        yield (recipe, "epoch of fit"), entry


def _step(key: tuple[str, ...], base: Mapping[str, float], new: Mapping[str, float]) -> StepTime:
    is_first = new[FIRST] == base[FIRST] == 1
    yardsticks = (MACHINE, FRAMEWORK if is_first else FIRST)
    return StepTime(
        name=", ".join(key),
        of=", ".join(key[1:]),
        seconds=(base["seconds"], new["seconds"]),
        ratios={each: new[each] / base[each] for each in yardsticks},
    )


def _call(base: Mapping[str, Any], new: Mapping[str, Any]) -> StepTime:
    one, other = (timings["yardsticks"] for timings in (base, new))
    times = [yards[FRAMEWORK]["seconds"] / yards[MACHINE]["seconds"] for yards in (one, other)]
    seconds = one[FRAMEWORK]["seconds"], other[FRAMEWORK]["seconds"]
    return StepTime(CALL, CALL, seconds, {MACHINE: times[1] / times[0]})


@dataclass(frozen=True)
class Summary:
    """The same step with each of the losses: how many times as long NEW takes with the median one, and the extremes."""

    of: str
    median: float
    least: StepTime
    most: StepTime


def summaries(times: Sequence[StepTime]) -> list[Summary]:
    """A summary of each part in each mode, in the order of the steps."""
    groups: dict[str, list[StepTime]] = {}
    for each in times:
        groups.setdefault(each.of, []).append(each)
    found = []
    for of, members in groups.items():
        ordered = sorted(members, key=lambda each: each.ratio)
        middle = (ordered[(len(ordered) - 1) // 2].ratio + ordered[len(ordered) // 2].ratio) / 2
        found.append(Summary(of, middle, ordered[0], ordered[-1]))
    return found
