"""JSON read strictly: what readers disagree about, or what can't be written again, is refused."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

_HALF_A_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
_LONGEST = 300  # digits of an integer that a float64 comes near to


def loads(text: str) -> Any:
    """The value that a JSON text stands for.

    Raises:
        ValueError: when it is none, gives a key twice in one object, spells NaN or Infinity as JavaScript does, has a
            number that no float64 is near, or half a character, which UTF-8 can't hold.
        RecursionError: when it is nested too deeply.
    """
    value = json.loads(
        text, object_pairs_hook=_each_key_once, parse_constant=_refuse, parse_int=_integer, parse_float=_real
    )
    if _HALF_A_CHARACTER.search(text):  # pairs of them are whole characters, and are one letter by now
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for place, key in enumerate(keys) if key in keys[:place])
        raise ValueError(f"the key {twice[:80]!r} twice in one object")
    return made


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant}, for which JSON has no number")


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST:
        raise ValueError(f"a number of {len(digits)} digits")
    return int(digits)


def _real(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ValueError(f"the number {digits[:20]}, which is beyond all float64")
    return value
