"""A run that is interrupted or killed, and two at once: the record that was there stays whole."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import threading

import pytest

from lossspec.ledger.claims import Ledger
from lossspec.records.record import read_record, read_records, write_record
from lossspec.targets.sweep import stored
from lossspec.targets.sweep.incremental import Today
from recorded import claim, record_of
from weather import PATIENCE, SPECS, WAITING, Clone, ended, is_gone, until

pytestmark = pytest.mark.skipif(not hasattr(os, "killpg"), reason="signals to groups are POSIX's")

IN_A_SPEC = WAITING + SPECS + "    wait()\n"
IN_THE_WRITING = WAITING + "\nimport os\nos.replace = wait\n"
# The run of a part has looked at what is there, and waits with its writing until the whole run has written, or has had
# a second for it.
ONE_BETWEEN = """
import os, pathlib, time
replace = os.replace

def late(*names):
    if "PART" in os.environ:
        pathlib.Path("waiting").touch()
        last = time.monotonic() + 300
        while not pathlib.Path("ready").exists() and time.monotonic() < last:
            time.sleep(0.02)
        last = time.monotonic() + 1
        while not pathlib.Path("written").exists() and time.monotonic() < last:
            time.sleep(0.02)
    replace(*names)
    pathlib.Path("written").touch()

os.replace = late

def pytest_sessionstart():
    if "PART" not in os.environ:
        pathlib.Path("ready").touch()
"""
XDIST = importlib.util.find_spec("xdist") is not None


def broken_off(folder, stage):
    """A clone whose run waits within a spec, or just before the record is put into its place; a record is there."""
    clone = Clone(folder, **({"specs": IN_A_SPEC} if stage == "spec" else {"conftest": IN_THE_WRITING}))
    write_record(record_of(**{"doc.old": claim()}), clone.record)
    return clone


@pytest.mark.parametrize(
    ("stage", "options"),
    [
        ("spec", ()),
        ("writing", ()),
        pytest.param("spec", ("-n", "2"), marks=pytest.mark.skipif(not XDIST, reason="pytest-xdist is optional")),
    ],
)
def test_ctrl_c_leaves_nothing_but_the_record_that_was_there(tmp_path, stage, options):
    """Interrupted in a spec, in a worker, and in the writing: record whole, no process and no temporary file left."""
    clone = broken_off(tmp_path, stage)
    before = clone.record.read_bytes()
    process = clone.start_run(*options)

    done = clone.send(process, signal.SIGINT)

    assert done.returncode in (2, 130), done.stdout + done.stderr
    assert "INTERNALERROR" not in done.stdout + done.stderr
    assert clone.record.read_bytes() == before
    assert clone.beside_record() == ["out.json"]
    assert list((clone.folder / "tmp").glob("lossspec-*")) == []
    assert is_gone(process)


def test_what_a_killed_run_leaves_is_no_record(tmp_path, run):
    """Killed while it writes, it leaves a file beside the record, which stays whole and readers take it alone."""
    clone = broken_off(tmp_path, "writing")
    before = clone.record.read_bytes()

    done = clone.send(clone.start_run(), signal.SIGKILL)

    assert done.returncode == -signal.SIGKILL
    assert len(clone.beside_record()) == 2
    assert clone.record.read_bytes() == before
    assert [list(each["claims"]) for each in read_records([clone.record.parent])] == [["doc.old"]]
    assert run("matrix", clone.record.parent).exit_code == 0


def test_two_runs_may_write_the_same_record(tmp_path):
    """Started at one moment, both succeed, and one's record is there, whole, beside what a killed run left."""
    clone = Clone(tmp_path)
    clone.record.parent.mkdir()
    (clone.record.parent / ".out.json.abcdefgh").write_text('{"schema": 2, "cut')

    both = [ended(each) for each in [clone.start_run(), clone.start_run()]]

    assert [done.returncode for done in both] == [0, 0], both
    assert list(read_record(clone.record)["claims"]) == ["doc.a", "doc.b"]
    assert clone.beside_record() == [".out.json.abcdefgh", "out.json"]


def test_of_two_runs_at_once_the_fuller_record_stays(tmp_path):
    """A run of one spec that looked before the whole run had written doesn't replace what that writes."""
    clone = Clone(tmp_path, conftest=ONE_BETWEEN)
    part = clone.start_run("-k", "test_a", PART="yes")
    until(lambda: (tmp_path / "waiting").exists() or part.poll() is not None)

    both = [clone.run(), ended(part)]

    assert [done.returncode for done in both] == [0, 0], both
    assert list(read_record(clone.record)["claims"]) == ["doc.a", "doc.b"]
    assert clone.beside_record() == ["out.json"]


def test_of_two_sweeps_at_once_the_fuller_record_stays(tmp_path, monkeypatch):
    """A sweep with options that looked before a whole one had written doesn't replace what that writes."""
    looked, written = threading.Event(), threading.Event()

    def late(record, path):
        if list(record["claims"]) == ["doc.a"]:
            looked.set()
            written.wait(1)
            return write_record(record, path)
        target = write_record(record, path)
        written.set()
        return target

    monkeypatch.setattr(stored, "write_record", late)
    kept = stored.Stored(tmp_path, Today("0" * 12, {}, {}, Ledger({}, {})))
    part = threading.Thread(target=kept.keep, args=[record_of(**{"doc.a": claim()})])
    part.start()
    looked.wait(PATIENCE)
    place, _ = kept.keep(record_of(**{"doc.a": claim(), "doc.b": claim()}))
    part.join(PATIENCE)

    assert list(read_record(place)["claims"]) == ["doc.a", "doc.b"]
    assert list(tmp_path.iterdir()) == [place]


def test_a_reader_never_sees_a_record_half_written(tmp_path):
    """While two processes write different records to one path, again and again, it reads one or the other."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path;"
        "from recorded import claim, record_of; from lossspec.records.record import write_record\n"
        "for _ in range(25): write_record(record_of(**{sys.argv[3]: claim()}), Path(sys.argv[2]))"
    )
    path = write_record(record_of(**{"doc.a": claim()}), tmp_path / "out.json")
    given = [os.path.dirname(__file__), path]
    writers = [subprocess.Popen([sys.executable, "-c", code, *given, name]) for name in ("doc.a", "doc.b")]  # noqa: S603 # our own code

    seen = set()
    while any(writer.poll() is None for writer in writers):
        seen.update(read_record(path)["claims"])

    assert [writer.returncode for writer in writers] == [0, 0]
    assert seen == {"doc.a", "doc.b"}
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("command", ["matrix", "report"])
def test_an_interrupt_of_any_command_is_one_line(run, tmp_path, monkeypatch, command):
    """Ctrl-C while records are read ends with a line and the shell's exit code for it."""
    write_record(record_of(), tmp_path)

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("lossspec.core.json_files.loads", interrupted)
    result = run(command, tmp_path)

    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "lossspec: interrupted; no file was left half written.\n"
