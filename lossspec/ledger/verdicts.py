"""The four verdicts, and how outcomes become one."""

from __future__ import annotations

import enum
import traceback
from pathlib import Path
from typing import Iterable, Mapping

from lossspec.core.errors import CallGone, Mixed

FALSE_ALARM = 0.01
"""How often chance alone may make a test over many seeds err."""

NEARLY_ALWAYS = 0.9
NEARLY_NEVER = 0.1


class Verdict(str, enum.Enum):
    """What a spec found about its claim."""

    HOLDS = "holds"
    VARIES = "varies"
    REFUTED = "refuted"
    UNSUPPORTED = "unsupported"

    def __str__(self) -> str:
        return self.value


UNDECIDED, ABSENT = "undecided", "absent"
"""Stand in a verdict's place: no spec decided the claim; the ledger of that record lacks it."""

SIGNS: Mapping[str, str] = {
    "holds": "✓",
    "varies": "~",
    "refuted": "✗",
    "unsupported": "⊘",
    UNDECIDED: "?",
    ABSENT: "·",
}
"""The one sign of each, wherever verdicts are drawn."""


def signed(verdict: str) -> str:
    """A verdict behind its sign: ``✓ holds``."""
    return f"{SIGNS[verdict]} {verdict}"


# A claim is as good as its worst case: true in one execution mode only is not true.
_WORST_FIRST = (Verdict.REFUTED, Verdict.UNSUPPORTED, Verdict.VARIES, Verdict.HOLDS)


def combine(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of a claim's verdicts, mode by mode.

    Raises:
        ValueError: when there is no case at all; nothing decides nothing.
    """
    seen = set(verdicts)
    if not seen:
        raise ValueError("no verdicts to combine")
    return next(verdict for verdict in _WORST_FIRST if verdict in seen)


def observed(
    raised: BaseException | None,
    judges: Iterable[Path],
    internal_errors: tuple[type[Exception], ...] = (),
    *,
    is_refusal: bool = False,
) -> Verdict | None:
    """The verdict that one call amounts to; None if undecided.

    Args:
        raised: what the spec raised; None where it returned.
        judges: files and folders whose assertions are judgements on the claim. An
            ``AssertionError`` from anywhere else, say from inside TensorFlow, is an accident.
        internal_errors: what the subject raises where it can't do, on this machine, what it was
            rightly asked.
        is_refusal: whether it was raised by the subject, of what it was given.
    """
    if raised is None:
        return Verdict.HOLDS
    if isinstance(raised, (CallGone, *internal_errors)):
        return Verdict.UNSUPPORTED
    if isinstance(raised, Mixed):
        return Verdict.VARIES
    if is_refusal or (isinstance(raised, AssertionError) and raised_within(raised, judges)):
        return Verdict.REFUTED
    return None


def of_p_value(p_value: float) -> Verdict:
    """The verdict on a printed figure, from its p-value."""
    return Verdict.HOLDS if p_value >= FALSE_ALARM else Verdict.REFUTED


def of_rate(low: float, high: float) -> Verdict:
    """The verdict on a statement, from its rate's interval."""
    if low > NEARLY_ALWAYS:
        return Verdict.HOLDS
    return Verdict.REFUTED if high < NEARLY_NEVER else Verdict.VARIES


def of_difference(low: float, high: float, margin: float) -> Verdict:
    """The verdict on "the same", from a difference's interval."""
    if -margin <= low and high <= margin:
        return Verdict.HOLDS
    return Verdict.REFUTED if low > margin or high < -margin else Verdict.VARIES


def raised_within(raised: BaseException, places: Iterable[Path]) -> bool:
    """Whether an exception was raised by a file, or in a folder, of these."""
    frames = traceback.extract_tb(raised.__traceback__)
    origin = Path(frames[-1].filename).resolve() if frames else None
    return origin is not None and any(place in (origin, *origin.parents) for place in places)
