"""Files that commands write: whole or not at all, wherever they are to lie."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

import pytest

from lossspec.core.errors import UsageProblem
from lossspec.core.files import write_whole
from lossspec.records.record import read_record, write_record
from recorded import claim, record_of
from refusals import refused
from side_by_side import recorded

NAME = "wahr & „falsch“ 漢字 %41 #1"

WRITING = {
    "page": ("report", "{0}", "-o", "{out}"),
    "text": ("compare", "{0}", "{1}", "-o", "{out}"),
    "markdown": ("compare", "{0}", "{1}", "--format", "markdown", "-o", "{out}"),
}


@pytest.fixture
def command(tmp_path):
    """A function to the command that writes a page or a comparison to a place."""
    one = recorded({"doc.a": "refuted"}, versions=("2.20.0", "3.12.0"))
    records = {"one.json": one, "other.json": recorded({"doc.a": "holds"})}
    two = [write_record(record, tmp_path / NAME / name) for name, record in records.items()]

    def command(what, out):
        if what == "page":
            pytest.importorskip("matplotlib", reason="the report's packages are an extra")
        return [part.format(*two, out=out) for part in WRITING[what]]

    return command


@pytest.mark.parametrize("what", WRITING)
def test_names_may_be_any(run, command, tmp_path, what):
    """Folders and files of any name are read and written; a folder is made where there is none."""
    out = tmp_path / "new" / NAME / NAME

    result = run(*command(what, out))

    assert result.exit_code == 0, result.output
    assert out.stat().st_size > 100


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
@pytest.mark.parametrize("what", WRITING)
def test_a_place_that_takes_nothing_is_one_line(run, command, tmp_path, monkeypatch, what, number):
    """On a full disk, and in a read-only folder, what was there stays, and nothing is left beside it."""
    (tmp_path / "out").mkdir()
    out = tmp_path / "out" / "file"
    out.write_text("as before")

    def refuse(*_, **__):
        raise OSError(number, os.strerror(number))

    place, call = (os, "fsync") if number == errno.ENOSPC else (tempfile, "mkstemp")
    with monkeypatch.context() as patched:
        patched.setattr(place, call, refuse)
        line = refused(run(*command(what, out)))

    assert f"{out} can't be written: {os.strerror(number)}; expected a writable path" in line
    assert [path.name for path in out.parent.iterdir()] == ["file"]
    assert out.read_text() == "as before"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name are POSIX's")
def test_a_pipe_or_device_is_written_to_and_never_replaced(run, command, tmp_path):
    """What no file can take the place of, as /dev/stdout, is given all that a file would hold."""
    os.mkfifo(tmp_path / "pipe")
    reading = os.open(tmp_path / "pipe", os.O_RDWR | os.O_NONBLOCK)
    try:
        for out in ("pipe", "file"):
            assert run(*command("text", tmp_path / out)).exit_code == 0

        assert (tmp_path / "pipe").is_fifo()
        assert os.read(reading, 1 << 16) == (tmp_path / "file").read_bytes()
    finally:
        os.close(reading)


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path):
    """A record that lies elsewhere is written there, be it there already or not."""
    for name in ("there.json", "new.json"):
        (tmp_path / name).symlink_to(tmp_path / "elsewhere" / name)
    write_record(record_of(), tmp_path / "elsewhere" / "there.json")

    for name in ("there.json", "new.json"):
        write_record(record_of(**{"doc.b": claim()}), tmp_path / name)

        assert (tmp_path / name).is_symlink()
        assert list(read_record(tmp_path / "elsewhere" / name)["claims"]) == ["doc.b"]


@pytest.mark.parametrize("letter", ["n", "ü"])
def test_as_long_a_name_as_the_system_takes_can_be_written(tmp_path, letter):
    """One letter more is one line."""
    longest = letter * (255 // len(letter.encode()))

    write_whole(tmp_path / longest, "text")

    assert [path.name for path in tmp_path.iterdir()] == [longest]
    with pytest.raises(UsageProblem, match="File name too long"):
        write_whole(Path(tmp_path / (longest + letter)), "text")
