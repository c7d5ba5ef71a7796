"""A record's text: keys at one space, entries at two, so that one is read without the rest.

`render` writes so. A file that was laid out otherwise, by hand or by a formatter, is no such text.
"""

from __future__ import annotations

import json
import re
from typing import Any, Iterable

from lossspec.core import json_files

_in_a_line = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_KEY = re.compile(rb'((?:[^"\\]|\\.)*)":')


def render(value: object, depth: int, indent: str = "") -> str:
    """JSON with a line for each entry down to a depth: one claim changed is one line changed."""
    if depth == 0 or not isinstance(value, dict) or not value:
        return _in_a_line(value)
    inner = indent + " "
    lines = (
        f"{inner}{json.dumps(key)}:{render(each, depth - 1, inner)}" for key, each in value.items()
    )
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def sections(content: bytes) -> dict[str, bytes]:
    """The text of each key's value.

    Raises:
        ValueError: when the text isn't laid out as `render` lays out an object.
    """
    return _split(content, b'\n "', b"\n}\n")


def entries(section: bytes) -> dict[str, bytes]:
    """The text of each entry of a section.

    Raises:
        ValueError: likewise.
    """
    return {} if section == b"{}" else _split(section, b'\n  "', b"\n }")


def some_entries(section: bytes, names: Iterable[str]) -> dict[str, bytes]:
    """Those of some names, as far as they are there, found without looking at the others."""
    found = {}
    for name in names:
        _, key, rest = section.partition(f"\n  {json.dumps(name)}:".encode())
        if key:
            found[name] = rest.partition(b"\n")[0].rstrip(b",")
    return found


def parsed(text: bytes) -> Any:
    """The value of a key or of an entry, read as strictly as `json_files.loads` does.

    Text that is written again as it stands has none of what is refused there, which is faster.

    Raises:
        ValueError: when it is no JSON, or JSON that readers disagree about.
    """
    line = text.decode()
    value = json.loads(line)
    return value if _in_a_line(value) == line else json_files.loads(line)


def _split(text: bytes, start: bytes, end: bytes) -> dict[str, bytes]:
    opening, *items = text[: -len(end)].split(start)
    if opening != b"{" or not items or not text.endswith(end):
        raise ValueError("another layout")
    found = {}
    for place, item in enumerate(items, 1):
        key = _KEY.match(item)
        if not key or item.endswith(b",") != (place < len(items)):
            raise ValueError("another layout")
        name = json.loads(b'"%s"' % key[1]) if b"\\" in key[1] else key[1].decode()
        found[name] = item[key.end() : -1 if place < len(items) else None]
    if len(found) < len(items):
        raise ValueError("a key twice")
    return found
