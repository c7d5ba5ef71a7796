"""``lossspec run``: the specification on the TensorFlow of this environment, with or without a clone."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any, Generator, Sequence

import click

from lossspec.backends.keras.settings import chosen
from lossspec.core.errors import UsageProblem
from lossspec.core.workers import workers
from lossspec.ledger import specification
from lossspec.records.catalog import find, listed, nearest, subject_of

SETTINGS = Path(__file__).with_name("pytest.ini")


# No -h: pytest's -k and -n may be written together with their values, as in -khinge.
@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.option(
    "--compare",
    is_flag=True,
    help="End with what changed since the nearest record that lossspec brings.",
)
@click.option(
    "--compare-with",
    "base",
    metavar="RECORD",
    help="The same since this record: its file, or its name.",
)
@click.option(
    "--settings",
    metavar="FILE|mine",
    help="Decide under these settings instead of the released ones.",
)
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[SPEC | PYTEST OPTION]...")
def run(options: tuple[str, ...], compare: bool, base: str | None, settings: str | None) -> None:
    """Run the specification on the TensorFlow of this environment, or only a SPEC, as test_hinge.py.

    All options go to pytest: -q, -k hinge, -m "not study", --lossspec-record FILE, and so on; pytest's exit code comes
    back, or 1 where the comparison says that something got worse. Two processes share the work where there are two
    processors, unless -n, --dist, --pdb, -s or -p no:xdist say otherwise. Of the current folder nothing is read, and
    nothing is written there but the record.

    What you have set of Keras is kept out: keras.json and variables such as KERAS_BACKEND. With --settings the run is
    made under settings of your own, those of a JSON FILE such as {"epsilon": 0.001}, or what you have set (mine).
    """
    specs = specification.folder()
    if not specs.is_dir():
        raise UsageProblem(
            f"{specs} is no folder",
            expected="the specification beside lossspec",
            do="install lossspec anew",
        )
    if settings is not None:
        chosen(settings)  # what can't be is said before the run
        options = (*options, f"--lossspec-settings={settings}")
    known = None if base is None else find(base).path  # a name that is none is said before the run
    # Imported here: it brings asyncio.
    from unittest import mock

    with tempfile.TemporaryDirectory(prefix="lossspec-") as elsewhere:
        compares = compare or base is not None
        if compares and not any(each.split("=")[0] == "--lossspec-record" for each in options):
            options = (*options, f"--lossspec-record={Path(elsewhere) / 'record.json'}")
        # Workers begin as ``python -c``, which before 3.11 imports from the current folder first.
        variables = {"HYPOTHESIS_STORAGE_DIRECTORY": elsewhere, "PYTHONSAFEPATH": "1"}
        with mock.patch.dict(os.environ, variables):
            code, record = _ran(specs, options)
        if compares and record is not None and code in (0, 1):
            code = int(_got_worse(known, record)) or code
    sys.exit(code)


def _ran(specs: Path, options: Sequence[str]) -> tuple[int, Path | None]:
    """The exit code of pytest, and the record that it wrote."""
    # Imported here: the other commands don't need it.
    import pytest

    class Watching:
        record: Path | None = None

        @pytest.hookimpl(
            hookwrapper=True
        )  # a wrapper comes before pytest-xdist, which divides the work there
        def pytest_cmdline_main(self, config: pytest.Config) -> Generator[None, Any, None]:
            divide(config.option)
            yield

        def pytest_unconfigure(self, config: pytest.Config) -> None:
            recorder = config.pluginmanager.get_plugin("lossspec-recorder")
            self.record = getattr(recorder, "written", None)

    watching = Watching()
    code = pytest.main(arguments(specs, options), plugins=[watching])
    return int(code), watching.record


def divide(options: Any) -> None:
    """Have pytest-xdist divide the work, unless its options, or pytest's, say how the specs are to run.

    Args:
        options: pytest's, as it has read them.
    """
    if not hasattr(options, "numprocesses"):  # -p no:xdist
        return
    said = (
        options.numprocesses is not None or options.dist != "no" or options.distload or options.tx
    )
    # A debugger, and what specs print themselves, want the terminal.
    at_the_terminal = options.usepdb or options.trace or options.capture == "no"
    # A few specs take less time than workers take to begin.
    few = options.lossspec_claim or any("::" in each for each in options.file_or_dir)
    if not (said or at_the_terminal or few) and workers() > 1:
        options.numprocesses, options.dist = workers(), "worksteal"
        # A spec that takes its worker with it is survived; a TensorFlow that does so on import isn't tried ten times.
        options.maxworkerrestart = options.maxworkerrestart or "1"


def _got_worse(base: Path | None, record: Path) -> bool:
    """Whether anything got worse since a record, or since the nearest that lossspec brings; what changed is printed."""
    # Imported here: it brings scipy's statistics.
    from lossspec.commands.compare import show_changes

    return show_changes(base or _nearest(record), record)


def _nearest(record: Path) -> Path:
    others = [each for each in listed() if each.path.resolve() != record.resolve()]
    near = nearest(subject_of(record) or {}, others)
    if near is None:
        raise UsageProblem(
            "lossspec brings no record to compare with",
            expected="one",
            do="name another with --compare-with",
        )
    return near.path


def arguments(specs: Path, options: Sequence[str]) -> list[str]:
    """What pytest is given: its settings, which no file around overrides, and the specs, some or all."""
    named = [_within(specs, each) for each in options]
    everything = [] if any(named) else [str(specs)]
    settings = ["-c", str(SETTINGS), "--rootdir", str(specs), "--confcutdir", str(specs)]
    plugins = ["-p", "lossspec.plugin", "-p", "no:cacheprovider"]
    return [
        *settings,
        *plugins,
        *everything,
        *(place or each for place, each in zip(named, options)),
    ]


def _within(specs: Path, option: str) -> str:
    """The path of a spec that is named as records name it, ``test_hinge.py::test_it[xla]``; else nothing."""
    name, colons, rest = option.partition("::")
    path = specification.path_of(name, specs)
    return f"{path}{colons}{rest}" if path else ""
