"""How long training steps take in one record beside another."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace
from typing import Any, Iterator, Mapping, Sequence

from lossspec.records.record import Record

MACHINE = "zlib"
"""The yardstick that knows nothing of the subject, of NumPy and of Python, and so measures the machine alone."""

FRAMEWORK, PEERS = "call", "peers"

NOTICEABLE = 1.25
"""How many times as long a step takes before it is called slower; two runs of one subject differ by less."""

CALL, ALL = "a bare tf.function call", "all losses"


@dataclass(frozen=True)
class StepTime:
    """A step's time in both records.

    Attributes:
        name: ``hinge, step, graph``.
        of: what it is with one loss of several: ``step, graph``. Empty where it is the median of them.
        seconds: of BASE and NEW, each as measured.
        ratios: by yardstick, how many times as long NEW takes, each time in multiples of it. `MACHINE` is always
            there; beside it what the step rests on, where there is such: `PEERS`, what all losses have become in the
            median, and of that median a bare call.
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

        So what slows all losses is said of their median alone, and what slows all calls, of the bare call.
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
        return [], [
            f"step times: only {'NEW' if ours else 'BASE'} has them"
        ] if ours or theirs else []
    for what in ("processor", "zlib"):
        if ours[what] != theirs[what]:
            return [], [f"step times: BASE's are of {what} {theirs[what]}, NEW's of {ours[what]}"]
    found, wanted = dict(_entries(ours)), dict(_entries(theirs))
    groups: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for key in wanted:
        if key in found:
            groups.setdefault(key[1:], []).append(key)
    both = [_call(theirs, ours)]
    for keys in groups.values():
        both += _group(keys, [theirs, ours], [wanted, found])
    missing = [
        f"{', '.join(key)}: only {'NEW' if key in found else 'BASE'} has this step time"
        for key in dict.fromkeys([*wanted, *found])
        if key not in found or key not in wanted
    ]
    return both, missing


def _entries(timings: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Mapping[str, float]]]:
    """Every step of a record by loss, part and mode. Epochs aren't compared: one takes 105 or 175 ms by chance."""
    for loss, parts in timings["steps"].items():
        for part, modes in parts.items():
            for mode, entry in modes.items():
                yield (loss, part, mode), entry


def _group(
    keys: Sequence[tuple[str, ...]],
    timings: Sequence[Mapping[str, Any]],
    entries: Sequence[Mapping[tuple[str, ...], Mapping[str, float]]],
) -> Iterator[StepTime]:
    """The same step with several losses: what the median of them has become, then each.

    It is the median of how many times as long each takes: losses differ, and the one in the middle changes.
    """
    of = ", ".join(keys[0][1:])
    seconds = {key: [each[key]["seconds"] for each in entries] for key in keys}
    medians = [statistics.median(each) for each in zip(*seconds.values())]
    usual = 1.0, statistics.median(new / base for base, new in seconds.values())
    machine, framework = (_yard(timings, name) for name in (MACHINE, FRAMEWORK))
    shared = _over(f"{ALL}, {of}", "", usual, {MACHINE: machine, FRAMEWORK: framework})
    yield replace(shared, seconds=(medians[0], medians[0] * usual[1]))
    for key in keys:
        yield _over(", ".join(key), of, seconds[key], {MACHINE: machine, PEERS: usual})


def _call(base: Mapping[str, Any], new: Mapping[str, Any]) -> StepTime:
    timings = base, new
    return _over(CALL, CALL, _yard(timings, FRAMEWORK), {MACHINE: _yard(timings, MACHINE)})


def _yard(timings: Sequence[Mapping[str, Any]], name: str) -> list[float]:
    """Seconds of a yardstick in BASE and NEW."""
    return [each["yardsticks"][name]["seconds"] for each in timings]


def _over(
    name: str, of: str, seconds: Sequence[float], yards: Mapping[str, Sequence[float]]
) -> StepTime:
    base, new = seconds
    ratios = {yard: (new / theirs[1]) / (base / theirs[0]) for yard, theirs in yards.items()}
    return StepTime(name, of, (base, new), ratios)


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
        if each.of:
            groups.setdefault(each.of, []).append(each)
    found = []
    for of, members in groups.items():
        ordered = sorted(members, key=lambda each: each.ratio)
        middle = (ordered[(len(ordered) - 1) // 2].ratio + ordered[len(ordered) // 2].ratio) / 2
        found.append(Summary(of, middle, ordered[0], ordered[-1]))
    return found
