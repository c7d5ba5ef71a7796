"""Keras, imported under the settings that are wanted: those that were released, or others that were chosen."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping

from lossspec.backends.keras.settings.chosen import in_words
from lossspec.backends.keras.settings.released import FOREIGN, HOME, LEGACY, RELEASED
from lossspec.backends.keras.settings.users import is_legacy, source_of
from lossspec.core.errors import UsageProblem
from lossspec.core.machine import variables

_BY_FILE = ("epsilon", "floatx", "image_data_format", "nnx_enabled")
_BY_CALL = ("bfloat16",)  # which Keras knows as a floatx, and refuses in its file
_BY_VARIABLE = {
    "max_epochs": "KERAS_MAX_EPOCHS",
    "max_steps_per_epoch": "KERAS_MAX_STEPS_PER_EPOCH",
}


@contextlib.contextmanager
def imported_with(chosen: Mapping[str, Any]) -> Iterator[None]:
    """Within the block an import of Keras finds these settings and no one else's; the variables are put back.

    Args:
        chosen: by name; what isn't among them is as released.
    """
    keeps = {LEGACY: os.environ[LEGACY]} if is_legacy() else {}
    before = {name: os.environ.pop(name) for name in FOREIGN if name in os.environ}
    try:
        with tempfile.TemporaryDirectory(prefix="lossspec-keras-") as home:
            in_file = {
                name: chosen[name]
                for name in _BY_FILE
                if name in chosen and chosen[name] not in _BY_CALL
            }
            if in_file:
                Path(home, "keras.json").write_text(json.dumps(in_file), encoding="utf-8")
            os.environ.update({HOME: home, "KERAS_BACKEND": "tensorflow", **keeps})
            os.environ.update(
                {_BY_VARIABLE[name]: str(chosen[name]) for name in _BY_VARIABLE if name in chosen}
            )
            yield
    finally:
        for name in FOREIGN:
            os.environ.pop(name, None)
        os.environ.update(before)


def check_imported(keras: Any, chosen: Mapping[str, Any]) -> None:
    """Bring what can't be set before the import, and see that Keras has what is wanted.

    Args:
        keras: the subject's ``tf.keras``.
        chosen: as for `imported_with`.

    Raises:
        UsageProblem: when Keras had been imported before, by someone else and with other settings, or knows no such
            policy.
    """
    if chosen.get("floatx") in _BY_CALL:
        _call(keras, [("backend", "set_floatx")], "floatx", chosen["floatx"])
    wanted = {**RELEASED, **chosen}
    for name in (
        "backend",
        "floatx",
        "epsilon",
        "image_data_format",
        "max_epochs",
        "max_steps_per_epoch",
    ):
        found = _found(keras, name)
        if callable(found) and found() != wanted[name]:
            raise _imported_before(name, found(), wanted[name])
    setting = "dtype_policy"
    policy = _policy_of(keras)
    if policy is not None and policy not in (wanted["floatx"], "_infer"):
        raise _imported_before(setting, policy, wanted["floatx"])
    if setting in chosen:
        setters = [("config", "set_dtype_policy"), ("mixed_precision", "set_global_policy")]
        _call(
            keras,
            [*setters, ("mixed_precision.experimental", "set_policy")],
            setting,
            chosen[setting],
        )


def import_trouble(chosen: Mapping[str, Any]) -> str:
    """What may be why an import failed, as far as someone has set it: `` under XLA_FLAGS=--a``; maybe nothing."""
    kept = [f"{LEGACY}={os.environ[LEGACY]}"] if is_legacy() else []
    under = [*([f"the settings {in_words(chosen)}"] if chosen else []), *kept]
    under += [f"{name}={value}" for name, value in variables().items()]
    return f" under {', '.join(under)}" if under else ""


def _found(keras: Any, name: str) -> Callable[[], Any] | None:
    for module in ("backend", "config"):
        function: Callable[[], Any] | None = getattr(getattr(keras, module, None), name, None)
        if function is not None:
            return function
    return None


def _policy_of(keras: Any) -> str | None:
    """The name of the global dtype policy; None where this Keras has none that can be asked for."""
    found = _attribute(keras, "config.dtype_policy") or _attribute(
        keras, "mixed_precision.global_policy"
    )
    found = found or _attribute(keras, "mixed_precision.experimental.global_policy")
    return None if found is None else str(getattr(found(), "name", ""))


def _attribute(keras: Any, path: str) -> Any:
    for name in path.split("."):
        keras = getattr(keras, name, None)
    return keras


def _call(keras: Any, setters: list[tuple[str, str]], name: str, value: str) -> None:
    """Set something by the first of some calls that this Keras has."""
    for module, function in setters:
        call = _attribute(keras, f"{module}.{function}")
        if call is not None:
            try:
                call(value)
            except ValueError as error:
                raise UsageProblem(
                    f"the installed Keras refuses the {name} {value}: {' '.join(str(error).split())}",
                    expected="one that it knows",
                    do="choose another, or leave it out",
                ) from error
            return
    raise UsageProblem(
        f"the installed Keras has no {name}", expected="one that has", do="leave it out"
    )


def _imported_before(name: str, found: Any, wanted: Any) -> UsageProblem:
    source = source_of(name, found)
    return UsageProblem(
        f"Keras was imported before lossspec, with {name} {found}"
        + (f", which {source} sets" if source else ", which no file or variable of Keras's sets"),
        expected=f"{wanted}",
        do=(
            f"take {name} out of {source}, or leave out the conftest.py or the plugin of pytest that imports Keras"
            if source
            else "leave out the conftest.py or the plugin of pytest that imports Keras and sets it"
        ),
    )
