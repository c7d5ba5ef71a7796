"""Signals that end a run, a sweep or a bisection: no process runs on, and no half record stays."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import lossspec
from conftest import CONFTEST, DOCUMENT, SPEC_IMPORTS, claim_entry
from lossspec.core.signals import Ended, ended_as_by_ctrl_c
from lossspec.records.record import read_all_verdicts, write_record
from machines import record_on
from recorded import record_of

pty = pytest.importorskip(
    "pty", reason="signals, terminals, and shell scripts in uv's place, are POSIX's"
)

PACKAGE = Path(lossspec.__file__).parent
PATIENCE = 300
"""Seconds for what takes a few: only what hangs takes longer, on the slowest of machines."""

SPECS = """
@pytest.mark.claim("doc.a")
def test_a():
    '''A is so.'''
    if os.environ["STAGE"] == "spec":
        wait()
"""

WAITING = """
import os, pathlib, time

def wait(*_, **__):
    pathlib.Path(os.environ["WAITING"]).touch()
    time.sleep(60)

"""
"""Python that says when it waits, so that a signal hits it right there."""

# In the place of uv, and of the interpreter that runs the specification: each waits, and so does a
# child of it, where it is told to. Whatever is alive holds the pipe $ALIVE open.
PROGRAM = """#!/bin/sh
exec 9> "$ALIVE"
wait_here() { sleep 60 & touch "$WAITING"; sleep 60; }
[ "$1" = pip ] && [ "$STAGE" = install ] && wait_here
[ "$1" = -m ] && [ "$STAGE" = specification ] && wait_here
[ "$1" = -m ] && cp "$RECORD" "$6"
[ "$1" = venv ] && for folder; do :; done && mkdir -p "$folder/bin" && cp "$0" "$folder/bin/python"
exit 0
"""


class Workplace:
    """A folder with a record, in which ``lossspec`` is started and comes to wait in some stage."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("bin", "path", "tmp", "cache"):
            (folder / name).mkdir(parents=True)
        (folder / "bin" / "uv").write_text(PROGRAM)
        (folder / "bin" / "uv").chmod(0o755)
        self.record = write_record(record_on("tf2.4", specification="0" * 12), folder / "records")
        write_record(record_on("tf2.4"), folder / "new.json")
        self.before = self.record.read_bytes()
        os.mkfifo(folder / "alive")
        self._alive = os.open(folder / "alive", os.O_RDONLY | os.O_NONBLOCK)
        self.process = None

    def start(self, arguments, stage, **how):
        """Start a command; this returns when it waits in that stage, or has ended."""
        # Just before a file is put into its place.
        code = f"{WAITING}os.replace = wait\n" if stage == "writing" else ""
        (self.folder / "path" / "sitecustomize.py").write_text(code)
        paths = {"ALIVE": "alive", "WAITING": "waiting", "RECORD": "new.json", "TMPDIR": "tmp"}
        paths["XDG_CACHE_HOME"] = "cache"
        package = self.folder if (self.folder / "lossspec").exists() else PACKAGE.parent
        ours = ("PYTEST_", "COV_")
        variables = {
            **{name: value for name, value in os.environ.items() if not name.startswith(ours)},
            **{name: str(self.folder / path) for name, path in paths.items()},
            "PATH": os.pathsep.join([str(self.folder / "bin"), os.environ["PATH"]]),
            "PYTHONPATH": os.pathsep.join([str(self.folder / "path"), str(package)]),
            "STAGE": stage,
            "PYTHONDONTWRITEBYTECODE": "1",  # of what is written, the record alone is to wait
        }
        self.process = subprocess.Popen(  # noqa: S603 # our own code
            [sys.executable, "-m", "lossspec", *arguments],
            cwd=self.folder,
            env=variables,
            start_new_session=True,
            encoding="utf-8",
            **{**dict.fromkeys(("stdout", "stderr"), subprocess.PIPE), **how},
        )
        until(lambda: (self.folder / "waiting").exists() or self.process.poll() is not None)
        return self.process

    def ended(self):
        """What the process came to: exit code, and both outputs."""
        output, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, output, errors

    def is_as_before(self):
        """Whether the record is whole, and no program and no temporary file is left."""
        files = list(self.record.parent.iterdir())
        scratch = [*self.folder.glob("cache/lossspec/*"), *self.folder.glob("tmp/lossspec-*")]
        same = self.record.read_bytes() == self.before and files == [self.record]
        return until(self.is_gone, seconds=30) and same and not scratch

    def is_gone(self):
        """Whether no program that was started is alive."""
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            try:
                return os.read(self._alive, 1) == b""  # at the end: nobody can write any more
            except OSError as error:
                if error.errno != errno.EAGAIN:
                    raise
        return False

    def close(self):
        """End what a failing test has left."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self._alive)


def until(is_so, seconds=PATIENCE):
    """Wait until something is so, and say whether it came to be."""
    last = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > last:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def workplace(tmp_path):
    """A folder of an odd name, with a record and programs that wait."""
    place = Workplace(tmp_path / "wahr & „falsch“ 漢字 %41 #1")
    yield place
    place.close()


@pytest.mark.parametrize(("stage", "workers"), [("spec", "-n1"), ("writing", "-n0")])
def test_ctrl_c_ends_a_run_and_leaves_the_record_that_was_there(workplace, stage, workers):
    """Interrupted in a worker, and in the writing: record whole, nothing left behind."""
    package = workplace.folder / "lossspec"
    shutil.copytree(PACKAGE, package)
    (package / "_specification").mkdir()
    (package / "_specification" / "conftest.py").write_text(CONFTEST)
    (package / "_specification" / "test_specs.py").write_text(SPEC_IMPORTS + WAITING + SPECS)
    (workplace.folder / "ledger").mkdir()
    (workplace.folder / "ledger" / "doc.toml").write_text(DOCUMENT + claim_entry("doc.a"))
    options = ["--lossspec-ledger=ledger", f"--lossspec-record={workplace.record}", workers]

    process = workplace.start(["run", *options], stage)
    os.killpg(process.pid, signal.SIGINT)
    code, output, errors = workplace.ended()

    assert (workplace.folder / "waiting").exists()
    assert code in (2, 130), output + errors
    assert "INTERNALERROR" not in output + errors
    assert workplace.is_as_before()


SWEEP = ("sweep", "tf2.4", "--records", "records")
BISECT = ("bisect", "hinge.definition", "--good", "2.4", "--bad", "2.9")


@pytest.mark.parametrize(
    ("command", "stage", "number", "said"),
    [
        (SWEEP, "install", signal.SIGTERM, "ended by SIGTERM"),
        (SWEEP, "writing", signal.SIGTERM, "ended by SIGTERM"),
        (BISECT, "specification", signal.SIGINT, "interrupted"),
    ],
    ids=["sweep-install", "sweep-writing", "bisect-specification"],
)
def test_a_signal_to_lossspec_ends_all_that_it_started(workplace, command, stage, number, said):
    """Sent to lossspec alone: one line, a shell's exit code, no process, the record as it was."""
    process = workplace.start(command, stage)

    process.send_signal(number)

    line = f"lossspec: {said}; no file was left half written.\n"
    assert workplace.ended() == (128 + number, "", line)
    assert workplace.is_as_before()


