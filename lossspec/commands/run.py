"""``lossspec run``: the specification, from any folder."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Generator, Sequence

import click

from lossspec.backends.catalog import BACKENDS, DEFAULT
from lossspec.backends.keras.settings import chosen
from lossspec.core.errors import UsageProblem
from lossspec.core.machine import workers
from lossspec.ledger import specification
from lossspec.records.catalog import find, listed, nearest, subject_of

if TYPE_CHECKING:
    import argparse

SETTINGS = Path(__file__).with_name("pytest.ini")


# No -h: pytest's -k and -n may be written together with their values, as in -khinge.
@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.option("--compare", is_flag=True, help="End with what changed since the nearest record.")
@click.option("--compare-with", metavar="RECORD", help="The same since this record.")
@click.option("--settings", metavar="FILE|mine", help="Decide under settings of your own.")
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[SPEC | PYTEST OPTION]...")
def run(
    options: tuple[str, ...], compare: bool, compare_with: str | None, settings: str | None
) -> None:
    """Run the specification on this environment's TensorFlow, or only a SPEC, as test_hinge.py.

    --lossspec-backend keras-jax, keras-torch, keras-numpy or keras-openvino runs it on Keras 3 that
    computes with JAX, torch, NumPy or OpenVINO.

    All options go to pytest: -q, -k hinge, -m "not study", --lossspec-record FILE, and so on;
    pytest's exit code comes back, or 1 where the comparison says that something got worse. Two
    processes share the work where there are two processors, unless -n, --dist, --pdb, -s or -p
    no:xdist say otherwise. Of the current folder nothing is read, and nothing is written there but
    the record.

    --compare takes the nearest of the records that lossspec brings, --compare-with a record's file
    or name.

    What you have set of Keras is kept out: keras.json and variables such as KERAS_BACKEND. With
    --settings the run is made under settings of your own, those of a JSON FILE such as
    {"epsilon": 0.001}, or what you have set (mine).
    """
    code = run_specification(
        *options, compare=compare, compare_with=compare_with, settings=settings
    )
    sys.exit(code)


def run_specification(
    *options: str,
    compare: bool = False,
    compare_with: str | None = None,
    settings: str | None = None,
) -> int:
    """Run the specification on this environment's TensorFlow, as ``lossspec run`` does.

    Args:
        options: specs' files, as ``test_hinge.py``, and options for pytest, a word each.
        compare: whether to end with what changed since the nearest record.
        compare_with: since which record instead: its file, or its name.
        settings: ``"mine"`` or a JSON file: settings of one's own to decide under.

    Returns:
        pytest's exit code, or 1 where the comparison says that something got worse.

    Raises:
        UsageProblem: when settings, or the record to compare with, can't be used.
    """
    specs = specification.folder()
    if not specs.is_dir():
        raise UsageProblem(
            f"{specs} is no folder",
            expected="the specification beside lossspec",
            do="install lossspec anew",
        )
    # What can't be is said before the run.
    if settings is not None:
        chosen(settings, _computes_with(options))
        options = (*options, f"--lossspec-settings={settings}")
    base = None if compare_with is None else find(compare_with).path
    # Imported here: it brings asyncio.
    from unittest import mock

    with tempfile.TemporaryDirectory(prefix="lossspec-") as elsewhere:
        compares = compare or base is not None
        if compares and not any(word.split("=")[0] == "--lossspec-record" for word in options):
            options = (*options, f"--lossspec-record={Path(elsewhere) / 'record.json'}")
        # Workers begin as ``python -c``, which before 3.11 imports from the current folder first.
        variables = {"HYPOTHESIS_STORAGE_DIRECTORY": elsewhere, "PYTHONSAFEPATH": "1"}
        with mock.patch.dict(os.environ, variables):
            code, record = _run_pytest(arguments(specs, options))
        if compares and record is not None and code in (0, 1):
            # Imported here: it brings scipy's statistics.
            from lossspec.commands.compare import show_changes

            code = int(show_changes(base or _nearest(record), record)) or code
    return code


def _run_pytest(arguments: list[str]) -> tuple[int, Path | None]:
    # Imported here: the other commands don't need it.
    import pytest

    class Watching:
        record: Path | None = None

        @pytest.hookimpl(hookwrapper=True)  # before pytest-xdist, which divides the work there
        def pytest_cmdline_main(self, config: pytest.Config) -> Generator[None, object, None]:
            divide(config.option)
            yield

        def pytest_unconfigure(self, config: pytest.Config) -> None:
            # Imported here: pytest wants to be the first that imports a plugin.
            from lossspec.plugin.recording import Recorder

            recorder = config.pluginmanager.get_plugin("lossspec-recorder")
            if isinstance(recorder, Recorder):
                self.record = recorder.written

    watching = Watching()
    return int(pytest.main(arguments, plugins=[watching])), watching.record


def divide(options: argparse.Namespace) -> None:
    """Have pytest-xdist divide the work, unless pytest's options forbid."""
    if not hasattr(options, "numprocesses"):  # -p no:xdist
        return
    told = options.numprocesses is not None or options.dist != "no"
    told = told or options.distload or options.tx
    # A debugger, and what specs print themselves, want the terminal.
    at_the_terminal = options.usepdb or options.trace or options.capture == "no"
    # A few specs take less time than workers take to begin.
    few = options.lossspec_claim or any("::" in place for place in options.file_or_dir)
    if not (told or at_the_terminal or few) and workers() > 1:
        options.numprocesses, options.dist = workers(), "worksteal"
        # A spec that ends its worker is survived; a TensorFlow that does on import is tried once.
        options.maxworkerrestart = options.maxworkerrestart or "1"


def _computes_with(options: Sequence[str]) -> str:
    """What Keras computes with, by the backend that pytest's options name."""
    words = [part for option in options for part in option.split("=", 1)]
    named = [after for word, after in zip(words, words[1:]) if word == "--lossspec-backend"]
    return BACKENDS.get(named[-1] if named else DEFAULT, BACKENDS[DEFAULT]).computes_with


def _nearest(record: Path) -> Path:
    others = [shipped for shipped in listed() if shipped.path.resolve() != record.resolve()]
    near = nearest(subject_of(record) or {}, others)
    if near is None:
        raise UsageProblem(
            "lossspec brings no record to compare with",
            expected="one",
            do="name another with --compare-with",
        )
    return near.path


def arguments(specs: Path, options: Sequence[str]) -> list[str]:
    """Make pytest's arguments: settings, plugins and specs.

    A spec may be named as records name it: ``test_hinge.py::test_it[xla]``.
    """
    given = []
    for option in options:
        name, colons, call = option.partition("::")
        path = specification.path_of(name, specs)
        given.append(f"{path}{colons}{call}" if path else option)
    everything = [str(specs)] if given == list(options) else []
    settings = ["-c", str(SETTINGS), "--rootdir", str(specs), "--confcutdir", str(specs)]
    plugins = ["-p", "lossspec.plugin", "-p", "no:cacheprovider"]
    return [*settings, *plugins, *everything, *given]
