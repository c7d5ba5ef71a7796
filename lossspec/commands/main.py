"""The ``lossspec`` command: each of its commands is a file beside this one, imported when it is asked for."""

from __future__ import annotations

import importlib

import click

from lossspec import __version__

MODULES = {
    "bisect": "bisect",
    "claims": "claims",
    "compare": "compare",
    "explain": "explain",
    "matrix": "matrix",
    "recipes": "replicate",
    "replicate": "replicate",
    "report": "report",
    "run": "run",
    "sweep": "sweep",
    "time": "time",
}
"""The file of each command."""


class _Commands(click.Group):
    def list_commands(self, _: click.Context) -> list[str]:
        return list(MODULES)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        if name not in MODULES:
            return None
        command: click.Command = getattr(importlib.import_module(f"lossspec.commands.{MODULES[name]}"), name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """The executable specification of neural-network loss functions."""
