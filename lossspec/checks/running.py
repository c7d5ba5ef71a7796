"""`check_loss`: every check on one loss."""

from __future__ import annotations

import io
import signal
import threading
import time
import warnings
from contextlib import contextmanager, redirect_stdout
from typing import Callable, Iterator, Mapping, Sequence, TypedDict

from lossspec.checks.catalog import BY_DEFAULT, CHECKS, KNOWN
from lossspec.checks.check import Check
from lossspec.checks.given import Said, on_trial
from lossspec.checks.tags import LossTags
from lossspec.checks.trial import CheckFailed, CheckSkipped, Trial
from lossspec.core.errors import UsageProblem, unknown

PASSED, FAILED, SKIPPED, XFAIL = "passed", "failed", "skipped", "xfail"
DECISIVE = ("check_shape", "check_same_twice")
"""A loss that fails these can't be compared with anything."""
LIMIT = 60.0
"""Seconds that a check may take."""
_PATIENCE = 4
"""Times as long as that, where it computed half as long at most: a busy machine, or a sleep."""


class CheckResult(TypedDict):
    """What one check found in one mode; keys as scikit-learn's, and more.

    Attributes:
        loss: what was given to `check_loss`.
        check_name: ``check_slope``.
        exception: what it failed or was skipped with, else None.
        status: ``passed``, ``failed``, ``skipped`` or ``xfail``: failed, as was expected.
        expected_to_fail: whether that was expected.
        expected_to_fail_reason: why, else None.
        mode: the execution mode, ``eager``.
        figure: what was measured, where a number says it.
        tolerance: how large it may be.
        counterexample: Python that shows the fault, at the smallest inputs found.
        advice: one sentence: what is wrong, and what to do.
        tags: what is known of the loss.
        guessed: which of them were guessed.
    """

    loss: object
    check_name: str
    exception: Exception | None
    status: str
    expected_to_fail: bool
    expected_to_fail_reason: str | None
    mode: str
    figure: float | None
    tolerance: float | None
    counterexample: str | None
    advice: str | None
    tags: LossTags
    guessed: tuple[str, ...]


class CheckFailedWarning(UserWarning):
    """A check that failed, where ``on_fail="warn"``."""


class CheckSkippedWarning(UserWarning):
    """A check that was skipped, where ``on_skip="warn"``."""


def check_loss(
    loss: object,
    *,
    like: object = None,
    tags: LossTags | None = None,
    at: Mapping[str, object] | None = None,
    backend: str | None = None,
    expected_failed_checks: Mapping[str, str] | None = None,
    on_skip: str | None = "warn",
    on_fail: str | None = "raise",
    callback: Callable[..., object] | None = None,
) -> list[CheckResult]:
    """Check a loss as `sklearn.utils.estimator_checks.check_estimator` checks an estimator.

    Args:
        loss: a function of targets and predictions, ``(y_true, y_pred)``; an instance of Keras's
            ``Loss`` or torch's ``nn.Module``; Keras's string for a loss.
        like: a loss that it claims to be: a documented name (``"huber"``), a name with arguments
            (``("huber", {"delta": 0.5})``), or another loss.
        tags: what it is for and what it promises; what they leave out is guessed.
        at: arguments with which it is what ``like`` says: ``{"gamma": 0}``.
        backend: whose loss it is: ``keras``, ``torch``, or ``jax``, whose losses are functions of
            predictions and targets; by default what it looks like.
        expected_failed_checks: names of checks that it may fail, each with the reason.
        on_skip: ``"warn"``, or None.
        on_fail: ``"raise"``, ``"warn"``, or None.
        callback: called with each result's keys as arguments.

    Returns:
        Every result, check by check and mode by mode.

    Raises:
        CheckFailed: the first check that fails, where ``on_fail="raise"``.
        TypeError: when a class is given instead of an instance.
        UsageProblem: when it can't be called as a loss; one line says why.
        ValueError: when another argument has a value that isn't listed here.
    """
    _check_options(on_skip, on_fail, callback)
    _check_expected(expected_failed_checks or {})
    trial = trial_of(loss, Said(like, tags, at, backend))
    results = []
    for result in tried(loss, trial, expected_failed_checks or {}):
        results.append(result)
        if callback is not None:
            callback(**result)
        _answer(result, on_skip, on_fail)
    return results


def trial_of(loss: object, said: Said) -> Trial:
    """Put a loss on trial, within the time that a check may take.

    Raises:
        TypeError: when a class is given instead of an instance.
        UsageProblem: when it can't be called as a loss, or takes too long.
    """
    try:
        with _limited("trying what it is for"), redirect_stdout(io.StringIO()):
            return on_trial(loss, said)
    except TookTooLong as error:
        raise UsageProblem(
            f"trying what the loss is for took more than {LIMIT:g} s",
            expected="one that is computed for each batch, in milliseconds",
            do="compute without loops over samples, or check a smaller part of it",
        ) from error


