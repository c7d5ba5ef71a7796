"""JAX computes: operation by operation, and compiled by ``jax.jit``."""

from __future__ import annotations

import traceback
import warnings
from pathlib import Path
from typing import Callable, ContextManager

import numpy as np

from lossspec.backends.jax.errors import internal_errors
from lossspec.backends.jax.precision import allowing
from lossspec.backends.keras.engines.masks import carry
from lossspec.backends.keras.engines.sequences import lacks_ctc
from lossspec.backends.keras.untyped import InMode, KerasObject, Library, Tensor
from lossspec.core.arrays import AnyArray, Array
from lossspec.core.errors import NotAsked
from lossspec.losses.sequence import CTC


class Jax:
    """The installed JAX with the Keras 3 that computes with it."""

    def __init__(self, jax: Library, keras: Library) -> None:
        self.jax, self.keras = jax, keras
        self._home = Path(jax.__file__).parent
        jax.config.update("jax_enable_x64", False)  # as released, whatever a variable says

    @property
    def versions(self) -> dict[str, str]:
        """``{"jax": "0.10.2", "keras": "3.15.1"}``."""
        return {"jax": str(self.jax.__version__), "keras": str(self.keras.__version__)}

    @property
    def internal_errors(self) -> tuple[type[Exception], ...]:
        """What JAX raises where this machine can't compute."""
        return internal_errors(self.jax)

    def refuses(self, error: Exception) -> bool:
        """Whether an error is about what was given: for shapes, JAX raises a ``TypeError``."""
        if not isinstance(error, TypeError):
            return isinstance(error, ValueError)
        frames = traceback.extract_tb(error.__traceback__)
        return any(self._home in Path(frame.filename).parents for frame in frames)

    def lacks(self, loss: str, dtype: str) -> str | None:  # noqa: ARG002 # whatever the precision
        """Why a loss can't be computed; None if it can, and so in each precision."""
        return lacks_ctc(self.keras) if loss == CTC.name else None

    def crashes(self, loss: str, mode: str, dtype: str) -> str | None:  # noqa: ARG002 # none does
        """None: it ends no process."""
        return None

    def unasked(self, call: str) -> str | None:  # noqa: ARG002 # each is
        """None: all calls of networks are asked."""
        return None

    def computing_in(self, dtype: str) -> ContextManager[object]:
        """Enable float64 where it is asked for: JAX gives float32 in its place."""
        return allowing(self.jax, dtype)

    def tensor(self, values: AnyArray, dtype: str) -> Tensor:
        """An array of JAX's; of 32 bits where integers of 64 aren't enabled."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Explicitly requested dtype int64", UserWarning)
            return self.jax.numpy.asarray(values, dtype)

    def array(self, result: Tensor) -> Array:
        """A result as float64, unrounded."""
        return np.asarray(result, np.float64)

    def width(self, result: Tensor) -> int:
        """How many bits each number of a result has."""
        return 8 * int(result.dtype.itemsize)

    def gradient(self, function: KerasObject) -> Callable[..., Tensor]:
        """The slope of a function's sum by its second argument."""

        def total(targets: Tensor, predictions: Tensor) -> Tensor:
            return self.jax.numpy.sum(function(targets, predictions))

        slope: Callable[..., Tensor] = self.jax.grad(total, argnums=1)
        return slope

    def in_mode(self, mode: str) -> InMode:
        """``eager``, or ``jit`` (compiled by ``jax.jit``): XLA's, for specs of XLA alone.

        Raises:
            NotAsked: for another.
        """
        if mode == "eager":
            return lambda function: function
        if mode not in ("jit", "xla"):
            raise NotAsked(f"JAX has no mode {mode!r}: it has eager and jit")
        compiled: InMode = self.jax.jit
        return compiled

    def of_any_size(self, axes: int) -> InMode:  # noqa: ARG002 # there is none
        """Nothing is compiled so: JAX compiles anew for each size."""
        raise NotAsked("JAX compiles for each size anew: there is no program for any")

    def carrying(self, predictions: Tensor, mask: Tensor) -> Tensor:
        """Predictions that carry a mask, as a layer gives them."""
        return carry(predictions, mask.astype(bool))

    def activation(self, name: str) -> KerasObject:
        """Keras's activation."""
        if name.startswith("tf."):
            raise NotAsked(f"{name} is TensorFlow's")
        return self.keras.activations.get(name)

    def seed(self, seed: int) -> None:
        """Nothing: what Keras draws with JAX, it draws from seeds of Python's generator."""
