"""torch computes, operation by operation.

As Keras does by itself there, it compiles nothing: ``torch.compile`` needs a compiler of C++, and
takes seconds for each loss and shape.
"""

from __future__ import annotations

from typing import Callable

import numpy as np
from packaging.version import Version

from lossspec.backends.keras.engines.eager import EagerEngine
from lossspec.backends.keras.untyped import KerasObject, Tensor
from lossspec.core.arrays import AnyArray, Array
from lossspec.losses.sequence import CTC


class Torch(EagerEngine):
    """The installed torch with the Keras 3 that computes with it."""

    package = title = "torch"
    refusals = (ValueError, IndexError, RuntimeError)  # the last is most of torch's own
    # torch's own word for an operation that this machine has no kernel for, in a precision, say.
    internal_errors = (NotImplementedError,)

    def lacks(self, loss: str, dtype: str) -> str | None:
        """Why a loss can't be computed in a precision; None if it can."""
        early = Version(self.keras.__version__) < Version("3.3")
        if early and loss == CTC.name and dtype in ("float16", "bfloat16"):
            return "Keras <3.3 leaves logits of 16 bits as they are, and torch has no CTC of these"
        return None

    def tensor(self, values: AnyArray, dtype: str) -> Tensor:
        """A tensor of these values."""
        numbers = self.library.tensor(values.astype(np.float64))
        return numbers.to(getattr(self.library, dtype))

    def array(self, result: Tensor) -> Array:
        """A result as float64, unrounded."""
        return np.asarray(self.keras.ops.convert_to_numpy(result), np.float64)

    def gradient(self, function: KerasObject) -> Callable[..., Tensor]:
        """The slope of a function's sum by its second argument."""

        def slope(targets: Tensor, predictions: Tensor) -> Tensor:
            leaf = predictions.detach().requires_grad_()
            return self.library.autograd.grad(function(targets, leaf).sum(), leaf)[0]

        return slope

    def seed(self, seed: int) -> None:
        """Seed what torch draws by itself: the order of samples in training."""
        self.library.manual_seed(seed)
