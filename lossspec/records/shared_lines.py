"""Records that share their lines, as the wheel holds them.

Of forty records' lines one in fifteen is different, but for the seconds that calls took. So a
folder holds each line once, in ``lines.txt``, and for a record a JSON file of its own name: its
subject, the numbers of its lines, and the seconds that go back into them.
"""

from __future__ import annotations

import functools
import itertools
import json
import re
from pathlib import Path
from typing import Iterable

LINES = "lines.txt"
LARGEST = 64 * 2**20
"""Bytes that are read of a file, and that a record may come to: some 25 times what one has."""

_OPENING = b'{"lines_of":'
_SECONDS = re.compile(rb'(?<="seconds":)[0-9][0-9.e+-]*(?=[,}])')
_OF_CALLS = b'"evidence":'  # in the lines of claims alone
_HOLE = b"\0"  # which no JSON text holds


def share(records: Iterable[Path], folder: Path) -> None:
    """Write records into a folder, each line once.

    Raises:
        ValueError: when a record would be read otherwise than it stands, which is a defect of ours.
    """
    numbers: dict[bytes, int] = {}
    folder.mkdir(parents=True, exist_ok=True)
    for path in records:
        content = path.read_bytes()
        seconds: list[bytes] = []
        lines = [_without(seconds, line) for line in content.split(b"\n")]
        short = {
            "lines_of": LINES,
            "subject": json.loads(content)["subject"],
            "lines": [numbers.setdefault(line, len(numbers)) for line in lines],
            "seconds": b" ".join(seconds).decode(),
        }
        text = json.dumps(short, separators=(",", ":"))
        (folder / path.name).write_text(text + "\n", encoding="utf-8")
        if _whole(text, list(numbers)) != content:
            raise ValueError(f"{path} is read otherwise than it stands")
    (folder / LINES).write_bytes(b"\n".join(numbers))


def whole(content: bytes, path: Path) -> bytes:
    """A record's text, whether its file holds it or shares its lines.

    Args:
        content: what the file holds.
        path: where it lies; the lines lie beside it.

    Raises:
        ValueError: when the file shares lines, and one isn't there or all are too many.
        OSError: when the lines can't be read.
    """
    if not content.startswith(_OPENING):
        return content
    return _whole(content.decode(), _shared(path.with_name(LINES), _HOLE))


def untimed(content: bytes, path: Path) -> list[bytes]:
    """A record's lines, likewise; calls of shared ones took 0 seconds, which is faster."""
    if not content.startswith(_OPENING):
        return content.split(b"\n")
    return _chosen(json.loads(content), _shared(path.with_name(LINES), b"0"))


def _without(seconds: list[bytes], line: bytes) -> bytes:
    """A line without its calls' seconds, which go to the others."""
    if _OF_CALLS not in line:
        return line
    seconds += _SECONDS.findall(line)
    return _SECONDS.sub(_HOLE, line)


@functools.lru_cache(maxsize=2)
def _shared(path: Path, seconds: bytes) -> list[bytes]:
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError(f"{path} is larger than {LARGEST // 2**20} MB")
    return content.replace(_HOLE, seconds).split(b"\n")


def _chosen(short: dict[str, list[int]], lines: list[bytes]) -> list[bytes]:
    try:
        found = [lines[number] for number in short["lines"]]
    except (IndexError, KeyError, TypeError) as error:
        raise ValueError(f"lines of {LINES} that aren't there") from error
    if sum(map(len, found)) > LARGEST:
        raise ValueError(f"more than {LARGEST // 2**20} MB of {LINES}")
    return found


def _whole(text: str, lines: list[bytes]) -> bytes:
    short = json.loads(text)
    parts = b"\n".join(_chosen(short, lines)).split(_HOLE)
    seconds = str(short.get("seconds")).encode().split()
    if len(parts) != len(seconds) + 1:
        raise ValueError(f"{len(seconds)} times for {len(parts) - 1} calls")
    return b"".join(itertools.chain.from_iterable(zip(parts, [*seconds, b""])))
