"""Exceptions, each with one clear line."""

from __future__ import annotations

import difflib
from typing import IO, Any, Iterable

import click

from lossspec.core.console import say


class UsageProblem(click.ClickException):
    """Input that can't be used, with what to do.

    The command line and the plugin print it as one line and exit with code 2.
    """

    exit_code = 2

    def __init__(self, given: str, *, expected: str, do: str) -> None:
        super().__init__(f"{given}; expected {expected}; {do}.")
        self.parts = given, expected, do

    def show(self, file: IO[Any] | None = None) -> None:  # noqa: ARG002 # click's signature
        """Print the message on standard error."""
        say(f"lossspec: {self.message}", err=True)


def unknown(problem: str, name: object, known: Iterable[str]) -> UsageProblem:
    """The problem of a name that nobody knows: what is expected are the nearest, else all.

    Args:
        problem: what is said of it: ``no loss is called 'hubr'``.
        name: it.
        known: the names that there are.
    """
    names = list(dict.fromkeys(known))
    near = difflib.get_close_matches(str(name), names) or names
    return UsageProblem(problem, expected=" or ".join(near), do="name one of those")


class CallGone(Exception):
    """A documented call no longer exists on the subject."""


class Refused(Exception):
    """The subject refuses its input, by whatever error."""


class Mixed(Exception):
    """A statement is true of some runs alone."""


class NotAsked(Exception):
    """What a claim is about doesn't exist on this backend, and isn't asked for there."""
