"""A part of a study, every figure of every replicate, as JSON."""

from __future__ import annotations

import base64
import json
from typing import Any, Mapping, NamedTuple, Sequence

import numpy as np

from lossspec.core.arrays import AnyArray
from lossspec.experiments.replication import Study


class StudyPart(NamedTuple):
    """Some replicates of a study, without their weights, and the versions they ran on."""

    study: Study
    versions: Mapping[str, str]


def as_text(part: StudyPart) -> str:
    """Write it as JSON, bit for bit."""
    study = part.study
    final = {name: _packed(measures) for name, measures in study.final.items()}
    content = {
        "recipe": study.recipe,
        "versions": dict(part.versions),
        "seeds": list(study.seeds),
        "history": _packed(study.history),
        "final": final,
    }
    return json.dumps(content)


def from_text(text: str) -> StudyPart:
    """Read it from JSON.

    Raises:
        ValueError, KeyError, TypeError: when it is none.
    """
    content = json.loads(text)
    study = Study(
        recipe=content["recipe"],
        seeds=tuple(content["seeds"]),
        history=_unpacked(content["history"]),
        final={name: _unpacked(measures) for name, measures in content["final"].items()},
        weights=[],
    )
    return StudyPart(study, content["versions"])


def _packed(arrays: Mapping[str, AnyArray]) -> dict[str, Sequence[object]]:
    return {
        name: (array.dtype.str, array.shape, base64.b64encode(array.tobytes()).decode())
        for name, array in arrays.items()
    }


def _unpacked(arrays: Mapping[str, Any]) -> dict[str, AnyArray]:  # JSON's
    return {
        name: np.frombuffer(base64.b64decode(content), dtype).reshape(shape)
        for name, (dtype, shape, content) in arrays.items()
    }