def test_what_a_killed_lossspec_started_ends_with_it(workplace):
    """SIGKILL leaves it no moment to end anything: what it started sees that it is gone."""
    workplace.start(SWEEP, "specification").kill()

    assert workplace.ended()[0] == -signal.SIGKILL
    assert until(workplace.is_gone, seconds=30)
    assert workplace.record.read_bytes() == workplace.before


def test_a_terminal_that_is_closed_ends_all(workplace):
    """With a progress bar that can't be drawn any more, all is ended and cleaned up."""
    fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")
    ours, theirs = pty.openpty()
    terminal = dict.fromkeys(("stdin", "stdout", "stderr"), theirs)
    # The terminal's own session, as a shell's is.
    controlled = {"preexec_fn": lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)}
    process = workplace.start(SWEEP, "specification", **terminal, **controlled)
    os.close(theirs)
    os.close(ours)

    assert process.wait(PATIENCE) == 128 + signal.SIGHUP
    assert workplace.is_as_before()


def test_what_a_killed_run_leaves_is_no_record(tmp_path):
    """The file that it was writing isn't taken for one."""
    write_record(record_of(), tmp_path / "out.json")
    (tmp_path / ".lossspec.abcdefgh").write_text('{"schema": 4, "cut')

    assert len(read_all_verdicts([tmp_path])) == 1


def test_a_second_signal_does_not_disturb_the_end():
    """A shell and the system both send SIGHUP; afterwards the handlers are those of before."""
    cleaned = []

    def broken_off():
        with ended_as_by_ctrl_c():
            try:
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(1)
            finally:
                os.kill(os.getpid(), signal.SIGHUP)
                os.kill(os.getpid(), signal.SIGTERM)
                cleaned.append(True)

    with pytest.raises(Ended) as raised:
        broken_off()

    handlers = {signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    assert raised.value.number == signal.SIGTERM
    assert cleaned
    assert handlers == {signal.SIG_DFL}


def test_under_nohup_a_closed_terminal_ends_nothing():
    """A SIGHUP that is ignored stays ignored."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ended_as_by_ctrl_c():
            os.kill(os.getpid(), signal.SIGHUP)

        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
