"""Test vectors: fixed inputs of each loss, what it costs there, and how far off one may be."""

from __future__ import annotations

import inspect
import io
from typing import Any, Dict, Mapping

import numpy as np

from lossspec.core.arrays import AnyArray, Array
from lossspec.core.version import VERSION
from lossspec.losses import DEFINITIONS, OF_SEQUENCES, tolerance
from lossspec.losses.definition import Definition, Function

FORMAT = "1.0.0"
"""Of the files' form, which ``vectors.schema.json`` says; docs/data.md says what changes which."""

ARRAYS = ("targets", "predictions", "values", "slopes", "value_tolerances", "slope_tolerances")


Vectors = Dict[str, object]
"""One loss: what it is, and the `ARRAYS` as lists by rows."""


def by_loss() -> dict[str, Vectors]:
    """Compute the vectors of every loss, by its slug."""
    losses = (*DEFINITIONS.values(), *OF_SEQUENCES.values())
    return {loss.slug: _of_loss(loss) for loss in losses}


def as_data(losses: Mapping[str, Vectors]) -> dict[str, object]:
    """What ``vectors.json`` holds."""
    return {"vectors": FORMAT, "lossspec": VERSION, "losses": losses}


def as_archive(losses: Mapping[str, Vectors]) -> bytes:
    """The arrays as a NumPy archive: ``huber/targets`` and so on."""
    named: dict[str, Any] = {
        f"{slug}/{name}": np.array(loss[name]) for slug, loss in losses.items() for name in ARRAYS
    }
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **named)
    return buffer.getvalue()


def _of_loss(loss: Definition) -> Vectors:
    batch = loss.batch()
    t, y = batch.targets, batch.predictions
    found: dict[str, AnyArray] = {
        "targets": t,
        "predictions": y,
        "values": loss.value(t, y),
        "slopes": loss.derivative(t, y),
        "value_tolerances": _bound(loss, loss.value, t, y),
        "slope_tolerances": _bound(loss, loss.derivative, t, y),
    }
    return {
        "title": loss.title,
        "formula": (inspect.getdoc(loss.value) or "").split("\n\n")[0].replace("\n", " "),
        "arguments": dict(loss.arguments),
        "domain": {"targets": loss.targets.value, "predictions": loss.predictions.value},
        "of_batch": loss.of_batch,
        **{name: found[name].tolist() for name in ARRAYS},
    }


def _bound(loss: Definition, function: Function, t: Array, y: Array) -> Array:
    """The tolerance in float32; predictions of more axes count as rows."""
    rows = y.reshape(len(y), -1)
    return tolerance.of_loss(loss.name, lambda t, y_: function(t, y_.reshape(y.shape)), t, rows)
