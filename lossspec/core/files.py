"""Files written whole or not at all, whatever breaks off the writing."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path
from typing import Iterator, Mapping

from lossspec.core.errors import UsageProblem

if sys.platform != "win32":
    import fcntl

_NAMED = 40  # letters of the file's name in that of its forerunner: the whole of a long one would be too long


def write_whole(target: Path, content: str | bytes) -> None:
    """Write a file atomically, folders included; text as UTF-8.

    A link stays, and the file it leads to is replaced. A device or a pipe can't be replaced, and is written to.

    Raises:
        UsageProblem: when the place can't be written; what was there before stays.
    """
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    try:
        if target.exists() and not target.is_file() and not target.is_dir():
            target.write_bytes(data)
        else:
            _replace(Path(os.path.realpath(target)) if target.is_symlink() else target, data)
    except OSError as error:
        raise UsageProblem(
            f"{target} can't be written: {error.strerror or error}",
            expected="a writable path",
            do="name another, or mend its permissions",
        ) from error


def cache_folder(variables: Mapping[str, str] = os.environ) -> Path:
    """Find where lossspec keeps what it can make again: beside uv's cache where that is in its usual place."""
    named = variables.get("LOCALAPPDATA") if os.name == "nt" else variables.get("XDG_CACHE_HOME")
    return Path(named or Path.home() / ".cache") / "lossspec"


@contextlib.contextmanager
def alone_with(target: Path) -> Iterator[None]:
    """Look at a file and replace it while nobody else does both: who asks for it likewise waits until the block ends.

    The lock is the system's, on the file's folder, which is made where there is none: it leaves no file, and ends with
    the process. On Windows, and where a file system has no locks, the block just runs.
    """
    folder = Path(os.path.realpath(target)).parent
    with contextlib.ExitStack() as stack:
        if sys.platform != "win32":
            with contextlib.suppress(OSError):  # a place that can't be written says so when it is
                folder.mkdir(parents=True, exist_ok=True)
                handle = os.open(folder, os.O_RDONLY)
                stack.callback(os.close, handle)
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _replace(target: Path, data: bytes) -> None:
    """Write a forerunner beside the file, and put it in its place; no name of it ends as a record's does."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:_NAMED]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)  # mkstemp's own is for the owner alone
        os.replace(name, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
