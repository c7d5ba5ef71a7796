"""How every command ends when it can't go on: one line on standard error and an exit code."""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import signal
import sys
from typing import Any, Callable, TextIO, TypeVar

import click

from lossspec.core.console import say
from lossspec.core.errors import UsageProblem
from lossspec.core.signals import Ended

Command = TypeVar("Command", bound=Callable[..., Any])

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def one_clear_line(command: Command) -> Command:
    """Turn a problem into a line and exit code 2, and an interrupt into a line and a shell's exit code for it."""

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except UsageProblem as problem:
            say(f"lossspec: {problem}", err=True)
            raise click.exceptions.Exit(2) from problem
        except OSError as error:
            if error.errno not in _NO_ROOM or error.filename is not None:
                raise
            _give_up(sys.stdout)
            say(f"lossspec: {_full(error)}", err=True)
            raise click.exceptions.Exit(2) from error
        except KeyboardInterrupt as interrupt:
            # True whenever it comes: `files.write_whole` leaves a file whole or not at all.
            number, how = signal.SIGINT.value, "interrupted"
            if isinstance(interrupt, Ended):
                number, how = interrupt.number, f"ended by {signal.Signals(interrupt.number).name}"
            try:
                say(f"lossspec: {how}; no file was left half written.", err=True)
            except OSError:  # the terminal may be what is gone
                _give_up(sys.stderr)
                _give_up(sys.stdout)
            raise click.exceptions.Exit(128 + number) from interrupt

    return wrapped  # type: ignore[return-value] # functools.wraps keeps the signature


def _full(error: OSError) -> UsageProblem:
    return UsageProblem(
        f"standard output can't be written: {error.strerror}",
        expected="room for what is printed",
        do="make some, or send it elsewhere",
    )


def _give_up(output: TextIO) -> None:
    """Let what is left in its buffer go nowhere, or the interpreter would end by complaining of it."""
    with contextlib.suppress(OSError, AttributeError):  # there may be no such output, or none that is a file
        os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())
