"""Files written as a whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from lossspec.core.errors import UsageProblem


def write_whole(target: Path, content: str | bytes) -> None:
    """Write a file atomically, folders included; text as UTF-8.

    A link stays, and the file it leads to is replaced. A device or a pipe is written to.

    Raises:
        UsageProblem: when the place can't be written; what was there before stays.
    """
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    try:
        if target.exists() and not target.is_file() and not target.is_dir():
            target.write_bytes(data)
        else:
            _replace(Path(os.path.realpath(target)), data)
    except OSError as error:
        raise UsageProblem(
            f"{target} can't be written: {error.strerror or error}",
            expected="a writable path",
            do="name another, or mend its permissions",
        ) from error


def cache_folder() -> Path:
    """Find lossspec's cache folder."""
    named = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME")
    return Path(named or Path.home() / ".cache") / "lossspec"


def _replace(target: Path, data: bytes) -> None:
    """Write a file beside the target, then rename it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".lossspec.")
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
