"""The schema of records, in whole or in part."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any, Callable

import fastjsonschema

from lossspec.ledger.versions import is_version

SCHEMA_NUMBER = 5
READABLE = (3, 4, SCHEMA_NUMBER)
"""The numbers of the schemas that are read; what those before the last lacked may be missing."""

SCHEMA: dict[str, Any] = json.loads(
    Path(__file__).with_name("record.schema.json").read_text(encoding="utf-8")
)

Validate = Callable[[object], object]
"""Raises a ValueError for what breaks the schema."""

_LONGEST = 160  # characters of a problem


def first_breach(record: object) -> str:
    """Where a packed record breaks the schema; empty if nowhere."""
    try:
        validator()(record)
    except fastjsonschema.JsonSchemaValueException as breach:
        name = breach.name or ""
        message = f"at {name.partition('.')[2] or 'top'}: {breach.message[len(name) + 1 :]}"
        if isinstance(breach.value, (str, int, float)):
            message += f", not {breach.value!r}"
        return message if len(message) < _LONGEST else message[: _LONGEST - 1] + "…"
    return ""


# Compiling takes a tenth of a second for all, so it waits until it is wanted.
@functools.lru_cache(maxsize=None)
def validator(*keys: str) -> Validate:
    """The schema of a packed record, or some keys."""
    wanted = keys or tuple(SCHEMA["properties"])
    required = [key for key in SCHEMA["required"] if key in wanted]
    properties = {key: SCHEMA["properties"][key] for key in wanted}
    return _compile({**SCHEMA, "required": required, "properties": properties})


@functools.lru_cache(maxsize=None)
def claim_validator(figures: bool) -> Validate:
    """The schema of a packed claim, maybe without figures."""
    anything: dict[str, Any] = {} if figures else {"figure": {}, "curve": {}}
    definitions = {**SCHEMA["definitions"], **anything}
    return _compile({**definitions["claim"], "definitions": definitions})


def _compile(schema: dict[str, Any]) -> Validate:
    formats = {"pep440": is_version}
    validate: Validate = fastjsonschema.compile(schema, formats=formats, use_default=False)
    return validate
