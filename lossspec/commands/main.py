"""The ``lossspec`` command; each subcommand is a file here.

Whatever ends a command is one line on standard error, and an exit code.
"""

from __future__ import annotations

import errno
import importlib
import signal
import sys

import click

from lossspec.core.console import accept_any_text, discard, say
from lossspec.core.errors import UsageProblem
from lossspec.core.signals import Ended
from lossspec.core.version import VERSION

COMMANDS = (
    *("bisect", "check", "claims", "compare", "explain", "export"),
    *("matrix", "recipes", "replicate", "report", "run", "sweep", "time", "translate"),
)

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


class Commands(click.Group):
    """Commands imported on demand, which end with one line."""

    def list_commands(self, _: click.Context) -> list[str]:
        """Name every command."""
        return list(COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        """Import a command from its file."""
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(f"lossspec.commands.{name}"), name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; problems and interrupts become exit codes."""
        accept_any_text()
        try:
            return super().invoke(ctx)
        except OSError as error:
            if error.filename is not None:  # such as a name that is too long to be looked for
                raise UsageProblem(
                    f"{str(error.filename)!r} can't be used: {error.strerror}",
                    expected="a path that can be read or written",
                    do="name another, or mend its permissions",
                ) from error
            if error.errno not in _NO_ROOM:
                raise
            discard(sys.stdout)
            raise UsageProblem(
                f"standard output can't be written: {error.strerror}",
                expected="room for what is printed",
                do="make some, or send it elsewhere",
            ) from error
        except KeyboardInterrupt as interrupt:
            number, how = int(signal.SIGINT), "interrupted"
            if isinstance(interrupt, Ended):
                number, how = interrupt.number, f"ended by {signal.Signals(interrupt.number).name}"
            # True whenever it comes: `files.write_whole` leaves a file whole or not at all.
            say(f"lossspec: {how}; no file was left half written.", err=True)
            raise click.exceptions.Exit(128 + number) from interrupt


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION)
def main() -> None:
    """The executable specification of neural-network loss functions."""
