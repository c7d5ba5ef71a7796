"""Step times of one record beside another's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Collection, Iterator

from lossspec.compare.parts import Key, Part, flat
from lossspec.records.record_types import Record

NOTICEABLE = 1.25
"""How many times as long a step takes before it is called slower; chance gives less."""


@dataclass(frozen=True)
class StepTime:
    """A step's time in both records.

    Attributes:
        name: ``hinge, step, graph``.
        of: what it is with one loss of several: ``step, graph``.
        seconds: of BASE and NEW, as measured.
        ratio: how many times as long NEW takes, each time in multiples of zlib's in the same run,
            so that a slower machine is no slowdown.
    """

    name: str
    of: str
    seconds: tuple[float, float]
    ratio: float

    @property
    def slower(self) -> bool:
        """Whether it stands out."""
        return self.ratio > NOTICEABLE


def step_times(base: Record, new: Record) -> Part[StepTime]:
    """Compare every step that both records timed."""
    before, after = base["timings"], new["timings"]
    if not before or not after:
        only = f"step times: only {'NEW' if after else 'BASE'} has them"
        return Part(missing=(only,) if before or after else ())
    for what, was, now in (
        ("processor", before["processor"], after["processor"]),
        ("zlib", before["zlib"], after["zlib"]),
    ):
        if was != now:
            return Part(missing=(f"step times: BASE's are of {what} {was}, NEW's of {now}",))
    base_steps, new_steps = flat(before["steps"]), flat(after["steps"])
    found = [
        StepTime(
            ", ".join(key),
            ", ".join(key[1:]),
            (base_steps[key]["seconds"], now["seconds"]),
            now["zlib"] / base_steps[key]["zlib"],
        )
        for key, now in new_steps.items()
        if key in base_steps
    ]
    return Part(tuple(found), tuple(_missing(base_steps, new_steps)))


def _missing(base: Collection[Key], new: Collection[Key]) -> Iterator[str]:
    """A line for what only one has: a loss that came later has many steps."""
    for side, keys in (
        ("NEW", [key for key in new if key not in base]),
        ("BASE", [key for key in base if key not in new]),
    ):
        losses = list(dict.fromkeys(loss for loss, *_ in keys))
        if losses:
            of = losses[0] if len(losses) == 1 else f"{len(losses)} losses"
            yield f"step times: only {side} has {len(keys)} of {of}"