def tried(
    loss: object,
    trial: Trial,
    expected: Mapping[str, str],
    checks: Sequence[Check] | None = None,
) -> Iterator[CheckResult]:
    """Try checks on a loss, each in its modes; one that decides all others ends them."""
    for check in BY_DEFAULT if checks is None else checks:
        for mode in check.modes_of(trial):
            result = _result(loss, check, trial.within(mode), expected)
            yield result
            ended = isinstance(result["exception"], TookTooLong)
            if ended or (check.name in DECISIVE and result["status"] == FAILED):
                return  # nothing else can be said of it


def _check_options(
    on_skip: str | None, on_fail: str | None, callback: Callable[..., object] | None
) -> None:
    if on_skip not in {"warn", None}:
        raise ValueError(f"on_skip={on_skip!r}; expected 'warn' or None.")
    if on_fail not in {"raise", "warn", None}:
        raise ValueError(f"on_fail={on_fail!r}; expected 'raise', 'warn' or None.")
    if callback is not None and on_fail == "raise":
        raise ValueError("callback beside on_fail='raise'; expected on_fail='warn' or None.")


def _check_expected(expected: object) -> None:
    """Refuse what isn't reasons by names of checks."""
    if not isinstance(expected, Mapping):
        raise ValueError(
            f"expected_failed_checks={expected!r}; expected a reason for each name of a check, as "
            "{'check_kinks': 'has one'}."
        )
    for name in expected:
        if name not in CHECKS:
            raise unknown(f"no check is called {name!r}", str(name), CHECKS)


def _result(loss: object, check: Check, trial: Trial, expected: Mapping[str, str]) -> CheckResult:
    reason = expected.get(check.name)
    known = trial.loss.known.get(check.name, KNOWN.get(check.name))
    result: CheckResult = {
        "loss": loss,
        "check_name": check.name,
        "exception": None,
        "status": PASSED,
        "expected_to_fail": reason is not None,
        "expected_to_fail_reason": reason,
        "mode": trial.mode,
        "figure": None,
        "tolerance": None,
        "counterexample": None,
        "advice": None,
        "tags": trial.tags,
        "guessed": trial.guessed,
    }
    try:
        # What it prints at each of a thousand calls, check_quiet says once.
        with _limited(check.name), redirect_stdout(io.StringIO()):
            check.on(trial)
    except CheckSkipped as skipped:
        result = {**result, "exception": skipped, "status": SKIPPED, "advice": str(skipped)}
    except CheckFailed as failed:
        reason = reason or known
        result = {
            **result,
            "exception": failed,
            "status": FAILED if reason is None else XFAIL,
            "expected_to_fail": reason is not None,
            "expected_to_fail_reason": reason,
            "figure": failed.figure,
            "tolerance": failed.tolerance,
            "counterexample": failed.counterexample,
            "advice": failed.advice,
        }
    return result


class _Overdue(BaseException):
    """Raised where it can't be taken for an error of the loss."""


class TookTooLong(CheckFailed):
    """A check that was ended."""


@contextmanager
def _limited(name: str) -> Iterator[None]:
    """End what takes too long: at once in the main thread of Unix, else when it comes back.

    Raises:
        TookTooLong: then.
    """

    def too_long(*_: object) -> None:
        if is_overdue():
            raise _Overdue
        signal.setitimer(signal.ITIMER_REAL, LIMIT)

    def is_overdue() -> bool:
        took = time.monotonic() - begin
        waited = time.process_time() - computed < LIMIT / 2
        return took > LIMIT * (_PATIENCE if waited else 1)

    at_once = hasattr(signal, "setitimer") and (
        threading.current_thread() is threading.main_thread()
    )
    begin, computed = time.monotonic(), time.process_time()
    if at_once:
        before = signal.signal(signal.SIGALRM, too_long)
        waiting = signal.setitimer(signal.ITIMER_REAL, LIMIT)[0]
    overdue = False
    try:
        yield
    except _Overdue:
        overdue = True
    finally:
        took = time.monotonic() - begin
        if at_once:  # somebody else's alarm, pytest-timeout's, rings when it would have
            signal.setitimer(signal.ITIMER_REAL, 0)  # first: without a handler it ends the process
            signal.signal(signal.SIGALRM, before or signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, max(waiting - took, 1e-3) if waiting else 0)
    if overdue or is_overdue():
        raise TookTooLong(
            f"{name} took more than {LIMIT:g} s and was ended, and what comes after it isn't tried:"
            " a loss is computed for each batch, so compute without loops over samples"
        )


def _answer(result: CheckResult, on_skip: str | None, on_fail: str | None) -> None:
    """Raise or warn, as is asked for."""
    said = f"{result['check_name']} ({result['mode']}): {result['exception']}"
    if result["status"] == FAILED and on_fail == "raise":
        raise result["exception"] or CheckFailed(said)
    if result["status"] == FAILED and on_fail == "warn":
        warnings.warn(said, CheckFailedWarning, stacklevel=3)
    if result["status"] == SKIPPED and on_skip == "warn":
        warnings.warn(said, CheckSkippedWarning, stacklevel=3)
