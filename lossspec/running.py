"""``lossspec run``: the specification on the TensorFlow of this environment, with or without a clone."""

from __future__ import annotations

import sys

import click

from lossspec import specification
from lossspec.one_clear_line import one_clear_line
from lossspec.problems import UsageProblem


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[PYTEST OPTIONS]...")
@one_clear_line
def run(options: tuple[str, ...]) -> None:
    """Run the specification on the TensorFlow of this environment.

    All options go to pytest: -q, -k hinge, -m "not study", -n 2, --lossspec-record FILE, and so on.
    """
    # Imported here: the other commands don't need it.
    import pytest

    specs = specification.folder()
    if not specs.is_dir():
        raise UsageProblem(
            f"{specs} is no folder", expected="the specification beside lossspec", do="install lossspec anew"
        )
    # Nothing is written beside the specs, which may lie among installed packages.
    sys.exit(pytest.main([str(specs), "-p", "lossspec.plugin", "-p", "no:cacheprovider", *options]))
