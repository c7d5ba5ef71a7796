"""How long training steps take in one record beside another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from lossspec.record import Record


@dataclass(frozen=True)
class StepTime:
    """A step's time in both records, each as a ratio to the calibration of the same run, and NEW's through BASE's."""

    name: str
    base: float
    new: float

    @property
    def ratio(self) -> float:
        """Above 1, NEW is slower."""
        return self.new / self.base


def step_times(base: Record, new: Record) -> tuple[list[StepTime], list[str]]:
    """Every step that both records timed, and those that only one did, in words."""
    ours, theirs = (
        {name: each for name, each in record["timings"].items() if _is_time(each)} for record in (new, base)
    )
    both = [StepTime(name, float(theirs[name]), float(each)) for name, each in ours.items() if name in theirs]
    missing = [
        f"{name}: only {'NEW' if name in ours else 'BASE'} has this step time"
        for name in dict.fromkeys([*ours, *theirs])
        if name not in ours or name not in theirs
    ]
    return both, missing


def _is_time(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and value > 0
