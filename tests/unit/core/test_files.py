"""Files that commands write: whole or not at all, wherever they are to lie."""

from __future__ import annotations

import errno
import os
import tempfile

import pytest

from lossspec.core.files import write_whole
from lossspec.records.record import write_record
from refusals import refused
from side_by_side import recorded

NAME = "wahr & „falsch“ 漢字 %41 #1"


@pytest.fixture
def comparing(run, tmp_path):
    """A function that writes a comparison of two records to a place."""
    one = recorded({"doc.a": "refuted"}, versions=("2.20.0", "3.12.0"))
    records = {"one.json": one, "other.json": recorded({"doc.a": "holds"})}
    two = [write_record(record, tmp_path / NAME / name) for name, record in records.items()]
    return lambda out: run("compare", *two, "-o", out)


def test_names_may_be_any(run, comparing, tmp_path):
    """Folders and files of any name are read and written; a folder is made where there is none."""
    pytest.importorskip("matplotlib", reason="the report's packages are an extra")
    text, page = tmp_path / "new" / NAME / NAME, tmp_path / "page" / NAME

    results = [comparing(text), run("report", tmp_path / NAME, "-o", page)]

    assert [result.exit_code for result in results] == [0, 0]
    assert all(path.stat().st_size > 100 for path in (text, page))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_a_place_that_takes_nothing_is_one_line(comparing, tmp_path, monkeypatch, number):
    """On a full disk, and in a read-only folder, what was there stays, and nothing is beside it."""
    (tmp_path / "out").mkdir()
    out = tmp_path / "out" / "file"
    out.write_text("as before")

    def refuse(*_, **__):
        raise OSError(number, os.strerror(number))

    place, call = (os, "fsync") if number == errno.ENOSPC else (tempfile, "mkstemp")
    with monkeypatch.context() as patched:
        patched.setattr(place, call, refuse)
        line = refused(comparing(out))

    assert f"{out} can't be written: {os.strerror(number)}; expected a writable path" in line
    assert [path.name for path in out.parent.iterdir()] == ["file"]
    assert out.read_text() == "as before"


@pytest.mark.parametrize(
    "command",
    [
        ["compare", "2.10"],
        ["matrix"],
        ["report"],
        ["explain", "hinge.definition", "--records"],
    ],
    ids=lambda command: command[0],
)
def test_a_name_that_no_system_takes_is_one_line(run, command):
    """A path too long to be looked for is told as any other that can't be used."""
    name = "a" * 5000

    assert f"{name!r} can't be used: {os.strerror(errno.ENAMETOOLONG)};" in refused(
        run(*command, name)
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name are POSIX's")
def test_a_pipe_or_device_is_written_to_and_never_replaced(tmp_path):
    """What no file can take the place of, as /dev/stdout, is given all that a file would hold."""
    os.mkfifo(tmp_path / "pipe")
    reading = os.open(tmp_path / "pipe", os.O_RDWR | os.O_NONBLOCK)
    try:
        write_whole(tmp_path / "pipe", "text")

        assert (tmp_path / "pipe").is_fifo()
        assert os.read(reading, 1 << 16) == b"text"
    finally:
        os.close(reading)


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path, there):
    """A file that lies elsewhere is written there, be it there already or not."""
    link, elsewhere = tmp_path / "link", tmp_path / "elsewhere" / "file"
    link.symlink_to(elsewhere)
    if there:
        write_whole(elsewhere, "before")

    write_whole(link, "text")

    assert link.is_symlink()
    assert elsewhere.read_text() == "text"
