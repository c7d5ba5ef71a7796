"""JSON, read strictly."""

from __future__ import annotations

import json
from typing import Any, NoReturn

_LONGEST = 300  # digits of an integer that a float64 comes near to


def loads(text: str) -> Any:
    """Read a JSON text.

    Raises:
        ValueError: when it is none, gives a key twice in one object, spells NaN or Infinity as
            JavaScript does, has a number that no float64 is near, or half a character.
        RecursionError: when it is nested too deeply.
    """
    value = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse, parse_int=_integer)
    # Refuses what can't be written: infinity, which 1e999 is read as, and half a character.
    json.dumps(value, allow_nan=False, ensure_ascii=False).encode("utf-8")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {max(keys, key=keys.count)[:80]!r} twice in one object")
    return made


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant}, for which JSON has no number")


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST:
        raise ValueError(f"a number of {len(digits)} digits")
    return int(digits)
