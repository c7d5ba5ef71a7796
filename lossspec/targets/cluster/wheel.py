"""lossspec and its specs as they are now, packed to travel."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tempfile
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from lossspec.core.locks import locked
from lossspec.core.version import VERSION
from lossspec.targets.environments.observing import private_copy

_ROOMS = [Path(__file__).parents[1] / name for name in ("cluster", "environments")]
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


class Wheel(NamedTuple):
    """An archive of packages, and its digest."""

    digest: str
    content: bytes


def packed(folder: Path) -> Wheel:
    """Pack a folder; the same files give the same bytes."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writing:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                named = zipfile.ZipInfo(file.relative_to(folder).as_posix(), _LONG_AGO)
                writing.writestr(named, file.read_bytes(), zipfile.ZIP_DEFLATED)
    content = archive.getvalue()
    return Wheel(digest_of(content), content)


def of_lossspec() -> Wheel:
    """Pack lossspec and its specs."""
    with tempfile.TemporaryDirectory(prefix="lossspec-") as folder:
        return packed(private_copy(Path(folder) / "lossspec"))


def unpacked(digest: str, content: bytes | None, place: Path) -> Path | None:
    """Unpack an archive into a folder of its digest, once; None where it is lacking.

    Raises:
        OSError: when there is no room for it.
    """
    folder = place / digest
    if folder.is_dir():
        return folder
    if content is None or digest_of(content) != digest:
        return None
    with locked(place / f"{digest}.lock"):
        if not folder.is_dir():
            made = Path(tempfile.mkdtemp(dir=place, prefix=f"{digest}."))
            try:
                with zipfile.ZipFile(io.BytesIO(content)) as archive:
                    archive.extractall(made)  # the driver's own, by its digest
                os.replace(made, folder)  # whole or not at all
            finally:
                shutil.rmtree(made, ignore_errors=True)
    return folder


def digest_of(content: bytes) -> str:
    """Digest an archive."""
    return hashlib.sha256(content).hexdigest()


@lru_cache(maxsize=1)
def own_version() -> str:
    """Name this lossspec, with a digest of what runs subjects: ``0.1.0 (1a2b3c4d)``."""
    state = hashlib.sha256()
    for file in sorted(file for room in _ROOMS for file in room.glob("*.py")):
        state.update(file.read_bytes())
    return f"{VERSION} ({state.hexdigest()[:8]})"
