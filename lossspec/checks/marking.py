"""Checks of losses as pytest's parameters."""

from __future__ import annotations

import copy
import functools
import inspect
import warnings
from dataclasses import dataclass, field
from typing import Callable, Iterable, Mapping, Union

import pytest

from lossspec.checks.catalog import BY_DEFAULT, CHECKS
from lossspec.checks.check import Check
from lossspec.checks.given import Said
from lossspec.checks.running import DECISIVE, FAILED, SKIPPED, XFAIL, trial_of, tried
from lossspec.checks.tags import LossTags
from lossspec.checks.trial import CheckFailed, CheckSkipped, Trial
from lossspec.core.errors import UsageProblem, unknown

Expected = Union[Mapping[str, str], Callable[[object], Mapping[str, str]], None]

_LEFT_OUT = {"name", "reduction", "dtype"}
"""Arguments of a loss that its id leaves out."""
_LONGEST = 60
"""Characters of a loss's name."""


def parametrize_with_checks(
    losses: Iterable[object],
    *,
    like: object = None,
    tags: LossTags | None = None,
    at: Mapping[str, object] | None = None,
    backend: str | None = None,
    expected_failed_checks: Expected = None,
    xfail_strict: bool | None = None,
) -> pytest.MarkDecorator:
    """Parametrize a test with losses and checks, as scikit-learn does with estimators.

    The test takes ``loss`` and ``check``, and calls ``check(loss)``. Its ids are
    ``my_huber-check_slope``, its marker is ``loss_check``.

    Args:
        losses: losses, each given as to `lossspec.check_loss`.
        like: as of `lossspec.check_loss`, for each of the losses, and so are the next three.
        tags: what they are for.
        at: arguments with which they are what ``like`` says.
        backend: whose losses they are.
        expected_failed_checks: names of checks that a loss may fail, each with the reason; or a
            function of a loss that gives those. Such a test is marked ``xfail``.
        xfail_strict: whether one that passes all the same fails; by default, as pytest is set.

    Raises:
        TypeError: when one of the losses is a class.
        UsageProblem: when losses aren't in a list, or an expected check has no such name.
    """
    __tracebackhide__ = True
    if isinstance(losses, (str, Mapping)) or not isinstance(losses, Iterable):
        raise UsageProblem(
            f"losses={losses!r}", expected="a list of losses", do="put it into a list: [loss]"
        )
    listed = list(losses)
    trials = _Trials(Said(like, tags, at, backend))
    parameters = []
    for loss, name in zip(listed, _unique([name_of(loss) for loss in listed])):
        expected = _expected_of(loss, expected_failed_checks)
        for check in BY_DEFAULT:
            marks = _marker()
            if check.name in expected:
                marks.append(_xfail(expected[check.name], xfail_strict))
            bound = LossCheck(check, trials, expected)
            parameters.append(pytest.param(loss, bound, marks=marks, id=f"{name}-{check.name}"))
    return pytest.mark.parametrize(("loss", "check"), parameters)


@dataclass(frozen=True)
class _Trials:
    """Losses put on trial, each once for all checks, when it is first asked for."""

    said: Said
    _made: list[tuple[object, Trial, str]] = field(default_factory=list)

    def of(self, loss: object) -> tuple[Trial, str]:
        """The trial of a loss, and the check whose failure leaves nothing else to be said."""
        for known, trial, decided in self._made:
            if known is loss:
                return trial, decided
        trial = trial_of(loss, self.said)
        decisive = [CHECKS[name] for name in DECISIVE]
        failed = [r for r in tried(loss, trial, {}, decisive) if r["status"] == FAILED]
        self._made.append((loss, trial, failed[0]["check_name"] if failed else ""))
        return self.of(loss)


