"""A user's own settings of Keras: from ``keras.json``, and from environment variables."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path
from typing import Any, Mapping

from lossspec.backends.keras.settings.released import HOME, LEGACY, RELEASED, VARIABLES, Settings

_YES = ("1", "true", "True")


def kept_out() -> str:
    """What a user has set that isn't as released, in one line, with where it stands; empty where nothing is.

    ``epsilon 0.1, backend torch (~/.keras/keras.json); KERAS_BACKEND=jax``.
    """
    file = keras_json()
    try:
        of_file = differing(read_keras_json(file))
    except ValueError as error:
        in_file = [f"{_short(file)}, which {error}"]
    else:
        named = ", ".join(f"{name} {value}" for name, value in of_file.items())
        in_file = [f"{named} ({_short(file)})"] if of_file else []
    variables = [
        f"{VARIABLE}={os.environ[VARIABLE]}"
        for VARIABLE, name in VARIABLES.items()
        if _is_set(VARIABLE)
    ]
    legacy = [f"{LEGACY}={os.environ[LEGACY]}"] if wants_legacy() and not is_legacy() else []
    return "; ".join([*in_file, *variables, *legacy])


def users_settings() -> Settings:
    """A user's settings that aren't as released; a variable goes before ``keras.json``, as in Keras.

    Raises:
        ValueError: when ``keras.json`` can't be read, or isn't a JSON object.
    """
    own = differing(read_keras_json(keras_json()))
    own.update(
        {
            name: _parsed(name, os.environ[each])
            for each, name in VARIABLES.items()
            if os.environ.get(each)
        }
    )
    return differing(own)


def source_of(name: str, value: Any) -> str:
    """The file or the variable that a user has set a setting to a value in; empty where neither does."""
    for variable, of in VARIABLES.items():
        if of == name and os.environ.get(variable) and _parsed(name, os.environ[variable]) == value:
            return variable
    try:
        of_file = read_keras_json(keras_json())
    except ValueError:
        return ""
    return str(keras_json()) if name in of_file and of_file[name] == value else ""


def keras_json() -> Path:
    """The file that Keras would read, whether it is there or not."""
    home = os.environ.get(HOME)
    if home is None:
        user = os.path.expanduser("~")
        home = os.path.join(user if os.access(user, os.W_OK) else "/tmp", ".keras")  # noqa: S108 # as Keras does
    return Path(os.path.expanduser(os.path.join(home, "keras.json")))


def read_keras_json(file: Path) -> Settings:
    """What a ``keras.json`` sets; nothing where there is none.

    Raises:
        ValueError: when it is there, and is no JSON object; says so as the end of a sentence.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ValueError(f"can't be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise ValueError("is no JSON") from error
    if not isinstance(content, dict):
        raise ValueError("is no JSON object")
    return content


def differing(settings: Mapping[str, Any]) -> Settings:
    """Those that Keras knows, and that aren't as released."""
    return {
        name: settings[name]
        for name in RELEASED
        if name in settings and not _same(settings[name], RELEASED[name])
    }


def wants_legacy() -> bool:
    """Whether a user asks for ``tf_keras`` in the place of Keras 3."""
    return os.environ.get(LEGACY) in _YES


def is_legacy() -> bool:
    """Whether a user asks for ``tf_keras``, and has it: then it is the subject."""
    return wants_legacy() and importlib.util.find_spec("tf_keras") is not None


def _is_set(variable: str) -> bool:
    value = os.environ.get(variable)
    return bool(value) and bool(
        differing({VARIABLES[variable]: _parsed(VARIABLES[variable], str(value))})
    )


def _parsed(name: str, text: str) -> Any:
    """A variable's value as Keras takes it; what is no number where one is wanted stays text."""
    if name == "nnx_enabled":
        return text.lower() in ("true", "1")
    if name.startswith("max_"):
        return int(text) if text.lstrip("-").isdigit() else text
    return text


def _same(value: Any, other: Any) -> bool:
    return bool(value == other) and isinstance(value, bool) == isinstance(other, bool)


def _short(file: Path) -> str:
    """A path as a person writes it: ``~/.keras/keras.json``."""
    home = os.path.expanduser("~")
    return f"~{str(file)[len(home) :]}" if str(file).startswith(home + os.sep) else str(file)
