"""A sweep or a bisection that a signal ends: no process runs on, and no half record and no scratch folder stays."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest

from lossspec.core.signals import Ended, ended_as_by_ctrl_c
from lossspec.records.record import read_record, write_record
from machines import record_on
from weather import PACKAGE, PATIENCE, ended, until

pty = pytest.importorskip("pty", reason="signals, terminals, and shell scripts in uv's place, are POSIX's")

# In the place of uv, and of the interpreter that runs the specification: each waits, and so does a child of it, where
# it is told to. Whatever is alive holds the pipe $ALIVE open.
PROGRAM = """#!/bin/sh
exec 9> "$ALIVE"
wait_here() { sleep 60 & touch "$WAITING"; sleep 60; }
[ "$1" = pip ] && [ "$STAGE" = install ] && wait_here
[ "$1" = -m ] && [ "$STAGE" = specification ] && wait_here
[ "$1" = -m ] && cp "$RECORD" "$6"
[ "$1" = venv ] && for folder; do :; done && mkdir -p "$folder/bin" && cp "$0" "$folder/bin/python"
exit 0
"""

WRITING = """
import os, pathlib, time

def wait(*_):
    pathlib.Path(os.environ["WAITING"]).touch()
    time.sleep(60)

os.replace = wait
"""
"""A sitecustomize with which lossspec waits just before a file is put into its place."""

SWEEP = ("sweep", "tf2.4", "--records", "records")
BISECT = ("bisect", "hinge.definition", "--good", "2.4", "--bad", "2.9")


class Workplace:
    """A folder in which ``lossspec`` is started among programs that only wait."""

    def __init__(self, folder):
        self.folder = folder
        self.process = None
        (folder / "bin").mkdir()
        (folder / "bin" / "uv").write_text(PROGRAM)
        (folder / "bin" / "uv").chmod(0o755)
        self.record = write_record(record_on("tf2.4", specification="0" * 12), folder / "records")
        write_record(record_on("tf2.4"), folder / "new.json")
        self.before = self.record.read_bytes()
        os.mkfifo(folder / "alive")
        self._alive = os.open(folder / "alive", os.O_RDONLY | os.O_NONBLOCK)

    def start(self, command, stage, before=(), **how):
        """Start a command; it waits in that stage, and this returns when it does."""
        (self.folder / "sitecustomize.py").write_text(WRITING if stage == "writing" else "")
        paths = {"ALIVE": "alive", "WAITING": "waiting", "RECORD": "new.json", "XDG_CACHE_HOME": "cache"}
        variables = {**os.environ, **{name: str(self.folder / path) for name, path in paths.items()}, "STAGE": stage}
        variables["PATH"] = os.pathsep.join([str(self.folder / "bin"), os.environ["PATH"]])
        variables["PYTHONPATH"] = os.pathsep.join([str(self.folder), str(PACKAGE.parent)])
        outputs = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
        self.process = subprocess.Popen(  # noqa: S603 # our own code
            [*before, sys.executable, "-m", "lossspec", *command],
            cwd=self.folder,
            env=variables,
            start_new_session=True,
            **{**outputs, **how},
        )
        until(lambda: (self.folder / "waiting").exists() or self.process.poll() is not None)
        return self.process

    def nothing_runs(self):
        """Whether no program of those that lossspec started is left, once they had a moment to go."""
        return until(lambda: not self._held_open(), seconds=30)

    def _held_open(self):
        try:
            return os.read(self._alive, 1) != b""  # at the end: nobody can write any more
        except OSError as error:
            if error.errno != errno.EAGAIN:
                raise
            return True

    def scratch(self):
        """What is left where environments are built."""
        return list((self.folder / "cache" / "lossspec").iterdir())

    def close(self):
        """End what a failing test has left."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._alive)


@pytest.fixture
def workplace(tmp_path):
    """A folder with a record of another specification, and programs that wait."""
    place = Workplace(tmp_path)
    yield place
    place.close()


SAID = {
    signal.SIGINT: "interrupted",
    signal.SIGTERM: "ended by SIGTERM",
    signal.SIGHUP: "ended by SIGHUP",
}


@pytest.mark.parametrize("number", SAID, ids=lambda number: number.name)
@pytest.mark.parametrize(
    ("command", "stage"),
    [(SWEEP, "install"), (SWEEP, "specification"), (SWEEP, "writing"), (BISECT, "install"), (BISECT, "specification")],
    ids=lambda part: part if isinstance(part, str) else part[0],
)
def test_a_signal_to_lossspec_ends_all_that_it_started(workplace, command, stage, number):
    """Sent to lossspec alone: one line, a shell's exit code, no process, no scratch folder, the record as it was."""
    process = workplace.start(command, stage)

    process.send_signal(number)
    done = ended(process)

    assert (done.returncode, done.stdout) == (128 + number, "")
    assert done.stderr == f"lossspec: {SAID[number]}; no file was left half written.\n"
    assert workplace.nothing_runs()
    assert workplace.scratch() == []
    assert workplace.record.read_bytes() == workplace.before
    assert [path.name for path in workplace.record.parent.iterdir()] == [workplace.record.name]


