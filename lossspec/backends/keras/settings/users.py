"""Keras's settings as released, and a user's own."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path
from typing import Dict, Mapping

Settings = Dict[str, object]
"""By the names that ``keras.json`` has for them, or lossspec: ``dtype_policy``, say."""

RELEASED: Mapping[str, object] = {
    "epsilon": 1e-7,
    "floatx": "float32",
    "image_data_format": "channels_last",
    "backend": "tensorflow",
    "nnx_enabled": False,
    "max_epochs": None,
    "max_steps_per_epoch": None,
}
"""Each setting of Keras's own, as it is where nobody sets it."""

VARIABLES = {
    "KERAS_BACKEND": "backend",
    "KERAS_NNX_ENABLED": "nnx_enabled",
    "KERAS_MAX_EPOCHS": "max_epochs",
    "KERAS_MAX_STEPS_PER_EPOCH": "max_steps_per_epoch",
}
"""The environment variables that set one of these; each goes before ``keras.json``."""

HOME, LEGACY = "KERAS_HOME", "TF_USE_LEGACY_KERAS"
FOREIGN = (HOME, LEGACY, *VARIABLES)
"""Every variable that Keras, or the TensorFlow that loads it, reads such settings from."""


def kept_out(backend: str = "tensorflow") -> str:
    """Say in a line which of a user's settings are kept out, where Keras computes with a backend.

    ``epsilon 0.1, backend torch (~/.keras/keras.json); KERAS_BACKEND=jax``.
    """
    file = keras_json()
    place = str(file).replace(os.path.expanduser("~") + os.sep, f"~{os.sep}", 1)
    try:
        own = differing(_read(file), backend)
        in_file = ", ".join(f"{name} {value}" for name, value in own.items())
        in_file = in_file and f"{in_file} ({place})"
    except ValueError as error:
        in_file = f"{place}, which {error}"
    named = [variable for variable in VARIABLES if differing(_set_by(variable), backend)]
    if wants_legacy() and not is_legacy():
        named.append(LEGACY)
    return "; ".join(filter(None, [in_file, *(f"{name}={os.environ[name]}" for name in named)]))


def users_settings(backend: str = "tensorflow") -> Settings:
    """A user's own settings; variables go before ``keras.json``.

    Raises:
        ValueError: when ``keras.json`` can't be read, or isn't a JSON object.
    """
    own = _read(keras_json())
    for variable in VARIABLES:
        own.update(_set_by(variable))
    return differing(own, backend)


def keras_json() -> Path:
    """The path of Keras's file, there or not."""
    home = os.environ.get(HOME)
    if home is None:
        user = os.path.expanduser("~")
        home = os.path.join(user if os.access(user, os.W_OK) else "/tmp", ".keras")  # noqa: S108 # as Keras does
    return Path(os.path.expanduser(os.path.join(home, "keras.json")))


def differing(settings: Mapping[str, object], backend: str = "tensorflow") -> Settings:
    """Keras's settings that aren't as released, where it computes with a backend.

    What Keras writes by itself says nothing of a backend that was asked for: TensorFlow.
    """
    return {
        name: settings[name]
        for name, released in RELEASED.items()
        if name in settings
        and settings[name] != released
        and (name != "backend" or settings[name] != backend)
    }


def wants_legacy() -> bool:
    """Whether a user asks for ``tf_keras``."""
    return os.environ.get(LEGACY) in ("1", "true", "True")


def is_legacy() -> bool:
    """Whether a user asks for ``tf_keras`` and has it."""
    return wants_legacy() and importlib.util.find_spec("tf_keras") is not None


def _read(file: Path) -> Settings:
    """Read a ``keras.json``; nothing where there is none.

    Raises:
        ValueError: when it is no JSON object; says so as the end of a sentence.
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


def _set_by(variable: str) -> Settings:
    """What a variable sets, as Keras reads it."""
    text, name = os.environ.get(variable), VARIABLES[variable]
    if not text:
        return {}
    if name == "nnx_enabled":
        return {name: text.lower() in ("true", "1")}
    return {name: int(text) if name.startswith("max_") and text.lstrip("-").isdigit() else text}
