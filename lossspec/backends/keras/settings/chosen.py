"""Settings that a run is to be made under on purpose: read, refused where they can't be, and said in words."""

from __future__ import annotations

import difflib
import hashlib
import importlib.util
import json
import math
import os
from pathlib import Path
from typing import Any, Callable, Mapping, NoReturn

from lossspec.backends.keras.settings.released import LEGACY, Settings
from lossspec.backends.keras.settings.users import (
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

_FLOATS = ("float16", "bfloat16", "float32", "float64")
_BACKENDS = {
    "tensorflow": "tensorflow",
    "jax": "jax",
    "torch": "torch",
    "numpy": "numpy",
    "openvino": "openvino",
}
_XLA = {True: "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit", False: "--tf_xla_auto_jit=-1"}
_SWITCHES = {"onednn": "TF_ENABLE_ONEDNN_OPTS", "deterministic_ops": "TF_DETERMINISTIC_OPS"}
_OURS = ("dtype_policy", "auto_clustering", *_SWITCHES)
_LARGEST = 2**20  # bytes that are read of a file


def chosen(given: str) -> Settings:
    """Settings that aren't as released, by name, from a file, or the user's own.

    Args:
        given: a JSON file's path, or `MINE`.

    Raises:
        UsageProblem: when there is no such file, it isn't a JSON object, or it holds what can't be set.
    """
    settings = _mine() if given == MINE else _of_file(Path(given))
    place = "your own settings" if given == MINE else given
    for name, value in settings.items():
        if name not in KINDS:
            _refuse_unknown(place, name)
        expected, is_one = KINDS[name]
        if not is_one(value):
            near = difflib.get_close_matches(str(value), expected.split(", "), n=1)
            raise UsageProblem(
                f"{name} {json.dumps(value)} in {place}",
                expected=expected,
                do=f"write {near[0]}" if near else "give another, or leave it out",
            )
    _check_backend(settings.get("backend", "tensorflow"), place)
    return _canonical(settings) or _refuse_none(given)


def in_words(settings: Mapping[str, Any]) -> str:
    """``epsilon 0.001, dtype_policy mixed_float16, onednn off``."""
    return ", ".join(f"{name} {_value(value)}" for name, value in settings.items())


def suffix(settings: Mapping[str, Any]) -> str:
    """What a record's name ends with: ``-settings-1a2b3c4d``; nothing where all is as released."""
    if not settings:
        return ""
    return (
        f"-settings-{hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:8]}"
    )


def variables_of(settings: Mapping[str, Any]) -> dict[str, str]:
    """The environment variables that settings of TensorFlow's own come to, beside what is set already."""
    found = {
        variable: str(int(settings[name]))
        for name, variable in _SWITCHES.items()
        if name in settings
    }
    if "auto_clustering" in settings:
        before = os.environ.get("TF_XLA_FLAGS", "")
        found["TF_XLA_FLAGS"] = f"{before} {_XLA[settings['auto_clustering']]}".strip()
    return found


def _is_epsilon(value: Any) -> bool:
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and value > 0
        and math.isfinite(value)
    )


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _one_of(*values: str) -> tuple[str, Callable[[Any], bool]]:
    return ", ".join(values), lambda value: value in values


KINDS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "epsilon": ("a number above 0", _is_epsilon),
    "floatx": _one_of(*_FLOATS),
    "image_data_format": _one_of("channels_last", "channels_first"),
    "backend": _one_of(*_BACKENDS),
    "nnx_enabled": ("true or false", _is_bool),
    "max_epochs": ("a whole number above 0", _is_count),
    "max_steps_per_epoch": ("a whole number above 0", _is_count),
    "dtype_policy": _one_of(*_FLOATS, "mixed_float16", "mixed_bfloat16"),
    "auto_clustering": ("true or false", _is_bool),
    "onednn": ("true or false", _is_bool),
    "deterministic_ops": ("true or false", _is_bool),
}
"""What can be set: what is expected of each, in words, and whether a value is that."""


def _mine() -> Settings:
    if wants_legacy() and not is_legacy():
        raise UsageProblem(
            f"your own settings hold {LEGACY}={os.environ[LEGACY]}, and tf_keras is not installed",
            expected="tf_keras, which it asks for",
            do=f"unset {LEGACY}, or install tf_keras",
        )
    try:
        return users_settings()
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


def _canonical(settings: Mapping[str, Any]) -> Settings:
    """In the order of `KINDS`, without what is as released, so that the same settings are the same text."""
    numbers = {
        **settings,
        **({"epsilon": float(settings["epsilon"])} if "epsilon" in settings else {}),
    }
    own = {**differing(numbers), **{name: numbers[name] for name in numbers if name in _OURS}}
    if own.get("dtype_policy") == own.get("floatx", "float32"):
        del own["dtype_policy"]
    return {name: own[name] for name in KINDS if name in own}


def _check_backend(name: str, place: str) -> None:
    if name == "tensorflow":
        return
    installed = importlib.util.find_spec(_BACKENDS[name]) is not None
    raise UsageProblem(
        f"the backend {name} in {place} is {'not TensorFlow' if installed else 'not installed'}",
        expected="tensorflow: this lossspec decides Keras on TensorFlow",
        do="leave backend out",
    )


def _refuse_unknown(place: str, name: str) -> NoReturn:
    near = difflib.get_close_matches(name, KINDS, n=3, cutoff=0.4) or list(KINDS)
    raise UsageProblem(
        f"there is no setting {name!r}, which {place} has",
        expected=f"one such as {', '.join(near)}",
        do="name one of those, or leave it out",
    )


def _refuse_none(given: str) -> NoReturn:
    where = (
        f"neither {keras_json()} nor a variable such as KERAS_BACKEND sets"
        if given == MINE
        else f"{given} sets"
    )
    raise UsageProblem(
        f"{where} {'anything' if given == MINE else 'nothing'} that isn't as released",
        expected='a setting such as {"epsilon": 0.001}',
        do="leave --settings out, or set something",
    )


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)
