"""A disk that is full, a place that is read-only, and places that are no ordinary files."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import lossspec
from lossspec.core.errors import UsageProblem
from lossspec.core.files import write_whole
from lossspec.ledger.claims import Ledger
from lossspec.records.record import read_record, write_record
from lossspec.targets.sweep import stored
from lossspec.targets.sweep.incremental import Today
from recorded import claim, record_of
from refusals import refused
from side_by_side import recorded

FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is Linux's")

# What each command writes, by the options that have it do so.
WRITING = {
    "page": ("report", "{0}", "-o", "{out}"),
    "text": ("compare", "{0}", "{1}", "-o", "{out}"),
    "markdown": ("compare", "{0}", "{1}", "--format", "markdown", "-o", "{out}"),
    "json": ("compare", "{0}", "{1}", "--format", "json", "-o", "{out}"),
}


@pytest.fixture
def two(tmp_path):
    """The files of two records."""
    one, other = recorded({"doc.a": "refuted"}, versions=("2.20.0", "3.12.0")), recorded({"doc.a": "holds"})
    return [write_record(each, tmp_path / "two" / name) for each, name in ((one, "one.json"), (other, "other.json"))]


@pytest.fixture
def out(tmp_path):
    """A file that is there already, alone in its folder."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "file").write_text("as before")
    return tmp_path / "out" / "file"


def command(what, two, out):
    """The command that writes a page or a comparison."""
    if what == "page":
        pytest.importorskip("matplotlib", reason="the report's packages are an extra")
    return [part.format(*two, out=out) for part in WRITING[what]]


@pytest.fixture(params=["mkdir", "mkstemp", "write", "flush", "fsync", "replace"])
def failing(request, monkeypatch):
    """A stage of writing a file, at which the disk turns out to be full."""

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    class FullFile:
        """A file of which one call fails."""

        def __init__(self, *given):
            self._file = os.fdopen_(*given)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self._file.close()

        def __getattr__(self, name):
            return full if name == request.param else getattr(self._file, name)

    if request.param in ("write", "flush"):
        monkeypatch.setattr(os, "fdopen_", os.fdopen, raising=False)
        monkeypatch.setattr(os, "fdopen", FullFile)
    else:
        place = {"mkdir": Path, "mkstemp": tempfile}.get(request.param, os)
        monkeypatch.setattr(place, request.param, full)
    return monkeypatch


@pytest.mark.parametrize("what", ["record", *WRITING])
def test_a_full_disk_is_one_line_and_changes_nothing(run, two, out, failing, what):
    """At whichever stage there is no room, what was there stays to the byte, and nothing is left beside it."""
    if what == "record":
        with pytest.raises(UsageProblem, match=r"can't be written: No space left on device; expected .*; name another"):
            write_whole(out, "{}")
    else:
        assert f"{out} can't be written: No space left on device" in refused(run(*command(what, two, out)))

    failing.undo()
    assert [path.name for path in out.parent.iterdir()] == ["file"]
    assert out.read_text() == "as before"


