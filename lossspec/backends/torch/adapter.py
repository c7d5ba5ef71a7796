"""torch's own losses, as it is installed."""

from __future__ import annotations

import contextlib
import math
import warnings
from typing import ContextManager, Iterator, Mapping

import numpy as np
from packaging.version import Version

from lossspec.backends.catalog import TORCH
from lossspec.backends.own_calls import Library, Tensor, one_line, unlogged
from lossspec.backends.torch.own import COMPILER
from lossspec.backends.translated import Function, TranslatedBackend
from lossspec.core.arrays import AnyArray, Array
from lossspec.core.errors import NotAsked


class Torch:
    """torch's tensors."""

    # torch's own word for an operation that this machine has no kernel for, in a precision, say.
    internal_errors = (NotImplementedError,)
    refusals = (RuntimeError, ValueError, IndexError, TypeError)

    def __init__(self, torch: Library) -> None:
        self._torch = torch
        self.names: Mapping[str, Library] = {
            "torch": torch,
            "F": torch.nn.functional,
            "math": math,
        }
        # Without what a build adds: 2.13.0+cpu computes the losses of 2.13.0.
        self.versions = {"torch": Version(str(torch.__version__)).public}

    def computing_in(self, dtype: str) -> ContextManager[object]:  # noqa: ARG002 # it holds all
        """Nothing: it holds each precision at any time."""
        return contextlib.nullcontext()

    def tensor(self, values: AnyArray, dtype: str) -> Tensor:
        """A tensor of these values."""
        made = self._torch.tensor(np.ascontiguousarray(values, np.float64))
        return made.to(getattr(self._torch, dtype))

    def array(self, result: Tensor) -> Array:
        """A result as float64, unrounded."""
        made = self._torch.as_tensor(result).detach()
        return np.asarray(made.to(self._torch.float64).numpy())

    def in_mode(self, function: Function, mode: str) -> tuple[Function, Function]:
        """``eager``, or ``compile``: traced by ``torch.compile``, its slope too."""
        if mode not in TORCH.modes:
            raise NotAsked(f"torch has no mode {mode!r}: it has eager and compile")
        compiled = mode == "compile"
        run = self._torch.compile(function, backend=COMPILER) if compiled else function

        def value(*given: Tensor) -> Tensor:
            with _quiet():
                return run(*given)

        def slope(y: Tensor, *given: Tensor) -> Tensor:
            y = y.clone().requires_grad_()
            with _quiet():
                return self._torch.autograd.grad(run(y, *given).sum(), y)[0]

        return value, slope

    def seed(self, seed: int) -> None:
        """Seed its generator."""
        self._torch.manual_seed(seed)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Say nothing of shapes that spread, and of operations that compile badly."""
    with warnings.catch_warnings(), unlogged("torch._dynamo"):
        warnings.simplefilter("ignore")
        yield


def load_torch() -> TranslatedBackend:
    """Import torch.

    Raises:
        UsageProblem: when it isn't installed, or fails on import.
    """
    with one_line("torch", "torch"):
        import torch

        return TranslatedBackend(TORCH, Torch(torch))
