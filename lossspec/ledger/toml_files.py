"""TOML files, held to a JSON schema."""

from __future__ import annotations

import functools
import json
import sys
from pathlib import Path
from typing import Any, Callable

import fastjsonschema

from lossspec.core.errors import UsageProblem
from lossspec.ledger.versions import is_range

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_FORMATS: dict[str, Callable[[str], bool]] = {
    "text in one line": lambda text: text.isprintable() and not text.isspace() and text != "",
    "source code": lambda text: text.replace("\n", "").isprintable() and text.strip() != "",
    "a version range like '>=2.11,<3'": is_range,
}
"""What a text can be: nothing of it steers a terminal."""

_LONGEST = 160


def load(file: Path, schema: Path) -> Any:
    """Read a TOML file that a schema describes.

    Raises:
        UsageProblem: when it can't be read, or breaks the schema.
    """
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageProblem(
            f"{file} can't be read as TOML: {error}", expected="a TOML file", do="mend that place"
        ) from error
    try:
        _validator(schema)(content)
    except fastjsonschema.JsonSchemaValueException as breach:
        entry, given = _in_words(breach, content)
        raise problem(file, entry, given, f"what {schema.name} describes") from breach
    return content


def problem(file: Path, entry: str, given: str, expected: str) -> UsageProblem:
    """Say in one line what is wrong with an entry."""
    return UsageProblem(f"{file.name}, {entry}: {given}", expected=expected, do="mend that place")


@functools.lru_cache(maxsize=None)
def _validator(schema: Path) -> Callable[[object], object]:
    rules = json.loads(schema.read_text(encoding="utf-8"))
    validator: Callable[[object], object]
    validator = fastjsonschema.compile(rules, formats=_FORMATS, use_default=False)
    return validator


def _in_words(breach: fastjsonschema.JsonSchemaValueException, content: Any) -> tuple[str, str]:
    """The entry that breaks the schema, and what is wrong."""
    name, place = breach.name or "", breach.path[1:]
    entry, depth = f"[{place[0]}]" if place else "the file", 1
    if len(place) > 1 and isinstance(content[place[0]], list):
        number = int(place[1])
        broken, entry, depth = content[place[0]][number], f"{place[0]} number {number + 1}", 2
        id_ = broken.get("id") if isinstance(broken, dict) else None
        entry = id_ if isinstance(id_, str) and id_ and id_.isprintable() else entry
    message = " ".join([*filter(None, [".".join(place[depth:])]), breach.message[len(name) + 1 :]])
    if isinstance(breach.value, (str, int, float)):
        message += f", not {breach.value!r}"
    return entry, message if len(message) < _LONGEST else message[: _LONGEST - 1] + "…"
