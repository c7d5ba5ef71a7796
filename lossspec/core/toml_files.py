"""A TOML table read strictly: each key is taken once, with its type, and none may be left over."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Sequence

from lossspec.core.errors import UsageProblem

_REQUIRED = object()
_IN_WORDS: dict[type, str] = {str: "text", list: "a list", dict: "a table", bool: "true or false"}


class StrictTable:
    """One table of a TOML file, with the name of its entry for messages."""

    def __init__(self, file: Path, entry: str, data: Any) -> None:
        self.file, self.entry = file, entry
        if not isinstance(data, dict):
            raise self.problem("not a table", "key = value lines", "write it as a table")
        self.data = dict(data)

    def problem(self, given: str, expected: str, do: str) -> UsageProblem:
        """What is wrong here, as one line that names file and entry."""
        return UsageProblem(f"{self.file.name}, {self.entry}: {given}", expected=expected, do=do)

    def take(self, key: str, kind: type, default: Any = _REQUIRED) -> Any:
        """The value of a key, which must be of the given type and not empty text, nor text that steers a terminal."""
        value = self._given(key, kind, default)
        if isinstance(value, str) and not value.isprintable():
            raise self.problem(f"{value!r} for '{key}'", "text in one line that steers no terminal", "mend it")
        return value

    def _given(self, key: str, kind: type, default: Any) -> Any:
        if key not in self.data and default is not _REQUIRED:
            return default
        value = self.data.pop(key, None)
        empty = value is None or (isinstance(value, str) and not value.strip())
        if empty or not isinstance(value, kind):
            given = "nothing" if empty else repr(value)
            raise self.problem(f"{given} for '{key}'", _IN_WORDS[kind], f"give '{key}'")
        return value

    def text(self, key: str, default: Any = _REQUIRED) -> Any:
        """The text of a key."""
        return self.take(key, str, default)

    def code(self, key: str) -> str:
        """The source code of a key: text that may have several lines and nothing else that steers a terminal."""
        value: str = self._given(key, str, _REQUIRED)
        if not value.replace("\n", "").isprintable():
            raise self.problem(f"{value!r} for '{key}'", "source code that steers no terminal", "mend it")
        return value

    def texts(self, key: str, default: Any = _REQUIRED) -> list[str]:
        """The list of texts of a key."""
        values = self.take(key, list, default)
        if not all(isinstance(value, str) and value.strip() and value.isprintable() for value in values):
            raise self.problem(f"{values!r} for '{key}'", "a list of texts", f"mend '{key}'")
        return list(values)

    def choice(self, key: str, choices: Sequence[str]) -> str:
        """The text of a key, which must be one of the choices."""
        return self.one_of(self.text(key), key, choices)

    def one_of(self, value: str, key: str, choices: Sequence[str]) -> str:
        """The value itself, which must be one of the choices."""
        if value not in choices:
            allowed = ", ".join(repr(choice) for choice in choices)
            raise self.problem(f"unknown {key} {value!r}", f"one of {allowed}", "correct it")
        return value

    def finish(self) -> None:
        """Complain of every key that nobody took."""
        if self.data:
            unknown = ", ".join(repr(key) for key in sorted(self.data))
            raise self.problem(f"unknown key {unknown}", "only keys of the ledger", "remove or rename it")
