"""What can go wrong, as exceptions that carry one clear line each."""

from __future__ import annotations


class UsageProblem(Exception):
    """Input that can't be used: says what was given, what was expected and what to do.

    The command line and the plugin print it as one line and exit with code 2.
    """

    def __init__(self, given: str, *, expected: str, do: str) -> None:
        super().__init__(f"{given}; expected {expected}; {do}.")


class CallGone(Exception):
    """A call that a document makes no longer exists on the subject."""


class Mixed(Exception):
    """What a document says of training is true of some runs, and not of others."""
