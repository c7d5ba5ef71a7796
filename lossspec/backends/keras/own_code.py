"""Somebody's own loss as code: found by Keras's string for it, and shown as lines that call it."""

from __future__ import annotations

import contextlib
import inspect
from typing import Sequence

import numpy as np

from lossspec.backends.keras.untyped import KerasObject, Library
from lossspec.backends.own import LossRaised
from lossspec.backends.own_calls import called, expression, numbers
from lossspec.core.arrays import AnyArray
from lossspec.core.errors import UsageProblem, unknown
from lossspec.losses import DEFINITIONS, OF_SEQUENCES


def named(keras: Library, string: str) -> KerasObject:
    """The loss of a string, however this Keras spells it.

    Raises:
        UsageProblem: when it knows none of that name.
    """
    for spelling in _spellings(string):
        with contextlib.suppress(ValueError):  # of one that this Keras doesn't know
            return keras.losses.get(spelling)
    with contextlib.suppress(ValueError):
        keras.metrics.get(string)
        raise UsageProblem(
            f"{string!r} is a metric, not a loss",
            expected="a loss: a metric counts, and has no slope to learn by",
            do="name the loss that is learnt by, and watch the metric (compile's metrics=)",
        )
    known = [*DEFINITIONS, *OF_SEQUENCES]
    raise unknown(f"Keras knows no loss {string!r}", string, known)


def _spellings(string: str) -> list[str]:
    """A loss's name as given, then as other versions of Keras spell it."""
    for definition in DEFINITIONS.values():
        names = [definition.name, *definition.keras[1:]]
        if string in names:
            return [string, *names]
    return [string]


def code(losses: Library, loss: object, given: tuple[AnyArray, AnyArray], mode: str) -> str:
    """Lines of Python that print value and slope at targets and predictions, in a mode.

    ``losses`` is the module of the Keras at hand, ``loss`` what its user gave.
    """
    import_it, call = _expression(losses, loss)
    targets, predictions = given
    whole = np.issubdtype(np.asarray(targets).dtype, np.integer)
    t = numbers(targets, "y_true = tf.constant(") + ("" if whole else ", tf.float32")
    y = numbers(np.asarray(predictions, np.float32), "y_pred = tf.constant(") + ", tf.float32"
    function = {"graph": ["@tf.function"], "xla": ["@tf.function(jit_compile=True)"]}
    return "\n".join(
        [
            *import_it,
            "import tensorflow as tf",
            "",
            *function.get(mode, []),
            "def loss_and_slope(y_true, y_pred):",
            "    with tf.GradientTape() as tape:",
            "        tape.watch(y_pred)",
            # Not named as somebody's loss may be; a sum is a tensor whatever it gives.
            f"        value = {call}(y_true, y_pred)",
            "        total = tf.reduce_sum(value)",
            "    return value, tape.gradient(total, y_pred)",
            "",
            f"y_true = tf.constant({t})",
            f"y_pred = tf.constant({y})",
            "print(*loss_and_slope(y_true, y_pred))",
        ]
    )


def _expression(losses: Library, loss: object) -> tuple[Sequence[str], str]:
    """Lines that import the loss, and what then calls it."""
    if isinstance(loss, str):
        return ["import keras"], f"keras.losses.get({loss!r})"
    lines, call = expression(loss, _of_config)
    kind = loss if inspect.isroutine(loss) else type(loss)
    name = str(getattr(kind, "__name__", ""))
    if getattr(losses, name, None) is kind:  # not by where it lies within Keras
        lines = [f"from tensorflow.keras.losses import {name}"]
    return lines, f"{call}.call" if hasattr(loss, "get_config") else call


def _of_config(loss: object) -> str | None:
    """What an instance's class was called with; None of another object."""
    if not hasattr(loss, "get_config"):
        return None
    config: dict[str, object] = {}
    with contextlib.suppress(LossRaised):  # check_config says so
        config = dict(called(loss.get_config))
    # What a configuration leaves out is what is to be shown of it.
    for name, parameter in inspect.signature(type(loss)).parameters.items():
        if name in config or parameter.kind in _OTHERS:
            continue
        value = getattr(loss, name, parameter.default)
        if value is not parameter.default:
            config[name] = value
        elif value is parameter.empty:
            return None
    said = {key: value for key, value in config.items() if key not in _OF_EVERY_LOSS}
    return ", ".join(f"{key}={value!r}" for key, value in said.items())


_OF_EVERY_LOSS = {"name", "reduction", "dtype"}
_OTHERS = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
