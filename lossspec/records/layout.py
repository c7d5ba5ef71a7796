"""A record's text: keys at one space, entries at two.

`render` writes so. A file laid out otherwise, by hand or by a formatter, is no such text.
"""

from __future__ import annotations

import json
import re
from typing import Any

from lossspec.core import json_files

_in_a_line = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_KEY = re.compile(rb'  "((?:[^"\\]|\\.)*)":')


def render(value: object, depth: int, indent: str = "") -> str:
    """Write JSON, a line for each entry down to a depth."""
    if depth == 0 or not isinstance(value, dict) or not value:
        return _in_a_line(value)
    inner = indent + " "
    lines = (f"{inner}{json.dumps(key)}:{render(v, depth - 1, inner)}" for key, v in value.items())
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def sections(lines: list[bytes]) -> dict[str, list[bytes]]:
    """The lines of each key's value, of a text's.

    Raises:
        ValueError: when the text isn't laid out as `render` lays out an object.
    """
    opening, *lines, closing, end = lines
    starts = [place for place, line in enumerate(lines) if line.startswith(b' "')]
    if (opening, closing, end) != (b"{", b"}", b"") or starts[:1] != [0]:
        raise ValueError("another layout")
    heads = _named([b" " + lines[start] for start in starts])
    parts = zip(heads.items(), starts, [*starts[1:], len(lines)])
    found = {name: [head, *lines[start + 1 : stop]] for (name, head), start, stop in parts}
    _check_commas([section[-1] for section in found.values()])
    return found


def entries(section: list[bytes]) -> dict[str, bytes]:
    """The text of each entry of a section, or a ValueError."""
    if section[0].rstrip(b",") == b"{}":
        return {}
    opening, *lines, closing = section
    if (opening, closing.rstrip(b",")) != (b"{", b" }"):
        raise ValueError("another layout")
    _check_commas(lines)
    return _named(lines)


def parsed(text: bytes) -> Any:
    """Read a value as strictly as `json_files.loads` does.

    Text that is written again as it stands has none of what is refused there, which is faster.

    Raises:
        ValueError: when it is no JSON, or JSON that readers disagree about.
    """
    line = (text[:-1] if text.endswith(b",") else text).decode()
    value = json.loads(line)
    return value if _in_a_line(value) == line else json_files.loads(line)


def _named(lines: list[bytes]) -> dict[str, bytes]:
    found = {}
    for line in lines:
        key = _KEY.match(line)
        if not key:
            raise ValueError("another layout")
        name = json.loads(b'"%s"' % key[1]) if b"\\" in key[1] else key[1].decode()
        found[name] = line[key.end() :]
    if len(found) < len(lines):
        raise ValueError("a key twice")
    return found


def _check_commas(values: list[bytes]) -> None:
    if not values or values[-1].endswith(b",") or not all(v.endswith(b",") for v in values[:-1]):
        raise ValueError("another layout")
