"""OpenVINO computes: values alone, since it infers.

Keras has it compute tensors in float32, and networks in what the CPU is quickest in: in bfloat16,
where it has instructions for that.
"""

from __future__ import annotations

import re

import numpy as np

from lossspec.backends.keras.engines.values_alone import ValuesAlone
from lossspec.backends.keras.untyped import Tensor
from lossspec.core.arrays import AnyArray, Array


class OpenVino(ValuesAlone):
    """OpenVINO with the Keras 3 that computes with it."""

    package, title = "openvino", "OpenVINO"
    refusals = (ValueError, IndexError, RuntimeError)  # the last is OpenVINO's own

    @property
    def versions(self) -> dict[str, str]:
        """``{"openvino": "2026.4.1", "keras": "3.15.1"}``, without what it was built from."""
        return {**super().versions, self.package: str(self.library.__version__).split("-")[0]}

    def unasked(self, call: str) -> str | None:
        """Why a call of a network isn't asked: ``evaluate`` and ``predict`` aren't, either."""
        bfloat16 = "OpenVINO infers networks in bfloat16 on CPUs that have it, and else in float32"
        return super().unasked(call) or bfloat16

    def tensor(self, values: AnyArray, dtype: str) -> Tensor:
        """A tensor of these values."""
        # NumPy has no bfloat16: OpenVINO rounds to that.
        numbers = np.array(values, "float64" if dtype == "bfloat16" else dtype)
        return self.keras.ops.convert_to_tensor(numbers, dtype)

    def width(self, result: Tensor) -> int:
        """How many bits each number of a result has."""
        return int(re.sub(r"\D", "", result.dtype))

    def array(self, result: Tensor) -> Array:
        """A result as float64, unrounded."""
        return np.asarray(self.keras.ops.convert_to_numpy(result), np.float64)
