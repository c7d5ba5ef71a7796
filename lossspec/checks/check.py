"""What a check is, and how one is called alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Mapping

import numpy as np

from lossspec.backends.own import LossRaised
from lossspec.checks.counterexamples import smallest
from lossspec.checks.given import Said, on_trial
from lossspec.checks.tags import LossTags
from lossspec.checks.trial import CheckFailed, CheckSkipped, Trial, claim
from lossspec.core.arrays import float32


@dataclass(frozen=True)
class Check:
    """One check of a loss, callable alone.

    Attributes:
        name: ``check_slope``.
        says: what a loss that passes does, in a sentence.
        function: raises `CheckFailed` or `CheckSkipped`.
        in_modes: whether it is tried in each execution mode, not in the plainest alone.
        asked_for: whether `check_loss` leaves it out: it is called alone.
        compares: whether it compares results, which must repeat themselves and be finite.
    """

    name: str
    says: str
    function: Callable[[Trial], None]
    in_modes: bool = False
    asked_for: bool = False
    compares: bool = True

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
        trial = on_trial(loss, Said(like, tags, at, backend))
        for mode in self.modes_of(trial):
            self.on(trial.within(mode))

    def modes_of(self, trial: Trial) -> tuple[str, ...]:
        """The modes in which a loss is tried."""
        return tuple(trial.loss.modes) if self.in_modes else (trial.loss.modes[0],)

    def on(self, trial: Trial) -> None:
        """Check a loss on trial, in the trial's mode."""
        if self.compares:
            _check_comparable(trial, self.name)
        try:
            self.function(trial)
        except LossRaised as error:
            raise self._raised(trial, error) from error
        except CheckFailed as failed:
            failed.counterexample = smallest(trial, failed)
            raise

    def _raised(self, trial: Trial, error: LossRaised) -> CheckFailed | CheckSkipped:
        """What it means that a loss raised: the check that is for that says it, others skip."""
        batch = trial.ordinary
        if _raises(lambda: trial.plainly(batch)):
            if str(error).startswith("gives"):
                return CheckFailed(
                    f"it {error}: return one tensor of real numbers, one a sample",
                    inputs=batch[:1],
                )
            return CheckFailed(
                f"it {error}, given targets {batch.targets.shape} and predictions "
                f"{batch.predictions.shape} ({trial.tags.in_words()}): mend that, or say by "
                f"LossTags what it takes (draw= for other shapes){_takes_classes_second(trial)}",
                inputs=batch[:1],
            )
        for mode in trial.loss.modes[1:]:
            if not _raises(lambda mode=mode: trial.within(mode).evaluated(batch)):  # type: ignore[misc] # what is bound
                continue
            if self.name != "check_finite":
                return CheckSkipped(f"it can't run in {mode} mode: see check_finite")
            return CheckFailed(f"in {mode} mode it {error}: {_NO_VALUES}", inputs=batch[:1])
        if _raises(lambda: [trial.plainly(batch[:samples]) for samples in (1, 7)]):
            return CheckSkipped("it takes batches of one size alone: see check_sizes")
        if _raises(lambda: trial.in_training(batch)):
            return CheckFailed(
                f"called by hand it works, in training it {error}: targets arrive there as float32;"
                " cast them, and take shapes by tf.shape"
            )
        if self.name in _TRAINS:
            return CheckFailed(
                f"called by hand it works, compiled within training it {error}: {_NO_VALUES}"
            )
        return CheckFailed(
            f"it {error}: {self.name} tries it where {self.says[0].lower()}{self.says[1:]}; mend "
            "that, or say by LossTags what it takes"
        )


_NO_VALUES = (
    "while a graph is built there are no values; use the library's where or cond for Python's if, "
    "and its functions for NumPy's"
)
_TRAINS = {"check_step", "check_fit"}
"""Checks that train a network, which compiles a loss; it is tried by hand and alone before."""


def _takes_classes_second(trial: Trial) -> str:
    """What to think of a loss that takes class numbers where predictions stand."""
    scores = float32(trial.ordinary.predictions)
    classes = np.arange(len(scores)) % max(scores.shape[-1], 1)
    if scores.ndim != 2 or _raises(lambda: trial.loss.as_given(scores, classes)):
        return ""
    return (
        "; of scores in place of targets and class numbers in place of predictions it gives a "
        f"number: the two are swapped; it is called with {trial.loss.takes}"
    )


def _raises(call: Callable[[], object]) -> bool:
    try:
        call()
    except LossRaised:
        return True
    return False


def _check_comparable(trial: Trial, name: str) -> None:
    """Skip what compares results that can't be compared.

    Raises:
        CheckSkipped: with the reason.
    """
    claim(
        bool(trial.tags.deterministic) or name == "check_same_twice",
        "it draws at random, as its tags say: no two results can be compared",
    )
    try:
        found = trial.usual
    except LossRaised:
        return  # which the check itself will say
    claim(bool(np.all(np.isfinite(found.value))), "it isn't finite: see check_finite")


def check(
    *, in_modes: bool = False, asked_for: bool = False, compares: bool = True
) -> Callable[[Callable[[Trial], None]], Check]:
    """Make a check of a function: its docstring's first line is what a loss does that passes."""

    def made(function: Callable[[Trial], None]) -> Check:
        says = (function.__doc__ or "").splitlines()[0].rstrip(".")
        return Check(function.__name__, says, function, in_modes, asked_for, compares)

    return made
