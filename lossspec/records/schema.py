"""The schema that records are held to, in whole or in part."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any, Callable, Dict

import fastjsonschema
from packaging.version import InvalidVersion, Version

SCHEMA_NUMBER = 5
READABLE = (3, 4, SCHEMA_NUMBER)
"""The numbers of the schemas that are read; what those before the last lacked may be missing."""

SCHEMA: Dict[str, Any] = json.loads(
    Path(__file__).with_name("record.schema.json").read_text(encoding="utf-8")
)

_LONGEST = 160  # characters of a problem
_Validate = Callable[[object], object]


def first_breach(record: object) -> str:
    """Where a packed record breaks the schema, and how; empty where it doesn't."""
    try:
        check(record)
    except fastjsonschema.JsonSchemaValueException as breach:
        name = breach.name or ""
        message = f"at {name.partition('.')[2] or 'top'}: {breach.message[len(name) + 1 :]}"
        if isinstance(breach.value, (str, int, float)):
            message += f", not {breach.value!r}"
        return message if len(message) < _LONGEST else message[: _LONGEST - 1] + "…"
    return ""


def check(record: object) -> None:
    """Check a packed record.

    Raises:
        ValueError: when it breaks the schema.
    """
    _compiled(tuple(SCHEMA["properties"]))(record)


def check_some(sections: object, keys: tuple[str, ...]) -> None:
    """Check some sections of a packed record, of which the others are not there.

    Raises:
        ValueError: when one breaks the schema.
    """
    _compiled(keys)(sections)


def check_claim(claim: object, figures: bool) -> None:
    """Check one claim of a packed record, with or without the figures and curves of its cases.

    Raises:
        ValueError: when it breaks the schema.
    """
    _compiled_claim(figures)(claim)


# Compiling takes a tenth of a second for all, so it waits until it is wanted.
@functools.lru_cache(maxsize=None)
def _compiled(keys: tuple[str, ...]) -> _Validate:
    return _compile(
        {
            **SCHEMA,
            "required": [key for key in SCHEMA["required"] if key in keys],
            "properties": {key: SCHEMA["properties"][key] for key in keys},
        }
    )


@functools.lru_cache(maxsize=None)
def _compiled_claim(figures: bool) -> _Validate:
    anything: Dict[str, Any] = {} if figures else {"figure": {}, "curve": {}}
    definitions = {**SCHEMA["definitions"], **anything}
    return _compile({**definitions["claim"], "definitions": definitions})


def _compile(schema: Dict[str, Any]) -> _Validate:
    validate: _Validate = fastjsonschema.compile(
        schema, formats={"pep440": _is_version}, use_default=False
    )
    return validate


def _is_version(value: str) -> bool:
    try:
        Version(value)
    except InvalidVersion:
        return False
    return True
