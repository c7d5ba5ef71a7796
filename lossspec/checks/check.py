"""What a check is, and how one is called alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Mapping

from lossspec.backends.own import LossRaised
from lossspec.checks.counterexamples import smallest
from lossspec.checks.given import on_trial
from lossspec.checks.tags import LossTags
from lossspec.checks.trial import CheckFailed, Trial


@dataclass(frozen=True)
class Check:
    """One check of a loss, callable alone.

    Attributes:
        name: ``check_slope``.
        says: what a loss that passes does, in a sentence.
        function: raises `CheckFailed` or `CheckSkipped`.
        in_modes: whether it is tried in each execution mode, not in the plainest alone.
        asked_for: whether `check_loss` leaves it out: it is called alone.
    """

    name: str
    says: str
    function: Callable[[Trial], None]
    in_modes: bool = False
    asked_for: bool = False

    def __call__(
        self,
        loss: object,
        *,
        like: object = None,
        tags: LossTags | None = None,
        at: Mapping[str, object] | None = None,
        backend: str | None = None,
    ) -> None:
        """Check one loss, given as to `check_loss`, in each mode.

        Raises:
            CheckFailed: when it doesn't pass.
            CheckSkipped: when the check doesn't apply.
        """
        trial = on_trial(loss, like=like, tags=tags, at=at, backend=backend)
        for mode in self.modes_of(trial):
            self.on(trial.within(mode))

    def modes_of(self, trial: Trial) -> tuple[str, ...]:
        """The modes in which a loss is tried."""
        return tuple(trial.loss.modes) if self.in_modes else (trial.loss.modes[0],)

    def on(self, trial: Trial) -> None:
        """Check a loss on trial, in the trial's mode."""
        try:
            self.function(trial)
        except LossRaised as error:
            raise CheckFailed(
                f"it {error}, where {self.says}: mend what it says, or name the domain by tags"
            ) from error
        except CheckFailed as failed:
            failed.smallest = found = smallest(failed)
            if found is not None:
                failed.counterexample = trial.loss.code(found.targets, found.predictions)
            raise


def check(
    *, in_modes: bool = False, asked_for: bool = False
) -> Callable[[Callable[[Trial], None]], Check]:
    """Make a check of a function: its docstring's first line is what a loss does that passes."""

    def made(function: Callable[[Trial], None]) -> Check:
        says = (function.__doc__ or "").splitlines()[0].rstrip(".")
        return Check(function.__name__, says, function, in_modes, asked_for)

    return made
