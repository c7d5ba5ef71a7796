"""The results of checks, gathered for a reader: rows, failures, and what was left out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Mapping, Sequence

from lossspec.checks.inputs import Inputs
from lossspec.checks.running import FAILED, PASSED, SKIPPED, XFAIL, CheckResult
from lossspec.checks.trial import CheckFailed

SIGNS = {PASSED: "✓", FAILED: "✗", SKIPPED: "–", XFAIL: "~"}
WORDS = {PASSED: "passed", FAILED: "failed", SKIPPED: "skipped", XFAIL: "expected to fail"}


@dataclass(frozen=True)
class Row:
    """One check: its status by mode, and what was measured."""

    check: str
    statuses: Mapping[str, str]
    figure: str


@dataclass(frozen=True)
class Failure:
    """One fault: a check that failed alike in some modes."""

    check: str
    modes: tuple[str, ...]
    advice: str
    figure: str
    code: str
    smallest: Inputs | None = None

    @property
    def where(self) -> str:
        """The numbers of the counterexample, whatever mode its code is of."""
        if self.smallest is None:
            return ""
        return f"{self.smallest.targets.tolist()} {self.smallest.predictions.tolist()}"


@dataclass(frozen=True)
class Summary:
    """What was found of a loss.

    Attributes:
        rows: check by check.
        failures: what failed, and wasn't expected to.
        reasons: status (skipped or expected to fail), reason, and the checks it is that of.
        counts: how many results have each status that is there.
    """

    rows: tuple[Row, ...]
    failures: tuple[Failure, ...]
    reasons: tuple[tuple[str, str, tuple[str, ...]], ...]
    counts: Mapping[str, int]

    @property
    def failed(self) -> bool:
        """Whether a check failed that wasn't expected to."""
        return bool(self.failures)


def summary_of(results: Sequence[CheckResult]) -> Summary:
    """Gather results."""
    by_check: dict[str, list[CheckResult]] = {}
    reasons: dict[tuple[str, str], dict[str, None]] = {}
    failures: dict[tuple[str, str, str], Failure] = {}
    for result in results:
        by_check.setdefault(result["check_name"], []).append(result)
        if result["status"] in {SKIPPED, XFAIL}:
            reason = result["expected_to_fail_reason"] or result["advice"] or ""
            key = result["status"], reason
            reasons.setdefault(key, {})[result["check_name"]] = None
        if result["status"] == FAILED:
            failure = _failure(result)
            same = failures.get(told := (failure.check, failure.advice, failure.where))
            modes = (*(same.modes if same else ()), result["mode"])
            failures[told] = Failure(**{**vars(same or failure), "modes": modes})
    counts = {status: sum(each["status"] == status for each in results) for status in SIGNS}
    return Summary(
        tuple(_row(name, found) for name, found in by_check.items()),
        tuple(failures.values()),
        tuple((*key, tuple(checks)) for key, checks in reasons.items()),
        {status: count for status, count in counts.items() if count},
    )


def counted(counts: Mapping[str, int]) -> str:
    """``✓ 30 passed, ✗ 2 failed``."""
    return ", ".join(f"{SIGNS[status]} {count} {WORDS[status]}" for status, count in counts.items())


def _row(name: str, found: Sequence[CheckResult]) -> Row:
    statuses = {result["mode"]: result["status"] for result in found}
    figures = [_figure(result) for result in found]
    return Row(name, statuses, next(filter(None, figures), ""))


def _failure(result: CheckResult) -> Failure:
    error = result["exception"]
    return Failure(
        result["check_name"],
        (),
        result["advice"] or "",
        _figure(result),
        result["counterexample"] or "",
        error.smallest if isinstance(error, CheckFailed) else None,
    )


def _figure(result: CheckResult) -> str:
    """``0.5, at most 1e-06``."""
    figure, tolerance = result["figure"], result["tolerance"]
    if figure is None:
        return ""
    return f"{figure:.3g}" + ("" if tolerance is None else f", at most {tolerance:.3g}")


def plain(result: CheckResult, name: str) -> dict[str, object]:
    """A result without objects, as JSON has it; a figure that is no number is text."""
    error = result["exception"]
    return {
        **result,
        "loss": name,
        "exception": None if error is None else f"{type(error).__name__}: {error}",
        "figure": _number(result["figure"]),
        "tolerance": _number(result["tolerance"]),
        "tags": result["tags"].in_words(),
        "guessed": list(result["guessed"]),
    }


def _number(value: float | None) -> float | str | None:
    if value is None:
        return None
    return float(value) if math.isfinite(value) else str(float(value))