@pytest.mark.parametrize("stage", ["install", "specification"])
@pytest.mark.parametrize("command", [SWEEP, BISECT], ids=lambda command: command[0])
def test_what_a_killed_lossspec_started_ends_with_it(workplace, command, stage):
    """SIGKILL leaves it no moment to end anything: what it started sees that it is gone, and the record stays."""
    process = workplace.start(command, stage)

    process.kill()

    assert ended(process).returncode == -signal.SIGKILL
    assert workplace.nothing_runs()
    assert workplace.record.read_bytes() == workplace.before


@pytest.mark.parametrize("command", [SWEEP, BISECT], ids=lambda command: command[0])
def test_a_terminal_that_is_closed_ends_all(workplace, command):
    """With nobody left to tell, and a progress bar that can't be drawn, all is ended and cleaned up none the less."""
    fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")
    ours, theirs = pty.openpty()
    process = workplace.start(
        command,
        "specification",
        **dict.fromkeys(("stdin", "stdout", "stderr"), theirs),
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # the terminal's own session, as a shell's is
    )
    os.close(theirs)
    os.close(ours)

    assert process.wait(PATIENCE) == 128 + signal.SIGHUP
    assert workplace.nothing_runs()
    assert workplace.scratch() == []


def test_under_nohup_a_closed_terminal_ends_nothing(workplace):
    """A SIGHUP that is ignored stays ignored, and SIGTERM ends the sweep all the same."""
    process = workplace.start(SWEEP, "specification", before=("/bin/sh", "-c", 'trap "" HUP; exec "$@"', "sh"))

    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)

    assert ended(process).returncode == 128 + signal.SIGTERM
    assert workplace.nothing_runs()


def test_a_sweep_that_nobody_ends_writes_its_record(workplace):
    """With the same programs, waiting nowhere, the record is replaced, and nothing runs on."""
    done = ended(workplace.start(SWEEP, "nowhere"))

    assert done.stdout == "1 subject: 1 as expected\n", done.stderr
    assert read_record(workplace.record) == read_record(workplace.folder / "new.json")
    assert workplace.nothing_runs()
    assert workplace.scratch() == []


@pytest.fixture
def handled(monkeypatch):
    """The handlers of signals, in a table rather than in this process."""
    table = {signal.SIGTERM: signal.SIG_DFL, signal.SIGHUP: signal.SIG_DFL}
    given = {name: getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIG_DFL", "SIG_IGN")}
    fake = SimpleNamespace(**given, getsignal=table.get, signal=table.__setitem__)
    monkeypatch.setattr("lossspec.core.signals.signal", fake)
    return table


def test_what_comes_after_the_first_signal_does_not_disturb_the_end(handled):
    """A shell and the system both send SIGHUP: the clean-up after the first goes on, and the handlers are put back."""
    cleaned = False

    def broken_off():
        nonlocal cleaned
        with ended_as_by_ctrl_c():
            end = handled[signal.SIGHUP]
            try:
                end(signal.SIGHUP, None)
            finally:
                end(signal.SIGHUP, None)
                handled[signal.SIGTERM](signal.SIGTERM, None)
                cleaned = True

    with pytest.raises(Ended) as raised:
        broken_off()

    assert raised.value.number == signal.SIGHUP
    assert cleaned
    assert set(handled.values()) == {signal.SIG_DFL}


def test_a_failure_of_the_clean_up_is_not_what_ended_it(handled):
    """Where a progress bar can't be taken off a terminal that is gone, the signal is still what is told."""

    def broken_off():
        with ended_as_by_ctrl_c():
            try:
                handled[signal.SIGTERM](signal.SIGTERM, None)
            finally:
                raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(Ended):
        broken_off()


@pytest.mark.parametrize("there", [signal.SIG_IGN, print, None], ids=["ignored", "another's", "not Python's"])
def test_a_handler_that_is_there_stays(handled, there):
    """Only where a signal would end the process does it break off the block, which may be part of another program."""
    handled[signal.SIGHUP] = there

    with ended_as_by_ctrl_c():
        assert handled[signal.SIGHUP] == there
        assert handled[signal.SIGTERM] != signal.SIG_DFL

    assert handled == {signal.SIGTERM: signal.SIG_DFL, signal.SIGHUP: there}


def test_in_another_thread_the_block_just_runs(handled):
    """Python lets only the main thread handle signals."""
    seen = []

    def run():
        with ended_as_by_ctrl_c():
            seen.append(dict(handled))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)

    assert seen == [{signal.SIGTERM: signal.SIG_DFL, signal.SIGHUP: signal.SIG_DFL}]
