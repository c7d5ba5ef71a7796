"""What is asked of a subject, wherever it runs: arguments in, JSON back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Sequence

from lossspec.core.errors import UsageProblem
from lossspec.targets.environments.processes import Done
from lossspec.targets.requirements import Pins

FILE = "{file}"
"""Stands in the arguments for the file of the JSON."""


@dataclass(frozen=True)
class Answer:
    """How a subject's run ended, and the JSON that it wrote, if any."""

    done: Done
    json: str | None


class WorkerProblem(UsageProblem):
    """What a worker or a scheduler can't do: no subject is to blame."""


class Ask(Protocol):
    """Runs a subject's ``python -m lossspec``: on this machine, or on a cluster.

    May be called from several threads at once.

    Raises:
        SubjectFailed: when the environment can't be built.
        UsageProblem: when there is no place to build it in.
        WorkerProblem: when a worker or the scheduler can't.
        Stopped: when all runs were ended.
    """

    def __call__(self, pins: Pins, arguments: Sequence[str], given: str = "") -> Answer:
        """Run it; ``given`` is what the file of the JSON holds before, if anything."""
