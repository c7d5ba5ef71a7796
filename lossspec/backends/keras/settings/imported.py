"""Keras, imported under the settings wanted."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import tempfile
from pathlib import Path
from typing import Iterator, Mapping

from lossspec.backends.keras.settings.chosen import in_words
from lossspec.backends.keras.settings.users import FOREIGN, HOME, LEGACY, RELEASED, is_legacy
from lossspec.backends.keras.untyped import KerasObject, Library
from lossspec.core.errors import UsageProblem
from lossspec.core.machine import variables

_BY_FILE = ("epsilon", "floatx", "image_data_format", "nnx_enabled")
_BY_CALL = ("bfloat16",)  # which Keras knows as a floatx, and refuses in its file
_BY_VARIABLE = {
    "max_epochs": "KERAS_MAX_EPOCHS",
    "max_steps_per_epoch": "KERAS_MAX_STEPS_PER_EPOCH",
}
_SET_FLOATX = ("backend.set_floatx",)
_SET_POLICY = (
    "config.set_dtype_policy",
    "mixed_precision.set_global_policy",
    "mixed_precision.experimental.set_policy",
)
_POLICY = (
    "config.dtype_policy",
    "mixed_precision.global_policy",
    "mixed_precision.experimental.global_policy",
)
"""What Keras has called them, the newest first."""


@contextlib.contextmanager
def imported_with(chosen: Mapping[str, object], backend: str = "tensorflow") -> Iterator[None]:
    """Let imports of Keras in the block find these settings, others as released."""
    in_file = {name: value for name, value in chosen.items() if name in _BY_FILE}
    in_file = {name: value for name, value in in_file.items() if value not in _BY_CALL}
    found = {_BY_VARIABLE[name]: str(chosen[name]) for name in _BY_VARIABLE if name in chosen}
    if is_legacy():
        found[LEGACY] = os.environ[LEGACY]
    before = {name: os.environ.pop(name) for name in FOREIGN if name in os.environ}
    try:
        with tempfile.TemporaryDirectory(prefix="lossspec-keras-") as home:
            if in_file:
                Path(home, "keras.json").write_text(json.dumps(in_file), encoding="utf-8")
            os.environ.update({HOME: home, "KERAS_BACKEND": backend, **found})
            yield
    finally:
        for name in FOREIGN:
            os.environ.pop(name, None)
        os.environ.update(before)


def check_imported(
    keras: Library, chosen: Mapping[str, object], backend: str = "tensorflow"
) -> None:
    """Make settings that follow the import, and check all.

    Raises:
        UsageProblem: when Keras had other settings before, or knows no such policy.
    """
    if chosen.get("floatx") in _BY_CALL:
        _set(keras, _SET_FLOATX, "floatx", chosen["floatx"])
    wanted = {**RELEASED, "backend": backend, **chosen}
    for name in RELEASED:
        found = _first(keras, (f"backend.{name}", f"config.{name}"))
        if callable(found) and name != "nnx_enabled" and found() != wanted[name]:
            raise _imported_before(name, found(), wanted[name])
    policy = _first(keras, _POLICY)
    policy_name = getattr(policy(), "name", "") if policy else "_infer"
    if policy_name not in (wanted["floatx"], "_infer"):
        raise _imported_before("dtype_policy", policy_name, wanted["floatx"])
    if "dtype_policy" in chosen:
        _set(keras, _SET_POLICY, "dtype_policy", chosen["dtype_policy"])


def import_trouble(chosen: Mapping[str, object]) -> str:
    """The settings that may have broken an import: `` under XLA_FLAGS=--a``."""
    under = [f"the settings {in_words(chosen)}"] if chosen else []
    under += [f"{LEGACY}={os.environ[LEGACY]}"] if is_legacy() else []
    under += [f"{name}={value}" for name, value in variables().items()]
    return f" under {', '.join(under)}" if under else ""


def _first(keras: Library, paths: tuple[str, ...]) -> KerasObject | None:
    """The first of these functions that Keras has."""
    for path in paths:
        found = functools.reduce(lambda of, name: getattr(of, name, None), path.split("."), keras)
        if found is not None:
            return found
    return None


def _set(keras: Library, setters: tuple[str, ...], name: str, value: object) -> None:
    setter = _first(keras, setters)
    if setter is None:
        raise UsageProblem(
            f"the installed Keras has no {name}", expected="one that has", do="leave it out"
        )
    try:
        setter(value)
    except ValueError as error:
        message = " ".join(str(error).split())
        raise UsageProblem(
            f"the installed Keras refuses the {name} {value}: {message}",
            expected="one that it knows",
            do="choose another, or leave it out",
        ) from error


def _imported_before(name: str, found: object, wanted: object) -> UsageProblem:
    return UsageProblem(
        f"Keras was imported before lossspec, with {name} {found}",
        expected=f"{wanted}",
        do=(
            "leave out the conftest.py or the plugin of pytest that imports Keras, or what sets it:"
            " the code, keras.json, or a variable such as KERAS_BACKEND"
        ),
    )
