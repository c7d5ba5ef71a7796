"""What can go wrong, as exceptions that carry one clear line each."""

from __future__ import annotations

from typing import IO, Any

import click

from lossspec.core.console import say


class UsageProblem(click.ClickException):
    """Input that can't be used: says what was given, what was expected and what to do.

    The command line and the plugin print it as one line and exit with code 2.
    """

    exit_code = 2

    def __init__(self, given: str, *, expected: str, do: str) -> None:
        super().__init__(f"{given}; expected {expected}; {do}.")

    def show(self, file: IO[Any] | None = None) -> None:  # noqa: ARG002 # click's signature
        """Print it on standard error."""
        say(f"lossspec: {self.message}", err=True)


class CallGone(Exception):
    """A call that a document makes no longer exists on the subject."""


class Mixed(Exception):
    """What a document says of training is true of some runs, and not of others."""
