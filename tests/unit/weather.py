"""A lossspec with specs and ledger of its own, run in a process of its own, which can be interrupted and starved."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import lossspec
from conftest import CONFTEST, DOCUMENT, SPEC_IMPORTS, claim_entry

PACKAGE = Path(lossspec.__file__).parent

SPECS = """
@pytest.mark.claim("doc.a")
def test_a(mode, evidence):
    '''A is so.'''
    evidence.close("the figure", [1.0, 1.25], 1, within=0.5)

@pytest.mark.claim("doc.b")
def test_b():
    '''B is so.'''
"""

WAITING = """
import pathlib, time

def wait(*_, **__):
    pathlib.Path("waiting").touch()
    time.sleep(60)
"""
"""Python that says when it waits, so that a signal hits it right there."""

PATIENCE = 300
"""Seconds for what takes a few: only what hangs takes longer, on the slowest of machines."""


class Clone:
    """A folder with lossspec, and with two specs in the place of its own.

    Args:
        folder: where it is made.
        conftest: Python to add to the conftest beside the specs.
        specs: theirs.
    """

    def __init__(self, folder, conftest="", specs=SPECS):
        self.folder = folder
        shutil.copytree(PACKAGE, folder / "lossspec", ignore=shutil.ignore_patterns("__pycache__"))
        for name, text in (("conftest.py", CONFTEST + conftest), ("test_specs.py", SPEC_IMPORTS + specs)):
            (folder / "lossspec" / "_specification").mkdir(exist_ok=True)
            (folder / "lossspec" / "_specification" / name).write_text(text, encoding="utf-8")
        (folder / "ledger").mkdir()
        ledger = DOCUMENT + claim_entry("doc.a") + claim_entry("doc.b")
        (folder / "ledger" / "doc.toml").write_text(ledger, encoding="utf-8")
        (folder / "tmp").mkdir()

    def start(self, *arguments, **variables):
        """Start ``lossspec`` with some arguments, in a group of processes of its own."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
        return subprocess.Popen(  # noqa: S603 # our own code
            [sys.executable, "-m", "lossspec", *map(str, arguments)],
            cwd=self.folder,
            env={**inherited, "PYTHONPATH": str(self.folder), "TMPDIR": str(self.folder / "tmp"), **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )

    def start_run(self, *options, **variables):
        """Start ``lossspec run``, which is to write ``records/out.json``: one process, unless options say otherwise."""
        record = "--lossspec-record=records/out.json"
        return self.start("run", "-n0", "--lossspec-ledger=ledger", record, *options, **variables)

    def called(self, *arguments, **variables):
        """What a command came to: exit code, and both outputs."""
        return ended(self.start(*arguments, **variables))

    def run(self, *options, **variables):
        """What a run came to."""
        return ended(self.start_run(*options, **variables))

    @property
    def record(self):
        """The file that a run writes."""
        return self.folder / "records" / "out.json"

    def beside_record(self):
        """The names in the record's folder."""
        return sorted(path.name for path in self.record.parent.iterdir())

    def send(self, process, number):
        """Send a signal to all of a run's processes, once it waits, as a terminal does; gives what it came to."""
        until(lambda: (self.folder / "waiting").exists() or process.poll() is not None)
        os.killpg(process.pid, number)
        return ended(process)


def ended(process):
    """What a process came to, which hangs if it takes too long."""
    try:
        output, errors = process.communicate(timeout=PATIENCE)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def is_gone(process):
    """Whether none is left of a process and all that it started, once they had a moment to go."""

    def gone():
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return True
        return False

    return until(gone, seconds=30)


def until(is_so, seconds=PATIENCE):
    """Wait until something is so, and say whether it came to be."""
    last = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > last:
            return False
        time.sleep(0.02)
    return True
