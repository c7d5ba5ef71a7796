"""Settings to run under: read, checked, in words."""

from __future__ import annotations

import difflib
import hashlib
import json
import math
import os
from pathlib import Path
from typing import Callable, Mapping, Tuple

from lossspec.backends.keras.settings.users import (
    LEGACY,
    Settings,
    differing,
    is_legacy,
    keras_json,
    users_settings,
    wants_legacy,
)
from lossspec.core import json_files
from lossspec.core.errors import UsageProblem

MINE = "mine"
"""What is given for the settings that a user has, in the place of a file."""

_XLA = {True: "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit", False: "--tf_xla_auto_jit=-1"}
_SWITCHES = {"onednn": "TF_ENABLE_ONEDNN_OPTS", "deterministic_ops": "TF_DETERMINISTIC_OPS"}
_OURS = ("dtype_policy", "auto_clustering", *_SWITCHES)
_LARGEST = 2**20  # bytes that are read of a file

Kind = Tuple[str, Callable[[object], bool]]


def _one_of(*values: str) -> Kind:
    return ", ".join(values), lambda value: value in values


_FLOATS = ("float16", "bfloat16", "float32", "float64")
_SWITCH: Kind = "true or false", lambda value: isinstance(value, bool)
_COUNT: Kind = "a whole number above 0", lambda v: isinstance(v, int) and v is not True and v > 0

KINDS: Mapping[str, Kind] = {
    "epsilon": (
        "a number above 0",
        lambda v: isinstance(v, (int, float)) and v is not True and 0 < v < math.inf,
    ),
    "floatx": _one_of(*_FLOATS),
    "image_data_format": _one_of("channels_last", "channels_first"),
    "backend": _one_of("tensorflow", "jax", "torch", "numpy", "openvino"),
    "nnx_enabled": _SWITCH,
    "max_epochs": _COUNT,
    "max_steps_per_epoch": _COUNT,
    "dtype_policy": _one_of(*_FLOATS, "mixed_float16", "mixed_bfloat16"),
    "auto_clustering": _SWITCH,
    "onednn": _SWITCH,
    "deterministic_ops": _SWITCH,
}
"""What can be set: what is expected of each, in words, and whether a value is that."""


def chosen(given: str, backend: str = "tensorflow") -> Settings:
    """Read settings other than released, from a JSON file, or `MINE`.

    Args:
        given: the file's path, or `MINE`.
        backend: what Keras computes with.

    Raises:
        UsageProblem: when there is no JSON object, or what can't be set.
    """
    place = "your own settings" if given == MINE else given
    settings = _mine(backend) if given == MINE else _of_file(Path(given))
    for name, value in settings.items():
        _check(name, value, place, backend)
    found = _canonical(settings, backend)
    if not found:
        raise UsageProblem(
            f"nothing in {place} isn't as released",
            expected='a setting such as {"epsilon": 0.001}',
            do="leave --settings out, or set something",
        )
    return found


def in_words(settings: Mapping[str, object]) -> str:
    """``epsilon 0.001, dtype_policy mixed_float16, onednn off``."""

    def value_in_words(value: object) -> str:
        if isinstance(value, bool):
            return "on" if value else "off"
        return f"{value:g}" if isinstance(value, float) else str(value)

    return ", ".join(f"{name} {value_in_words(value)}" for name, value in settings.items())


def suffix(settings: Mapping[str, object]) -> str:
    """What a record's name ends with: ``-settings-1a2b3c4d``."""
    if not settings:
        return ""
    text = json.dumps(settings, sort_keys=True)
    return f"-settings-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def variables_of(settings: Mapping[str, object]) -> dict[str, str]:
    """The environment variables that make TensorFlow's settings."""
    found = {
        variable: "1" if settings[name] else "0"
        for name, variable in _SWITCHES.items()
        if name in settings
    }
    if "auto_clustering" in settings:
        before = os.environ.get("TF_XLA_FLAGS", "")
        found["TF_XLA_FLAGS"] = f"{before} {_XLA[bool(settings['auto_clustering'])]}".strip()
    return found


def _mine(backend: str) -> Settings:
    if wants_legacy() and not is_legacy():
        raise UsageProblem(
            f"your own settings hold {LEGACY}={os.environ[LEGACY]}, and tf_keras is not installed",
            expected="tf_keras, which it asks for",
            do=f"unset {LEGACY}, or install tf_keras",
        )
    try:
        return users_settings(backend)
    except ValueError as error:
        raise UsageProblem(
            f"{keras_json()} {error}", expected="an object of settings", do="mend it"
        ) from error


def _of_file(file: Path) -> Settings:
    try:
        with file.open("rb") as opened:
            content = json_files.loads(opened.read(_LARGEST).decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) else f"no JSON ({error})"
        raise UsageProblem(
            f"{file} can't be read: {why}",
            expected=f'a JSON file such as {{"epsilon": 0.001}}, or {MINE!r} for what you have set',
            do="name another, or mend it",
        ) from error
    if not isinstance(content, dict):
        raise UsageProblem(
            f"{file} is no JSON object", expected='one such as {"epsilon": 0.001}', do="mend it"
        )
    return content


def _check(name: str, value: object, place: str, backend: str) -> None:
    """Refuse an unknown setting, an impossible value, or what another backend has."""
    if name not in KINDS:
        near = difflib.get_close_matches(name, KINDS, n=3, cutoff=0.4) or list(KINDS)
        raise UsageProblem(
            f"there is no setting {name!r}, which {place} has",
            expected=f"one such as {', '.join(near)}",
            do="name one of those, or leave it out",
        )
    expected, is_one = KINDS[name]
    if not is_one(value):
        near = difflib.get_close_matches(str(value), expected.split(", "), n=1)
        raise UsageProblem(
            f"{name} {json.dumps(value)} in {place}",
            expected=expected,
            do=f"write {near[0]}" if near else "give another, or leave it out",
        )
    if name == "backend" and value != backend:
        raise UsageProblem(
            f"the backend {value} in {place} is not {backend}, which this run is on",
            expected=backend,
            do="leave backend out, or name another with --lossspec-backend",
        )
    if name in (*_SWITCHES, "auto_clustering") and backend != "tensorflow":
        raise UsageProblem(
            f"{name} in {place} is a setting of TensorFlow",
            expected=f"none but Keras's, which computes with {backend} here",
            do="leave it out",
        )


def _canonical(settings: Settings, backend: str) -> Settings:
    """Settings other than released, in the order of `KINDS`."""
    if "epsilon" in settings:
        settings = {**settings, "epsilon": float(str(settings["epsilon"]))}
    own = {
        **differing(settings, backend),
        **{name: settings[name] for name in _OURS if name in settings},
    }
    if own.get("dtype_policy") == own.get("floatx", "float32"):
        own.pop("dtype_policy", None)
    return {name: own[name] for name in KINDS if name in own}
