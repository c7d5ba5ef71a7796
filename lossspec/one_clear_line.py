"""How every command ends when it can't go on: one line on standard error and an exit code."""

from __future__ import annotations

import functools
from typing import Any, Callable, TypeVar

import click

from lossspec.problems import UsageProblem

Command = TypeVar("Command", bound=Callable[..., Any])


def one_clear_line(command: Command) -> Command:
    """Turn a problem into a line and exit code 2, and an interrupt into a line and exit code 130."""

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except UsageProblem as problem:
            click.echo(f"lossspec: {problem}", err=True)
            raise click.exceptions.Exit(2) from problem
        except KeyboardInterrupt as interrupt:
            # True whenever it comes: `record.write_whole` leaves a file whole or not at all.
            click.echo("lossspec: interrupted; no file was left half written.", err=True)
            raise click.exceptions.Exit(130) from interrupt

    return wrapped  # type: ignore[return-value] # functools.wraps keeps the signature