@pytest.mark.parametrize("what", ["record", *WRITING])
def test_a_file_beyond_what_the_system_allows_is_one_line(two, out, what):
    """Where the system itself stops the writing half-way, the old file stays and nothing is left beside it."""
    resource = pytest.importorskip("resource", reason="limits are POSIX's")
    code = "from pathlib import Path\nfrom lossspec.commands.main import main\n"
    code += "from lossspec.core.files import write_whole\n"
    code += f"write_whole(Path({str(out)!r}), 'x' * 9999)" if what == "record" else f"main({command(what, two, out)!r})"

    done = subprocess.run(  # noqa: S603 # our own code
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(lossspec.__file__).parents[1],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)),  # nothing runs beside
    )

    assert "can't be written: File too large; expected a writable path" in done.stderr
    assert what == "record" or (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert [path.name for path in out.parent.iterdir()] == ["file"]
    assert out.read_text() == "as before"


@FULL
@pytest.mark.parametrize(
    "arguments",
    [["claims", "--counts"], ["claims", "--json"], ["matrix", "two"], ["compare", "two/one.json", "two/other.json"]],
    ids=lambda arguments: " ".join(arguments),
)
def test_an_output_that_is_full_is_one_line(tmp_path, two, arguments):  # noqa: ARG001 # two are read
    """Standard output that takes no more ends a command with one line and exit code 2, not with a traceback."""
    with open("/dev/full", "wb") as full:
        done = subprocess.run(  # noqa: S603 # our own code
            [sys.executable, "-m", "lossspec", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(Path(lossspec.__file__).parents[1])},
        )

    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert done.stderr.startswith("lossspec: standard output can't be written: No space left on device; expected ")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name are POSIX's")
@pytest.mark.parametrize("what", ["text", "markdown", "json"])  # a pipe that nobody reads holds no page
def test_a_pipe_or_device_is_written_to_and_never_replaced(run, two, tmp_path, what):
    """What no file can take the place of, as /dev/stdout, is given all that a file would hold."""
    os.mkfifo(tmp_path / "pipe")
    reading = os.open(tmp_path / "pipe", os.O_RDWR | os.O_NONBLOCK)
    try:
        result = run(*command(what, two, tmp_path / "pipe"))
        run(*command(what, two, tmp_path / "file"))

        assert result.exit_code == 0
        assert (tmp_path / "pipe").is_fifo()
        assert os.read(reading, 1 << 16) == (tmp_path / "file").read_bytes()
    finally:
        os.close(reading)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a place where nobody can write is Linux's")
@pytest.mark.parametrize("what", WRITING)
@pytest.mark.parametrize("place", ["/proc/out", "/proc/folder/out", "/proc/version"])
def test_a_read_only_place_is_one_line(run, two, what, place):
    """A place where not even root can write is refused by name."""
    assert f"{place} can't be written: " in refused(run(*command(what, two, place)))


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_a_record_for_a_read_only_folder_fails_its_subject_alone(tmp_path, monkeypatch, number):
    """Of a sweep, a record that can't be stored is a problem that names its file, for which the others don't stop."""

    def refuse(*_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    kept = stored.Stored(tmp_path, Today("0" * 12, {}, {}, Ledger({}, {})))

    with pytest.raises(UsageProblem, match=r"keras-3\.15\.1\.json can't be written: "):
        kept.keep(record_of())


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP])
def test_a_file_system_without_locks_is_written_to(tmp_path, monkeypatch, number):
    """Where nobody can be kept out while a record is looked at and replaced, it is replaced all the same."""
    fcntl = pytest.importorskip("fcntl", reason="locks of folders are POSIX's")

    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuse)
    kept = stored.Stored(tmp_path / "records", Today("0" * 12, {}, {}, Ledger({}, {})))

    place, written = kept.keep(record_of())

    assert written
    assert read_record(place)["subject"] == record_of()["subject"]


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path):
    """A record that lies elsewhere is written there; a link that leads nowhere yet brings its file into being."""
    for name in ("there", "new"):
        (tmp_path / f"{name}.json").symlink_to(tmp_path / "elsewhere" / f"{name}.json")
    write_record(record_of(), tmp_path / "elsewhere" / "there.json")

    for name in ("there", "new"):
        write_record(record_of(**{"doc.b": claim()}), tmp_path / f"{name}.json")

        assert (tmp_path / f"{name}.json").is_symlink()
        assert list(read_record(tmp_path / "elsewhere" / f"{name}.json")["claims"]) == ["doc.b"]


@pytest.mark.parametrize("letter", ["n", "ü", "漢"])
def test_as_long_a_name_as_the_system_takes_can_be_written(tmp_path, letter):
    """The forerunner of a file has no longer a name than the file may have; one letter more is one line."""
    longest = letter * (255 // len(letter.encode()))

    write_whole(tmp_path / longest, "text")

    assert [path.name for path in tmp_path.iterdir()] == [longest]
    with pytest.raises(UsageProblem, match="File name too long"):
        write_whole(tmp_path / (longest + letter), "text")
