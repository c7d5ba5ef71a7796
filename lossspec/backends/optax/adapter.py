"""optax's losses, as it is installed, computed by JAX: the only door to it."""

from __future__ import annotations

import warnings
from typing import ContextManager, Mapping

import numpy as np

from lossspec.backends.catalog import OPTAX
from lossspec.backends.jax.errors import internal_errors
from lossspec.backends.jax.precision import allowing
from lossspec.backends.own_calls import Library, Tensor, one_line
from lossspec.backends.translated import Function, TranslatedBackend
from lossspec.core.arrays import AnyArray, Array
from lossspec.core.errors import NotAsked


class Jax:
    """JAX's arrays, and optax."""

    refusals = (ValueError, TypeError, AssertionError)

    def __init__(self, jax: Library, optax: Library) -> None:
        self._jax = jax
        jax.config.update("jax_enable_x64", False)  # as released, whatever a variable says
        self.names: Mapping[str, Library] = {"optax": optax, "jax": jax, "jnp": jax.numpy}
        self.versions = {"jax": str(jax.__version__), "optax": str(optax.__version__)}
        self.internal_errors = internal_errors(jax)

    def computing_in(self, dtype: str) -> ContextManager[object]:
        """Allow float64 where it is asked for: JAX gives float32 in its place."""
        return allowing(self._jax, dtype)

    def tensor(self, values: AnyArray, dtype: str) -> Tensor:
        """An array of JAX's; of 32 bits where integers of 64 aren't enabled."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Explicitly requested dtype int64", UserWarning)
            return self._jax.numpy.asarray(values, dtype)

    def array(self, result: Tensor) -> Array:
        """A result as float64, unrounded."""
        return np.asarray(result, np.float64)

    def in_mode(self, function: Function, mode: str) -> tuple[Function, Function]:
        """``eager``, or ``jit``: compiled by ``jax.jit``, its slope too."""
        if mode not in OPTAX.modes:
            raise NotAsked(f"JAX has no mode {mode!r}: it has eager and jit")

        def total(*given: Tensor) -> Tensor:
            return self._jax.numpy.sum(function(*given))

        slope: Function = self._jax.grad(total)
        if mode == "eager":
            return function, slope
        return self._jax.jit(function), self._jax.jit(slope)

    def seed(self, seed: int) -> None:
        """Nothing: what JAX draws, it draws by keys that it is given."""


def load_optax() -> TranslatedBackend:
    """Import JAX and optax.

    Raises:
        UsageProblem: when one of them isn't installed, or fails on import.
    """
    with one_line("jax", "jax"):
        import jax
    with one_line("optax", "optax"):
        import optax

        return TranslatedBackend(OPTAX, Jax(jax, optax))