class LossCheck:
    """A check that a test calls with a loss; what is known of the losses is bound to it.

    Attributes:
        func: the check.
        keywords: what it is called with beside a loss.
    """

    def __init__(self, check: Check, trials: _Trials, expected: Mapping[str, str]) -> None:
        self.func, self._trials, self._expected = check, trials, expected
        self.__name__, self.__doc__ = check.name, check.says

    @property
    def keywords(self) -> Mapping[str, object]:
        """What the check is called with beside a loss."""
        return vars(self._trials.said)

    def __repr__(self) -> str:
        return self.__name__

    def __call__(self, loss: object) -> None:
        """Check a loss in each mode, and tell pytest of skips.

        Raises:
            CheckFailed: when it doesn't pass.
        """
        __tracebackhide__ = True
        try:
            self._check(loss)
        except CheckSkipped as skipped:
            raise pytest.skip.Exception(str(skipped)) from skipped
        except (CheckFailed, UsageProblem) as told:
            # Where lossspec found it tells nothing of the loss.
            raise told.with_traceback(None) from None

    def _check(self, loss: object) -> None:
        trial, decided = self._trials.of(loss)
        if decided and self.__name__ not in DECISIVE:
            raise CheckSkipped(f"{decided} fails, and nothing else can be said")
        results = list(tried(loss, trial, self._expected, [self.func]))
        for result in sorted(results, key=lambda result: result["status"] != FAILED):
            error = result["exception"]
            if isinstance(error, CheckFailed):
                if result["status"] == XFAIL:
                    pytest.xfail(result["expected_to_fail_reason"] or "")
                raise _in_mode(error, f"{self.__name__} ({result['mode']})")
        if all(result["status"] == SKIPPED for result in results):
            raise CheckSkipped(str(results[0]["exception"]))


def _marker() -> list[pytest.MarkDecorator]:
    """The marker by which such tests are selected; none where nothing declares it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pytest.PytestUnknownMarkWarning)
        try:
            return [pytest.mark.loss_check]
        except pytest.fail.Exception:  # of --strict-markers, where plugins aren't loaded
            return []


def _in_mode(failed: CheckFailed, where: str) -> CheckFailed:
    """A failure that says which check it was of, in which mode."""
    told = copy.copy(failed)
    told.advice = f"{where}: {failed.advice}"
    return told


def _xfail(reason: str, strict: bool | None) -> pytest.MarkDecorator:
    if strict is None:
        return pytest.mark.xfail(reason=reason, raises=CheckFailed)
    return pytest.mark.xfail(reason=reason, raises=CheckFailed, strict=strict)


def _expected_of(loss: object, expected: Expected) -> Mapping[str, str]:
    """The checks that a loss may fail."""
    __tracebackhide__ = True
    found = expected(loss) if callable(expected) else expected
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise UsageProblem(
            f"expected_failed_checks of {name_of(loss)} are {found!r}",
            expected="a dict of names of checks and reasons",
            do="give {} where none is expected to fail",
        )
    for name in found:
        if name not in CHECKS:
            raise unknown(f"no check is called {name!r}", name, CHECKS)
    return found


def name_of(loss: object) -> str:
    """What ids call a loss, whatever its library.

    Raises:
        TypeError: when it is a class.
    """
    __tracebackhide__ = True
    if inspect.isclass(loss):
        name = loss.__name__
        raise TypeError(f"{name} is a class; expected an instance of it; pass {name}().")
    return _name(loss)[:_LONGEST]


def _name(loss: object) -> str:
    if isinstance(loss, str):
        return loss
    if isinstance(loss, functools.partial):
        positional = [repr(value) for value in loss.args]
        named = [f"{name}={value!r}" for name, value in loss.keywords.items()]
        return f"{_name(loss.func)}({','.join([*positional, *named])})"
    name = getattr(loss, "__name__", None)
    if isinstance(name, str):
        return "lambda" if name == "<lambda>" else name
    arguments = [f"{name}={value!r}" for name, value in _arguments(loss).items()]
    return type(loss).__name__ + (f"({','.join(arguments)})" if arguments else "")


def _arguments(loss: object) -> dict[str, object]:
    """Plain arguments of an instance that aren't their defaults."""
    try:
        parameters = inspect.signature(type(loss)).parameters
    except (TypeError, ValueError):  # of C, which has none
        return {}
    held = {**getattr(loss, "__dict__", {}), **_config(loss)}
    return {
        name: held[name]
        for name, parameter in parameters.items()
        if name in held
        and name not in _LEFT_OUT
        and isinstance(held[name], (bool, int, float, str))
        and held[name] != parameter.default
    }


def _config(loss: object) -> Mapping[str, object]:
    try:
        config = loss.get_config()  # type: ignore[attr-defined] # tried
    # Somebody's own; where it doesn't work, check_config says so.
    except Exception:
        return {}
    return config if isinstance(config, Mapping) else {}


def _unique(names: list[str]) -> list[str]:
    """Number those that several losses have: ``lambda``, ``lambda_2``."""
    seen: dict[str, int] = {}
    numbered = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        numbered.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return numbered
